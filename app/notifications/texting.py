"""Posting a text message into the outbox: in the transaction of what it tells, like a letter."""

from datetime import datetime
from typing import Any

from flask import current_app

from ..db import new_public_id
from . import choices, wordings
from .actions import add_once, message_id
from .letters import Sender
from .message_table import BY_WORDING
from .phones import mobile_of
from .rehearsing import Rehearsed
from .rehearsing import current as rehearsal
from .text_words import write_text


def texts_are_sent() -> bool:
    """Whether this installation has a way for text messages to leave. One that is only looked at needs none."""
    return bool(current_app.config["TEXT_TRANSPORT"] != "none" or rehearsal.get())


def post_text(
    message: str,
    *,
    key: str,
    to_phone: str,
    to_name: str,
    partnership: Sender,
    now: datetime,
    about: str = "",
    expires_at: datetime | None = None,
    **context: Any,
) -> bool:
    """Write a text into the outbox; False when there is nothing to send.

    That is so without a mobile number, where no way to send texts is set, where the message is switched off, and when
    the same ``key`` was posted before. The wording gets the ``context`` (with ``course`` and ``our_link``), ``to_name``,
    ``partnership`` and ``now``. While a text is rehearsed it is kept apart.
    """
    phone, rehearsed = mobile_of(to_phone), rehearsal.get()
    if not phone or not texts_are_sent() or (rehearsed and not rehearsed.wants(message, about)):
        return False
    if not rehearsed and not choices.is_sent(message, partnership_id=partnership.id, email=""):
        return False
    known = context | {"to_name": to_name, "partnership": partnership, "now": now}
    written = write_text(message, known)
    row = row_of(message, written.text, partnership, now) | {
        "key": key,
        "about": about,
        "to_phone": phone,
        "to_name": to_name,
        "expires_at": expires_at,
    }
    if rehearsed:
        rehearsed.letters.append(Rehearsed(row, known | {"cut": written.cut}))
        return True
    if written.fault and written.version_id:
        wordings.note_fault(written.version_id, written.fault, now=now)
    return add_once(row) is not None


def row_of(message: str, text: str, partnership: Sender, now: datetime) -> dict[str, Any]:
    """The row of a text, without its reader."""
    public_id = new_public_id()
    return {
        "public_id": public_id,
        "channel": "text",
        "message": message,
        "partnership_id": partnership.id,
        "to_email": "",
        "subject": text[:60].rstrip(" .") + "…" if len(text) > 60 else text,
        "text": text,
        "headers": {},
        "message_id": message_id(public_id),
        "queued_at": now,
        "due_at": now,
        "reason": BY_WORDING[message].reason,
    }
