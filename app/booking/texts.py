"""What is written to everybody on an event as a text message too: to whom, how it reads, and sending it once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..catalogue.models import Event
from ..notifications.letters import link
from ..notifications.phones import each_once, mobile_of, short_times
from ..notifications.text_words import TextWritten, write_text
from ..notifications.texting import post_text
from .checks import sessions_of
from .models import EventMessage

WORDING = "text-message"
SOMEBODY = "0" * 16  # a booking's name in addresses, as long as every other


def has_mobile(row: Any) -> bool:
    """Whether somebody gave a number that takes texts."""
    return bool(mobile_of(row.mobile))


def readers(rows: Sequence[Any]) -> list[Any]:
    """Those whose mobile number is known, each number once."""
    return each_once(rows, lambda row: mobile_of(row.mobile))


def text_for(event: Event, short_text: str, *, booking: str, to_name: str, now: datetime) -> TextWritten:
    """The text exactly as it goes to one of them."""
    own = {"our_link": link_of(booking), "to_name": to_name}
    return write_text(
        WORDING, {**context_of(event, short_text, now), **own, "partnership": event.host, "now": now}
    )


def too_long_by(event: Event, short_text: str, *, now: datetime) -> int:
    """By how many characters it is too long, with the course, the date and the link that stand around it."""
    return text_for(event, short_text, booking=SOMEBODY, to_name="", now=now).over


def send(
    message: EventMessage, event: Event, rows: Sequence[Any], *, now: datetime, expires_at: datetime | None
) -> int:
    """Post it to each of them once; returns to how many."""
    said = context_of(event, message.short_text, now) if rows else {}
    return sum(
        post_text(
            WORDING,
            key=f"event-message:{message.public_id}:{row.public_id}:text",
            to_phone=row.mobile,
            to_name=row.name,
            partnership=event.host,
            now=now,
            about=f"booking:{row.public_id}",
            expires_at=expires_at,
            our_link=link_of(row.public_id),
            **said,
        )
        for row in rows
    )


def link_of(booking: str) -> str:
    """The reader's own booking."""
    return link("booking.show", public_id=booking)


def context_of(event: Event, short_text: str, now: datetime) -> dict[str, Any]:
    """What the wording says to all of them alike: the next session, and what was typed."""
    sessions = sessions_of(event.id)
    coming = [one for one in sessions if one.ends_at > now] or sessions
    return {
        "course": event.course,
        "time_now": short_times(coming[0].starts_at, coming[0].ends_at, now) if coming else "",
        "typed": " ".join(short_text.split()),
    }
