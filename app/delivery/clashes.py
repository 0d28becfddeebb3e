"""What else somebody has at the time of an event: what they deliver, host or speak at, are booked on or wait for."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..booking.checks import claims_of, sessions_of
from ..booking.rules import HOLDING, overlap
from ..catalogue.models import Course, Event, EventSession
from ..clock import london_day
from ..db import db
from ..pool.models import EventTrainer, PoolMember, TrainerCall, Unavailability
from ..pool.rules import Answer
from .reach import Reach, reach_of

# What is said of somebody, and to them, by the role that they have then.
WORDS: Mapping[str, tuple[str, str]] = {
    "lead": ("Delivers {} then.", "You deliver {} at that time."),
    "co": ("Delivers {} then.", "You deliver {} at that time."),
    "observing": ("Observes {} then.", "You observe {} at that time."),
    "host": ("Hosts {} then.", "You host {} at that time."),
    "guest speaker": ("Speaks at {} then.", "You speak at {} at that time."),
    "waits": ("Said yes to {} then.", "You said yes to {} at that time."),
    "booked": ("Has a place on {} then.", "You have a place on {} at that time."),
    "offered": ("Was offered a place on {} then.", "You were offered a place on {} at that time."),
    "requested": ("Asked for a place on {} then.", "You asked for a place on {} at that time."),
    "waiting": ("Waits for a place on {} then.", "You wait for a place on {} at that time."),
    "away": ("Is not available that day.", "You said that you are not available that day."),
}


@dataclass(frozen=True)
class Clash:
    """Another role of somebody at the time of an event, and the course it is in."""

    role: str  # a word of WORDS
    title: str = ""

    @property
    def of_them(self) -> str:
        """For the desk."""
        return WORDS[self.role][0].format(self.title)

    @property
    def to_them(self) -> str:
        """For themselves."""
        return WORDS[self.role][1].format(self.title)


def taken_then(event: Event, people: Collection[int], now: datetime) -> dict[int, list[Clash]]:
    """What each of these people has at the time of an event, by person; five statements, however many they are."""
    times = [(s.starts_at, s.ends_at) for s in sessions_of(event.id)]
    found: dict[int, list[Clash]] = defaultdict(list)
    if not people or not times:
        return found
    for person_id, clash in (
        *delivering_then(event, people),
        *booked_then(people, times, now),
        *away_then(event, people, times),
    ):
        if clash not in found[person_id]:
            found[person_id].append(clash)
    return found


def delivering_then(event: Event, people: Collection[int]) -> Iterator[tuple[int, Clash]]:
    """Who is on another date at the same time, or has said yes to one."""
    for part, table in (("part", EventTrainer), ("answer", TrainerCall)):
        rows = at_the_same_time(event, table, people)
        if table is TrainerCall:
            rows = rows.where(TrainerCall.answer == Answer.WAITS)
        for person_id, role, delivers_as, title in db.session.execute(
            rows.add_columns(getattr(table, part), table.delivers_as, Course.title)
        ):
            yield person_id, Clash(delivers_as if role in ("pool", "expert") else role, title)


def at_the_same_time(event: Event, table: type, people: Collection[int]) -> sa.Select[int]:
    """The person of each row of a table whose event has a session while this one has."""
    other, mine = aliased(EventSession), aliased(EventSession)
    overlapping = sa.and_(other.starts_at < mine.ends_at, mine.starts_at < other.ends_at)
    person_id, event_id = table.person_id, table.event_id  # type: ignore[attr-defined]
    return (
        sa.select(person_id)
        .join(Event, Event.id == event_id)
        .join(Course, Course.id == Event.course_id)
        .join(other, other.event_id == Event.id)
        .join(mine, sa.and_(mine.event_id == event.id, overlapping))
        .where(Event.id != event.id, Event.state == "published", person_id.in_(people))
        .order_by(other.starts_at, Event.id)
    )


def booked_then(
    people: Collection[int], times: Sequence[tuple[datetime, datetime]], now: datetime
) -> Iterator[tuple[int, Clash]]:
    """Who has a place at that time, was offered one, or waits for one; on the event itself, too."""
    for person_id, claims in claims_of(list(people), now).items():
        for claim in claims:
            if claim.state in WORDS and overlap(claim.sittings, times):
                yield person_id, Clash(str(claim.state), claim.title)


def away_then(
    event: Event, people: Collection[int], times: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[int, Clash]]:
    """Who said that they cannot on one of the days."""
    days = sorted({london_day(at) for pair in times for at in pair})
    on_one = sa.or_(*(sa.and_(Unavailability.from_on <= day, Unavailability.until_on >= day) for day in days))
    rows = (
        sa.select(PoolMember.person_id)
        .join(Unavailability, Unavailability.member_id == PoolMember.id)
        .where(PoolMember.person_id.in_(people), PoolMember.partnership_id == event.host_id, on_one)
        .distinct()
    )
    for person_id in db.session.scalars(rows):
        yield person_id, Clash("away")


def clashes_of(event: Event, reach: Reach, now: datetime) -> dict[int, str]:
    """What else those with a claim have a place on at the new time, by booking."""
    people = {booking.person_id: booking.id for booking, _ in reach.claims}
    times = [(s.starts_at, s.ends_at) for s in sessions_of(event.id)]
    return {people[person_id]: title for person_id, title in clashing(event, list(people), times, now)}


def clashes_at(times: Sequence[tuple[datetime, datetime]], event: Event, now: datetime) -> set[int]:
    """Who with a place on the event has another one at these times (people by id)."""
    people = [booking.person_id for booking, _ in reach_of(event).booked]
    return {person_id for person_id, _ in clashing(event, people, times, now)}


def clashing(
    event: Event, people: Sequence[int], times: Sequence[tuple[datetime, datetime]], now: datetime
) -> Iterator[tuple[int, str]]:
    """Person and title of each place on another event at these times; one query for all."""
    for person_id, claims in claims_of(people, now).items():
        for claim in claims:
            elsewhere = claim.event_id != event.id and claim.state in HOLDING
            if elsewhere and overlap(claim.sittings, times):
                yield person_id, claim.title
