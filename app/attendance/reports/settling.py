"""Which day of a file is which: the order of its dates, and the session it tells of. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from ...clock import london_day
from .dates import Order, Settled, settle, stamp_of
from .reading import File


class Sitting(NamedTuple):
    """A session: its id and times."""

    id: int
    starts_at: datetime
    ends_at: datetime


class Placed(NamedTuple):
    """A file with the order of its dates, and what is to be asked or told of it.

    ``session_id`` is the session of the seconds that have no times. ``ask``: "order", "session" or "" for nothing.
    ``other_day`` is the day of a meeting on which the event has no session.
    """

    file: File
    settled: Settled | None  # None: the file has no dates
    session_id: int | None
    ask: str
    other_day: date | None
    problem: str = ""

    @property
    def is_used(self) -> bool:
        """Whether what it says counts."""
        return not (self.ask or self.other_day or self.problem)


def place(
    file: File, sittings: Sequence[Sitting], *, order: Order | None = None, session_id: int | None = None
) -> Placed:
    """Find out; ``order`` and ``session_id`` are what a person answered."""
    days = sorted({london_day(sitting.starts_at) for sitting in sittings})
    meeting = file.meeting
    texts = {text for entry in meeting.entries for text in (entry.joined, entry.left) if text}
    stamps = {stamp for text in texts | {meeting.start, meeting.end} if (stamp := stamp_of(text))}
    known = session_of(sittings, session_id)
    if not stamps:
        return without_dates(file, known)
    settled = settle(stamps, stamp_of(meeting.start), days, utc=meeting.utc, chosen=order)
    if not settled.possible:
        return Placed(file, settled, known, "", None, MIXED)
    if settled.order is None:
        return Placed(file, settled, known, "order", None)
    day = settled.days[settled.possible.index(settled.order)]
    if day not in days:
        return Placed(file, settled, known, "", day)
    on_day = [sitting.id for sitting in sittings if london_day(sitting.starts_at) == day]
    known = known or (on_day[0] if len(on_day) == 1 else None)
    timeless = any(entry.seconds and not (entry.joined or entry.left) for entry in meeting.entries)
    return Placed(file, settled, known, "session" if timeless and known is None else "", None)


MIXED = (
    "Some dates of this file can only be read with the day first, others only with the month first, so it holds two "
    "reports or was edited. Download the report again."
)


def session_of(sittings: Sequence[Sitting], chosen: int | None) -> int | None:
    """The session that was chosen, or the only one."""
    if chosen is not None and chosen in {sitting.id for sitting in sittings}:
        return chosen
    return sittings[0].id if len(sittings) == 1 else None


def without_dates(file: File, session_id: int | None) -> Placed:
    """A file that says of nobody when they came: of one session, which is asked where there are several."""
    if not any(entry.seconds for entry in file.meeting.entries):
        return Placed(file, None, session_id, "", None, NO_TIMES)
    return Placed(file, None, session_id, "" if session_id else "session", None)


NO_TIMES = (
    "This report says who attended, but neither when nor for how long: that was switched off for the meeting. "
    "Mark the register by hand, with the list beside you."
)
# By fingerprint what a person answered: "order", day or month; "session", its public id.
Answers = Mapping[str, Mapping[str, str]]


def answered_order(text: str | None) -> Order | None:
    """The order that somebody chose; None for none."""
    return Order(text) if text in tuple(Order) else None
