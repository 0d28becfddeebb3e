"""What comes in by mail and what it does: noted, asked, flagged, marked or handed to a person. Never more."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking.checks import occasion_of, sessions_of
from app.booking.letters import tell_booked
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.db import db, rebuilding, writing
from app.delivery.invites import sittings_of, trainer_invite
from app.delivery.rules import Message
from app.mailbox.actions import keep_place, take_in
from app.mailbox.finding import refusals_of
from app.mailbox.judging import Taken
from app.mailbox.models import IncomingMail, InviteReply
from app.mailbox.sorting import read
from app.notifications.models import Letter, LetterEvent, Unreachable
from app.pool.models import EventTrainer
from tests.factories import add, make_booking, make_event, make_partnership, make_person, make_trainer

MAILS = Path(__file__).parent / "mails"
PRIYA = "priya.practitioner@northshire.example"
BOOKING, SESSION = "PriyasBooking001", "SessionNumber001"
UID = f"{BOOKING}-{SESSION}@roundtable"
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


def raw(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def come(name: str | bytes, *, now: datetime = NOW) -> Taken:
    """A mail comes in."""
    content = name if isinstance(name, bytes) else raw(name)
    with writing():
        return take_in(read(content), content, now=now)


def answered(
    partstat: str,
    *,
    uid: str = UID,
    sequence: int | None = 0,
    stamp: str = "20261120T100000Z",
    sender: str = PRIYA,
    attendee: str = PRIYA,
    method: str = "REPLY",
    more: str = "",
) -> bytes:
    """A calendar's answer as a mail, with a Message-ID of its own."""
    number = "" if sequence is None else f"SEQUENCE:{sequence}\n"
    named = f"<{hash((partstat, uid, sequence, stamp, sender, attendee, method, more))}@clients.example>"
    return (
        f"From: {sender}\nMessage-ID: {named}\nContent-Type: text/calendar; method=REPLY\n\n"
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:{uid}\n{number}DTSTAMP:{stamp}\n"
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}\n{more}END:VEVENT\nEND:VCALENDAR\n"
    ).encode()


@pytest.fixture
def booking(each_app: Flask) -> Booking:
    """Priya has a place, and her invite a UID that the mails name."""
    assert each_app
    found = make_booking(make_event(), make_person("Priya Practitioner"), public_id=BOOKING)
    with rebuilding() as session:
        session.execute(
            sa.update(EventSession).where(EventSession.event_id == found.event_id).values(public_id=SESSION)
        )
    return found


@pytest.fixture
def letter(booking: Booking) -> Letter:
    """What we wrote to her."""
    return add(
        Letter(
            key="x",
            message="booked",
            about=f"booking:{booking.public_id}",
            partnership_id=make_partnership().id,
            to_email=PRIYA,
            subject="You have a place",
            text="",
            message_id="<LetterToPriya001@roundtable.example>",
            queued_at=NOW,
            due_at=NOW,
            state="sent",
        )
    )


def letters_asking() -> list[Letter]:
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == "calendar-declined")))


def refused(booking: Booking) -> bool:
    return bool(db.session.execute(refusals_of(booking)).all())


def state_of(booking: Booking) -> str:
    return str(db.session.scalar(sa.select(Booking.state).where(Booking.id == booking.id)))


@pytest.mark.parametrize(
    ("name", "partstat"),
    [
        ("gmail-accepted", "accepted"),
        ("exchange-accepted", "accepted"),
        ("outlook-mac-tentative", "tentative"),
        ("iphone-declined", "declined"),
        ("android-declined", "declined"),
    ],
)
def test_each_client_s_answer_is_noted_beside_the_booking(booking: Booking, name: str, partstat: str):
    taken = come(name)
    assert (taken.kind, taken.booking, taken.partstat) == ("reply", BOOKING, partstat.upper())
    row = db.session.scalars(sa.select(InviteReply)).one()
    assert (row.booking_id, row.session, row.partstat, row.sequence) == (booking.id, SESSION, partstat, 0)
    assert state_of(booking) == State.BOOKED


