"""When somebody was there: times joined, cut to a session, and what a mark says of them. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from ..rules import COMPLETED_SHARE, completed


class Span(NamedTuple):
    """A time of presence. ``at_most``: only so many seconds of it, where the file states a sum but no times."""

    start: datetime
    end: datetime
    at_most: int | None = None


class Present(NamedTuple):
    """Somebody's presence in one session."""

    seconds: int
    first: datetime | None  # None where the file has no times
    last: datetime | None


class Minutes(NamedTuple):
    """Presence as a mark keeps it."""

    there: int
    late: int
    early: int
    enough: bool


NOT_THERE = Present(0, None, None)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Times that overlap or touch as one: two devices at once are one person."""
    found: list[Span] = []
    for start, end, _ in sorted((s.start, s.end, 0) for s in spans if s.end > s.start):
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Span(start, end))
    return found


def clipped(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """What of these times lies in a session."""
    cut = (Span(max(s.start, start), min(s.end, end), s.at_most) for s in spans)
    return [span for span in cut if span.end > span.start]


def length(spans: Iterable[Span]) -> int:
    """How many seconds they are, laid end to end."""
    return round(sum((span.end - span.start).total_seconds() for span in spans))


def present(spans: Iterable[Span], stated: int, start: datetime, end: datetime) -> Present:
    """Somebody's presence in a session: the union of their times in it, never more than the session.

    ``stated`` are seconds for which there are no times at all; where only a sum is known within some time, no more
    than the sum counts of it.
    """
    inside = clipped(spans, start, end)
    seen = joined(span for span in inside if span.at_most is None)
    whole = round((end - start).total_seconds())
    sums = 0
    for span in {span for span in inside if span.at_most is not None}:
        free = length(joined([span])) - length(clipped(seen, span.start, span.end))
        sums += min(span.at_most or 0, max(0, free))
    if not inside:
        return Present(min(stated, whole), None, None) if stated > 0 else NOT_THERE
    seconds = min(whole, length(seen) + sums + max(0, stated))
    return (
        Present(seconds, min(s.start for s in inside), max(s.end for s in inside)) if seconds else NOT_THERE
    )


def minutes_of(found: Present, start: datetime, end: datetime, *, share: float = COMPLETED_SHARE) -> Minutes:
    """A presence as a mark says it. A begun minute counts as there; breaks in between count as left early.

    So what a mark leaves (its length without late and early) is what somebody was there.
    """
    whole = int((end - start).total_seconds()) // 60
    there = min(whole, -(-found.seconds // 60))
    gap = timedelta() if found.first is None else found.first - start
    late = min(int(gap.total_seconds()) // 60, whole - there)
    return Minutes(there, late, whole - there - late, completed(there, whole, share=share))
