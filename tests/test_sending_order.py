"""Which letters may leave: in the order of their thread, not while the switch is off, never what is over.

The worker's steps (claim, begin, and what comes of it) are played one by one, without a mail server.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.db import db, writing
from app.errors import Refused
from app.notifications import outgoing, switch
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import Letter, LetterEvent
from app.notifications.rules import TRIES, WAITS, is_about_the_address
from app.notifications.unsure import settle
from tests.factories import make_partnership

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LATE = NOW + outgoing.LEASE + timedelta(seconds=1)
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)


def posted(key: str, sequence: int | None = None, *, uid: str = INVITE.uid, **given: Any) -> int:
    """A letter to Priya, with an invite when it has a sequence; its id."""
    invite = None if sequence is None else replace(INVITE, uid=uid, sequence=sequence)
    usual = {"to_email": "priya@northshire.example", "to_name": "Priya", "partnership": make_partnership()}
    context: dict[str, Any] = {**usual, "now": NOW, "sent_as": "x", **given}
    with writing():
        public_id = post("test-mail", key=key, calendar=invite, **context)
    return db.session.scalars(sa.select(Letter.id).where(Letter.public_id == public_id)).one()


def claimed(owner: str = "one", at: datetime = NOW, limit: int = 10) -> list[int]:
    """What a worker takes."""
    with writing():
        return outgoing.claim(owner=owner, now=at, limit=limit)


def begun(letter_id: int, owner: str = "one", at: datetime = NOW) -> bool:
    """Whether a worker may hand it to the mail server."""
    with writing():
        return outgoing.renewed(letter_id, owner=owner, now=at)


def sent(letter_id: int, owner: str = "one", at: datetime = NOW) -> None:
    """It left."""
    with writing():
        assert outgoing.mark_sent(letter_id, owner=owner, now=at)


def failed(letter_id: int, at: datetime = NOW, owner: str = "one", **how: Any) -> None:
    """It did not leave."""
    with writing():
        tries = db.session.get_one(Letter, letter_id).tries
        assert outgoing.mark_unsent(letter_id, owner=owner, now=at, tries=tries, fault="451 later", **how)


def letter(letter_id: int) -> Any:
    """A letter's row as it is now."""
    db.session.rollback()
    return db.session.execute(sa.select(Letter.__table__).where(Letter.id == letter_id)).one()


def happened(letter_id: int) -> list[str]:
    """The words of a letter's history."""
    db.session.rollback()
    rows = sa.select(LetterEvent.what).where(LetterEvent.letter_id == letter_id).order_by(LetterEvent.id)
    return list(db.session.scalars(rows))


def paused(why: str = "") -> None:
    with writing():
        switch.pause(by="", why=why, now=NOW)


def resumed() -> None:
    with writing():
        switch.resume(by="", now=NOW)


# Order


def test_a_cancellation_waits_for_its_request(each_app: Flask):
    request, cancel, other = posted("a:0", 0), posted("a:1", 1), posted("b")
    assert claimed(limit=1) == [request]
    assert claimed("two") == [other]
    assert begun(request)
    assert claimed("two") == []
    sent(request)
    assert claimed("two") == [cancel]


def test_a_cancellation_waits_while_its_request_is_tried_again(each_app: Flask):
    request, cancel = posted("a:0", 0), posted("a:1", 1)
    assert claimed() == [request]
    assert begun(request)
    failed(request)
    assert claimed() == []
    later = NOW + WAITS[0]
    assert claimed("two", later) == [request]
    assert begun(request, "two", later)
    sent(request, "two", later)
    assert claimed("two", later) == [cancel]


@pytest.mark.parametrize("fate", ["failed", "withdrawn", "sent"])
def test_a_cancellation_goes_once_its_request_can_leave_no_more(each_app: Flask, fate: str):
    request, cancel = posted("a:0", 0), posted("a:1", 1)
    with writing() as session:
        session.execute(sa.update(Letter).where(Letter.id == request).values(state=fate))
    assert claimed() == [cancel]


