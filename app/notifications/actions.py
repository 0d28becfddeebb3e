"""Posting and withdrawing letters, inside the transaction of what they tell."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from ..db import db, new_public_id
from ..errors import Refused
from . import choices, history, rules, unsubscribing, wordings
from .calendar import Invite, invite_text, readdressed, restamped
from .heard import newer_than
from .letters import Sender, sender, write
from .message_table import BY_WORDING
from .models import Letter
from .rehearsing import Rehearsed
from .rehearsing import current as rehearsal

ON_ITS_WAY = ("queued", "sending")
# What a letter sent again has from the first one.
COPIED = (
    *("message", "partnership_id", "about", "to_name", "subject", "text", "html"),
    *("calendar_method", "headers", "expires_at", "secret", "reason", "thread", "channel", "to_phone"),
)


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
    reason: str = "",
    wording: str = "",
    **context: Any,
) -> str | None:
    """Write a letter into the outbox; returns its public id, or None when there is nothing to send.

    That is so when the same ``key`` was posted before (withdrawn or not), for somebody without an address, and for
    what the partnership or its reader has switched off. An optional one says how to refuse it.
    ``due_at`` sends it later, ``expires_at`` never from that instant on. ``reason`` says why this reader gets it,
    where the message table cannot say it as well; ``wording`` is another message's, shown for trial. While a letter is rehearsed it is kept apart (``rehearsing``).
    The wording gets the ``context``,
    ``to_name``, ``partnership`` and ``now``.
    """
    partnership_id, rehearsed = partnership.id if partnership else None, rehearsal.get()
    if not to_email or (rehearsed and not rehearsed.wants(message, about)):
        return None
    if not rehearsed and not choices.is_sent(message, partnership_id=partnership_id, email=to_email):
        return None
    public_id = new_public_id()
    headers = sender(partnership)
    if BY_WORDING[message].optional:
        headers |= unsubscribing.headers_of(public_id)
        context["choose_link"] = unsubscribing.link_of(public_id)
    written = write(wording or message, to_name=to_name, partnership=partnership, now=now, **context)
    row = {
        "public_id": public_id,
        "key": key,
        "message": message,
        "partnership_id": partnership_id,
        "about": about,
        "to_email": to_email,
        "to_name": to_name,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "headers": headers,
        "message_id": message_id(public_id),
        "queued_at": now,
        "due_at": due_at or now,
        "expires_at": expires_at,
        "secret": secret,
        "reason": reason or BY_WORDING[message].reason,
    }
    if calendar is not None:
        invite = addressed(calendar, to_email=to_email, to_name=to_name, partnership=partnership, now=now)
        row |= {"calendar": invite_text(invite), "calendar_method": invite.method}
        row["thread"] = invite.uid
        hurry(invite, due_at or now)
    if rehearsed:
        rehearsed.letters.append(Rehearsed(row, context | {"to_name": to_name, "partnership": partnership}))
        return public_id
    if written.fault and written.version_id:
        wordings.note_fault(written.version_id, written.fault, now=now)
    return add_once(row)


def hurry(invite: Invite, due_at: datetime) -> None:
    """Let earlier letters of its thread leave no later than a change or a cancellation, which waits for them."""
    if invite.sequence:
        earlier = Letter.thread == invite.uid, Letter.state == "queued", Letter.due_at > due_at
        db.session.execute(sa.update(Letter).where(*earlier).values(due_at=due_at))


def message_id(public_id: str) -> str:
    """The name a letter keeps in the world's mail, on every attempt to send it."""
    return f"<{public_id}@{current_app.config['MAIL_FROM'].rpartition('@')[2]}>"


def addressed(
    invite: Invite, *, to_email: str, to_name: str, partnership: Sender | None, now: datetime
) -> Invite:
    """The invite with its reader, with the address we send from as its organizer, and with its stamp."""
    return replace(
        invite,
        organizer_name=f"{partnership.short_name} training" if partnership else "",
        organizer_email=current_app.config["MAIL_FROM"],
        attendee_name=to_name,
        attendee_email=to_email,
        reply=current_app.config["MAILBOX"] != "none",
        stamp=now,
    )


def add_once(row: dict[str, Any]) -> str | None:
    """Insert the letter unless its key is there, in one statement that two writers at once may both send."""
    connection = db.session.connection()
    return connection.scalar(insert_once(connection.dialect.name), row)


@cache
def insert_once(dialect: str) -> Any:
    """The statement behind it, put together once."""
    letters = Letter.__table__
    new = (postgresql if dialect == "postgresql" else sqlite).insert(letters)
    return new.on_conflict_do_nothing(index_elements=["key"]).returning(letters.c.public_id)


