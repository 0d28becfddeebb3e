"""The letter of the evening before: when, to whom, what stands in it and what does not; with a moved clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.attendance.day_links import token_of
from app.booking.models import Booking, Headcount
from app.booking.rules import State
from app.catalogue.models import Event
from app.catalogue.plans import SessionPlan
from app.clock import from_london, in_london, london_day, stopped_at
from app.db import db, rebuilding, writing
from app.delivery import actions as delivery
from app.delivery.standing_in import cannot_come, stand_in
from app.evaluation.cue_sheets import events_with_cue_sheets
from app.evaluation.models import Answer, EvaluationResponse, Question, Questionnaire
from app.evaluation.rules import cue_sheet_at, cue_sheet_is_due, whole_handfuls
from app.evaluation.who_comes import rated_before
from app.notifications import choices
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.pool.models import EventTrainer
from app.records.actions import changing
from app.records.due import due
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_requirement,
    make_trainer,
)
from tests.statements import count_statements

# Monday 11 January 2027, 9:30; its sheet leaves on Sunday at 17:00.
STARTS = from_london(date(2027, 1, 11), time(9, 30))
DUE = from_london(date(2027, 1, 10), time(17))
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECOND, HOUR, DAY, HOURS = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1), timedelta(hours=3)


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A date that Tom delivers, on either database."""
    found = make_event(make_course("Neglect"), starts=STARTS)
    make_trainer(found)
    return found


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    found = make_event(make_course("Neglect"), starts=STARTS)
    make_trainer(found)
    return found


def work(*moments: datetime) -> None:
    """What the clock does at these moments, twice each, since two workers may."""
    for now in moments:
        due(stopped_at(now))
        due(stopped_at(now))


def sheets(*states: str) -> list[Letter]:
    """The cue sheets there are, oldest first."""
    db.session.rollback()
    found = sa.select(Letter).where(Letter.message == "cue-sheet").order_by(Letter.id)
    return list(db.session.scalars(found.where(Letter.state.in_(states)) if states else found))


def readers() -> list[str]:
    """Who got one that was not withdrawn."""
    return [letter.to_name for letter in sheets() if letter.state != "withdrawn"]


def leave(now: datetime) -> None:
    """The worker sends whatever waits."""
    with writing() as session:
        waiting = sa.update(Letter).where(Letter.state == "queued", Letter.due_at <= now)
        session.execute(waiting.values(state="sent", sent_at=now))


def move(event: Event, *starts: datetime, now: datetime) -> None:
    """The desk gives it other sessions of three hours."""
    by = make_person()
    with changing(event.id, now=now) as locked:
        plans = [SessionPlan(starts_at=start, ends_at=start + HOURS) for start in starts]
        delivery.reschedule(locked, plans, by=by, now=now)


# When.


def test_it_leaves_at_five_on_the_evening_before_once_also_on_a_sunday(event: Event):
    work(DUE - DAY, DUE - SECOND)
    assert sheets() == [] and events_with_cue_sheets(DUE - SECOND) == []
    assert events_with_cue_sheets(DUE) == [event.id]
    work(DUE)
    [letter] = sheets()
    assert (letter.to_name, letter.expires_at) == ("Tom Trainer", STARTS)
    work(DUE + SECOND, STARTS - SECOND, STARTS, STARTS + SECOND)
    assert len(sheets()) == 1


def test_a_worker_that_was_down_sends_it_as_long_as_the_day_has_not_begun(lite: Event):
    work(STARTS, STARTS + SECOND, STARTS + 3 * DAY)
    assert sheets() == []
    work(STARTS - SECOND)
    assert len(sheets()) == 1


@pytest.mark.parametrize("day", [date(2027, 3, 29), date(2027, 3, 28), date(2027, 11, 1), date(2026, 12, 26)])
def test_at_a_clock_change_and_on_a_bank_holiday_it_is_five_by_the_clock_on_the_wall(day: date):
    at = in_london(cue_sheet_at(from_london(day, time(9, 30)), hour=17))
    assert (at.date(), at.time()) == (day - DAY, time(17))


