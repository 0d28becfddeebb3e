"""What needs somebody, worst first. Pure: facts in, sentences with the link that mends each out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...booking.waiting_list import last_working_day
from ...completions.rules import deadline
from ...web.filters import listed, plural, when

SOON = timedelta(days=7)
RING = 5  # names on a line; the list has the others


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that needs somebody: what, why it matters, and the button that mends it."""

    rank: int  # 0 is the worst
    when: datetime
    what: str
    why: str
    button: str
    href: str
    word: str = ""  # before the time: "Since", "By"; nothing before that of an event


def sooner(row: Any, now: datetime, *, soon: int, later: int) -> int:
    """The rank of something about an event, by how near it is."""
    return soon if row.starts_at - now < SOON else later


def booked(row: Any) -> str:
    """How many it concerns."""
    if row.headcount_only or not row.places_held:
        return ""
    return f"{plural(row.places_held, 'place is', 'places are')} held"


def without_trainer(row: Any, now: datetime, asked: str) -> Line:
    """Nobody delivers an event that is coming; what became of asking people."""
    return Line(
        rank=sooner(row, now, soon=0, later=3),
        when=row.starts_at,
        what=f"{row.title} has no trainer",
        why=". ".join(filter(None, (booked(row), asked))),
        button="Name a trainer",
        href=f"/events/{row.id}/trainers",
    )


def without_place(row: Any, now: datetime) -> Line:
    """Nobody can know where, or through which link."""
    where = "joining link" if row.delivery == "virtual" else "venue or joining link"
    return Line(
        rank=sooner(row, now, soon=0, later=3),
        when=row.starts_at,
        what=f"{row.title} has no {where}",
        why=booked(row),
        button=f"Add the {where.split()[0]}" if row.delivery != "virtual" else "Add the link",
        href=f"/events/{row.id}/edit",
    )


def too_few(row: Any, now: datetime) -> Line:
    """Fewer are booked than it needs."""
    return Line(
        rank=sooner(row, now, soon=0, later=1),
        when=row.starts_at,
        what=f"{row.title}: {plural(row.booked, 'person is', 'people are')} booked, it needs {row.minimum}",
        why="Run it anyway, or postpone or cancel it while people can still plan.",
        button="Decide",
        href=f"/events/{row.id}/minimum",
    )


def awaiting_date(row: Any) -> Line:
    """It was postponed, and those who have a place await its date."""
    why = f"{plural(row.booked, 'person keeps a place', 'people keep their places')} and cannot plan yet."
    return Line(
        rank=3,
        when=row.since,
        what=f"{row.title} was postponed and has no new date",
        why=why if row.booked else "",
        button="Set the new date",
        href=f"/events/{row.id}/times",
        word="Since",
    )


def free_place(row: Any, now: datetime, waiting: Sequence[tuple[str, str]]) -> Line | None:
    """People wait although a place is free: to be rung on the last working day, else to be looked at.

    Nothing while some of them may take the place by being first. ``waiting`` are their names and mobile numbers.
    """
    left, count = row.booking_limit - row.places_held, row.waiting
    said = f"{row.title}: {plural(count, 'person waits', 'people wait')}, and "
    at_short_notice = now >= last_working_day(row.starts_at)
    if row.asked and not at_short_notice:
        return None
    why = "Something keeps each of them from taking it: their bookings say what."
    return Line(
        rank=0 if at_short_notice else sooner(row, now, soon=1, later=3),
        when=row.starts_at,
        what=said + plural(left, "place is free", "places are free"),
        why=ring(waiting) if at_short_notice else why,
        button="Ring them" if at_short_notice else "See who waits",
        href=f"/events/{row.id}/bookings?state=waiting",
    )


def ring(waiting: Sequence[tuple[str, str]]) -> str:
    """Whom to ring, in their order: Priya Patel 07700 900123, Sam Smith (no mobile number) and 2 more."""
    names = [f"{name} {mobile}" if mobile else f"{name} (no mobile number)" for name, mobile in waiting]
    more = [f"{len(names) - RING} more"] if len(names) > RING else []
    return f"Ring in this order: {listed([*names[:RING], *more])}."