def test_a_refusal_asks_once_and_never_cancels(booking: Booking):
    assert come("android-declined").did == "asked"
    (asked,) = letters_asking()
    assert (asked.to_email, asked.about) == (PRIYA, f"booking:{BOOKING}")
    assert "Your calendar says you cannot come" in asked.text
    assert "http://localhost/release/" in asked.text
    assert refused(booking)
    assert come(answered("DECLINED", stamp="20261120T123000Z")).did == "flagged"
    assert len(letters_asking()) == 1
    assert state_of(booking) == State.BOOKED


def test_after_a_changed_date_the_refusal_is_asked_about_anew(booking: Booking):
    come(answered("DECLINED"))
    with rebuilding() as session:
        session.execute(sa.update(Booking).values(invite_sequence=1))
    db.session.refresh(booking)
    assert not refused(booking)
    assert come(answered("DECLINED", stamp="20261120T110000Z")).why.startswith("It answers an older invite")
    assert not refused(booking)
    assert come(answered("DECLINED", sequence=1, stamp="20261120T120000Z")).did == "asked"
    assert refused(booking)
    assert len(letters_asking()) == 2


def test_who_keeps_the_place_is_flagged_no_longer(booking: Booking):
    come(answered("DECLINED"))
    with writing():
        assert keep_place(booking, now=NOW) == 1
    assert not refused(booking)
    # the same refusal once more, under another name, is older than what they said since
    assert come(answered("DECLINED", more="X:1\n")).kind == "duplicate"
    assert not refused(booking)


def test_who_accepts_after_all_is_flagged_no_longer(booking: Booking):
    come(answered("DECLINED"))
    come(answered("ACCEPTED", stamp="20261120T101500Z"))
    assert not refused(booking)


def test_the_newest_answer_holds_in_whatever_order_they_come(booking: Booking):
    assert come(answered("ACCEPTED", stamp="20261120T120000Z")).did == "noted"
    taken = come(answered("DECLINED", stamp="20261120T110000Z"))
    assert (taken.did, taken.why) == ("noted", "A newer answer is there already.")
    assert not letters_asking()
    assert not refused(booking)


def test_a_stamp_from_the_future_keeps_no_later_answer_out(booking: Booking):
    come(answered("ACCEPTED", stamp="20991120T120000Z"))
    later = NOW + timedelta(minutes=1)
    assert come(answered("DECLINED", stamp="20261120T130100Z"), now=later).did == "asked"
    assert refused(booking)


def test_the_same_mail_once_more_changes_nothing(booking: Booking):
    come("iphone-declined")
    before = counts()
    taken = come("iphone-declined")
    assert (taken.kind, taken.did) == ("duplicate", "nothing")
    assert counts() == before
    assert booking


def test_the_same_answer_under_another_name_changes_nothing(booking: Booking):
    come(answered("DECLINED"))
    before = counts()
    assert come(answered("DECLINED", more="X-OTHER:1\n")).kind == "duplicate"
    assert counts() == before
    assert booking


def counts() -> tuple[int, ...]:
    """How many rows there are of what a mail may add."""
    tables = (IncomingMail, InviteReply, Letter, Unreachable)
    return tuple(db.session.scalars(sa.select(sa.func.count()).select_from(t)).one() for t in tables)


@pytest.mark.parametrize("sequence", [None, 0, 7])
def test_a_missing_or_too_high_sequence_is_the_newest(booking: Booking, sequence: int | None):
    assert come(answered("DECLINED", sequence=sequence)).did == "asked"
    assert refused(booking)


