"""Every way a booking ends: each calendar that had its invite loses it, by the same UID; nobody else is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions as booking_actions
from app.booking import giving_back, moving, offers, overriding
from app.booking.manager_links import Holder
from app.booking.models import Booking
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import CourseRequirement, Event, EventSession
from app.catalogue.plans import SessionPlan
from app.clock import stopped_at
from app.db import db
from app.delivery import actions as delivery_actions
from app.delivery.standing_in import cannot_come, stand_in
from app.pool.models import EventTrainer
from app.records import part_one, waiting_lists
from app.records.actions import changing, changing_both
from tests.calendar_laws import calendars_told, check_every_invite, let_mail_leave
from tests.factories import add, make_booking, make_course, make_event, make_person
from tests.test_offers import FAR, HELD, at

WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)
WILL_WAIT = Asked(or_wait=True)
Told = dict[str, list[tuple[str, int, str]]]  # by UID: method, sequence and address of each mail, in order


class Scene:
    """A course on two dates: Priya and Omar have a place on the first, Wes waits for it, Tom delivers it."""

    def __init__(self, sessions: int = 1) -> None:
        self.ada = make_person("Ada Administrator", Role.ADMINISTRATOR)
        self.course = make_course()
        self.event = self.date(sessions)
        self.other = make_event(self.course, at(22, 9, 30), capacity=1)
        self.priya, self.omar = make_person("Priya Patel"), make_person("Omar Other")
        self.booking = self.book(self.event, self.priya, manager_email="boss@northshire.example")
        self.book(self.event, self.omar)
        self.waiting = self.book(self.event, make_person("Wes Waits"))
        make_booking(self.other, make_person("Olu Offered"), State.OFFERED, offer_ends_at=at(21))
        with changing(self.event.id, now=FAR) as event:
            tom = make_person_in("Tom Trainer")
            stand_in(event, tom, part="pool", agency_id=None, by=self.ada, now=FAR)
        let_mail_leave(FAR)

    def date(self, sessions: int) -> Event:
        """The first date, with so many sessions on days that follow each other."""
        event = make_event(self.course, capacity=2)
        for number in range(1, sessions):
            start = at(18, 9, 30) + timedelta(days=number)
            add(EventSession(event_id=event.id, starts_at=start, ends_at=start + 3 * HOUR))
        if sessions > 1:
            with changing(event.id, now=FAR) as locked:
                locked.ends_at = at(18, 12, 30) + timedelta(days=sessions - 1)
        return event

    def book(self, event: Event, person: Person, **given: str) -> Booking:
        """They book it themselves."""
        [workplace] = workplaces_of(person.id, FAR.date())
        with changing(event.id, now=FAR) as locked:
            asked = Asked(or_wait=True, **given)  # type: ignore[arg-type]
            return booking_actions.book(locked, person, workplace, by=person, now=FAR, asked=asked)


def make_person_in(name: str) -> Person:
    """Somebody who is there already."""
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


@pytest.fixture(autouse=True)
def tom(each_app: Flask) -> Person:
    """Tom, who has to be there before the event is locked."""
    return make_person("Tom Trainer", Role.TRAINER)


def told() -> Told:
    """What every calendar was told, by UID."""
    found: Told = {}
    for letter, sitting in calendars_told():
        word = (letter.calendar_method, sitting.sequence, letter.to_email)
        found.setdefault(sitting.uid, []).append(word)
    return found


def cancel(scene: Scene, by: Person) -> None:
    """Somebody gives Priya's place up."""
    with changing(scene.event.id, now=FAR):
        booking_actions.cancel(scene.booking, by=by, now=FAR, why="")


def by_link(scene: Scene, holder: Holder) -> None:
    """It is given back by the link in a mail."""
    with changing(scene.event.id, now=FAR):
        giving_back.by_link(scene.booking, holder, why="", now=FAR)


def move(scene: Scene) -> None:
    """Priya moves to the other date, where a place is free by then."""
    with changing(scene.other.id, now=FAR) as there:
        there.capacity = there.booking_limit = 5
    with changing_both(scene.event.id, scene.other.id, now=FAR) as (_, there):
        moving.move_to(scene.booking, there, by=scene.priya, now=FAR, asked=Asked())


def substitute(scene: Scene) -> None:
    """Sam has the place instead."""
    sam = make_person("Sam Substitute")
    [workplace] = workplaces_of(sam.id, FAR.date())
    with changing(scene.event.id, now=FAR):
        moving.substitute(scene.booking, sam, workplace, by=scene.ada, now=FAR, asked=Asked())