@given(
    starts=st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    away=st.timedeltas(timedelta(days=-3), timedelta(days=3)),
    hour=st.integers(12, 23),
)
def test_it_is_due_only_from_the_evening_before_until_the_start(starts: datetime, away: timedelta, hour: int):
    now = starts + away
    is_due = cue_sheet_is_due(starts, now, hour=hour, on_since=LONG_BEFORE)
    assert is_due == (cue_sheet_at(starts, hour=hour) <= now < starts)
    assert not is_due or london_day(now) >= london_day(starts) - DAY


LONG_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


def test_the_hour_is_a_setting(lite: Event):
    add(
        PartnershipSetting(
            partnership_id=lite.host_id, key="cue_sheet_hour", value=15, from_on=LONG_AGO, set_at=NOW
        )
    )
    work(DUE - 2 * HOUR - SECOND)
    assert sheets() == []
    work(DUE - 2 * HOUR)
    assert len(sheets()) == 1


def test_each_day_of_a_course_has_its_own_and_two_sessions_of_a_day_have_one(event: Event):
    afternoon, second = STARTS + timedelta(hours=4), STARTS + 7 * DAY
    move(event, STARTS, afternoon, second, now=NOW)
    leave(DUE)
    work(DUE, STARTS + HOURS, afternoon - SECOND)
    [first] = sheets()
    assert "(session 1 of 3)" in first.text and "1:30pm to 4:30pm" in first.text
    assert "18 January" not in first.text
    work(DUE + 7 * DAY)
    [_, other] = sheets()
    assert "(session 3 of 3)" in other.text and "18 January" in other.text
    assert "Your next session is near" in other.text


# To whom.


def test_experts_and_the_host_get_one_a_guest_speaker_does_not(lite: Event):
    for name, part in (("Eve Expert", "expert"), ("Hugo Host", "host"), ("Guy Guest", "guest speaker")):
        make_trainer(lite, make_person(name), part)
    work(DUE)
    assert sorted(readers()) == ["Eve Expert", "Hugo Host", "Tom Trainer"]
    [letter] = [one for one in sheets() if one.to_name == "Tom Trainer"]
    assert "With: Eve Expert and Hugo Host" in letter.text


def test_who_is_named_after_that_hour_gets_it_at_once_and_who_had_it_not_again(event: Event):
    work(DUE)
    by, tess = make_person(), make_person("Tess Teacher")
    with changing(event.id, now=DUE + 4 * HOUR) as locked:
        stand_in(locked, tess, part="pool", agency_id=None, by=by, now=DUE + 4 * HOUR)
    work(DUE + 4 * HOUR)
    assert readers() == ["Tom Trainer", "Tess Teacher"]
    late = make_person("Lara Late")
    with changing(event.id, now=STARTS + SECOND) as locked:
        stand_in(locked, late, part="pool", agency_id=None, by=by, now=STARTS + SECOND)
    work(STARTS + SECOND)
    assert readers() == ["Tom Trainer", "Tess Teacher"]


def test_who_is_taken_off_before_it_left_does_not_get_it(event: Event):
    work(DUE)
    by = make_person()
    tom = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    with changing(event.id, now=DUE + SECOND) as locked:
        cannot_come(locked, tom, by=by, now=DUE + SECOND)
    assert sheets("queued") == [] and len(sheets("withdrawn")) == 1


@pytest.mark.parametrize("state", ["cancelled", "postponed", "draft"])
def test_an_event_that_does_not_take_place_tells_nobody(app: Flask, state: str):
    make_trainer(make_event(starts=STARTS, state=state))
    work(DUE, STARTS - SECOND)
    assert sheets() == []


def test_switched_off_it_costs_one_look_and_what_passed_meanwhile_is_not_sent_later(lite: Event):
    with writing():
        choices.switch(lite.host_id, "cue-sheet", on=False, by="", now=NOW)
    with count_statements() as statements:
        assert events_with_cue_sheets(DUE) == []
    assert len(statements) <= 3, statements
    work(DUE)
    with writing():
        choices.switch(lite.host_id, "cue-sheet", on=True, by="", now=DUE + HOUR)
    work(DUE + HOUR)
    assert sheets() == []


def test_looking_takes_the_same_few_statements_however_many_dates_there_are(lite: Event):
    with count_statements() as few:
        events_with_cue_sheets(DUE)
    for number in range(6):
        make_trainer(make_event(make_course(f"Course {number}"), starts=STARTS + HOUR), make_person())
    with count_statements() as many:
        assert len(events_with_cue_sheets(DUE)) == 7
    assert len(many) <= len(few) <= 8


