"""Posting a text message into the outbox: in the transaction of what it tells, like a letter."""

from datetime import datetime

from flask import current_app

from ..db import new_public_id
from . import choices
from .actions import add_once, message_id
from .letters import Sender
from .message_table import BY_WORDING
from .phones import mobile_of


def texts_are_sent() -> bool:
    """Whether this installation has a way for text messages to leave."""
    return bool(current_app.config["TEXT_TRANSPORT"] != "none")


def post_text(
    message: str,
    *,
    key: str,
    to_phone: str,
    to_name: str,
    partnership: Sender,
    now: datetime,
    text: str,
    about: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """Write a text into the outbox, beside the letter of that wording; False when there is nothing to send.

    That is so without a mobile number, where no way to send texts is set, where the message is switched off, and when
    the same ``key`` was posted before.
    """
    phone = mobile_of(to_phone)
    wanted = choices.is_sent(message, partnership_id=partnership.id, email="")
    if not phone or not wanted or not texts_are_sent():
        return False
    public_id = new_public_id()
    row = {
        "public_id": public_id,
        "key": key,
        "channel": "text",
        "message": message,
        "partnership_id": partnership.id,
        "about": about,
        "to_email": "",
        "to_phone": phone,
        "to_name": to_name,
        "subject": text[:60].rstrip() + ("..." if len(text) > 60 else ""),
        "text": text,
        "headers": {},
        "message_id": message_id(public_id),
        "queued_at": now,
        "due_at": now,
        "expires_at": expires_at,
        "reason": BY_WORDING[message].reason,
    }
    return add_once(row) is not None
