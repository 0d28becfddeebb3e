"""Which marks count, and what becomes of them: the rules, then the rows."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Affiliation, Person
from app.attendance import actions, register
from app.attendance.history import earlier_marks
from app.attendance.marking import is_latest
from app.attendance.models import Mark, MarkChange
from app.attendance.rules import (
    MarkKind,
    Typed,
    Wanted,
    completed,
    fault,
    first_letter,
    kept_until,
    made_at,
    minutes_since,
    minutes_there,
    opens_at,
    refusal,
    wanted,
    whole_number,
)
from app.booking.models import Booking, BookingChange
from app.catalogue.models import Event, EventSession
from app.clock import from_london, london_day
from app.db import db
from app.errors import Refused
from app.records.actions import changing
from app.tallies.rules import Delegate, Marked, Unit, outcome
from tests.conftest import TODAY
from tests.factories import make_agency, make_booking, make_event, make_person, make_setting

STARTS = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LENGTH = 180
PRESENT, ABSENT, EXCUSED = MarkKind

minutes = st.integers(0, 600)
numbers = st.sampled_from(
    ["", " ", "0", "5", "15", " 20 ", "90", "180", "181", "-1", "1.5", "ten", "٣", "99999"]
)
typings = st.builds(
    Typed,
    st.sampled_from(["", "none", "present", "absent", "excused", "asleep", "PRESENT"]),
    numbers,
    numbers,
    st.text(max_size=20),
)


@given(minutes, minutes, minutes)
def test_nobody_is_there_longer_than_the_session(length: int, late: int, early: int):
    assert 0 <= minutes_there(length, late, early) <= length


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_who_completed_was_there_for_eighty_per_cent(there: int, whole: int):
    assert completed(there, whole) == (whole > 0 and there > 0 and 5 * there >= 4 * whole)


@given(
    st.lists(st.tuples(st.sampled_from(list(MarkKind)), st.integers(0, 60), st.integers(0, 60)), max_size=4),
    st.booleans(),
)
def test_everybody_expected_came_or_was_excused_or_did_not_attend(sessions: list, expected: bool):
    """The one person's share of "came without walk-ins + excused + did not attend = expected"."""
    delegate = Delegate(1, 1, Unit(1, None, "Health", ""), expected, not expected, False)
    marks = [Marked(1, kind, minutes_there(60, late, early), "") for kind, late, early in sessions]
    found = outcome(
        delegate, marks, done=PRESENT in [kind for kind, _, _ in sessions] and sessions[0][1] == 0
    )
    assert found["came_expected"] + found["excused"] + found["did_not_attend"] == found["expected"]
    assert found["came"] == (PRESENT in [kind for kind, _, _ in sessions])
    assert found["completed"] + found["part"] == found["came"]
    assert found["walk_ins"] == found["came"] - found["came_expected"]


@given(typings, st.sampled_from([None, *MarkKind]))
def test_whatever_is_typed_is_a_fault_or_a_mark_that_the_database_takes(typed: Typed, known: MarkKind | None):
    if fault(typed, length=LENGTH):
        return
    mark = wanted(typed, known=known)
    assert mark.minutes_late >= 0
    assert mark.left_early >= 0
    assert mark.minutes_late + mark.left_early <= LENGTH
    assert mark.kind == PRESENT or (mark.minutes_late, mark.left_early) == (0, 0)
    assert mark.kind in (ABSENT, EXCUSED) or mark.why == ""


@pytest.mark.parametrize(
    ("typed", "known", "mark"),
    [
        (Typed("present"), None, Wanted(PRESENT)),
        (Typed("present", "10", "5", "a reason"), ABSENT, Wanted(PRESENT, 10, 5)),
        (Typed("absent", "10", "", " ill "), PRESENT, Wanted(ABSENT, why="ill")),
        (Typed("none", why="x"), PRESENT, Wanted(None)),
        (Typed("", "10"), None, Wanted(PRESENT, 10)),
        (Typed("", why="on leave"), None, Wanted(None)),
        (Typed("", why="on leave"), EXCUSED, Wanted(EXCUSED, why="on leave")),
    ],
)
def test_minutes_belong_to_presence_and_a_reason_to_absence(
    typed: Typed, known: MarkKind | None, mark: Wanted
):
    assert wanted(typed, known=known) == mark


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (Typed("asleep"), "Choose here, late, absent or excused"),
        (Typed("present", "-5"), "Enter minutes as a whole number, such as 15"),
        (Typed("present", "", "half"), "Enter minutes as a whole number, such as 15"),
        (Typed("present", "100", "81"), "Enter fewer minutes: the session has 180"),
        (Typed("present", "100", "80"), ""),
    ],
)
def test_what_is_typed_wrongly_is_told_what_to_do(typed: Typed, sentence: str):
    assert fault(typed, length=LENGTH) == sentence


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", 0),
        (" 7 ", 7),
        ("0", 0),
        ("9999", 9999),
        ("10000", None),
        ("²", None),
        ("1 0", None),
        ("+1", None),
    ],
)
def test_a_whole_number_is_digits_only(typed: str, number: int | None):
    assert whole_number(typed) == number