# Moved, cancelled.


def test_a_date_that_is_moved_is_told_anew_on_its_new_evening_and_not_on_the_old_one(event: Event):
    move(event, STARTS + 14 * DAY, now=DUE - HOUR)
    work(DUE, STARTS - SECOND)
    assert sheets() == []
    work(DUE + 14 * DAY)
    assert len(sheets()) == 1


def test_moved_by_a_day_after_the_sheet_left_it_is_told_again_for_the_new_day(event: Event):
    work(DUE)
    leave(DUE)
    move(event, STARTS + DAY, now=DUE + HOUR)
    work(DUE + HOUR, DUE + DAY)
    assert len(sheets()) == 2 and "12 January" in sheets()[1].text


def test_moved_within_the_day_what_left_is_not_repeated_and_what_waits_is_written_anew(event: Event):
    work(DUE)
    move(event, STARTS + HOUR, now=DUE + SECOND)
    assert len(sheets("withdrawn")) == 1
    work(DUE + 2 * SECOND)
    [letter] = sheets("queued")
    assert "10:30am" in letter.text
    leave(DUE + HOUR)
    move(event, STARTS + 2 * HOUR, now=DUE + HOUR)
    work(DUE + 2 * HOUR)
    assert len(sheets("sent")) == 1 and sheets("queued") == []


def test_a_sheet_that_waits_is_withdrawn_when_the_date_is_cancelled(event: Event):
    work(DUE)
    by = make_person()
    with changing(event.id, now=DUE + SECOND) as locked:
        delivery.cancel_event(locked, by=by, now=DUE + SECOND, why="Snow")
    work(DUE + HOUR)
    assert [letter.state for letter in sheets()] == ["withdrawn"]
    told = sa.select(Letter.message).where(Letter.to_name == "Tom Trainer", Letter.state == "queued")
    assert db.session.scalars(told).all() == ["trainer-event-cancelled"]


# What stands in it.


def test_it_says_who_comes_in_numbers_and_names_nobody(event: Event):
    hill = make_agency("Hill NHS Trust", sector="Health")
    for name, agency in (("Priya Patel", hill), ("Paul Poe", hill), ("Cora Council", make_agency())):
        make_booking(event, make_person(name, agency=agency))
    make_booking(event, make_person("Wanda Waiting"), state=State.WAITING)
    make_booking(event, make_person("Callum Cancelled"), state=State.CANCELLED)
    work(DUE)
    [letter] = sheets()
    assert "Booked: 3 people" in letter.text
    assert "Health: 2 (Hill NHS Trust)" in letter.text
    assert "Local authority: 1 (Northshire County Council)" in letter.text
    for name in ("Priya", "Paul", "Cora", "Wanda", "Callum", "Patel"):
        assert name not in letter.text + letter.html
    trainer = db.session.scalars(sa.select(EventTrainer)).one()
    assert f"/registers/{token_of(trainer, london_day(STARTS))}" in letter.text
    assert f"/join/{event.join_token}" in letter.text and "meet.example" not in letter.text
    assert "01632 960001" in letter.text


def test_part_one_and_needs_are_counted_and_nothing_is_said_of_them_where_there_are_none(event: Event):
    make_booking(event)
    work(DUE)
    assert "Part 1" not in sheets()[0].text and "needs" not in sheets()[0].text


def test_part_one_to_do_and_needs_stand_as_numbers(event: Event):
    first = make_course("Part one")
    make_requirement(event.course, first)
    make_requirement(event.course, make_course("Part zero"))
    make_booking(event, make_person("Nora Needs"), needs="Wheelchair, no nuts")
    make_booking(event, needs="  ")
    work(DUE)
    [letter] = sheets()
    assert "Part 1 still to do: 2 people" in letter.text
    assert "Access or dietary needs: 1 person: see the register" in letter.text
    assert "nuts" not in letter.text + letter.html


