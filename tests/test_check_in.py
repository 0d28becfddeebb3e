"""Check-ins in the database: two at once on either one, a date that moves, and what the clock forgets when."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.rules import Role
from app.attendance import check_in, check_in_codes, check_in_links, check_in_settling
from app.attendance.check_in_models import CheckIn, CheckInKey, CheckInLink, CheckInTry, WalkInRequest
from app.attendance.check_in_rules import CheckInWay
from app.attendance.models import Mark, MarkChange
from app.booking.models import Booking
from app.catalogue.models import Event, EventSession
from app.catalogue.sessions import rearrange
from app.clock import stopped_at
from app.db import db, writing
from app.errors import Refused
from app.records import check_ins
from app.records.actions import changing
from tests.at_once import at_once, release
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_person

SIGNED_IN = CheckInWay.SIGNED_IN


def an_event(*names: str) -> tuple[int, list[int]]:
    """An event that begins in five minutes, with these people: its id and their bookings'."""
    event = make_event(make_course("Neglect"), starts=TODAY + timedelta(minutes=5), capacity=10)
    return event.id, [make_booking(event, make_person(name)).id for name in names]


def session_of(event_id: int) -> EventSession:
    """Its session."""
    return db.session.scalars(sa.select(EventSession).where(EventSession.event_id == event_id)).one()


def say(event_id: int, booking_id: int, device: str = "") -> None:
    """Somebody says that they are here."""
    with changing(event_id, now=TODAY):
        booking = db.session.get_one(Booking, booking_id)
        check_in.say_present(booking, session_of(event_id), way=SIGNED_IN, step=1, device=device, now=TODAY)


def confirm(event_id: int, by_id: int) -> None:
    """A trainer confirms everybody who waits."""
    with changing(event_id, now=TODAY) as event:
        session = session_of(event_id)
        late = {one.id: one.late for one in check_in_settling.waiting(event_id, session)}
        check_in_settling.confirm(event, session, late=late, by_id=by_id, now=TODAY)


def test_two_check_ins_at_once_of_one_person_are_one(each_app: Flask):
    event_id, (priya,) = an_event("Priya Nair")
    release()
    assert at_once(each_app, *[lambda: say(event_id, priya)] * 4) == [""] * 4
    assert db.session.scalars(sa.select(CheckIn.booking_id)).all() == [priya]


def test_two_people_at_once_are_both_there_and_of_one_phone_exactly_one_is_flagged(each_app: Flask):
    event_id, bookings = an_event("Priya Nair", "Ben Archer")
    release()
    acts = [lambda b=b: say(event_id, b, "one phone") for b in bookings]
    assert at_once(each_app, *acts) == ["", ""]
    assert sorted(db.session.scalars(sa.select(CheckIn.shared))) == [False, True]


def test_two_trainers_who_confirm_at_once_make_one_mark_each_and_no_history(each_app: Flask):
    event_id, bookings = an_event("Priya Nair", "Ben Archer")
    trainers = [make_person(name, Role.TRAINER).id for name in ("Tom Trainer", "Tess Trainer")]
    for booking_id in bookings:
        say(event_id, booking_id)
    release()
    acts = [lambda t=t: confirm(event_id, t) for t in trainers]
    assert at_once(each_app, *acts) == ["", ""]
    assert sorted(db.session.execute(sa.select(Mark.booking_id, Mark.mark, Mark.how)).all()) == [
        (booking_id, "present", "check-in") for booking_id in bookings
    ]
    assert db.session.scalars(sa.select(MarkChange)).all() == []
    assert len(set(db.session.scalars(sa.select(CheckIn.settled_by_id)))) == 1


def test_six_guesses_at_once_are_counted_as_five(each_app: Flask):
    event_id, _ = an_event("Priya Nair")
    release()

    def guess() -> None:
        with changing(event_id, now=TODAY):
            check_in_links.refuse_guess("192.0.2.1", session_of(event_id), TODAY)
            check_in_links.note_wrong_guess("192.0.2.1", session_of(event_id), TODAY)

    said = at_once(each_app, *[guess] * 8)
    assert sorted(said) == sorted([""] * 5 + [check_in_links.TOO_MANY_GUESSES] * 3)
    assert len(db.session.scalars(sa.select(CheckInTry)).all()) == 5


