"""Finding the date that a row is about: by its number, or by course, day and time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ..clock import in_london, london_day
from .cells import Wrong, clock_time, in_words, whole
from .event_rows import CourseKnown

NEAREST = 3


@dataclass(frozen=True)
class EventKnown:
    """An event that has a date."""

    id: int
    course_id: int
    title: str
    state: str
    headcount_only: bool
    limit: int
    starts_at: datetime
    ends_at: datetime
    sessions: tuple[tuple[int, datetime], ...] = ()  # ids, and when each ended

    @property
    def label(self) -> str:
        """Neglect on 12 May 2026."""
        return f"{self.title} on {in_words(london_day(self.starts_at))}"


class Dates:
    """The dates of a partnership. Only those that are over, long enough for nobody to be asked about them, are found."""

    def __init__(self, events: Iterable[EventKnown], *, now: datetime, settled_before: datetime) -> None:
        self.now, self.settled_before = now, settled_before
        self.by_id = {event.id: event for event in events}
        self.by_course: dict[int, dict[date, list[EventKnown]]] = {}
        for event in self.by_id.values():
            days = self.by_course.setdefault(event.course_id, {})
            days.setdefault(london_day(event.starts_at), []).append(event)

    def numbered(self, text: str) -> EventKnown:
        """The date with that number."""
        number = whole(text, most=2**31 - 1)
        if number not in self.by_id:
            raise Wrong(f"There is no date with the number {number}")
        return self.checked(self.by_id[number])

    def of(self, course: CourseKnown, on: date, time: str = "") -> EventKnown:
        """The date of a course on a day; where it ran twice, that which starts at the time."""
        found = self.by_course.get(course.id, {}).get(on, [])
        if not found:
            raise Wrong(f"{course.title} has no date on {in_words(on)}. {self.nearest(course, on)}")
        if time:
            at = clock_time(time)
            matching = [e for e in found if in_london(e.starts_at).time() == at]
            if not matching:
                times = " and ".join(f"{in_london(e.starts_at):%H:%M}" for e in found)
                raise Wrong(f"{found[0].label} starts at {times}, not at {at:%H:%M}")
            found = matching
        if len(found) > 1:
            raise Wrong(f"{found[0].label} ran {len(found)} times. Write the start time as well")
        return self.checked(found[0])

    def nearest(self, course: CourseKnown, on: date) -> str:
        """Which dates of the course are nearest to a day, as a sentence."""
        days = self.by_course.get(course.id, {})
        near = sorted(sorted(days, key=lambda day: abs((day - on).days))[:NEAREST])
        if not near:
            return "It has no dates yet: load them first, under Dates"
        return f"Its nearest {'is' if len(near) == 1 else 'are'} {', '.join(in_words(day) for day in near)}"

    def checked(self, event: EventKnown) -> EventKnown:
        """The date, if past bookings can be loaded for it."""
        if event.state != "published":
            raise Wrong(
                f"{event.label} is {'a draft' if event.state == 'draft' else event.state}, so nobody came"
            )
        if event.headcount_only:
            raise Wrong(f"{event.label} counts organisations, not people")
        if event.ends_at > self.now:
            raise Wrong(f"{event.label} is not over. Book people on its own page")
        if event.ends_at > self.settled_before:
            raise Wrong(
                f"{event.label} ended only a few days ago, and people are still asked what it was like. "
                "Mark its register instead"
            )
        return event
