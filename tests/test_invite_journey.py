"""What the issue is done when: booked, rescheduled twice, cancelled, as it leaves the site in mails.

Everything is done through the pages; a worker runs in between, by a clock that is moved, and writes each mail as a
file. What counts is what those files say.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import EventSession
from app.cli.work.worker import Worker
from app.clock import from_london
from app.db import db
from app.notifications.transports import Folder
from app.records.actions import changing
from tests.browser import CheckedClient, Page
from tests.calendar_checkers import Sitting, read_with_both, understood
from tests.conftest import TODAY
from tests.factories import add, make_course, make_event, make_person

MINUTE = timedelta(minutes=1)
FIRST_DAY = date(2027, 1, 12)
pytestmark = pytest.mark.usefixtures("calendars_read")


@dataclass(frozen=True)
class Word:
    """What one mail told a calendar."""

    to: str
    method: str
    sitting: Sitting


@dataclass(frozen=True)
class Someone:
    """A person, as a browser and a mail know them: the worker ends every session that a row belongs to."""

    public_id: str
    email: str
    name: str
    session_number: int


def someone(name: str, *roles: Role) -> Someone:
    """Somebody new."""
    made = make_person(name, *roles)
    return Someone(made.public_id, made.email or "", made.name, made.session_number)


class World:
    """Priya, Ada, Tom and a date; their browser, the clock, and the mails that left."""

    def __init__(self, client: CheckedClient, clock: Traveller, folder: Path, sessions: int) -> None:
        self.client, self.clock, self.folder, self.sessions = client, clock, folder, sessions
        self.priya, self.tom = someone("Priya Patel"), someone("Tom Trainer", Role.TRAINER)
        self.ada = someone("Ada Administrator", Role.ADMINISTRATOR)
        self.event_id = dated(sessions)
        self.read: set[Path] = set()

    def wait(self, minutes: int) -> None:
        """Time passes, and a worker does what is due by then."""
        self.now = datetime.now(UTC) + minutes * MINUTE
        self.clock.move_to(self.now)
        transport = Folder(self.folder)
        assert Worker(transport, batch=20, lease=5 * MINUTE, at=self.now).run(once=True)

    def news(self) -> list[Word]:
        """What the mails since the last look told calendars, in the order of reader and session."""
        found = []
        for file in set(self.folder.glob("*.eml")) - self.read:
            self.read.add(file)
            mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            found += words_of(mail)
        return sorted(found, key=lambda word: (word.to, word.sitting.starts_at))

    def as_(self, who: Someone) -> CheckedClient:
        """The browser, with this person signed in."""
        return self.client.sign_in(who)  # type: ignore[arg-type]

    def book(self) -> str:
        """Priya books a place."""
        page = self.as_(self.priya).send(f"/events/{self.event_id}/book", button="Book this place")
        assert page.heading == "You have a place"
        wanted = sa.select(Booking.public_id).where(Booking.state == "booked")
        return db.session.scalars(wanted).one()

    def give_up(self, booking: str) -> None:
        """Priya gives it up."""
        path = f"/bookings/{booking}/cancel"
        page = self.as_(self.priya).send(path, button="Cancel your place")
        assert "Your place is cancelled." in page.text

    def name_tom(self) -> None:
        """Ada puts Tom on the date."""
        path = f"/events/{self.event_id}/trainers"
        page = self.as_(self.ada).send(path, button="Put them on this date", person=self.tom.public_id)
        assert "Tom Trainer is on this date now." in page.text

    def take_tom_off(self) -> None:
        """Ada takes him off."""
        path = f"/events/{self.event_id}/trainers"
        page = self.as_(self.ada).send(f"{path}/end", on=path, button="Take off Tom Trainer")
        assert "Tom Trainer is no longer on this date." in page.text

    def reschedule(self, days: int) -> None:
        """Ada moves every session by so many days from the first dates."""
        path, typed = f"/events/{self.event_id}/times", {}
        for number in range(self.sessions):
            day = FIRST_DAY + timedelta(days=days + 7 * number)
            typed[f"sessions-{number}-day"] = [str(day.day), str(day.month), str(day.year)]
        page = self.as_(self.ada).send(path, button="Go on", **typed)
        confirmed = {**page.form("", "Change it and tell them"), "confirmed": "yes"}
        page = Page(self.client.post(path, data=confirmed, follow_redirects=True))
        assert "The date was changed." in page.text


def dated(sessions: int) -> int:
    """A virtual course of so many weekly sessions; its number."""
    start = from_london(FIRST_DAY, time(9, 30))
    event = make_event(make_course("Neglect"), start)
    for number in range(1, sessions):
        at = start + timedelta(weeks=number)
        add(EventSession(event_id=event.id, starts_at=at, ends_at=at + timedelta(hours=3)))
    with changing(event.id, now=TODAY) as locked:
        locked.ends_at = start + timedelta(weeks=sessions - 1, hours=3)
    return event.id


def words_of(mail: EmailMessage) -> list[Word]:
    """The invite of a mail, if it brings one: one part, with the method told twice alike, for its reader alone."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return []
    [part] = parts
    text = part.get_content()
    [sitting], found = read_with_both(text), understood(text)
    assert part.get_param("method") == found.method
    [attendee], [organizer] = found.events[0]["attendees"], found.events[0]["organizers"]
    assert attendee["address"] == "mailto:" + mail["To"].addresses[0].addr_spec
    assert organizer["address"] == "mailto:" + mail["From"].addresses[0].addr_spec
    return [Word(mail["To"].addresses[0].addr_spec, found.method, sitting)]


