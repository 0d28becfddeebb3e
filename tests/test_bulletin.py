"""Sending a bulletin: to everybody who wants it, once, a few at a time, and only what is still true."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.booking.rules import State
from app.bulletin import sending, subscribing
from app.bulletin.models import Bulletin, Subscriber, SubscriberChange
from app.bulletin.rules import Wishes
from app.catalogue.models import CourseOffer
from app.clock import stopped_at
from app.db import db, rebuilding, writing
from app.errors import Refused
from app.notifications import choices, unreachable
from app.records.actions import changing
from app.records.bulletins import available, open_dates
from tests.bulletins import (
    approve,
    leave,
    letters,
    make_bulletin,
    make_date,
    make_subscriber,
    switch_on,
    work,
)
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_partnership, make_person, make_undated
from tests.statements import count_statements

SAM, UMA = "sam@northshire.example", "uma@northshire.example"


def sent(**given: object) -> Bulletin:
    """A bulletin that is approved, with the partnership's switch on."""
    switch_on()
    bulletin = make_bulletin(**given)
    approve(bulletin)
    return bulletin


def fresh(bulletin: Bulletin) -> Bulletin:
    """As it is now."""
    db.session.expire_all()
    return db.session.get_one(Bulletin, bulletin.id)


def titles() -> list[str]:
    """The courses that could be announced, the soonest first."""
    return [found.title for found in open_dates(make_partnership().id, now=TODAY)]


@pytest.mark.usefixtures("app")
def test_only_dates_that_anybody_could_book_now_are_announced():
    make_date("Open", days=20)
    make_date("Draft", state="draft")
    make_date("Cancelled", state="cancelled")
    make_date("By invitation", by_invitation=True)
    make_date("For organisations", headcount_only=True)
    make_date("Closed", days=0.5, delivery="classroom")
    make_date("Begun", days=-0.01)
    make_undated(make_course("Undated"))
    make_booking(make_date("Full", capacity=1))
    waited = make_date("Waited for", capacity=2)
    make_booking(waited, state=State.WAITING)
    hidden = make_date("Hidden course")
    with rebuilding():
        hidden.course.published = False
    assert titles() == ["Open"]


@pytest.mark.usefixtures("app")
def test_a_date_of_another_partnership_is_not_announced():
    make_date("Ours")
    other = make_partnership(slug="southshire", name="Southshire", short_name="Southshire SCP")
    theirs = make_date("Theirs", host_id=other.id)
    add(CourseOffer(course_id=theirs.course_id, partnership_id=other.id))
    assert titles() == ["Ours"]


def test_each_reader_gets_one_letter_with_what_they_want_and_a_way_out(each_app: Flask):
    make_date("Neglect", level=3)
    make_date("Exploitation", days=25, level=2)
    make_person("Sam Smith", email=SAM)
    make_subscriber(SAM)
    make_subscriber(UMA, Wishes(levels=(2,)))
    bulletin = sent(opening="We have *news*.\n\nAnd more.")
    work()
    to_sam, to_uma = letters()
    assert "Hello Sam Smith," in to_sam.text and "Hello" not in to_uma.text
    assert "Neglect" in to_sam.text and "Exploitation" in to_sam.text
    assert "Neglect" not in to_uma.text and "Exploitation" in to_uma.text
    assert "Thu 10 December 2026, 10am to 1pm\nOnline, 20 places left" in to_sam.text
    assert "We have *news*." in to_sam.text and UMA not in to_sam.text + to_sam.html
    for letter in (to_sam, to_uma):
        assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = letter.headers["List-Unsubscribe"].strip("<>")
        assert f"To stop it: unsubscribe: {link}\n" in letter.text and link in letter.html
        assert "<img" not in letter.html
    assert to_sam.headers["List-Unsubscribe"] != to_uma.headers["List-Unsubscribe"]
    assert fresh(bulletin).state == "sent" and bulletin.posted == 2


