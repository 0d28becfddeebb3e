"""Writing to everybody on an event, or to some: looked at first as it will go, then sent once, to mobiles too if wanted."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.actions import post
from ..notifications.letters import Written, write
from ..notifications.texting import texts_are_sent
from . import texts
from .checks import sessions_of
from .delegates import Narrowed, delegates_of
from .letters import restated
from .models import EventMessage
from .rules import State

# How the letter says what its reader has to do with the course, and how they get out of it.
STANDS = {
    State.BOOKED: "You have a place on",
    State.WAITING: "You are on the waiting list for",
    State.OFFERED: "You are offered a place on",
    State.REQUESTED: "You have asked for a place on",
}


def draft(
    event: Event, to: Narrowed, *, subject: str, text: str, by: Person, now: datetime, short_text: str = ""
) -> EventMessage:
    """Keep a message to look at before it is sent; ``short_text`` is what goes to mobiles, "" for nothing."""
    words = {"subject": subject, "text": text, "short_text": short_text}
    written = EventMessage(event_id=event.id, to=asdict(to), by_id=by.id, written_at=now, **words)
    db.session.add(written)
    db.session.flush()
    return written


def rewrite(
    message: EventMessage, to: Narrowed, *, subject: str, text: str, now: datetime, short_text: str = ""
) -> None:
    """Change a message that was not sent yet. Raises Refused for one that was."""
    if message.sent_at:
        raise Refused("This message was sent, so it can no longer be changed.")
    message.to, message.subject, message.text, message.written_at = asdict(to), subject, text, now
    message.short_text = short_text


def readers(message: EventMessage) -> Sequence[Any]:
    """Whom the message is for as things are now; those without an address are among them."""
    return db.session.execute(delegates_of(message.event_id, Narrowed(**message.to))).all()


def by_mail(rows: Sequence[Any]) -> list[Any]:
    """Those of them whom a mail can reach."""
    return [row for row in rows if row.email]


def by_text(message: EventMessage, rows: Sequence[Any]) -> list[Any]:
    """Those of them who get it as a text message: whose mobile number is known, each number once."""
    return texts.readers(rows) if message.short_text and texts_are_sent() else []


def letter_for(message: EventMessage, event: Event, row: Any, *, now: datetime) -> Written:
    """The mail exactly as it goes to one of them."""
    context = context_of(message, event)
    return write("message", to_name=row.name, now=now, **context, **own(row))


def send(message: EventMessage, event: Event, *, now: datetime) -> int:
    """Post the message to each of its readers and return to how many. Sent before: nothing is posted again."""
    if message.sent_at:
        return message.reached or 0
    context, expires_at = context_of(message, event), None if event.is_over(now) else event.ends_at
    rows = readers(message)
    posted = [
        post(
            "message",
            key=f"event-message:{message.public_id}:{row.public_id}",
            to_email=row.email,
            to_name=row.name,
            now=now,
            about=f"booking:{row.public_id}",
            expires_at=expires_at,
            **context,
            **own(row),
        )
        for row in by_mail(rows)
    ]
    message.sent_at, message.reached = now, len([public_id for public_id in posted if public_id])
    message.texted = texts.send(message, event, by_text(message, rows), now=now, expires_at=expires_at)
    return message.reached


def context_of(message: EventMessage, event: Event) -> dict[str, Any]:
    """What the wording says to all of them alike."""
    return {
        **restated(event, sessions_of(event.id)),
        "heading": message.subject,
        "paragraphs": [part.strip() for part in re.split(r"\n\s*\n", message.text) if part.strip()],
    }


def own(row: Any) -> dict[str, Any]:
    """What it says to one of them: nothing about anybody else."""
    return {
        "booking": row.public_id,
        "stands": STANDS.get(row.state, ""),
        "has_place": row.state == State.BOOKED,
    }


def sent_to(event_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The messages to an event that were sent, newest first."""
    return EventMessage.of(event_id).where(EventMessage.sent_at.is_not(None))