def test_somebody_who_gave_their_place_up_meanwhile_is_not_checked_in(each_app: Flask):
    event_id, (priya,) = an_event("Priya Nair")
    with changing(event_id, now=TODAY):
        db.session.get_one(Booking, priya).state = "cancelled"
    with pytest.raises(Refused, match="You have no place on this date any more"):
        say(event_id, priya)
    assert db.session.scalars(sa.select(CheckIn)).all() == []


def test_a_date_that_is_taken_away_takes_its_check_ins_with_it(each_app: Flask):
    event_id, (priya,) = an_event("Priya Nair")
    tom = make_person("Tom Trainer")
    with changing(event_id, now=TODAY):
        check_in_codes.open_for(session_of(event_id), by_id=tom.id, now=TODAY)
    say(event_id, priya)
    with changing(event_id, now=TODAY) as event:
        rearrange(event, (), ())
    for table in (CheckIn, CheckInKey):
        assert db.session.scalars(sa.select(table)).all() == []


def what_is_left(at: timedelta) -> dict[str, object]:
    """What the clock leaves so long after the end of the session."""
    ends_at = db.session.scalars(sa.select(Event.ends_at)).one()
    check_ins.due(stopped_at(ends_at + at))
    db.session.rollback()
    db.session.expire_all()
    return {
        "keys": len(db.session.scalars(sa.select(CheckInKey)).all()),
        "tries": len(db.session.scalars(sa.select(CheckInTry)).all()),
        "links": len(db.session.scalars(sa.select(CheckInLink)).all()),
        "phones": len([d for d in db.session.scalars(sa.select(CheckIn.device)) if d]),
        "said": len(db.session.scalars(sa.select(CheckIn)).all()),
        "asked": len(db.session.scalars(sa.select(WalkInRequest)).all()),
    }


def test_the_clock_forgets_keys_at_the_end_phones_after_a_day_and_requests_in_vain_after_thirty(
    each_app: Flask,
):
    event_id, bookings = an_event("Priya Nair", "Ben Archer")
    wanda, walt = make_person("Wanda Walker"), make_person("Walt Walker")
    tom = make_person("Tom Trainer", Role.TRAINER)
    with changing(event_id, now=TODAY) as event:
        session = session_of(event_id)
        check_in_codes.open_for(session, by_id=tom.id, now=TODAY)
        for person in (wanda, walt):
            works = check_in.works_of(person.id, TODAY)[0]
            check_in.ask_trainer(session, person, works, step=1, now=TODAY)
        first = check_in_settling.asking(session.id)[0].id
        check_in_settling.answer(event, session, first, approved=True, by=tom, now=TODAY)
        check_in_links.note_wrong_guess("192.0.2.1", session, TODAY)
    with writing():
        session = check_in_codes.session_called(session_of(event_id).public_id)
        assert session is not None
        check_in_links.ask_link("priya.nair@northshire.example", session, step=1, network="", now=TODAY)
    for booking_id in bookings:
        say(event_id, booking_id, f"phone {booking_id}")
    second = timedelta(seconds=1)
    before = what_is_left(-second)
    assert (before["keys"], before["phones"], before["said"], before["asked"]) == (1, 2, 2, 2)
    assert what_is_left(timedelta()) == before | {"keys": 0, "tries": 0, "links": 0}
    assert what_is_left(timedelta(days=1) - second)["phones"] == 2
    assert what_is_left(timedelta(days=1))["phones"] == 0
    assert what_is_left(timedelta(days=30) - second)["asked"] == 2
    left = what_is_left(timedelta(days=30))
    assert (left["asked"], left["said"]) == (1, 2)


def test_the_key_of_a_session_signs_nothing_in_another_installation(each_app: Flask):
    event_id, _ = an_event("Priya Nair")
    session = session_of(event_id)
    tom = make_person("Tom Trainer")
    with changing(event_id, now=TODAY):
        row = check_in_codes.open_for(session, by_id=tom.id, now=TODAY)
    here = check_in_codes.shown(row, session, TODAY)
    each_app.config["SECRET_KEY"], usual = "another", each_app.config["SECRET_KEY"]
    try:
        assert check_in_codes.shown(row, session, TODAY).token != here.token
        assert check_in_codes.arrive(here.token, now=TODAY).why == "wrong"
    finally:
        each_app.config["SECRET_KEY"] = usual
    assert check_in_codes.arrive(here.token, now=TODAY).why is None
