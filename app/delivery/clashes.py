"""Who has a place on another event at the time that one is to have."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ..booking.checks import claims_of, sessions_of
from ..booking.rules import HOLDING, overlap
from ..catalogue.models import Event
from .reach import Reach, reach_of


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