@given(st.text(alphabet="0123456789-. x", max_size=12))
def test_a_tick_is_never_from_the_future_nor_older_than_a_week(age: str):
    assert STARTS - timedelta(days=7) <= made_at(age, STARTS) <= STARTS


def test_a_tick_that_waited_for_signal_was_made_when_it_was_made():
    assert made_at("90", STARTS) == STARTS - timedelta(seconds=90)
    assert made_at("604801", STARTS) == STARTS


def test_trainers_mark_from_an_hour_before_the_start_and_administrators_at_any_time():
    early = opens_at(STARTS) - timedelta(seconds=1)
    asked = {"starts_at": STARTS, "cancelled": False}
    assert "opens an hour before the start" in refusal(**asked, now=early, by_administrator=False)
    assert refusal(**asked, now=early, by_administrator=True) == ""
    assert refusal(**asked, now=STARTS - timedelta(hours=1), by_administrator=False) == ""
    cancelled = refusal(starts_at=STARTS, now=STARTS, by_administrator=True, cancelled=True)
    assert cancelled == "This event was cancelled, so it has no register."


@pytest.mark.parametrize(
    ("name", "letter"), [("Ada Adeyemi", "A"), ("Li", "L"), ("X Ærø", "Æ"), ("12 3", "#"), ("", "#")]
)
def test_people_are_found_by_the_first_letter_of_their_family_name(name: str, letter: str):
    assert first_letter(name) == letter


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago."""
    return make_event(starts=TODAY - timedelta(hours=1))


@pytest.fixture
def tom(app: Flask) -> Person:
    """Whoever marks."""
    return make_person("Tom Trainer")


def session_of(event: Event) -> int:
    """The id of its first session."""
    return (
        db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == event.id)).first() or 0
    )


def mark(
    event: Event, by: Person, wishes: dict[int, Wanted], now: datetime = TODAY, why: str = ""
) -> set[int]:
    """Mark as a page does; returns whose mark changed."""
    with changing(event, now=now) as locked:
        return set(actions.mark_delegates(locked, session_of(event), wishes, by_id=by.id, now=now, why=why))


def stored(event: Event) -> dict[int, tuple[str, int, str]]:
    """The marks there are: kind, minutes late and reason, by booking."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Mark.booking_id, Mark.mark, Mark.minutes_late, Mark.why))
    return {row.booking_id: (row.mark, row.minutes_late, row.why) for row in rows}


def test_a_mark_is_set_changed_and_taken_away_and_each_change_is_kept(event: Event, tom: Person):
    booking = make_booking(event).id
    assert mark(event, tom, {booking: Wanted(ABSENT, why="ill")}) == {booking}
    assert mark(event, tom, {booking: Wanted(ABSENT, why="ill")}) == set()
    assert mark(event, tom, {booking: Wanted(PRESENT, 5)}) == {booking}
    assert stored(event) == {booking: ("present", 5, "")}
    mark(event, tom, {booking: Wanted(None)})
    assert stored(event) == {}
    rows = db.session.execute(sa.select(MarkChange.was, MarkChange.became).order_by(MarkChange.id)).all()
    assert rows == [("absent", "present"), ("present", "")]


def test_the_latest_word_on_a_person_wins_whichever_phone_it_comes_from(event: Event, tom: Person):
    booking = make_booking(event).id
    mark(event, tom, {booking: Wanted(PRESENT)}, TODAY)
    late = Wanted(ABSENT, at=TODAY - timedelta(minutes=2))
    assert mark(event, tom, {booking: late}, TODAY + timedelta(minutes=5)) == set()
    assert stored(event)[booking][0] == "present"
    later = Wanted(ABSENT, at=TODAY + timedelta(minutes=3))
    mark(event, tom, {booking: later}, TODAY + timedelta(minutes=6))
    assert stored(event)[booking][0] == "absent"
    assert db.session.scalars(sa.select(Mark.marked_at)).one() == TODAY + timedelta(minutes=3)


