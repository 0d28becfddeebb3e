"""Posting and withdrawing letters, inside the transaction of what they tell."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from ..db import db, new_public_id
from .calendar import Invite, invite_text
from .letters import Sender, sender, write
from .models import Letter


def post(
    message: str,
    *,
    key: str,
    to_email: str | None,
    to_name: str,
    partnership: Sender | None,
    now: datetime,
    about: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    calendar: Invite | None = None,
    secret: bool = False,
    **context: Any,
) -> str | None:
    """Write a letter into the outbox; returns its public id, or None when there is nothing to send.

    That is so when the same ``key`` was posted before (withdrawn or not), and for somebody without an address.
    ``due_at`` sends it later, ``expires_at`` never after that instant. The wording gets the ``context``,
    ``to_name`` and ``partnership``.
    """
    if not to_email:
        return None
    written = write(message, to_name=to_name, partnership=partnership, **context)
    headers = sender(partnership)
    public_id = new_public_id()
    row = {
        "public_id": public_id,
        "key": key,
        "message": message,
        "partnership_id": partnership.id if partnership else None,
        "about": about,
        "to_email": to_email,
        "to_name": to_name,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "headers": headers,
        "message_id": f"<{public_id}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>",
        "queued_at": now,
        "due_at": due_at or now,
        "expires_at": expires_at,
        "secret": secret,
    }
    if calendar is not None:
        invite = addressed(calendar, to_email=to_email, to_name=to_name, partnership=partnership, now=now)
        row |= {"calendar": invite_text(invite), "calendar_method": invite.method}
    return add_once(row)


def addressed(
    invite: Invite, *, to_email: str, to_name: str, partnership: Sender | None, now: datetime
) -> Invite:
    """The invite with its reader, with the address we send from as its organizer, and with its stamp."""
    return replace(
        invite,
        organizer_name=invite.organizer_name or (f"{partnership.short_name} training" if partnership else ""),
        organizer_email=current_app.config["MAIL_FROM"],
        attendee_name=to_name,
        attendee_email=to_email,
        stamp=now,
    )


def add_once(row: dict[str, Any]) -> str | None:
    """Insert the letter unless its key is there, in one statement that two writers at once may both send."""
    dialect = postgresql if db.session.connection().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Letter).values(row).on_conflict_do_nothing(index_elements=["key"])
    return db.session.scalar(insert.returning(Letter.public_id))


def withdraw(*, about: str, now: datetime, messages: tuple[str, ...] = ()) -> int:
    """Take back what was not sent yet about something (only those messages, when some are named).

    Returns how many letters were withdrawn. A withdrawn letter's key stays taken.
    """
    waiting = sa.update(Letter).where(Letter.about == about, Letter.state == "queued")
    if messages:
        waiting = waiting.where(Letter.message.in_(messages))
    changed: Any = db.session.execute(
        waiting.values(state="withdrawn", fault="").execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)
