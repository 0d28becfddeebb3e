"""Calls to deliver: asked, answered, filled, taken back, moved and called off; rows, letters, calendars; both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.catalogue.models import Event
from app.catalogue.plans import SessionPlan
from app.db import db, rebuilding, writing
from app.delivery import actions, calling
from app.delivery.call_letters import about_call
from app.delivery.filling import settle_calls
from app.delivery.reach import about_trainer, reach_of
from app.delivery.rules import reach_words
from app.delivery.standing_in import cannot_come, stand_in
from app.errors import Refused
from app.notifications import choices
from app.notifications.models import Letter
from app.pool.actions import agency_of
from app.pool.crew import Need
from app.pool.models import EventTrainer, TrainerCall
from app.pool.needs import set_need
from app.pool.rules import CLOSED, Answer, why_closed
from app.records.actions import changing
from tests.at_once import at_once, release
from tests.calendar_checkers import read_with_both
from tests.factories import make_agency, make_booking, make_course, make_event, make_person, make_trainer

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
DAY, HOURS = timedelta(days=1), timedelta(hours=3)


def ada() -> Person:
    """Who asks."""
    found = db.session.scalar(sa.select(Person).where(Person.name == "Ada Administrator"))
    return found or make_person("Ada Administrator")


def ask(event: Event, *people: Person, needed: int = 2, now: datetime = NOW, **how: Any) -> list[TrainerCall]:
    """The whole change, as the page makes it; until long after, unless it says otherwise."""
    by, how = ada(), {"closes_at": JANUARY + 60 * DAY, **how}
    with changing(event.id, now=now) as locked:
        set_need(locked, Need(trainers=needed, leads=1, agencies=1), by=by, now=now)
        asking = calling.Asking(**how)
        return calling.ask(locked, [(one, "pool") for one in people], by=by, now=now, how=asking)


def yes(call: TrainerCall, *, now: datetime = NOW) -> None:
    """They press the first button."""
    with changing(call.event_id, now=now):
        calling.say_yes(call, now=now)


def no(call: TrainerCall, why: str = "", *, by: Person | None = None) -> None:
    """They press the second."""
    with changing(call.event_id, now=NOW):
        calling.say_no(call, why=why, by=by, now=NOW)


def take_back(call: TrainerCall, *, now: datetime = NOW) -> None:
    """The desk asks no longer."""
    by = ada()
    with changing(call.event_id, now=now):
        calling.take_back(call, by=by, now=now)


def letters(about: str, *states: str) -> list[Letter]:
    """The letters about something, in order; all but withdrawn ones unless states are named."""
    db.session.rollback()
    wanted = Letter.state.in_(states) if states else Letter.state != "withdrawn"
    return list(
        db.session.scalars(sa.select(Letter).where(Letter.about == about, wanted).order_by(Letter.id))
    )


def messages(call: TrainerCall) -> list[str]:
    """What is told to whoever was asked, withdrawn letters left out."""
    return [letter.message for letter in letters(about_call(call))]


def all_left() -> None:
    """The worker has sent whatever waited."""
    with rebuilding():
        db.session.execute(
            sa.update(Letter).where(Letter.state == "queued").values(state="sent", sent_at=NOW)
        )


def named(event: Event) -> list[str]:
    """Who is on the event."""
    db.session.rollback()
    wanted = sa.select(Person.name).join(EventTrainer, EventTrainer.person_id == Person.id)
    return list(db.session.scalars(wanted.where(EventTrainer.event_id == event.id).order_by(Person.name)))


def answer_of(call: TrainerCall) -> str:
    """What stands in the row."""
    db.session.rollback()
    return db.session.scalars(sa.select(TrainerCall.answer).where(TrainerCall.id == call.id)).one()


def move(event: Event, start: datetime, *, now: datetime = NOW) -> int:
    """Reschedule to one session of three hours."""
    by = ada()
    with changing(event.id, now=now) as locked:
        plan = SessionPlan(starts_at=start, ends_at=start + HOURS)
        return actions.reschedule(locked, [plan], by=by, now=now, why="The hall is flooded").told


def test_each_is_asked_by_a_letter_of_their_own_with_a_link_and_nobody_elses_name(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    calls = ask(event, tom, tess)
    assert [call.person_id for call in calls] == [tom.id, tess.id]
    for call, other in zip(calls, ("Tess", "Tom"), strict=True):
        [letter] = letters(about_call(call))
        assert (letter.message, letter.to_email, letter.secret) == ("trainer-call", call.person.email, True)
        assert letter.due_at == NOW and letter.expires_at == JANUARY
        assert "Tue 12 January 2027, 9:30am" in letter.text and "/calls/" in letter.text
        assert other not in letter.text and call.token_hash not in letter.text
        assert not letter.calendar


def test_all_sessions_and_the_place_stand_in_the_letter(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    by = ada()
    plans = [SessionPlan(starts_at=s, ends_at=s + HOURS) for s in (JANUARY, JANUARY + 7 * DAY)]
    with changing(event.id, now=NOW) as locked:
        actions.reschedule(locked, plans, by=by, now=NOW)
    [call] = ask(event, tom)
    [letter] = letters(about_call(call))
    assert "12 January" in letter.text and "19 January" in letter.text and "online" in letter.text


def test_who_is_asked_already_or_is_on_it_is_not_asked_twice(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    make_trainer(event, tess)
    assert len(ask(event, tom)) == 1
    assert ask(event, tom, tess) == []
    assert db.session.scalar(sa.select(sa.func.count(TrainerCall.id))) == 1


def test_nobody_without_an_address_is_asked(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer", email="tom@x.example")
    with writing():
        tom.email = None
    assert ask(event, tom) == []


def test_yes_names_and_confirms_them_with_each_session_in_their_calendar(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer", agency=make_agency("Hill NHS Trust"))
    [call] = ask(event, tom)
    yes(call, now=NOW + DAY)
    db.session.rollback()
    trainer = db.session.scalars(sa.select(EventTrainer)).one()
    assert (trainer.person_id, trainer.part, trainer.agency_id) == (
        tom.id,
        "pool",
        make_agency("Hill NHS Trust").id,
    )
    assert trainer.confirmed_at == NOW + DAY
    assert (answer_of(call), call.answered_at, call.answered_by_id) == ("yes", NOW + DAY, None)
    [letter] = letters(about_trainer(trainer))
    assert letter.message == "trainer-named" and letter.subject.startswith("Confirmed: you deliver")
    assert "thank you for saying yes" in letter.text
    [sitting] = read_with_both(letter.calendar)
    assert (sitting.starts_at, sitting.sequence) == (JANUARY, 0)
    assert messages(call) == []  # the call itself had not left: withdrawn, for there is nothing to ask


def test_who_is_named_without_a_call_is_not_told_that_they_said_yes(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    by = ada()
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, tom, part="pool", agency_id=agency_of(tom, NOW), by=by, now=NOW)
    [letter] = letters(about_trainer(db.session.scalars(sa.select(EventTrainer)).one()))
    assert letter.subject.startswith("You train") and "saying yes" not in letter.text


def test_no_keeps_the_reason_and_names_nobody(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    [call] = ask(event, tom)
    no(call, "On leave ")
    assert (answer_of(call), call.why, named(event)) == ("no", "On leave", [])


def test_an_answer_is_given_once(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    first, second = ask(event, tom, tess, needed=3)
    yes(first)
    for act in (yes, no):
        with pytest.raises(Refused, match="You deliver this course"):
            act(first)
    no(second)
    for act in (yes, no):
        with pytest.raises(Refused, match="You said that you cannot"):
            act(second)
    assert named(event) == ["Tom Trainer"]


def test_who_said_no_can_be_asked_anew(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    [first] = ask(event, tom)
    no(first)
    [second] = ask(event, tom)
    yes(second)
    assert (answer_of(first), answer_of(second), named(event)) == ("no", "yes", ["Tom Trainer"])


def test_once_it_is_filled_whoever_was_told_is_told_and_what_waits_is_withdrawn(each_app: Flask):
    event = make_event(starts=JANUARY)
    make_trainer(event, make_person("Thea First"))
    tom, tess, ted = make_person("Tom Trainer"), make_person("Tess Teacher"), make_person("Ted Third")
    mine, told = ask(event, tom, tess)
    all_left()
    [unsent] = ask(event, ted)
    yes(mine)
    assert [answer_of(call) for call in (mine, told, unsent)] == ["yes", "filled", "filled"]
    assert messages(told) == ["trainer-call", "trainer-call-over"]
    [_, over] = letters(about_call(told))
    assert "It has as many as it needs" in over.text and "Tom" not in over.text
    assert messages(unsent) == []
    with pytest.raises(Refused, match="has its trainers"):
        yes(told)
    assert named(event) == ["Thea First", "Tom Trainer"]


def test_naming_somebody_directly_answers_their_call_and_can_fill_the_date(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    mine, other = ask(event, tom, tess, needed=1)
    all_left()
    by = ada()
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, tom, part="pool", agency_id=None, by=by, now=NOW)
    assert (answer_of(mine), mine.answered_by_id, answer_of(other)) == ("yes", by.id, "filled")


def test_a_host_or_a_guest_speaker_does_not_fill_a_date(each_app: Flask):
    event, tom, hugo = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Hugo Host")
    [call] = ask(event, tom, needed=1)
    by = ada()
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, hugo, part="host", agency_id=None, by=by, now=NOW)
    assert answer_of(call) == ""


def test_two_who_say_yes_to_the_last_place_at_once_are_not_both_named(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    ids = [call.id for call in ask(event, tom, tess, needed=1)]
    release()

    def press(call_id: int) -> None:
        yes(db.session.get_one(TrainerCall, call_id))

    said = at_once(each_app, *(lambda call_id=call_id: press(call_id) for call_id in ids))
    assert sorted(bool(sentence) for sentence in said) == [False, True]
    assert [sentence for sentence in said if sentence][0].startswith("This date has its trainers")
    assert len(named(event)) == 1


def test_the_same_yes_pressed_twice_at_once_names_once(each_app: Flask):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"))
    call_id = call.id
    release()

    def press() -> None:
        yes(db.session.get_one(TrainerCall, call_id))

    said = at_once(each_app, press, press)
    assert sorted(bool(sentence) for sentence in said) == [False, True]
    assert len(db.session.scalars(sa.select(EventTrainer)).all()) == 1
    assert len(db.session.scalars(sa.select(Letter).where(Letter.message == "trainer-named")).all()) == 1


def test_a_call_taken_back_is_withdrawn_if_unsent_else_told(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    [told] = ask(event, tom)
    all_left()
    [unsent] = ask(event, tess)
    for call in (told, unsent):
        take_back(call)
        with pytest.raises(Refused, match="need not answer"):
            yes(call)
    assert messages(told) == ["trainer-call", "trainer-call-over"]
    assert messages(unsent) == []
    [letter] = letters(about_call(unsent), "withdrawn")
    assert letter.message == "trainer-call"


def test_a_trainer_who_said_yes_and_was_taken_off_reads_so_and_can_be_asked_again(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    [call] = ask(event, tom)
    yes(call)
    by = ada()
    with changing(event.id, now=NOW) as locked:
        cannot_come(locked, tom, by=by, now=NOW)
    assert calling.closed(call, NOW) == "released"
    with pytest.raises(Refused, match="no longer down for this date"):
        yes(call)
    [again] = ask(event, tom)
    yes(again)
    assert named(event) == ["Tom Trainer"]


# What happens to open calls when the event changes.


def test_a_moved_date_asks_again_who_has_not_answered_and_says_what_it_was(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    call, declined = ask(event, tom, tess)
    no(declined)
    all_left()
    assert move(event, JANUARY + 7 * DAY) == 1
    [_, letter] = letters(about_call(call))
    assert letter.message == "trainer-call" and letter.subject.startswith("New date: can you")
    assert "19 January 2027" in letter.text and "12 January 2027" in letter.text
    assert letter.due_at == NOW + timedelta(minutes=10) and letter.expires_at == JANUARY + 7 * DAY
    assert messages(declined) == []
    yes(call)
    assert named(event) == ["Tom Trainer"]


def test_moved_before_the_call_left_they_are_asked_once_about_the_new_date(each_app: Flask):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"))
    move(event, JANUARY + 7 * DAY)
    [letter] = letters(about_call(call))
    assert letter.subject.startswith("Can you deliver") and "12 January" not in letter.text


def test_moved_there_and_back_within_ten_minutes_asks_nothing_new(each_app: Flask):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"), now=NOW - DAY)
    all_left()
    move(event, JANUARY + 7 * DAY)
    move(event, JANUARY, now=NOW + timedelta(minutes=3))
    assert messages(call) == ["trainer-call"]


@pytest.mark.parametrize(("heard", "expected"), [(True, ["trainer-call", "trainer-call-over"]), (False, [])])
def test_a_cancelled_date_is_told_to_whoever_heard_of_it(each_app: Flask, heard: bool, expected: list[str]):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"))
    if heard:
        all_left()
    by = ada()
    with changing(event.id, now=NOW) as locked:
        assert actions.cancel_event(locked, by=by, now=NOW, why="Too few people").told == int(heard)
    assert messages(call) == expected
    assert answer_of(call) == "called off"
    if heard:
        assert "does not take place" in letters(about_call(call))[-1].text
    with pytest.raises(Refused, match="This date was cancelled"):
        yes(call)


def test_a_postponed_date_is_told_and_its_new_date_asks_again(each_app: Flask):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"))
    all_left()
    by = ada()
    with changing(event.id, now=NOW) as locked:
        actions.postpone(locked, by=by, now=NOW, why="The trainer is ill")
    with pytest.raises(Refused, match="postponed"):
        yes(call)
    all_left()
    with changing(event.id, now=NOW + DAY) as locked:
        plan = SessionPlan(starts_at=JANUARY + 30 * DAY, ends_at=JANUARY + 30 * DAY + HOURS)
        actions.give_date(locked, [plan], by=by, now=NOW + DAY)
    assert messages(call) == ["trainer-call", "trainer-call-over", "trainer-call"]
    assert "11 February 2027" in letters(about_call(call))[-1].text
    yes(call, now=NOW + DAY)
    assert named(event) == ["Tom Trainer"]


def test_whom_a_change_reaches_counts_those_who_were_asked(each_app: Flask):
    event = make_event(starts=JANUARY)
    make_booking(event)
    ask(event, make_person("Tom Trainer"), make_person("Tess Teacher"))
    for kind in ("event-changed", "event-postponed", "event-cancelled"):
        said = reach_words(kind, reach_of(event).counts)
        assert "2 people who were asked to deliver it are told" in said


# When nobody can be asked.


def test_only_a_coming_published_date_can_be_asked_about(each_app: Flask):
    tom, by = make_person("Tom Trainer"), ada()
    begun = make_event(starts=NOW - timedelta(minutes=1))
    cancelled = make_event(starts=JANUARY, state="cancelled")
    draft = make_event(starts=JANUARY + DAY, state="draft")
    for event, said in ((begun, "has begun"), (cancelled, "cancelled"), (draft, "Publish")):
        with pytest.raises(Refused, match=said), changing(event.id, now=NOW) as locked:
            calling.ask(locked, [(tom, "pool")], by=by, now=NOW)
    assert db.session.scalar(sa.select(sa.func.count(TrainerCall.id))) == 0


def test_a_date_that_has_as_many_as_it_needs_asks_for_reserves(each_app: Flask):
    event = make_event(starts=JANUARY)
    make_trainer(event)
    [call] = ask(event, make_person("Tess Teacher"), needed=1)
    [letter] = letters(about_call(call))
    assert letter.subject.startswith("Can you be a reserve for") and "has its trainers" in letter.text
    with pytest.raises(Refused, match="has its trainers"):
        yes(call)


def test_letters_that_are_switched_off_ask_nobody_and_say_so(each_app: Flask):
    event = make_event(starts=JANUARY)
    with writing():
        choices.switch(event.host_id, "trainer", on=False, by="", now=NOW)
    with pytest.raises(Refused, match="switched off"):
        ask(event, make_person("Tom Trainer"))


def test_clashes_are_told_what_they_deliver_and_what_they_are_booked_on(each_app: Flask):
    tom = make_person("Tom Trainer")
    event = make_event(make_course("Neglect"), starts=JANUARY)
    make_trainer(make_event(make_course("Sleep"), starts=JANUARY + timedelta(hours=2)), tom)
    make_booking(make_event(make_course("Forum"), starts=JANUARY - timedelta(hours=2)), tom)
    make_booking(make_event(make_course("Next day"), starts=JANUARY + DAY), tom)
    assert calling.clashes_with(event, tom, NOW) == [
        "You deliver Sleep at that time.",
        "You have a place on Forum at that time.",
    ]


def test_settling_without_calls_changes_nothing(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    make_trainer(event, tom)
    by = ada()
    with changing(event.id, now=NOW) as locked:
        settle_calls(locked, tom, by=by, now=NOW)
    assert named(event) == ["Tom Trainer"]


# The rule, whatever the facts.


@given(
    answer=st.sampled_from(["", *Answer]),
    delivers=st.booleans(),
    state=st.sampled_from(["draft", "published", "postponed", "cancelled"]),
    starts=st.one_of(st.none(), st.integers(-5, 5)),
)
def test_a_call_is_open_only_for_a_coming_published_date_nobody_answered(
    answer: str, delivers: bool, state: str, starts: int | None
):
    starts_at = None if starts is None else NOW + timedelta(seconds=starts)
    why = why_closed(answer=answer, delivers=delivers, state=state, starts_at=starts_at, now=NOW)
    coming = starts_at is not None and starts_at > NOW
    assert (why == "") == (answer == "" and not delivers and state == "published" and coming)
    assert why == "" or why in CLOSED


def test_confirmed_moved_and_released_are_request_0_request_1_cancel_2_of_one_uid(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    [call] = ask(event, tom)
    all_left()
    yes(call)
    trainer = db.session.scalars(sa.select(EventTrainer)).one()
    about = about_trainer(trainer)
    all_left()
    move(event, JANUARY + 7 * DAY, now=NOW + DAY)
    all_left()
    by = ada()
    with changing(event.id, now=NOW + 2 * DAY) as locked:
        cannot_come(locked, tom, by=by, now=NOW + 2 * DAY)
    told = letters(about)
    assert [letter.message for letter in told] == [
        "trainer-named",
        "trainer-event-changed",
        "trainer-released",
    ]
    read = [(letter.calendar_method, *read_with_both(letter.calendar)) for letter in told]
    assert [(method, sitting.sequence) for method, sitting in read] == [
        ("REQUEST", 0),
        ("REQUEST", 1),
        ("CANCEL", 2),
    ]
    assert len({sitting.uid for _, sitting in read}) == 1
    assert [sitting.starts_at for _, sitting in read] == [JANUARY, JANUARY + 7 * DAY, JANUARY + 7 * DAY]