def swap(scene: Scene) -> None:
    """Priya waits for the other date, is let in there, and her place here goes for it."""
    with changing_both(scene.event.id, scene.other.id, now=FAR) as (_, there):
        waits = moving.move_to(scene.booking, there, by=scene.priya, now=FAR, asked=WILL_WAIT)
    let_mail_leave(FAR)
    with changing(scene.other.id, now=FAR) as there:
        there.capacity = there.booking_limit = 5
    with changing_both(scene.other.id, scene.event.id, now=FAR):
        overriding.give_place(waits, by=scene.ada, now=FAR, why="Court order")


def release(scene: Scene) -> None:
    """An administrator takes the place back."""
    with changing(scene.event.id, now=FAR):
        booking_actions.release(scene.booking, by=scene.ada, now=FAR, why="Part 1 is not done")


def released_by_the_clock(scene: Scene) -> None:
    """Part 1 is not done by its deadline, and the course releases the place."""
    first = make_course("Part 1", delivery="e-learning")
    add(CourseRequirement(course_id=scene.course.id, required_id=first.id, strength="by a deadline"))
    kept = {"part_one_working_days": 5, "part_one": "release"}
    with changing(scene.event.id, now=FAR):
        scene.booking.policy = {**scene.booking.policy, **kept}
    part_one.due(stopped_at(at(11, 11)))


def say_no(scene: Scene) -> None:
    """Wes is booked because Omar gives up, and says no within his two working days."""
    with changing(scene.event.id, now=FAR):
        booking_actions.cancel(scene.booking, by=scene.priya, now=FAR)
    let_mail_leave(FAR)
    with changing(scene.event.id, now=FAR):
        booking_actions.cancel(scene.waiting, by=scene.waiting.person, now=FAR)


def accepted_and_given_up(scene: Scene) -> None:
    """Wes accepts what he was offered, and then gives it up."""
    with changing(scene.event.id, now=HELD):
        booking_actions.cancel(scene.booking, by=scene.priya, now=HELD)
    let_mail_leave(HELD)
    with changing(scene.event.id, now=HELD):
        offers.accept(scene.waiting, by=scene.waiting.person, now=HELD)
    let_mail_leave(HELD)
    with changing(scene.event.id, now=HELD):
        booking_actions.cancel(scene.waiting, by=scene.ada, now=HELD)


WAYS: dict[str, tuple[Callable[[Scene], None], str]] = {
    "cancelled by the person": (lambda scene: cancel(scene, scene.priya), "cancelled"),
    "cancelled by their lead": (lambda scene: cancel(scene, make_person("Lena Lead")), "cancelled"),
    "cancelled by an administrator": (lambda scene: cancel(scene, scene.ada), "cancelled"),
    "given back by the manager's link": (lambda scene: by_link(scene, Holder.MANAGER), "cancelled"),
    "given back by the person's link": (lambda scene: by_link(scene, Holder.PERSON), "cancelled"),
    "moved": (move, "moved"),
    "substituted": (substitute, "substituted"),
    "swapped": (swap, "moved"),
    "released by an administrator": (release, "released"),
    "released by the clock": (released_by_the_clock, "released"),
    "said no after being promoted": (say_no, "cancelled"),
    "accepted, then given up": (accepted_and_given_up, "cancelled"),
}


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
    """A calendar has what its booking says, and whoever never had an invite is told of none."""
    check_every_invite()
    found, live = told(), set()
    for booking in db.session.scalars(sa.select(Booking)):
        mine = {uid: words for uid, words in found.items() if uid.startswith(booking.public_id)}
        if booking.state == State.BOOKED:
            live |= set(mine)
            assert len(mine) == (sessions if booking.event.capacity == 2 else 1)
        else:
            assert all(words[-1][0] == "CANCEL" and words[0][0] == "REQUEST" for words in mine.values())
        had_a_place = booking.state in (State.CANCELLED, State.MOVED, State.SUBSTITUTED, State.RELEASED)
        assert bool(mine) == (booking.state == State.BOOKED or had_a_place)
    for uid, words in found.items():
        assert [sequence for _, sequence, _ in words] == sorted({sequence for _, sequence, _ in words})
        assert len({address for _, _, address in words}) == 1
        assert uid not in live or words[-1][0] == "REQUEST"


def call_off(scene: Scene, *, postpone: bool) -> None:
    """The date is postponed or cancelled."""
    act = delivery_actions.postpone if postpone else delivery_actions.cancel_event
    with changing(scene.event.id, now=FAR) as event:
        act(event, by=scene.ada, now=FAR, why="The hall is flooded")
    let_mail_leave(FAR)


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