def offer_running_out(row: Any) -> Line:
    """Somebody has a place offered and has not said."""
    return Line(
        rank=1,
        when=row.until,
        what=f"{plural(row.number, 'offer')} of a place on {row.title} {'runs' if row.number == 1 else 'run'} out",
        why="A call may settle it; otherwise the next in line is asked.",
        button="See the offers" if row.number > 1 else "See the offer",
        href=f"/events/{row.id}/bookings?state=offered",
        word="By",
    )


def nomination_running_out(row: Any) -> Line:
    """A lead holds places without names."""
    places = plural(row.places, "place", "places")
    has = "has" if row.places == 1 else "have"
    return Line(
        rank=2,
        when=row.name_by_at,
        what=f"{row.title}: {places} of {row.holder} {has} no name yet",
        why="Then what is unnamed goes back, and to those who wait.",
        button="See who is on it",
        href=f"/events/{row.id}/bookings",
        word="By",
    )


def part_one(row: Any, now: datetime, working_days: int) -> Line:
    """People are booked who have not done what comes first. It is due so many working days before the start."""
    by = deadline(row.starts_at, working_days=working_days)
    late = now >= by
    has = "person has" if row.number == 1 else "people have"
    evidence = f" Evidence of {plural(row.evidence, 'person', 'people')} waits to be checked."
    due = when(by)
    return Line(
        rank=1 if late else 3,
        when=row.starts_at,
        what=f"{row.title}: {row.number:,} {has} not done part 1",
        why=(f"It was due by {due}." if late else f"It is due by {due}.")
        + (evidence if row.evidence else ""),
        button="See who",
        href=f"/events/{row.id}/bookings?part_one=to+do",
    )


def open_register(row: Any, trainers: Sequence[str]) -> Line:
    """An event is over, and nobody has said who came."""
    return Line(
        rank=2,
        when=row.starts_at,
        what=f"The register of {row.title} is still open",
        why=f"Trained by {listed(trainers)}" if trainers else "",
        button="Open the register",
        href=f"/events/{row.id}/register",
    )


def hanging_approvals(count: int, oldest: datetime) -> Line:
    """Requests that nobody has answered for three working days."""
    return Line(
        rank=1,
        when=oldest,
        what=f"{plural(count, 'request for approval has', 'requests for approval have')} no answer",
        why="The places are held meanwhile. Ring whoever was asked, or decide.",
        button="See the request" if count == 1 else "See the requests",
        href="/desk/approvals",
        word="Since",
    )


def evidence_to_check(count: int, oldest: datetime) -> Line:
    """Certificates from elsewhere that nobody has looked at."""
    return Line(
        rank=2,
        when=oldest,
        what=f"{plural(count, 'certificate from elsewhere waits', 'certificates from elsewhere wait')} to be checked",
        why="Until then it does not count as done, and no place is taken away for it.",
        button="Check it" if count == 1 else "Check them",
        href="/desk/evidence",
        word="Since",
    )


def charges_to_decide(count: int, oldest: datetime) -> Line:
    """Charges that were proposed and are neither approved nor waived."""
    return Line(
        rank=3,
        when=oldest,
        what=f"{plural(count, 'charge is', 'charges are')} to be decided",
        why="Approve or waive: nothing goes to finance by itself.",
        button="Decide",
        href="/desk/charges",
        word="Since",
    )


def missed_often(names: Sequence[str], settings: Mapping[str, Any], last: datetime) -> Line:
    """People with a place ahead who did not come again and again."""
    whom = listed(names[:3]) if len(names) < 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
    times = plural(settings["missed_times"], "time")
    return Line(
        rank=3,
        when=last,
        what=f"{whom} {'has' if len(names) == 1 else 'have'} a place ahead and did not come lately",
        why=f"{times} or more in {plural(settings['missed_within_months'], 'month')}. A call often helps.",
        button="See who",
        href="/desk/missed-places",
        word="Last",
    )


def worst_first(lines: Iterable[Line | None]) -> list[Line]:
    """The worst first; of equals, what comes (or came) first."""
    return sorted((line for line in lines if line), key=lambda line: (line.rank, line.when))