@pytest.mark.parametrize(
    ("mail", "kind", "why"),
    [
        (
            answered("DECLINED", sender="eve@else.example", attendee="eve@else.example"),
            "reply",
            "does not come from",
        ),
        (answered("DECLINED", uid="no-such@roundtable", more="COMMENT:Hello?\n"), "reply", "do not know"),
        (answered("DECLINED", uid=f"{UID}x", more="COMMENT:Hello?\n"), "reply", "do not know"),
        (answered("DECLINED", uid=UID.lower(), more="COMMENT:Hello?\n"), "reply", "do not know"),
        (answered("DECLINED", uid="", more="COMMENT:Hello?\n"), "unknown", "which invite it answers"),
        (answered("DECLINED", method="REPLY\nMETHOD:REPLY"), "unknown", "says twice"),
        (answered("DELEGATED"), "reply", "only a person can answer"),
        (answered("DECLINED", method="REFRESH"), "unknown", "REFRESH"),
        (answered("DECLINED", method="REQUEST"), "unknown", "REQUEST"),
        (raw("google-counter"), "counter", "Another time is proposed: Fri 18 December 2026, 2pm."),
        (raw("question"), "unknown", "Somebody wrote to us."),
        (b"Subject: big\n\n" + b"x" * 5_000_000, "refused", "larger than 1 MB"),
    ],
)
def test_what_is_not_clearly_theirs_goes_to_a_person(booking: Booking, mail: bytes, kind: str, why: str):
    taken = come(mail)
    assert (taken.kind, taken.did) == (kind, "parked")
    assert why in taken.why
    row = db.session.scalars(sa.select(IncomingMail)).one()
    assert row.state == "open"
    assert row.raw == (mail if len(mail) < 2**20 else None)
    assert not db.session.scalars(sa.select(InviteReply)).all()
    assert not letters_asking()
    assert state_of(booking) == State.BOOKED


def test_an_answer_to_nothing_we_know_without_a_word_is_ignored(booking: Booking):
    assert come(answered("DECLINED", uid="old-system@elsewhere")).did == "ignored"
    assert booking


def test_an_address_they_had_before_may_answer_for_them(booking: Booking):
    person = booking.person
    told = f"person:{person.public_id}"
    common = {"message": "address-changed", "subject": "", "text": "", "queued_at": NOW, "due_at": NOW}
    add(
        Letter(
            key="address:1:from",
            about=told,
            to_email="priya.old@northshire.example",
            message_id="<o>",
            **common,
        )
    )
    add(
        Letter(
            key="address:1:to",
            about=told,
            to_email="priya.new@northshire.example",
            message_id="<n>",
            **common,
        )
    )
    old = "Priya.Old@northshire.example"
    assert come(answered("ACCEPTED", sender="x@y.example", attendee=old)).did == "noted"
    assert db.session.scalars(sa.select(InviteReply.partstat)).all() == ["accepted"]


def test_words_beside_an_answer_are_read_by_a_person(booking: Booking):
    taken = come(answered("ACCEPTED", more="COMMENT:I need a hearing loop\n"))
    row = db.session.scalars(sa.select(IncomingMail)).one()
    assert (taken.did, row.state, row.text) == ("noted", "open", "I need a hearing loop")
    assert booking


@pytest.mark.parametrize("gone", ["cancelled", "postponed", "begun"])
def test_about_what_is_over_an_answer_is_noted_only(booking: Booking, gone: str):
    with rebuilding() as session:
        if gone == "cancelled":
            session.execute(sa.update(Booking).values(state="cancelled"))
        elif gone == "postponed":
            session.execute(sa.update(Event).values(state="postponed"))
    now = datetime(2026, 12, 18, 9, 31, tzinfo=UTC) if gone == "begun" else NOW
    taken = come(answered("DECLINED"), now=now)
    assert (taken.kind, taken.did) == ("reply", "noted")
    assert not letters_asking()
    assert db.session.scalars(sa.select(InviteReply.partstat)).all() == ["declined"]
    assert booking


def test_a_trainer_s_refusal_is_for_the_desk(booking: Booking):
    trainer: EventTrainer = make_trainer(booking.event)
    tom = db.session.get_one(Person, trainer.person_id)
    uid = f"{trainer.public_id}-{SESSION}@roundtable"
    taken = come(answered("DECLINED", uid=uid, sender=str(tom.email), attendee=str(tom.email)))
    assert (taken.kind, taken.did) == ("reply", "flagged")
    row = db.session.scalars(sa.select(IncomingMail)).one()
    assert (row.state, row.event_id, row.booking_id, row.person_id) == (
        "open",
        booking.event_id,
        None,
        tom.id,
    )
    assert not letters_asking()
    # another's invite is not theirs to answer
    assert come(answered("DECLINED", uid=uid)).did == "parked"


