"""The letters to whoever answers for an organisation that sends numbers: each with the link that changes them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..catalogue.models import Event
from ..notifications.actions import post
from .checks import sessions_of
from .letters import restated
from .models import Headcount


def about(row: Headcount) -> str:
    """What letters about an organisation's numbers are about."""
    return f"headcount:{row.token}"


def tell(
    row: Headcount, event: Event, message: str, *, now: datetime, key: str = "", **more: Any
) -> str | None:
    """A letter to whoever answers for an organisation; it is not sent once the date has begun."""
    return post(
        message,
        key=f"{about(row)}:{key or message}",
        to_email=row.contact_email or None,
        to_name=row.contact_name,
        now=now,
        about=about(row),
        expires_at=event.starts_at,
        **context_of(event),
        organisation=row.organisation,
        expected=row.expected,
        token=row.token,
        **more,
    )


def context_of(event: Event) -> dict[str, Any]:
    """What every letter about a date restates."""
    return restated(event, sessions_of(event.id))


def write_to_each(
    rows: Iterable[Headcount], event: Event, subject: str, paragraphs: list[str], *, now: datetime
) -> int:
    """Mail everybody who answers for an organisation; the same text goes to nobody twice. Returns to how many."""
    same = hashlib.sha256("\n".join([subject, *paragraphs]).encode()).hexdigest()[:24]
    posted = [
        tell(
            row,
            event,
            "numbers-message",
            now=now,
            key=f"message:{same}",
            heading=subject,
            paragraphs=paragraphs,
        )
        for row in rows
    ]
    return len([public_id for public_id in posted if public_id])
