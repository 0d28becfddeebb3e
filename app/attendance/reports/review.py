"""What reports say of everybody on a register, session by session, before anything is saved. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..rules import COMPLETED_SHARE
from .attendees import Attendee, Timed, attendees, read_times
from .dates import Order
from .matching import Delegate, Deliverer, Found, Match, index, match_all
from .presence import Minutes, Present, Span, joined, length, minutes_of, present
from .remarks import remarks_on
from .settling import Placed, Sitting


class OfSession(NamedTuple):
    """A delegate in a session, as the reports have it."""

    booking_id: int
    session_id: int
    present: Present
    minutes: Minutes


@dataclass(frozen=True)
class Review:
    """Everything the reports say: who everybody in them is, who was in which session, what does not add up."""

    matches: tuple[Match, ...]
    presences: Mapping[tuple[int, int], OfSession]  # by booking and session; only who was there
    remarks: tuple[str, ...]
    covered: frozenset[int]  # the sessions that the reports tell of

    def of(self, *found: Found) -> list[Match]:
        """Attendees of a kind, by name."""
        return [match for match in self.matches if match.found in found]

    def there(self, booking_id: int, session_id: int) -> OfSession | None:
        """Somebody's presence in a session."""
        return self.presences.get((booking_id, session_id))


def review(
    placed: Sequence[Placed],
    sittings: Sequence[Sitting],
    delegates: Sequence[Delegate],
    deliverers: Iterable[Deliverer],
    decided: Mapping[str, int | None],
    *,
    now: datetime,
    title: str = "",
    share: float = COMPLETED_SHARE,
) -> Review:
    """Read, join, match and cut. Files that are of another day, or of which something is still asked, stay aside."""
    read: list[Timed] = []
    usable = [one for one in placed if one.is_used]
    said = {one.file.fingerprint: list[str]() for one in placed}
    for number, one in enumerate(usable):
        order = one.settled.order if one.settled and one.settled.order else None
        found = read_times(number, one.file.meeting, order or Order.DAY)
        said[one.file.fingerprint] += found.remarks
        read += found.entries
    people = attendees(read)
    matches = match_all(people, index(delegates, deliverers), decided)
    sessions_of_files = [one.session_id for one in usable]
    presences = {
        (cell.booking_id, cell.session_id): cell
        for cell in cells(matches, sittings, sessions_of_files, share=share)
    }
    remarks = remarks_on(placed, said, people, sittings, matches, now=now, title=title)
    return Review(tuple(matches), presences, tuple(remarks), covered(people, sittings, sessions_of_files))


def cells(
    matches: Sequence[Match], sittings: Sequence[Sitting], files: Sequence[int | None], *, share: float
) -> Iterable[OfSession]:
    """Presence by delegate and session; several rows of one delegate are joined."""
    by_booking: dict[int, list[Attendee]] = defaultdict(list)
    for match in matches:
        if match.booking_id is not None:
            by_booking[match.booking_id].append(match.attendee)
    for booking_id, people in by_booking.items():
        for sitting in sittings:
            found = in_session(people, sitting, files)
            if found.seconds:
                minutes = minutes_of(found, sitting.starts_at, sitting.ends_at, share=share)
                yield OfSession(booking_id, sitting.id, found, minutes)


def in_session(people: Sequence[Attendee], sitting: Sitting, files: Sequence[int | None]) -> Present:
    """The presence of one person, under however many names they came, in a session."""
    spans = {span for person in people for span in person.spans}
    stated = sum(seconds for person in people for file, seconds in person.stated if files[file] == sitting.id)
    return present(spans, stated, sitting.starts_at, sitting.ends_at)


def covered(
    people: Sequence[Attendee], sittings: Sequence[Sitting], files: Sequence[int | None]
) -> frozenset[int]:
    """The sessions in which anybody was."""
    return frozenset(
        sitting.id
        for sitting in sittings
        if any(in_session([person], sitting, files).seconds for person in people)
    )


def minutes_in_all(person: Attendee) -> int:
    """How long somebody was in the meeting, whatever the sessions' times are."""
    seen = length(joined(Span(span.start, span.end) for span in person.spans if span.at_most is None))
    sums = sum(span.at_most or 0 for span in person.spans if span.at_most is not None)
    return (seen + sums + sum(seconds for _, seconds in person.stated)) // 60