def test_what_was_left_behind_keeps_its_place_in_the_order(each_app: Flask):
    request, cancel = posted("a:0", 0), posted("a:1", 1)
    assert claimed("dies") == [request]
    assert begun(request, "dies")
    assert claimed("two", LATE) == [request]
    assert cancel not in claimed("three", LATE)


def test_other_threads_and_letters_without_one_wait_for_nobody(each_app: Flask):
    ids = [posted("a", 0), posted("b", 1, uid="other@roundtable"), posted("c"), posted("d")]
    assert claimed() == ids


def test_an_earlier_letter_is_hurried_by_a_change_that_is_due_before_it(each_app: Flask):
    first = posted("a:0", 1, due_at=NOW + timedelta(minutes=10))
    second = posted("a:1", 2)
    assert claimed() == [first]
    assert begun(first)
    sent(first)
    assert claimed() == [second]


def test_a_worker_is_not_kept_busy_by_what_waits_for_its_turn(each_app: Flask):
    request = posted("a:0", 0)
    posted("a:1", 1)
    assert claimed() == [request]
    assert begun(request)
    failed(request)
    db.session.rollback()
    assert not outgoing.any_due(now=NOW)
    assert outgoing.any_due(now=NOW + WAITS[0])


# What may have left


def hand_written(letter_id: int, **values: Any) -> None:
    with writing() as session:
        session.execute(sa.update(Letter).where(Letter.id == letter_id).values(**values))


@pytest.mark.parametrize("values", [{"message": "message"}, {"message": "bulletin"}, {"channel": "text"}])
def test_what_is_worse_twice_than_never_is_left_to_a_person(each_app: Flask, values: dict[str, str]):
    in_hand, not_begun = posted("a"), posted("b")
    for letter_id in (in_hand, not_begun):
        hand_written(letter_id, **values)
    assert claimed("dies") == [in_hand, not_begun]
    assert begun(in_hand, "dies")
    assert claimed("two", LATE) == [not_begun], "what was never in hand cannot have left"
    assert (letter(in_hand).state, letter(in_hand).fault) == ("unsure", outgoing.DIED)
    assert happened(in_hand) == ["unsure"]
    assert in_hand not in claimed("three", LATE + timedelta(days=3))


def test_a_usual_letter_is_sent_again_under_the_same_name(each_app: Flask):
    invite = posted("a", 3)
    before = letter(invite)
    assert claimed("dies") == [invite]
    assert begun(invite, "dies")
    assert claimed("two", LATE) == [invite]
    after = letter(invite)
    assert (after.message_id, after.calendar) == (before.message_id, before.calendar)
    assert happened(invite) == ["put back"]


def test_a_worker_that_was_only_slow_says_that_it_left(each_app: Flask):
    slow = posted("a")
    hand_written(slow, message="message")
    assert claimed("slow") == [slow]
    assert begun(slow, "slow")
    claimed("two", LATE)
    sent(slow, "slow", LATE)
    assert letter(slow).state == "sent"


def doubtful() -> int:
    """A letter that may have left."""
    found = posted("a")
    hand_written(found, message="message")
    claimed("dies")
    assert begun(found, "dies")
    claimed("two", LATE)
    return found


def settled(letter_id: int, *, left: bool, at: datetime = LATE) -> None:
    with writing() as session:
        settle(session.get_one(Letter, letter_id), left=left, by="ada", now=at)


def test_a_person_says_that_it_left(each_app: Flask):
    found = doubtful()
    settled(found, left=True)
    assert (letter(found).state, letter(found).sent_at, letter(found).fault) == ("sent", NOW, "")
    assert happened(found) == ["unsure", "left"]
    with pytest.raises(Refused):
        settled(found, left=False)


def test_a_person_says_to_send_it_again(each_app: Flask):
    found = doubtful()
    settled(found, left=False)
    assert claimed("two", LATE) == [found]
    assert happened(found) == ["unsure", "again"]