def test_who_was_overtaken_is_still_written_down_once_however_often_it_is_sent(event: Event, tom: Person):
    booking, tina = make_booking(event), make_person("Tina Trainer")
    mark(event, tom, {booking.id: Wanted(PRESENT)}, TODAY)
    for minutes in (5, 6):
        arrives = TODAY + timedelta(minutes=minutes)
        mark(event, tina, {booking.id: Wanted(ABSENT, at=TODAY - timedelta(minutes=2))}, arrives)
    mark(event, tina, {booking.id: Wanted(PRESENT, 20)}, TODAY + timedelta(minutes=9))
    session_id = db.session.scalars(sa.select(Mark.session_id)).one()
    told = earlier_marks(event.id, session_id)[booking.public_id]
    assert [(one.mark, one.marked_by, one.marked_at) for one in told] == [
        ("present", tom.name, TODAY),
        ("absent", "Tina Trainer", TODAY - timedelta(minutes=2)),
    ]
    assert [row.stood for row in db.session.scalars(sa.select(MarkChange).order_by(MarkChange.id))] == [
        False,
        True,
    ]


def test_a_tick_from_before_a_mark_was_taken_back_does_not_bring_it_back(event: Event, tom: Person):
    booking = make_booking(event).id
    mark(event, tom, {booking: Wanted(PRESENT)}, TODAY)
    mark(event, tom, {booking: Wanted(None, at=TODAY + timedelta(minutes=3))}, TODAY + timedelta(minutes=9))
    early = Wanted(PRESENT, at=TODAY + timedelta(minutes=2))
    assert mark(event, tom, {booking: early}, TODAY + timedelta(minutes=10)) == set()
    assert stored(event) == {}
    later = Wanted(PRESENT, at=TODAY + timedelta(minutes=4))
    assert mark(event, tom, {booking: later}, TODAY + timedelta(minutes=11)) == {booking}


@given(st.permutations(range(6)), st.lists(st.sampled_from(list(MarkKind)), min_size=6, max_size=6))
def test_ticks_that_arrive_in_any_order_end_as_the_latest_of_them(order: list[int], kinds: list[MarkKind]):
    there = Wanted(ABSENT), None
    for minute in order:
        tick = Wanted(kinds[minute], at=TODAY + timedelta(minutes=minute))
        row = SimpleNamespace(marked_at=there[1], said_at=None)
        there = (tick, tick.at) if is_latest(tick, row) else there
    assert there == (Wanted(kinds[5], at=TODAY + timedelta(minutes=5)), TODAY + timedelta(minutes=5))


def test_bookings_of_other_events_and_given_up_ones_are_left_out(event: Event, tom: Person):
    elsewhere = make_booking(make_event(event.course, TODAY + timedelta(days=7))).id
    given_up = make_booking(event, state="cancelled").id
    assert mark(event, tom, {elsewhere: Wanted(PRESENT), given_up: Wanted(PRESENT)}) == set()
    assert stored(event) == {}


def test_a_correction_keeps_its_reason_even_where_there_was_no_mark(event: Event, tom: Person):
    booking = make_booking(event).id
    mark(event, tom, {booking: Wanted(PRESENT)}, why="Signed the paper list")
    change = db.session.scalars(sa.select(MarkChange)).one()
    assert (change.was, change.became, change.why) == ("", "present", "Signed the paper list")


@pytest.mark.parametrize("state", ["waiting", "requested", "offered"])
def test_who_waits_asks_or_has_an_offer_becomes_a_walk_in(event: Event, tom: Person, state: str):
    booking = make_booking(event, state=state)
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == booking.person_id)).one()
    with changing(event, now=TODAY) as locked:
        found = actions.walk_in(locked, works.person, works, by=tom, now=TODAY)
        assert found.id == booking.id
    assert db.session.get_one(Booking, booking.id).state == "walk-in"
    last = db.session.execute(BookingChange.of(booking.id)).first()
    assert last is not None
    assert (last.from_state, last.to_state, last.by_id) == (state, "walk-in", tom.id)
    assert db.session.get_one(Event, event.id, populate_existing=True).places_held == 0


def test_who_gave_the_place_up_and_comes_after_all_walks_in_anew(event: Event, tom: Person):
    given_up = make_booking(event, state="cancelled")
    works = db.session.scalars(
        sa.select(Affiliation).where(Affiliation.person_id == given_up.person_id)
    ).one()
    with changing(event, now=TODAY) as locked:
        for _ in range(2):
            actions.walk_in(locked, works.person, works, by=tom, now=TODAY)
    states = sorted(db.session.scalars(sa.select(Booking.state)))
    assert states == ["cancelled", "walk-in"]


