"""What needs somebody, worst first. Pure: facts in, sentences with the link that mends each out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SOON = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that needs somebody: what, why it matters, and the button that mends it."""

    rank: int  # 0 is the worst
    when: datetime
    what: str
    why: str
    button: str
    endpoint: str
    values: dict[str, Any]


def booked(row: Any) -> str:
    """How many it concerns."""
    if row.headcount_only or not row.places_held:
        return ""
    return "1 place is held" if row.places_held == 1 else f"{row.places_held} places are held"


def without_trainer(row: Any, now: datetime) -> Line:
    """Nobody delivers an event that is coming."""
    return Line(
        rank=0 if row.starts_at - now < SOON else 3,
        when=row.starts_at,
        what=f"{row.title} has no trainer",
        why=booked(row),
        button="Name a trainer",
        endpoint="desk.trainers",
        values={"event_id": row.id},
    )


def without_place(row: Any, now: datetime) -> Line:
    """Nobody can know where, or through which link."""
    where = "joining link" if row.delivery == "virtual" else "venue or joining link"
    return Line(
        rank=0 if row.starts_at - now < SOON else 3,
        when=row.starts_at,
        what=f"{row.title} has no {where}",
        why=booked(row),
        button=f"Add the {where.split()[0]}" if row.delivery != "virtual" else "Add the link",
        endpoint="course_desk.edit_event",
        values={"event_id": row.id},
    )


def open_register(row: Any) -> Line:
    """An event is over, and nobody has said who came."""
    return Line(
        rank=2,
        when=row.starts_at,
        what=f"The register of {row.title} is still open",
        why=", ".join(row.trainers) and f"Trained by {', '.join(row.trainers)}",
        button="Open the register",
        endpoint="register.sheet",
        values={"event_id": row.id},
    )


def free_place(row: Any, now: datetime) -> Line:
    """People wait although a place is free."""
    waiting = f"{row.waiting} {'person waits' if row.waiting == 1 else 'people wait'}"
    left = row.booking_limit - row.places_held
    return Line(
        rank=1 if row.starts_at - now < SOON else 3,
        when=row.starts_at,
        what=f"{row.title}: {waiting}, and {left} {'place is' if left == 1 else 'places are'} free",
        why="",
        button="See the date",
        endpoint="catalogue.event",
        values={"event_id": row.id},
    )


def unsent_mail(count: int, newest: datetime) -> Line:
    """Mail that could not be delivered."""
    return Line(
        rank=1,
        when=newest,
        what="A mail could not be sent" if count == 1 else f"{count:,} mails could not be sent",
        why="Each says what went wrong. Send it again, or ring.",
        button="See the mail",
        endpoint="outbox.letters",
        values={"state": "failed"},
    )


def worst_first(lines: Iterable[Line]) -> list[Line]:
    """The worst first; of equals, what comes (or came) first."""
    return sorted(lines, key=lambda line: (line.rank, line.when))
