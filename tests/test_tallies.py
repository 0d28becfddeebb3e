"""Each event in numbers that add up: the counting, the storing, and the check against the rows."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.attendance.models import Mark
from app.booking.models import Booking, BookingChange
from app.catalogue.models import EventSession
from app.db import db, rebuilding, writing
from app.elearning.models import ModuleTake
from app.evaluation.models import Answer, EvaluationResponse, Question, Questionnaire
from app.records.actions import changing
from app.tallies import actions
from app.tallies.models import EventTally
from app.tallies.rules import Delegate, EventFacts, Marked, Rated, Unit, count_event
from tests.factories import make_booking, make_course, make_event, make_person, make_trainer
from tests.statements import count_statements

NOW = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
HEALTH = Unit(1, None, "Health", "Leads")
SCHOOL = Unit(2, 7, "Education", "Leads")

units = st.sampled_from([HEALTH, SCHOOL, Unit(None, None, "", "")])
marks = st.lists(
    st.tuples(st.sampled_from(["present", "absent", "excused"]), st.integers(0, 180)), min_size=0, max_size=2
)
delegates = st.lists(
    st.tuples(units, st.sampled_from(["booked", "walk-in", "cancelled"]), marks), max_size=30
)


def facts_of(people: list) -> EventFacts:
    """Facts of an event of two sessions of 180 minutes."""
    facts = EventFacts(capacity=20, took_place=True, headcount_only=False, minutes=360)
    facts.sessions = {1: 180, 2: 180}
    for number, (unit, state, given_marks) in enumerate(people, start=1):
        facts.delegates.append(Delegate(number, number, unit, state == "booked", state == "walk-in", False))
        if state != "cancelled":
            facts.marks += [
                Marked(number, mark, minutes, "", session)
                for session, (mark, minutes) in enumerate(given_marks, start=1)
            ]
    return facts


def total(counts: dict, name: str) -> int:
    """One outcome over all units."""
    return sum(row.get(name, 0) for row in counts["units"])


@given(delegates)
def test_came_without_walk_ins_and_excused_and_did_not_attend_are_the_expected(people: list):
    counts = count_event(facts_of(people))
    assert total(counts, "came_expected") + total(counts, "excused") + total(
        counts, "did_not_attend"
    ) == total(counts, "expected")
    assert total(counts, "came") == total(counts, "came_expected") + total(counts, "walk_ins")
    assert total(counts, "completed") + total(counts, "part") == total(counts, "came")
    assert len(counts["people"]) == total(counts, "came")


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), units), max_size=40))
def test_pairs_have_the_stages_as_their_margins_when_everybody_answers_both(pairs: list):
    facts = facts_of([(unit, "booked", []) for _, _, unit in pairs])
    for number, (before, after, _) in enumerate(pairs, start=1):
        facts.ratings.append(Rated(number, number, "before", "knowledge", before))
        facts.ratings.append(Rated(number, 1000 + number, "after", "knowledge", after))
    for row in count_event(facts)["ratings"]:
        grid = {(a, b): people for a, b, people in row["before to after"]}
        for place, stage in enumerate(("before", "after")):
            for rating, people in row[stage]:
                assert sum(n for pair, n in grid.items() if pair[place] == rating) == people


def test_eighty_per_cent_of_the_minutes_completes_and_a_minute_less_is_part():
    people = [(HEALTH, "booked", [("present", 288)]), (HEALTH, "booked", [("present", 287)])]
    counts = count_event(facts_of(people))
    assert (total(counts, "completed"), total(counts, "part")) == (1, 1)


def test_a_place_given_up_late_is_lost_only_when_nobody_filled_it():
    facts = facts_of([(HEALTH, "booked", [])] * 19)
    facts.delegates += [Delegate(90 + n, 90 + n, HEALTH, False, False, True) for n in range(3)]
    assert count_event(facts)["late_lost"] == 1


def an_event_with_everything() -> int:
    """An event with two bookings, a late cancellation, a walk-in, marks, ratings and a trainer; its id."""
    event = make_event(starts=datetime(2026, 11, 17, 9, 30, tzinfo=UTC))
    make_trainer(event)
    came, away, late = make_booking(event), make_booking(event), make_booking(event, state="cancelled")
    walk_in = make_booking(event, state="walk-in")
    questionnaire = Questionnaire(course_id=event.course_id, stage="after", version=1)
    with rebuilding() as session:
        session.add(questionnaire)
        session.flush()
        question = Question(
            questionnaire_id=questionnaire.id,
            key="knowledge",
            number=1,
            text="?",
            kind="rating",
            headline=True,
        )
        session.add(question)
        at = event.starts_at - timedelta(hours=20)
        session.add(
            BookingChange(
                booking_id=late.id, at=at, from_state="booked", to_state="cancelled", late=True, why="ill"
            )
        )
        sitting = session.scalars(sa.select(EventSession).where(EventSession.event_id == event.id)).one()
        for booking, mark in ((came, "present"), (away, "absent"), (walk_in, "present")):
            session.add(Mark(booking_id=booking.id, session_id=sitting.id, mark=mark, marked_at=NOW))
        response = EvaluationResponse(
            event_id=event.id,
            booking_id=came.id,
            questionnaire_id=questionnaire.id,
            stage="after",
            answered_at=NOW,
        )
        session.add(response)
        session.flush()
        session.add(Answer(response_id=response.id, question_id=question.id, rating=4))
    return event.id


def stored(event_id: int) -> dict:
    """The stored counts of an event."""
    db.session.rollback()
    return db.session.scalars(sa.select(EventTally.counts).where(EventTally.event_id == event_id)).one()


def test_changing_an_event_rewrites_its_tally(each_app: Flask):
    event_id = an_event_with_everything()
    with changing(event_id, now=NOW):
        pass
    counts = stored(event_id)
    wanted = {"expected": 2, "came": 2, "walk_ins": 1, "did_not_attend": 1, "late_losses": 1, "completed": 2}
    assert {name: total(counts, name) for name in wanted} == wanted
    assert counts["ratings"][0]["after"] == [[4, 1]]
    assert counts["answered"]["after"] == 1
    assert counts["trainers"][0]["part"] == "pool"
    with changing(event_id, now=NOW) as event:
        db.session.add(
            Booking(
                event_id=event.id,
                person_id=make_person_inside(),
                state="booked",
                agency_id=1,
                made_at=NOW,
                joined_at=NOW,
            )
        )
    assert total(stored(event_id), "expected") == 3


def make_person_inside() -> int:
    """Another person, stored in the change that is going on."""
    from app.accounts.models import Person

    person = Person(name="Ola Another", email="ola@northshire.example", created_at=NOW)
    db.session.add(person)
    db.session.flush()
    return person.id


def test_all_tallies_can_be_deleted_and_rebuilt_from_nothing(each_app: Flask):
    event_id, course = (
        an_event_with_everything(),
        make_course("Neglect", delivery="e-learning", kind="e-learning"),
    )
    person = make_person()
    with rebuilding() as session:
        take = {
            "partnership_id": 1,
            "year": 2026,
            "agency_id": 1,
            "begun_at": datetime(2026, 4, 30, 12, tzinfo=UTC),
            "completed_at": datetime(2026, 5, 2, 12, tzinfo=UTC),
        }
        session.add(ModuleTake(person_id=person.id, course_id=course.id, **take))
    with rebuilding():
        assert actions.rebuild_all(now=NOW) == 3  # one event, two months of the module
    before = stored(event_id)
    with rebuilding():
        actions.rebuild_all(now=NOW)
    assert stored(event_id) == before
    assert actions.differences(now=NOW) == []


def test_the_check_finds_a_wrong_a_missing_and_a_left_over_tally(app: Flask):
    first, second = an_event_with_everything(), make_event(capacity=9).id
    with rebuilding():
        actions.rebuild_all(now=NOW)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["tallies", "check"]).exit_code == 0
    with writing() as session:
        tally = session.get_one(EventTally, first)
        tally.counts = {**tally.counts, "capacity": 99}
        session.delete(session.get_one(EventTally, second))
    found = runner.invoke(args=["tallies", "check"])
    assert found.exit_code == 1
    assert f"event {first}: capacity differ" in found.output
    assert f"event {second}: no tally is stored" in found.output
    assert runner.invoke(args=["tallies", "check", "--rebuild"]).exit_code == 0


def test_a_rewrite_takes_the_same_statements_for_one_booking_and_for_thirty(app: Flask):
    event = make_event(capacity=40)
    make_booking(event)
    with changing(event.id, now=NOW), count_statements() as few:
        actions.rewrite(event.id, now=NOW)
    for _ in range(30):
        make_booking(event)
    with changing(event.id, now=NOW), count_statements() as many:
        actions.rewrite(event.id, now=NOW)
    assert len(few) == len(many) <= 9