def test_who_has_a_place_stays_booked(event: Event, tom: Person):
    booked = make_booking(event)
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == booked.person_id)).one()
    with changing(event, now=TODAY) as locked:
        assert actions.walk_in(locked, works.person, works, by=tom, now=TODAY).state == "booked"


def test_a_register_is_closed_when_it_is_over_and_everybody_has_a_mark(each_app: Flask):
    event, tom = make_event(starts=TODAY - timedelta(hours=1)), make_person("Tom Trainer")
    booking, over = make_booking(event).id, TODAY + timedelta(hours=3)
    with pytest.raises(Refused, match="when the last session is over"), changing(event, now=TODAY) as locked:
        actions.close(locked, by=tom, now=TODAY)
    with pytest.raises(Refused, match="has no mark yet"), changing(event, now=over) as locked:
        actions.close(locked, by=tom, now=over)
    assert [row.id for row in register.unmarked(event.id)] == [booking]
    mark(event, tom, {booking: Wanted(EXCUSED)}, over)
    for _ in range(2):
        with changing(event, now=over) as locked:
            actions.close(locked, by=tom, now=over)
    closing = register.closing(event.id)
    assert closing is not None
    assert closing.closed_at == over


def test_a_name_finds_those_who_are_not_on_the_list_and_who_waited_first(each_app: Flask):
    event = make_event(starts=TODAY - timedelta(hours=1))
    partnership_id = event.host_id
    make_booking(event, make_person("Kit Known"))
    make_person("Kit Anders", agency=make_agency("Northshire Police"))
    school = make_setting()
    kitty = make_person("Ann-Kitty Bell", agency=school.agency, setting_id=school.id)
    make_booking(event, kitty, state="closed")
    make_person("Nikita Kitson-Hill")
    stranger = make_agency("Farshire County Council")
    with changing(event, now=TODAY):
        db.session.execute(sa.text("DELETE FROM agency_standing WHERE agency_id = :id"), {"id": stranger.id})
    make_person("Kit Farshire", agency=stranger)

    def called(name: str) -> list[tuple[str, str, bool]]:
        rows = register.people_called(name, event_id=event.id, partnership_id=partnership_id, now=TODAY)
        return [(row.name, row.setting or row.agency, bool(row.waited)) for row in rows]

    assert called("kit") == [
        ("Ann-Kitty Bell", "Hill Top Primary School", True),
        ("Kit Anders", "Northshire Police", False),
        ("Nikita Kitson-Hill", "Northshire County Council", False),
    ]
    assert [name for name, *_ in called("KIT and")] == ["Kit Anders"]
    assert called("ki") == called("%%%") == called("") == called("itty") == []


def test_past_registers_are_told_in_one_query(each_app: Flask):
    event, tom = make_event(starts=TODAY - timedelta(days=1)), make_person("Tom Trainer")
    came, absent = make_booking(event).id, make_booking(event).id
    make_booking(event, state="waiting")
    mark(event, tom, {came: Wanted(PRESENT), absent: Wanted(ABSENT)})
    row = register.summaries([event.id])[event.id]
    assert (row.listed, row.came, row.closed_at) == (2, 1, None)


@given(st.integers(-600, 600), st.integers(1, 480))
def test_who_comes_late_is_late_by_the_minutes_begun_and_only_while_the_session_lasts(
    seconds: int, length: int
):
    at = TODAY + timedelta(seconds=seconds)
    minutes = minutes_since(TODAY, at, length=length)
    assert 0 <= minutes < length
    if seconds <= 0 or seconds > 60 * (length - 1):
        assert minutes == 0
    else:
        assert 60 * (minutes - 1) < seconds <= 60 * minutes


@given(st.integers(-50, 50), st.integers(0, 23))
def test_a_phone_keeps_a_list_from_the_day_before_to_the_end_of_the_day(hours: int, starts: int):
    begins = from_london(TODAY.date(), time(starts))
    now = begins + timedelta(hours=hours)
    until = kept_until(starts_at=begins, ends_at=begins + timedelta(minutes=30), now=now)
    days = (london_day(now) - london_day(begins)).days
    assert (until is not None) == (days in (-1, 0))
    assert until is None or (now < until and london_day(until) == london_day(begins) + timedelta(days=1))
