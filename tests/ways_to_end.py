"""Every way in which a place ends, and what calendars were told meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions as booking_actions
from app.booking import giving_back, moving, offers, overriding
from app.booking.manager_links import Holder
from app.booking.models import Booking
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import CourseRequirement, Event, EventSession
from app.clock import stopped_at
from app.db import db
from app.delivery import actions as delivery_actions
from app.delivery.standing_in import stand_in
from app.records import part_one
from app.records.actions import changing, changing_both
from tests.calendar_laws import calendars_told, let_mail_leave
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


def call_off(scene: Scene, *, postpone: bool) -> None:
    """The date is postponed or cancelled."""
    act = delivery_actions.postpone if postpone else delivery_actions.cancel_event
    with changing(scene.event.id, now=FAR) as event:
        act(event, by=scene.ada, now=FAR, why="The hall is flooded")
    let_mail_leave(FAR)