def answers(event: Event, *ratings: int, state: State = State.BOOKED) -> None:
    """People with these answers to the headline question before."""
    sheet = db.session.scalar(sa.select(Questionnaire).where(Questionnaire.stage == "before"))
    sheet = sheet or add(Questionnaire(course_id=event.course_id, stage="before"))
    question = db.session.scalar(sa.select(Question).where(Question.questionnaire_id == sheet.id))
    text = "How is your knowledge?"
    asked = {"key": "knowledge", "number": 1, "text": text, "kind": "rating", "headline": True}
    question = question or add(Question(questionnaire_id=sheet.id, **asked))
    for rating in ratings:
        booking: Booking = make_booking(event, state=state)
        given = {
            "event_id": event.id,
            "booking_id": booking.id,
            "questionnaire_id": sheet.id,
            "stage": "before",
        }
        response = add(EvaluationResponse(**given, answered_at=NOW))
        add(Answer(response_id=response.id, question_id=question.id, rating=rating))


def test_four_ratings_are_not_shown_five_are_as_a_distribution(event: Event):
    answers(event, 1, 2, 2, 4)
    work(DUE)
    [letter] = sheets()
    assert "beforehand" not in letter.text and "very poor" not in letter.text.lower()
    with rebuilding() as session:
        session.execute(sa.delete(Letter))
    answers(event, 4)
    work(DUE)
    [letter] = sheets()
    assert "How is your knowledge? Of 5 people who answered:" in letter.text
    for line in ("Very good: 0", "Good: 2", "Average: 0", "Poor: 2", "Very poor: 1"):
        assert line in letter.text


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(5, 8))
def test_between_two_looks_nothing_or_a_handful_of_answers_comes_in(more: list[int], handful: int):
    shown, there = [0], 0
    for few in more:
        there += few
        shown.append(whole_handfuls(there, handful))
    assert all(later - sooner in (0, *range(handful, 99)) for sooner, later in pairwise(shown))
    assert all(number == 0 or number >= handful for number in shown)


def test_who_gives_up_their_place_takes_no_answer_away_that_could_be_told_by_that(lite: Event):
    answers(lite, 1, 2, 3, 4, 5, 5)
    before = rated_before(lite, NOW)
    with rebuilding() as session:
        gone = session.scalars(sa.select(Booking).order_by(Booking.id)).first()
        assert gone
        gone.state = State.CANCELLED.value
    assert before and before.answered == 5
    assert rated_before(lite, NOW) == before
    answers(lite, 5, 5, 5)
    assert rated_before(lite, NOW) == before
    answers(lite, 5)
    again = rated_before(lite, NOW)
    assert again and again.answered == 10


def test_the_sheet_of_a_later_day_shows_no_ratings_because_two_sheets_could_be_subtracted(event: Event):
    move(event, STARTS, STARTS + 7 * DAY, now=NOW)
    answers(event, 1, 2, 3, 4, 5)
    work(DUE, DUE + 7 * DAY)
    first, later = sheets()
    assert "beforehand" in first.text and "beforehand" not in later.text


def test_where_organisations_are_booked_their_number_and_the_people_stand_there(app: Flask):
    event = make_event(starts=STARTS, headcount_only=True)
    make_trainer(event)
    for name, expected, cancelled in (("Hill Trust", 3, None), ("Low School", 2, None), ("Gone", 9, NOW)):
        add(
            Headcount(
                event_id=event.id,
                organisation=name,
                expected=expected,
                booked_on=NOW.date(),
                sector="Health",
                agency_id=make_agency(name).id,
                cancelled_at=cancelled,
            )
        )
    work(DUE)
    assert "Booked: 5 people of 2 organisations" in sheets()[0].text


def test_of_another_partnership_too(lite: Event):
    other = make_partnership(slug="southshire", short_name="Southshire SCP", contact_phone="01632 960002")
    make_trainer(make_event(lite.course, starts=STARTS + HOUR, host_id=other.id), make_person("Sue South"))
    work(DUE)
    [letter] = [one for one in sheets() if one.to_name == "Sue South"]
    assert letter.partnership_id == other.id and "01632 960002" in letter.text


def test_nobody_without_an_address_or_with_a_closed_account_stops_the_others(lite: Event):
    for name, change in (("Nia None", {"email": None}), ("Clara Closed", {"closed_at": NOW})):
        person = make_person(name)
        make_trainer(lite, person)
        with writing():
            for column, value in change.items():
                setattr(person, column, value)
    work(DUE)
    assert readers() == ["Tom Trainer"]
    assert db.session.scalar(sa.select(sa.func.count(EventTrainer.id))) == 3
