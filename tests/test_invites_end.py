"""Every way a booking ends: each calendar that had its invite loses it, by the same UID; nobody else is told."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions as booking_actions
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.plans import SessionPlan
from app.clock import stopped_at
from app.db import db
from app.delivery import actions as delivery_actions
from app.delivery.standing_in import cannot_come, stand_in
from app.pool.models import EventTrainer
from app.records import waiting_lists
from app.records.actions import changing
from tests.calendar_laws import calendars_told, check_every_invite, let_mail_leave
from tests.factories import make_event, make_person
from tests.feeds import mine as in_feed
from tests.test_offers import FAR, at
from tests.ways_to_end import (
    HOUR,
    WAYS,
    Scene,
    call_off,
    cancel,
    move,
    told,
)


@pytest.fixture(autouse=True)
def tom(each_app: Flask) -> Person:
    """Tom, who has to be there before the event is locked."""
    return make_person("Tom Trainer", Role.TRAINER)


@pytest.mark.parametrize("sessions", [1, 3])
@pytest.mark.parametrize(("act", "becomes"), WAYS.values(), ids=WAYS)
def test_a_place_that_ends_leaves_exactly_the_calendars_that_had_it(
    act: Callable[[Scene], None], becomes: str, sessions: int
):
    scene = Scene(sessions)
    act(scene)
    let_mail_leave(at(17))
    db.session.expire_all()
    assert scene.booking.state == becomes
    follow(sessions)


def follow(sessions: int) -> None:
    """A calendar has what its booking says, and whoever never had an invite is told of none; a feed says the same."""
    check_every_invite()
    found, live = told(), set()
    for booking in db.session.scalars(sa.select(Booking)):
        mine = {uid: words for uid, words in found.items() if uid.startswith(booking.public_id)}
        if booking.state == State.BOOKED:
            live |= set(mine)
            assert len(mine) == (sessions if booking.event.capacity == 2 else 1)
        else:
            assert all(words[-1][0] == "CANCEL" and words[0][0] == "REQUEST" for words in mine.values())
        shown = {entry.uid: entry for entry in in_feed(booking.person, at(17)) if entry.uid in mine}
        assert {uid: (not entry.lost, entry.sequence) for uid, entry in shown.items()} == {
            uid: (words[-1][0] == "REQUEST", words[-1][1]) for uid, words in mine.items()
        }
        had_a_place = booking.state in (State.CANCELLED, State.MOVED, State.SUBSTITUTED, State.RELEASED)
        assert bool(mine) == (booking.state == State.BOOKED or had_a_place)
    for uid, words in found.items():
        assert [sequence for _, sequence, _ in words] == sorted({sequence for _, sequence, _ in words})
        assert len({address for _, _, address in words}) == 1
        assert uid not in live or words[-1][0] == "REQUEST"


@pytest.mark.parametrize("sessions", [1, 3])
@pytest.mark.parametrize("postpone", [True, False])
def test_a_date_that_is_called_off_leaves_the_calendars_of_delegates_and_trainers(
    sessions: int, postpone: bool
):
    scene = Scene(sessions)
    before = told()
    call_off(scene, postpone=postpone)
    check_every_invite()
    after = told()
    assert set(after) == set(before) and len(after) == 3 * sessions  # Priya, Omar and Tom
    assert all(words[-1][0] == "CANCEL" for words in after.values())


def test_a_trainer_who_cannot_come_loses_the_sessions_and_nobody_else_is_told():
    scene = Scene(3)
    before = told()
    [trainer] = db.session.scalars(sa.select(EventTrainer))
    with changing(scene.event.id, now=FAR) as event:
        cannot_come(event, trainer.person, by=scene.ada, now=FAR)
    let_mail_leave(FAR)
    check_every_invite()
    changed = {uid: words for uid, words in told().items() if words != before[uid]}
    assert len(changed) == 3
    for words in changed.values():
        assert [method for method, _, _ in words] == ["REQUEST", "CANCEL"]
        assert words[-1][2] == trainer.person.email


def test_a_trainer_who_is_taken_off_at_once_is_told_without_an_invite():
    scene, tess = Scene(), make_person("Tess Trainer", Role.TRAINER)
    with changing(scene.event.id, now=FAR) as event:
        stand_in(event, tess, part="pool", agency_id=None, by=scene.ada, now=FAR)
    with changing(scene.event.id, now=FAR) as event:
        cannot_come(event, tess, by=scene.ada, now=FAR)
    let_mail_leave(FAR)
    assert tess.email not in {letter.to_email for letter, _ in calendars_told()}
    check_every_invite()


def test_a_trainer_who_is_taken_off_before_a_change_left_loses_what_they_have():
    scene = Scene()
    [trainer] = db.session.scalars(sa.select(EventTrainer))
    name = trainer.public_id
    with changing(scene.event.id, now=FAR) as event:
        plan = SessionPlan(starts_at=at(21, 9, 30), ends_at=at(21, 12, 30))
        delivery_actions.reschedule(event, [plan], by=scene.ada, now=FAR)
        cannot_come(event, trainer.person, by=scene.ada, now=FAR)
    let_mail_leave(FAR + HOUR)
    check_every_invite()
    [words] = [words for uid, words in told().items() if uid.startswith(name)]
    assert [method for method, _, _ in words] == ["REQUEST", "CANCEL"]


def test_who_books_again_has_a_new_uid():
    scene = Scene()
    cancel(scene, scene.priya)
    let_mail_leave(FAR)
    with changing(scene.event.id, now=FAR):  # Wes has the place by now, and lets it go again
        booking_actions.cancel(scene.waiting, by=scene.waiting.person, now=FAR)
    again = scene.book(scene.event, scene.priya)
    assert again.id != scene.booking.id and again.state == State.BOOKED
    uids = {uid for uid, words in told().items() if words[0][2] == scene.priya.email}
    assert len(uids) == 2
    check_every_invite()


@pytest.mark.parametrize("way", ["cancelled by the person", "released by an administrator", "substituted"])
def test_what_never_left_is_not_taken_back(each_app: Flask, way: str):
    event, priya = make_event(), make_person("Priya Patel")
    scene = object.__new__(Scene)
    scene.event, scene.priya, scene.course = event, priya, event.course
    scene.ada = make_person("Ada Administrator", Role.ADMINISTRATOR)
    scene.booking = scene.book(event, priya)
    WAYS[way][0](scene)
    let_mail_leave(FAR)
    assert [uid for uid in told() if uid.startswith(scene.booking.public_id)] == []
    check_every_invite()


def test_a_moved_place_that_never_left_is_told_of_once():
    event, priya = make_event(), make_person("Priya Patel")
    other = make_event(event.course, at(22, 9, 30))
    scene = object.__new__(Scene)
    scene.event, scene.other, scene.priya, scene.course = event, other, priya, event.course
    scene.booking = scene.book(event, priya)
    move(scene)
    let_mail_leave(FAR)
    [(letter, _)] = calendars_told()
    assert (letter.message, letter.calendar_method) == ("moved", "REQUEST")


def test_a_session_whose_own_cancellation_never_left_is_taken_out_with_the_place():
    scene = Scene(3)
    uids = [uid for uid in told() if uid.startswith(scene.booking.public_id)]
    with changing(scene.event.id, now=FAR) as event:
        first = SessionPlan(starts_at=at(18, 9, 30), ends_at=at(18, 12, 30))
        delivery_actions.reschedule(event, [first], by=scene.ada, now=FAR)
    cancel(scene, scene.priya)  # within the ten minutes
    let_mail_leave(FAR + HOUR)
    check_every_invite()
    assert {uid: told()[uid][-1][0] for uid in uids} == dict.fromkeys(uids, "CANCEL")


def test_a_place_given_up_just_after_the_date_was_postponed_leaves_the_calendar():
    scene = Scene(3)
    with changing(scene.event.id, now=FAR) as event:
        delivery_actions.postpone(event, by=scene.ada, now=FAR, why="The trainer is ill")
    cancel(scene, scene.priya)  # before a worker came
    let_mail_leave(FAR + HOUR)
    check_every_invite()
    mine = [words for uid, words in told().items() if uid.startswith(scene.booking.public_id)]
    assert len(mine) == 3 and all(words[-1][0] == "CANCEL" for words in mine)


def test_the_clock_takes_nobody_into_a_calendar_who_waits():
    scene = Scene()
    before = told()
    waiting_lists.due(stopped_at(at(18, 10)))
    db.session.expire_all()
    assert scene.waiting.state == State.CLOSED and told() == before