def test_nobody_gets_it_twice_however_often_the_clock_strikes(each_app: Flask):
    make_date()
    for number in range(30):
        make_subscriber(f"reader{number:03}@northshire.example")
    sent()
    for minute in range(4):
        work(TODAY + timedelta(minutes=minute))
        leave()
    assert len({letter.to_email for letter in letters()}) == len(letters()) == 30


def test_a_worker_that_dies_between_two_slices_is_gone_on_for(
    each_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    make_date()
    for number in range(50):
        make_subscriber(f"reader{number:03}@northshire.example")
    bulletin = sent()
    post_all, slices = sending.post_all, []

    def dying(*given: object, **named: object) -> None:
        slices.append(1)
        post_all(*given, **named)  # type: ignore[arg-type]
        if len(slices) == 2:
            raise KeyboardInterrupt  # in the middle of the second slice: its letters are written, not committed

    monkeypatch.setattr(sending, "post_all", dying)
    with pytest.raises(KeyboardInterrupt):
        work()
    assert len(letters()) == sending.A_SLICE == fresh(bulletin).posted
    work()
    assert len({letter.to_email for letter in letters()}) == len(letters()) == 50
    assert fresh(bulletin).posted == 50


def test_only_so_many_wait_in_the_outbox_and_they_are_due_one_after_the_other(
    each_app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sending, "A_MINUTE", 30)
    make_date()
    for number in range(70):
        make_subscriber(f"reader{number:03}@northshire.example")
    bulletin = sent()
    work()
    first = letters()
    assert len(first) == 30
    assert [letter.due_at for letter in first] == [TODAY + timedelta(seconds=2 * n) for n in range(30)]
    work(TODAY + timedelta(minutes=1))
    assert len(letters()) == 30, "they have not left yet: nothing is put behind them"
    leave(10)
    work(TODAY + timedelta(minutes=2))
    assert len(letters()) == 40 and fresh(bulletin).state == "sending"
    for minute in range(3, 8):
        leave()
        work(TODAY + timedelta(minutes=minute))
    assert len(letters()) == 70 and fresh(bulletin).state == "sent"


def test_a_slice_costs_a_few_statements_a_reader_and_one_change(each_app: Flask):
    make_date()
    for number in range(2 * sending.A_SLICE):
        make_subscriber(f"reader{number:03}@northshire.example")
    bulletin = sent()
    sending.send_slice(bulletin.id, available, now=TODAY)
    with count_statements() as statements:
        sending.send_slice(bulletin.id, available, now=TODAY)
    assert len(letters()) == 2 * sending.A_SLICE
    assert len(statements) <= 3 * sending.A_SLICE + 12, statements


def test_what_became_full_or_was_cancelled_meanwhile_is_left_out_and_said(each_app: Flask):
    make_date("Stays")
    full, gone = make_date("Fills up", capacity=1), make_date("Is cancelled")
    make_subscriber(SAM)
    bulletin = sent()
    make_booking(full)
    with rebuilding():
        gone.state = "cancelled"
    make_date("Comes later")
    work()
    (letter,) = letters()
    assert "Stays" in letter.text
    assert not [name for name in ("Fills up", "Is cancelled", "Comes later") if name in letter.text]
    said = fresh(bulletin).dropped
    assert [sentence.rpartition(": ")[2] for sentence in said] == ["it is full", "it was cancelled"]


@pytest.mark.usefixtures("app")
def test_when_everything_is_gone_by_then_nobody_gets_an_empty_mail():
    event = make_date()
    make_subscriber(SAM)
    bulletin = sent()
    with changing(event.id, now=TODAY) as changed:
        changed.state = "cancelled"
    work()
    assert letters() == []
    assert fresh(bulletin).state == "sent" and bulletin.passed_over == 1


@pytest.mark.parametrize("way", ["here", "by the link of a mail", "removed by the desk", "mail comes back"])
def test_who_is_no_reader_any_more_by_the_time_it_leaves_gets_none(each_app: Flask, way: str):
    make_date()
    row = make_subscriber(SAM)
    make_subscriber(UMA)
    sent()
    with writing():
        if way == "mail comes back":
            unreachable.came_back(SAM, why="550 no such person", now=TODAY)
        elif way == "by the link of a mail":
            choices.choose(SAM, "bulletin", wanted=False, now=TODAY)
        else:
            what = "removed" if way == "removed by the desk" else "unsubscribed"
            subscribing.end(row, how="", now=TODAY, what=what)
    work()
    assert [letter.to_email for letter in letters()] == [UMA]


@pytest.mark.parametrize("by_link", [False, True])
def test_who_leaves_while_the_mail_waits_in_the_outbox_gets_none(each_app: Flask, by_link: bool):
    make_date()
    row = make_subscriber(SAM)
    sent()
    work()
    with writing():
        if by_link:
            choices.choose(SAM, "bulletin", wanted=False, now=TODAY)
        else:
            subscribing.end(row, how="", now=TODAY)
    work(TODAY + timedelta(seconds=30))
    assert [letter.state for letter in letters()] == ["withdrawn"]


@pytest.mark.usefixtures("app")
def test_who_subscribes_after_it_began_gets_the_next_one():
    make_date()
    make_subscriber(SAM)
    bulletin = sent()
    work()
    make_subscriber(UMA, confirmed_at=TODAY + timedelta(minutes=5))
    with writing():
        fresh(bulletin).state = "sending"
    work(TODAY + timedelta(minutes=10))
    assert [letter.to_email for letter in letters()] == [SAM]


@pytest.mark.usefixtures("app")
def test_it_leaves_at_the_time_that_was_chosen_and_not_before():
    make_date()
    make_subscriber(SAM)
    switch_on()
    approve(make_bulletin(), at=TODAY + timedelta(hours=3))
    work(TODAY + timedelta(hours=2, minutes=59))
    assert letters() == []
    work(TODAY + timedelta(hours=3))
    assert len(letters()) == 1


def test_stopped_on_its_way_what_has_not_left_is_taken_back(each_app: Flask):
    make_date()
    for number in range(30):
        make_subscriber(f"reader{number:03}@northshire.example")
    bulletin = sent()
    work()
    leave(12)
    with writing():
        assert sending.stop(bulletin, now=TODAY) == 18
    work(TODAY + timedelta(minutes=1))
    outcome = sending.outcome_of(fresh(bulletin))
    assert (outcome.left, outcome.withdrawn, outcome.waiting) == (12, 18, 0)
    assert bulletin.state == "stopped"


@pytest.mark.usefixtures("app")
def test_a_bulletin_that_is_switched_off_waits():
    make_date()
    make_subscriber(SAM)
    bulletin = sent()
    with writing():
        choices.switch(make_partnership().id, "bulletin", on=False, by="", now=TODAY)
    work()
    assert letters() == [] and fresh(bulletin).state == "queued"
    switch_on()
    work()
    assert len(letters()) == 1


@pytest.mark.usefixtures("app")
def test_it_is_approved_once_as_it_was_seen_and_only_with_something_in_it():
    empty = make_bulletin()
    with pytest.raises(Refused, match="nothing to announce"):
        approve(empty)
    make_date()
    with pytest.raises(Refused, match="switched off"):
        approve(make_bulletin())
    bulletin = sent()
    with pytest.raises(Refused, match="Nobody gets it twice"):
        approve(bulletin)
    with writing():
        sending.back_to_draft(bulletin, now=TODAY)
    assert fresh(bulletin).state == "draft"


@pytest.mark.usefixtures("app")
def test_what_is_counted_beforehand_is_what_is_sent():
    make_date(level=3)
    make_subscriber("a@northshire.example")
    make_subscriber("b@northshire.example", Wishes(levels=(3, 4)))
    make_subscriber("c@northshire.example", Wishes(levels=(1,)))
    make_subscriber("d@northshire.example", ended_at=TODAY)
    make_subscriber("e@northshire.example", confirmed_at=None)
    make_subscriber("f@northshire.example")
    with writing():
        unreachable.came_back("f@northshire.example", why="550", now=TODAY)
    bulletin = make_bulletin()
    from app.bulletin.composing import contents_of

    contents = contents_of(bulletin, available(bulletin, TODAY), now=TODAY)
    reach = sending.reach_of(bulletin.partnership_id, contents)
    assert (reach.readers, reach.nothing_for, reach.unreachable) == (2, 1, 1)
    switch_on()
    approve(bulletin)
    work()
    assert len(letters()) == reach.readers and fresh(bulletin).passed_over == reach.nothing_for


@pytest.mark.usefixtures("app")
def test_a_new_course_is_told_once_and_not_what_the_programme_began_with():
    make_course("Old one")
    late = make_course("New one", created_at=TODAY - timedelta(days=9), summary="What is new.")
    make_subscriber(SAM)
    assert [course.slug for course in available(make_bulletin(), TODAY).courses] == [late.slug]
    sent()
    work()
    (letter,) = letters()
    assert "New one" in letter.text and "What is new." in letter.text and "Old one" not in letter.text
    assert available(make_bulletin(), TODAY + timedelta(days=1)).courses == ()


@pytest.mark.usefixtures("app")
def test_an_address_nobody_confirmed_is_forgotten_after_seven_days():
    with writing():
        subscribing.ask(SAM, Wishes(), partnership=make_partnership(), network="192.0.2.1", now=TODAY)
    subscribing.due(stopped_at(TODAY + timedelta(days=7)))
    assert db.session.scalar(sa.select(Subscriber.email)) == SAM
    subscribing.due(stopped_at(TODAY + timedelta(days=7, minutes=1)))
    assert db.session.scalars(sa.select(Subscriber)).all() == []
    assert db.session.scalars(sa.select(SubscriberChange)).all() == []


@pytest.mark.usefixtures("app")
def test_one_that_left_is_forgotten_after_a_year_and_a_reader_never():
    make_subscriber(SAM, ended_at=TODAY - timedelta(days=366))
    make_subscriber(UMA, confirmed_at=TODAY - timedelta(days=900))
    subscribing.due(stopped_at(TODAY))
    assert db.session.scalars(sa.select(Subscriber.email)).all() == [UMA]


def test_what_a_reader_says_with_the_link_of_a_mail_is_written_down_once(each_app: Flask):
    row = make_subscriber(SAM)
    for wanted, at in ((False, 1), (True, 2), (False, 3)):
        with writing():
            choices.choose(SAM, "bulletin", wanted=wanted, now=TODAY + timedelta(hours=at))
        for _ in range(2):
            subscribing.due(stopped_at(TODAY + timedelta(hours=at)))
    happened = db.session.scalars(SubscriberChange.of(row.id)).all()
    assert [change.what for change in happened] == [
        "unsubscribed",
        "subscribed",
        "unsubscribed",
        "subscribed",
    ]
    assert happened[0].at == TODAY + timedelta(hours=3)


@pytest.mark.usefixtures("app")
def test_who_was_taken_off_by_the_desk_does_not_come_back_by_an_old_mail():
    row = make_subscriber(SAM)
    with writing():
        subscribing.end(row, how="", now=TODAY, what="removed")
    with writing():
        choices.choose(SAM, "bulletin", wanted=True, now=TODAY + timedelta(hours=1))
    subscribing.due(stopped_at(TODAY + timedelta(hours=1)))
    db.session.expire_all()
    assert not subscribing.is_wanted(row)


def test_a_subscription_goes_along_to_a_corrected_address(each_app: Flask):
    row = make_subscriber(SAM, Wishes(levels=(2,)))
    make_subscriber("left@northshire.example", ended_at=TODAY)
    with writing():
        subscribing.follow(SAM, UMA, now=TODAY)
        subscribing.follow("left@northshire.example", "new@northshire.example", now=TODAY)
    moved = db.session.scalars(Subscriber.at(row.partnership_id, UMA)).one()
    assert subscribing.is_wanted(moved) and moved.wishes == {"levels": [2]}
    assert not subscribing.is_wanted(row)
    assert db.session.scalar(Subscriber.at(row.partnership_id, "new@northshire.example")) is None