def withdraw(*, about: str, now: datetime, messages: tuple[str, ...] = (), why: str = "") -> int:
    """Take back what was not sent yet about something (only those messages, when some are named).

    Returns how many letters were withdrawn. A withdrawn letter's key stays taken; its history says ``why``.
    """
    those = Letter.about == about
    if messages:
        those = sa.and_(those, Letter.message.in_(messages))
    return history.withdraw_all(those, at=now, why=why)


def take_back(readers: Mapping[str, str], *, now: datetime, why: str = "") -> dict[str, set[str]]:
    """Withdraw what was not sent yet to each of these readers (what it is about -> address); copies to others stay.

    Returns which messages those were, by what they were about. Their keys stay taken.
    """
    columns = (Letter.id, Letter.about, Letter.message, Letter.to_email)
    waiting = sa.select(*columns).where(Letter.about.in_(readers), Letter.state == "queued")
    found = [row for row in db.session.execute(waiting) if readers[row.about] == row.to_email]
    if found:
        history.withdraw_all(Letter.id.in_([row.id for row in found]), at=now, why=why)
    taken: dict[str, set[str]] = {}
    for row in found:
        taken.setdefault(row.about, set()).add(row.message)
    return taken


def tell_anew(*, abouts: Collection[str], message: str, change: str, unsent_only: bool = False) -> None:
    """Give back the keys of a message about these, so that it can be posted once more: its date is another now.

    ``change`` names what changed; the letters of before keep it in their keys. ``unsent_only``: only where the
    letter was withdrawn before it left.
    """
    told = sa.update(Letter).where(Letter.about.in_(abouts), Letter.key == Letter.about + f":{message}")
    if unsent_only:
        told = told.where(Letter.state == "withdrawn")
    again = told.values(key=Letter.key + f":until:{change}").execution_options(synchronize_session=False)
    db.session.execute(again)


def follow(before: str, email: str, *, but: Collection[str], now: datetime) -> None:
    """Let what waits for an address go to the reader's new one, its invite too; ``but`` names messages that stay."""
    waiting = sa.select(Letter).where(Letter.to_email == before, Letter.state == "queued")
    found = db.session.scalars(waiting.where(Letter.message.not_in(but)).with_for_update()).all()
    for letter in found:
        letter.to_email = email
        if letter.calendar:
            letter.calendar = readdressed(letter.calendar, email=email)
    history.note([letter.id for letter in found], "moved", at=now, detail=f"From {before}")


def send_again(letter: Letter, *, to_email: str = "", now: datetime, by: str = "") -> str:
    """Post a copy of a letter that was sent or given up; returns the copy's public id.

    It has a Message-ID of its own (some servers drop one they have seen) and the same invite; ``to_email`` is the
    address its reader has by now, when it is another.
    """
    refusal = why_not_again(letter, now)
    original = letter.key.partition(":again:")[0]
    copies = sa.select(sa.func.count(), sa.func.count(sa.case((Letter.state.in_(ON_ITS_WAY), 1)))).where(
        Letter.key.startswith(f"{original}:again:", autoescape=True)
    )
    made, under_way = db.session.execute(copies).one()
    if refusal or under_way:
        raise Refused(refusal or "It is already on its way again.")
    public_id, to_email = new_public_id(), to_email or letter.to_email
    kept = {name: getattr(letter, name) for name in COPIED}
    add_once(
        kept
        | {"public_id": public_id, "key": f"{original}:again:{made + 1}", "message_id": message_id(public_id)}
        | {"to_email": to_email, "calendar": calendar_again(letter, to_email, now)}
        | {"queued_at": now, "due_at": now}
    )
    history.note([letter.id], "copied", at=now, detail=public_id, by=by)
    return public_id


def why_not_again(letter: Letter, now: datetime) -> str:
    """Why a letter is not sent again, as a sentence; "" when it may be."""
    return rules.why_not_again(
        state=letter.state,
        secret=letter.secret,
        overtaken=bool(newer_than(letter)),
        expires_at=letter.expires_at,
        now=now,
    )


def calendar_again(letter: Letter, to_email: str, now: datetime) -> str:
    """The letter's invite for a copy of it; "" when it has none."""
    if not letter.calendar:
        return ""
    moved = letter.to_email != to_email
    calendar = readdressed(letter.calendar, email=to_email) if moved else letter.calendar
    return restamped(calendar, stamp=now)
