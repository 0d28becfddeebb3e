"""Mails a reader may refuse without signing in: a signed link in the letter, and one click in the mail reader.

The link names the letter, not the reader, so that no address stands in a web server's log. It is signed, because
whoever looks after the mail sees a letter's name in the outbox. A GET shows a page and changes nothing: mail
scanners follow every link. Mail readers send ``List-Unsubscribe=One-Click`` by POST (RFC 8058).
"""

import base64
import hashlib
import hmac

import sqlalchemy as sa
from flask import current_app

from ..db import db
from .message_table import BY_WORDING, Message
from .models import Letter

ONE_CLICK = ("List-Unsubscribe", "One-Click")


def token_of(public_id: str) -> str:
    """The last part of the link in a letter: its name and our signature, short enough for one line of a header."""
    return f"{public_id}.{signature(public_id)}"


def signature(public_id: str) -> str:
    """What only this installation can write under a letter's name: 96 bits."""
    key = current_app.config["SECRET_KEY"].encode()
    signed = hmac.new(key, f"unsubscribe\n{public_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed[:12]).decode()


def link_of(public_id: str) -> str:
    """The path of the page on which a letter's reader chooses which mails they get."""
    return f"/unsubscribe/{token_of(public_id)}"


def headers_of(public_id: str) -> dict[str, str]:
    """What lets a mail reader offer "unsubscribe", with one click and without opening a page."""
    address = current_app.config["SITE_URL"] + link_of(public_id)
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "=".join(ONE_CLICK)}


def opened(token: str) -> Letter | None:
    """The letter behind a link; None for a link that was not made here, or whose letter is gone."""
    public_id, _, signed = token.rpartition(".")
    if not hmac.compare_digest(signed.encode(), signature(public_id).encode()):
        return None
    return db.session.scalar(sa.select(Letter).where(Letter.public_id == public_id))


def message_of(letter: Letter) -> Message | None:
    """The message a letter belongs to, where its reader may refuse it; None for every other."""
    message = BY_WORDING.get(letter.message)
    return message if message and message.optional else None