def test_what_is_over_is_not_sent_again(each_app: Flask):
    found = doubtful()
    hand_written(found, expires_at=LATE)
    with pytest.raises(Refused, match="over"):
        settled(found, left=False)


# The switch


def test_nothing_is_taken_or_begun_while_mail_is_stopped(each_app: Flask):
    one, other = posted("a"), posted("b")
    assert claimed(limit=1) == [one]
    paused("Wrong date in the bulletin")
    assert claimed("two") == []
    assert not begun(one)
    assert not outgoing.any_due(now=NOW)
    with writing():
        outgoing.put_back([one], owner="one")
    assert (letter(one).state, letter(one).tries) == ("queued", 0)
    resumed()
    assert claimed("two") == [one, other]


def test_what_was_over_meanwhile_is_withdrawn_and_not_sent(each_app: Flask):
    gone, kept = posted("a", expires_at=NOW + timedelta(hours=1)), posted("b")
    paused()
    resumed()
    assert claimed(at=NOW + timedelta(hours=1)) == [kept]
    assert (letter(gone).state, happened(gone)) == ("withdrawn", ["withdrawn"])


def test_the_switch_keeps_who_when_and_why(each_app: Flask):
    paused("  Wrong\ndate ")
    with writing(), pytest.raises(Refused):
        switch.pause(by="", why="", now=NOW)
    assert (found := switch.paused_now())
    assert (found.at, found.why) == (NOW, "Wrong date")
    resumed()
    assert switch.paused_now() is None
    with writing(), pytest.raises(Refused):
        switch.resume(by="", now=NOW)
    assert [(p.since, p.until, p.why) for p in switch.pauses()] == [(NOW, NOW, "Wrong date")]


def test_a_letter_that_is_over_in_the_workers_hands_does_not_leave(each_app: Flask):
    found = posted("a", expires_at=NOW + timedelta(minutes=1))
    assert claimed() == [found]
    assert not begun(found, at=NOW + timedelta(minutes=1))


# Trying again


def test_a_letter_the_server_breaks_off_is_not_given_up_while_nothing_gets_through(each_app: Flask):
    found, at = posted("a"), NOW
    for _ in range(TRIES + 4):
        assert claimed(at=at) == [found]
        assert begun(found, at=at)
        failed(found, at, away=True)
        at = letter(found).due_at
    assert letter(found).state == "queued"
    through = posted("b", now=at)
    assert claimed(at=at) == [found, through]
    assert begun(found, at=at)
    assert begun(through, at=at)
    sent(through, at=at)
    failed(found, at, away=True)
    assert letter(found).state == "failed"


def test_a_refusal_of_the_reader_is_given_up_after_eight_tries(each_app: Flask):
    found, at = posted("a"), NOW
    for _ in range(TRIES):
        assert claimed(at=at) == [found]
        assert begun(found, at=at)
        failed(found, at)
        at = letter(found).due_at
    assert letter(found).state == "failed"
    assert happened(found) == ["failed"] * TRIES


@pytest.mark.parametrize(
    ("code", "text", "about_it"),
    [
        (550, "550 5.1.1 no such person", True),
        (550, "550 no such person", True),
        (550, "550 5.2.1 mailbox disabled", True),
        (553, "553 mailbox name not allowed", True),
        (551, "551 user not local", True),
        (550, "550 5.7.1 relaying denied", False),
        (554, "554 5.7.1 your network is on a block list", False),
        (554, "554 transaction failed", False),
        (552, "552 5.2.2 mailbox full", False),
        (552, "552 too much mail", False),
        (550, "550 5.1.8 bad sender's address", False),
        (550, "550 5.1.7 bad sender's address", False),
        (550, "550 5.4.1 no answer from host", False),
    ],
)
def test_only_a_refusal_that_is_about_the_address_marks_it(code: int, text: str, about_it: bool):
    assert is_about_the_address(code, text) == about_it