def test_an_automatic_answer_is_written_down_and_nobody_looks_at_it(booking: Booking):
    taken = come("out-of-office")
    assert (taken.kind, taken.did) == ("auto-reply", "ignored")
    row = db.session.scalars(sa.select(IncomingMail)).one()
    assert (row.state, row.raw, row.text) == ("done", None, "")
    assert row.person_id == booking.person_id


@pytest.mark.parametrize("name", ["bounce-postfix", "bounce-qmail", "bounce-exim"])
def test_a_mail_that_came_back_marks_the_address(letter: Letter, name: str):
    taken = come(name)
    assert (taken.kind, taken.did) == ("bounce", "marked")
    marked = db.session.scalars(sa.select(Unreachable)).one()
    assert (marked.email, marked.letter_id) == (PRIYA, letter.id)
    assert db.session.scalars(sa.select(LetterEvent.what)).all() == ["came back"]
    db.session.refresh(letter)
    assert letter.fault.startswith("It came back: ")
    assert not letters_asking()


def test_a_delay_is_noted_and_marks_nobody(letter: Letter):
    assert (come("delayed-postfix").kind, come("delayed-postfix").kind) == ("delayed", "duplicate")
    assert not db.session.scalars(sa.select(Unreachable)).all()
    assert db.session.scalars(sa.select(LetterEvent.what)).all() == ["delayed"]
    assert letter


@pytest.mark.parametrize(
    ("mail", "did"),
    [
        (raw("bounce-of-another"), "ignored"),
        (raw("bounce-for-another-address"), "parked"),
        (raw("bounce-qmail").replace(b"LetterToPriya001@", b"somebody-elses@"), "ignored"),
        (
            raw("bounce-qmail").replace(b"Message-ID: <LetterToPriya001@roundtable.example>\r\n", b""),
            "parked",
        ),
    ],
)
def test_a_report_about_no_mail_we_sent_there_changes_nothing(letter: Letter, mail: bytes, did: str):
    assert come(mail).did == did
    assert not db.session.scalars(sa.select(Unreachable)).all()
    assert not db.session.scalars(sa.select(LetterEvent)).all()
    db.session.refresh(letter)
    assert letter.fault == ""


def test_an_answer_to_the_very_invite_that_was_mailed_is_noted(booking: Booking):
    with rebuilding():
        tell_booked(booking, booking.person, occasion_of(booking.event, NOW), now=NOW, promoted=False)
    invite = db.session.scalars(sa.select(Letter.calendar).where(Letter.calendar_method == "REQUEST")).one()
    assert "PARTSTAT=NEEDS-ACTION" in invite.replace("\r\n ", "")
    reply = (
        invite.replace("\r\n ", "")
        .replace("METHOD:REQUEST", "METHOD:REPLY")
        .replace("NEEDS-ACTION", "ACCEPTED")
    )
    mail = f"From: {PRIYA}\r\nMessage-ID: <a@b.example>\r\nContent-Type: text/calendar\r\n\r\n{reply}"
    taken = come(mail.encode())
    assert (taken.kind, taken.did, taken.why, taken.booking) == ("reply", "noted", "They accepted.", BOOKING)


def test_a_trainer_s_answer_to_the_very_invite_is_theirs(booking: Booking):
    trainer = make_trainer(booking.event)
    message = Message(sitting=sittings_of(sessions_of(booking.event_id))[0], method="REQUEST")
    uid = trainer_invite(booking.event, trainer, message).uid
    email = str(trainer.person.email)
    assert come(answered("ACCEPTED", uid=uid, sender=email, attendee=email)).why == "They accepted."
    row = db.session.scalars(sa.select(InviteReply)).one()
    assert (row.booking_id, row.person_id) == (None, trainer.person_id)
