"""Filling an event: maybe, the desk confirms, reserves, giving back, standing in, parts, deadlines; both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Event
from app.db import db
from app.delivery import actions, calling, reserves
from app.delivery.call_letters import about_call
from app.delivery.candidates import candidates_of
from app.delivery.reach import about_trainer
from app.delivery.standing_in import change_part, substitute
from app.delivery.telling import about_part
from app.errors import Refused
from app.notifications.models import Letter
from app.pool.models import EventTrainer, TrainerCall, TrainerChange, Unavailability
from app.records import calls
from app.records.actions import changing
from tests.at_once import at_once, release
from tests.calendar_checkers import read_with_both
from tests.factories import add, make_agency, make_booking, make_course, make_event, make_person, make_trainer
from tests.pools import approve, make_member
from tests.statements import count_statements
from tests.test_calling import (
    DAY,
    JANUARY,
    NOW,
    ada,
    all_left,
    answer_of,
    ask,
    letters,
    messages,
    move,
    named,
    no,
    yes,
)


def do(call: TrainerCall, act: Any, *, now: datetime = NOW, **more: Any) -> None:
    """One act about a call, as a page does it."""
    with changing(call.event_id, now=now):
        act(call, now=now, **more)


def confirm(call: TrainerCall) -> None:
    """The desk confirms."""
    do(call, calling.confirm, by=ada())


def trainer_of(event: Event, person: Person) -> EventTrainer:
    """What somebody is on an event."""
    db.session.rollback()
    return db.session.query(EventTrainer).filter_by(event_id=event.id, person_id=person.id).one()


def filled_with_a_reserve() -> tuple[Event, Person, TrainerCall]:
    """Tom delivers the one that is needed, and Tess, who was asked too, is a reserve."""
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    mine, other = ask(event, tom, tess, needed=1)
    all_left()
    yes(mine)
    do(other, reserves.be_reserve)
    all_left()
    return event, tom, other


def test_maybe_stays_open_and_becomes_yes_or_no(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    first, second = ask(event, tom, tess)
    for call in (first, second):
        do(call, calling.say_maybe, why="If my leave is moved")
        assert (answer_of(call), call.maybe_at, call.why) == ("", NOW, "If my leave is moved")
    yes(first)
    no(second)
    assert [answer_of(call) for call in (first, second)] == ["yes", "no"]
    assert named(event) == ["Tom Trainer"]


def test_where_the_desk_confirms_a_yes_waits_names_nobody_and_is_told_once(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    [call] = ask(event, tom, confirmed_by="desk", delivers_as="co")
    yes(call)
    assert (answer_of(call), named(event)) == ("waits", [])
    with pytest.raises(Refused, match="you said yes"):
        yes(call)
    confirm(call)
    assert answer_of(call) == "yes"
    trainer = trainer_of(event, tom)
    assert (trainer.delivers_as, trainer.confirmed_at) == ("co", NOW)
    [letter] = letters(about_trainer(trainer))
    assert letter.calendar_method == "REQUEST" and "co-deliver" in letter.text
    with pytest.raises(Refused, match="You deliver this course"):
        confirm(call)


def test_nobody_is_confirmed_who_has_not_said_yes(each_app: Flask):
    [call] = ask(make_event(starts=JANUARY), make_person("Tom Trainer"), confirmed_by="desk")
    with pytest.raises(Refused, match="has not said yes"):
        confirm(call)


def test_a_yes_that_waits_can_become_a_no(each_app: Flask):
    [call] = ask(make_event(starts=JANUARY), make_person("Tom Trainer"), confirmed_by="desk")
    yes(call)
    no(call, "My manager says no")
    assert answer_of(call) == "no"


def test_whose_yes_is_not_needed_is_thanked_and_asked_to_be_a_reserve(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    first, second = ask(event, tom, tess, needed=1, confirmed_by="desk")
    yes(first)
    yes(second)
    confirm(first)
    assert answer_of(second) == "filled"
    letter = letters(about_call(second))[-1]
    assert letter.message == "trainer-call-over" and "thank you for saying yes" in letter.text
    assert "I can be a reserve" in letter.text and "/calls/" in letter.text and "Tom" not in letter.text
    do(second, reserves.be_reserve)
    do(second, reserves.be_reserve)  # pressed twice
    assert answer_of(second) == "reserve"


def test_two_yes_to_the_last_need_confirmed_at_once_name_one(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    asked = ask(event, tom, tess, needed=1, confirmed_by="desk")
    for call in asked:
        yes(call)
    ids, by_id = [call.id for call in asked], ada().id
    release()

    def press(call_id: int) -> None:
        call, by = db.session.get_one(TrainerCall, call_id), db.session.get_one(Person, by_id)
        with changing(call.event_id, now=NOW):
            calling.confirm(call, by=by, now=NOW)

    said = at_once(each_app, *(lambda call_id=call_id: press(call_id) for call_id in ids))
    assert sorted(bool(sentence) for sentence in said) == [False, True]
    assert len(named(event)) == 1


def test_a_reserve_is_called_up_in_place_of_who_gave_it_back_and_both_calendars_are_told(each_app: Flask):
    event, tom, other = filled_with_a_reserve()
    theirs = about_trainer(trainer_of(event, tom))
    with changing(event.id, now=NOW) as locked:
        reserves.give_back(locked, tom, now=NOW, why="I am ill")
    assert named(event) == []
    assert [letter.calendar_method for letter in letters(theirs)] == ["REQUEST", "CANCEL"]
    [gone] = db.session.scalars(TrainerChange.of(event.id)).all()
    assert (gone.went_id, gone.by_id, gone.came_id, gone.why) == (tom.id, tom.id, None, "I am ill")
    do(other, reserves.call_up, by=ada())
    assert named(event) == ["Tess Teacher"] and answer_of(other) == "yes"
    [letter] = letters(about_trainer(trainer_of(event, other.person)))
    [sitting] = read_with_both(letter.calendar)
    assert (letter.calendar_method, sitting.starts_at) == ("REQUEST", JANUARY)
    newest = db.session.scalars(TrainerChange.of(event.id)).first()
    assert newest is not None and (newest.went_id, newest.came_id) == (tom.id, other.person_id)
    with pytest.raises(Refused):
        do(other, reserves.call_up, by=ada())


def test_giving_back_needs_a_reason_and_a_date_that_is_theirs_and_to_come(each_app: Flask):
    event, tom, _ = filled_with_a_reserve()
    for person, why, now, said in (
        (tom, " ", NOW, "Say why"),
        (make_person("Nobody Here"), "ill", NOW, "no longer down"),
        (tom, "ill", JANUARY, "has begun"),
    ):
        with pytest.raises(Refused, match=said), changing(event.id, now=now) as locked:
            reserves.give_back(locked, person, now=now, why=why)
    assert named(event) == ["Tom Trainer"]


def test_a_reserve_can_leave_and_is_not_told_twice(each_app: Flask):
    _, _, other = filled_with_a_reserve()
    before = messages(other)
    no(other)
    assert (answer_of(other), messages(other)) == ("no", before)


def test_one_trainer_for_another_is_cancel_to_the_one_and_request_to_the_other(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    make_member(tess)
    [call] = ask(event, tom, delivers_as="co")
    yes(call)
    theirs, by = about_trainer(trainer_of(event, tom)), ada()
    all_left()
    with changing(event.id, now=NOW) as locked:
        substitute(locked, tom, tess, by=by, now=NOW, why="Tom has moved on")
    assert named(event) == ["Tess Teacher"] and trainer_of(event, tess).delivers_as == "co"
    told = [*letters(theirs), *letters(about_trainer(trainer_of(event, tess)))]
    assert [(one.to_name, one.calendar_method) for one in told] == [
        ("Tom Trainer", "REQUEST"),
        ("Tom Trainer", "CANCEL"),
        ("Tess Teacher", "REQUEST"),
    ]
    assert not any("Tess" in letter.text for letter in letters(theirs))
    [change] = db.session.scalars(TrainerChange.of(event.id)).all()
    assert (change.went_id, change.came_id, change.by_id, change.why) == (
        tom.id,
        tess.id,
        by.id,
        "Tom has moved on",
    )


def test_another_part_is_told_once_and_there_and_back_within_ten_minutes_not_at_all(each_app: Flask):
    event, tom = make_event(starts=JANUARY), make_person("Tom Trainer")
    make_trainer(event, tom)
    by = ada()
    for part, now, told in (("co", NOW, 1), ("lead", NOW + DAY / 480, 0), ("observing", NOW + DAY, 1)):
        with changing(event.id, now=now) as locked:
            mine = db.session.query(EventTrainer).filter_by(event_id=locked.id, person_id=tom.id).one()
            change_part(locked, mine, part, by=by, now=now)
        assert len(letters(about_part(trainer_of(event, tom)), "queued")) == told
    [letter] = letters(about_part(trainer_of(event, tom)), "queued")
    assert letter.subject.startswith("You observe now") and not letter.calendar


def test_who_observes_does_not_fill_a_date_and_is_still_asked_when_it_is_full(each_app: Flask):
    event, tom, olu = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Olu Observer")
    [watching] = ask(event, olu, needed=1, delivers_as="observing")
    [mine] = ask(event, tom, needed=1)
    yes(mine)
    assert answer_of(watching) == ""
    yes(watching)
    assert trainer_of(event, olu).delivers_as == "observing"
    other = make_event(starts=JANUARY + DAY)
    [watching], [mine] = ask(other, olu, needed=1, delivers_as="observing"), ask(other, tom, needed=1)
    yes(watching)
    assert answer_of(mine) == ""


# The clock.


def work(at: datetime) -> None:
    """What the worker does at a time."""
    db.session.rollback()
    calls.due(clock.stopped_at(at))


def test_who_has_not_answered_is_asked_once_more_then_the_call_closes(each_app: Flask):
    event, tom, tess = make_event(starts=JANUARY), make_person("Tom Trainer"), make_person("Tess Teacher")
    closes_at = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)  # a Friday
    call, answered = ask(event, tom, tess, closes_at=closes_at, needed=3)
    all_left()
    yes(answered)
    work(datetime(2026, 11, 26, 8, 59, tzinfo=UTC))
    assert messages(call) == ["trainer-call"]
    for _ in range(2):
        work(datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    first, again = letters(about_call(call))
    assert again.subject.startswith("Please answer: can you deliver") and first.expires_at == closes_at
    assert "Fri 27 November 2026, 5pm" in again.text and messages(answered) == ["trainer-call"]
    all_left()
    with pytest.raises(Refused, match="time to answer is over"):
        yes(call, now=closes_at)
    work(closes_at)
    assert answer_of(call) == "too late"
    assert messages(call) == ["trainer-call", "trainer-call"]


def test_the_clock_leaves_what_is_cancelled_or_postponed_alone(each_app: Flask):
    event = make_event(starts=JANUARY)
    [call] = ask(event, make_person("Tom Trainer"), closes_at=NOW + 7 * DAY)
    all_left()
    db.session.rollback()
    by = ada()
    with changing(event.id, now=NOW) as locked:
        actions.postpone(locked, by=by, now=NOW, why="The hall is flooded")
    before = messages(call)
    work(NOW + 8 * DAY)
    assert (answer_of(call), messages(call)) == ("", before)


def test_a_moved_date_asks_reserves_and_those_whose_yes_waits_again(each_app: Flask):
    event, _, reserve = filled_with_a_reserve()
    move(event, JANUARY + 7 * DAY)
    assert answer_of(reserve) == ""
    assert messages(reserve)[-1] == "trainer-call"
    with pytest.raises(Refused, match="has its trainers"):
        yes(reserve)
    do(reserve, reserves.be_reserve)
    other = make_event(starts=JANUARY + DAY)
    [waits] = ask(other, make_person("Wes Waits"), confirmed_by="desk")
    yes(waits)
    move(other, JANUARY + 8 * DAY)
    assert answer_of(waits) == ""


# Who is eligible, and who comes first, from rows.


def test_the_eligible_stand_in_order_and_the_others_apart_with_the_reason(each_app: Flask):
    course, hill, vale = make_course("Neglect"), make_agency("Hill NHS Trust"), make_agency("Vale Police")
    event = make_event(course, starts=JANUARY)
    make_trainer(event, make_person("Thea First", agency=hill))
    people = {
        name: make_person(name, Role.TRAINER, agency=agency)
        for name, agency in (
            *(("Lea Lead", vale), ("Hal Hill", hill), ("Cora Co", vale), ("Mia Many", vale)),
            *(("Bea Busy", vale), ("Del Delegate", vale), ("Ava Away", vale), ("Ron Ranout", vale)),
            *(("Ned Nobody", vale),),
        )
    }
    for name, part in (("Lea Lead", "lead"), ("Hal Hill", "lead"), ("Cora Co", "co"), ("Mia Many", "lead")):
        approve(people[name], course, part)
    for name in ("Bea Busy", "Del Delegate", "Ava Away"):
        approve(people[name], course)
    approve(people["Ron Ranout"], course, until=(JANUARY - DAY).date())
    make_trainer(make_event(course, starts=NOW - 20 * DAY), people["Mia Many"])
    make_trainer(make_event(make_course("Sleep"), starts=JANUARY), people["Bea Busy"])
    make_booking(make_event(make_course("Forum"), starts=JANUARY), people["Del Delegate"], state="waiting")
    away = {"member_id": make_member(people["Ava Away"]).id, "from_on": JANUARY.date()}
    add(Unavailability(until_on=JANUARY.date(), **away))
    found = candidates_of(event, NOW)
    eligible = [one.name for one in found if not one.obstacles]
    assert eligible == ["Lea Lead", "Mia Many", "Hal Hill", "Cora Co"]
    assert {one.name: one.obstacles for one in found if one.obstacles} == {
        "Bea Busy": ("Delivers Sleep then.",),
        "Del Delegate": ("Waits for a place on Forum then.",),
        "Ava Away": ("Is not available that day.",),
        "Ron Ranout": ("Approval for this course ran out on 11 January 2027.",),
        "Ned Nobody": ("Is not in the training pool.",),
    }
    assert "0.5 days this year" in next(one.reasons for one in found if one.name == "Mia Many")


def test_a_pool_of_200_takes_as_many_statements_as_one_of_two(each_app: Flask):
    course = make_course("Neglect")
    event = make_event(course, starts=JANUARY)
    counted = []
    for number in (2, 198):
        for _ in range(number):
            approve(make_person(), course)
        with count_statements() as found:
            ranked = candidates_of(event, NOW)
        counted.append(len(found))
    assert len(ranked) == 200 and counted[0] == counted[1] <= 14, counted


def test_every_other_role_clashes_and_is_said_to_them(each_app: Flask):
    tom, times = make_person("Tom Trainer"), JANUARY + timedelta(hours=1)
    event = make_event(make_course("Neglect"), starts=JANUARY)
    for title, part in (("Hosted", "host"), ("Talk", "guest speaker")):
        make_trainer(make_event(make_course(title), starts=times), tom, part=part)
    make_booking(make_event(make_course("Offered"), starts=times), tom, state="offered")
    make_booking(make_event(make_course("Waiting"), starts=times), tom, state="waiting")
    away = {"member_id": make_member(tom).id, "from_on": JANUARY.date()}
    add(Unavailability(until_on=JANUARY.date(), **away))
    assert set(calling.clashes_with(event, tom, NOW)) == {
        "You host Hosted at that time.",
        "You speak at Talk at that time.",
        "You were offered a place on Offered at that time.",
        "You wait for a place on Waiting at that time.",
        "You said that you are not available that day.",
    }
    assert db.session.scalar(sa.select(sa.func.count(Letter.id))) == 0