@pytest.fixture(params=[1, 3], ids=["one session", "three sessions"])
def world(
    request: pytest.FixtureRequest, app: Flask, today: Traveller, client: CheckedClient, tmp_path: Path
) -> Iterator[World]:
    """The world before anybody has booked."""
    yield World(client, today, tmp_path, request.param)


def starts(words: list[Word], of: Someone) -> list[datetime]:
    """When the sessions start of which somebody was told."""
    return [word.sitting.starts_at for word in words if word.to == of.email]


def moved(world: World, days: int) -> list[datetime]:
    """When the sessions start, so many days after the first dates."""
    first = FIRST_DAY + timedelta(days=days)
    return [from_london(first + timedelta(weeks=n), time(9, 30)) for n in range(world.sessions)]


def test_request_0_request_1_request_2_cancel_3_of_one_uid(world: World):
    booking = world.book()
    world.name_tom()
    world.wait(1)
    told = [world.news()]
    for days in (1, 100):  # the second date is in summer
        world.reschedule(days)
        world.wait(11)
        told.append(world.news())
        assert starts(told[-1], world.priya) == starts(told[-1], world.tom) == moved(world, days)
        world.wait(10)
    world.give_up(booking)
    world.take_tom_off()
    world.wait(1)
    told.append(world.news())
    for person in (world.priya, world.tom):
        mine = [[word for word in words if word.to == person.email] for words in told]
        assert [len(words) for words in mine] == [world.sessions] * 4
        for session in range(world.sessions):
            said = [words[session] for words in mine]
            assert len({word.sitting.uid for word in said}) == 1
            assert [(word.method, word.sitting.sequence) for word in said] == [
                ("REQUEST", 0),
                ("REQUEST", 1),
                ("REQUEST", 2),
                ("CANCEL", 3),
            ]
    assert world.news() == []


def test_two_changes_within_ten_minutes_are_one_mail(world: World):
    world.book()
    world.name_tom()
    world.wait(1)
    world.news()
    world.reschedule(1)
    world.wait(9)
    assert world.news() == []
    world.reschedule(2)
    world.wait(9)
    assert world.news() == []
    world.wait(2)
    told = world.news()
    assert len(told) == 2 * world.sessions
    assert {(word.method, word.sitting.sequence) for word in told} == {("REQUEST", 2)}
    assert starts(told, world.priya) == starts(told, world.tom) == moved(world, 2)


def test_two_changes_more_than_ten_minutes_apart_are_two(world: World):
    world.book()
    world.wait(1)
    world.news()
    for days, sequence in ((1, 1), (2, 2)):
        world.reschedule(days)
        world.wait(11)
        assert {word.sitting.sequence for word in world.news()} == {sequence}


def test_a_change_taken_back_within_ten_minutes_is_no_mail(world: World):
    world.book()
    world.wait(1)
    world.news()
    world.reschedule(1)
    world.wait(5)
    world.reschedule(0)
    world.wait(20)
    assert world.news() == []


def test_who_books_again_gets_a_uid_of_its_own_and_no_change_of_the_old_one(world: World):
    first = world.book()
    world.wait(1)
    old = {word.sitting.uid for word in world.news()}
    world.give_up(first)
    world.wait(1)
    assert {word.method for word in world.news()} == {"CANCEL"}
    world.book()
    world.wait(1)
    told = world.news()
    assert {(word.method, word.sitting.sequence) for word in told} == {("REQUEST", 0)}
    assert not old & {word.sitting.uid for word in told}
    world.reschedule(1)
    world.wait(11)
    assert not old & {word.sitting.uid for word in world.news()}
