"""``/outbox/<id>``: one mail, its forms, its history, and what an administrator does about it."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.corrections import address_now
from ...accounts.rules import Role
from ...db import db, writing
from ...notifications import history, unsure
from ...notifications.actions import send_again, why_not_again
from ...notifications.heard import newer_than
from ...notifications.letters import mime
from ...notifications.models import Letter, LetterEvent
from ...notifications.switch import pauses
from ...notifications.unreachable import is_unreachable
from ...web.access import public, requires, signed_in
from ...web.filters import when
from ...web.headers import POLICY, csp_nonce
from . import LETTER_POLICY, pages
from .scene import BY_COMMAND, is_readable, letter_or_404, may_administer, names_of, readable_or_404, shared


@pages.get("/outbox/<public_id>")
@public
def letter(public_id: str) -> ResponseReturnValue:
    """One mail: as its reader sees it, as text, and what became of it."""
    found = letter_or_404(public_id)
    answer = make_response(
        render_template(
            "outbox/letter.html",
            letter=found,
            readable=is_readable(found.secret),
            headers=headers_of(found),
            happenings=happenings(found),
            comes_back=bool(found.to_email) and is_unreachable(found.to_email),
            newer=newer_than(found),
            send_again_to=address_now(found) if may_send_again(found) else "",
            **shared(),
        )
    )
    answer.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce()) + "; frame-src 'self'"
    return answer


@pages.get("/outbox/<public_id>/html")
@public
def html(public_id: str) -> ResponseReturnValue:
    """The mail's HTML, for the frame: its links open in the whole window."""
    found = readable_or_404(public_id)
    answer = make_response(found.html.replace("<head>", '<head><base target="_top">', 1))
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


@pages.get("/outbox/<public_id>/invite.ics")
@public
def invite(public_id: str) -> ResponseReturnValue:
    """The invite, as the mail carries it."""
    found = readable_or_404(public_id)
    if not found.calendar:
        abort(404)
    kind = f"text/calendar; charset=utf-8; method={found.calendar_method}"
    return as_file(found.calendar.encode(), kind, "invite.ics")


@pages.get("/outbox/<public_id>.eml")
@public
def eml(public_id: str) -> ResponseReturnValue:
    """The mail as it goes out, byte for byte."""
    found = readable_or_404(public_id)
    return as_file(mime(found).as_bytes(), "message/rfc822", f"{found.public_id}.eml")


def as_file(content: bytes, kind: str, name: str) -> Response:
    """A download."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.post("/outbox/<public_id>/again")
@requires(Role.ADMINISTRATOR)
def again(public_id: str) -> ResponseReturnValue:
    """Send a copy."""
    by = signed_in().person.public_id
    with writing():
        found = letter_or_404(public_id)
        copy = send_again(found, to_email=address_now(found), now=clock.now(), by=by)
    flash("It is on its way again. This is the copy.", "success")
    return redirect(url_for("outbox.letter", public_id=copy), code=303)


@pages.post("/outbox/<public_id>/settle")
@requires(Role.ADMINISTRATOR)
def settle(public_id: str) -> ResponseReturnValue:
    """Say what became of a mail that may have left: it did, or it is to be sent again."""
    left, by = request.form.get("left") == "yes", signed_in().person.public_id
    with writing():
        unsure.settle(letter_or_404(public_id), left=left, by=by, now=clock.now())
    flash("It is marked as sent." if left else "It is on its way again.", "success")
    return redirect(url_for("outbox.letter", public_id=public_id), code=303)


def may_send_again(letter: Letter) -> bool:
    """Whether to offer a copy."""
    return may_administer() and not why_not_again(letter, clock.now())


def headers_of(letter: Letter) -> list[tuple[str, str]]:
    """The headers the mail goes out with."""
    to = f"{letter.to_name} <{letter.to_email}>" if letter.to_name else letter.to_email
    ours = [(name, str(value)) for name, value in letter.headers.items()]
    return [*ours, ("To", to), ("Message-ID", letter.message_id), ("Auto-Submitted", "auto-generated")]


def happenings(letter: Letter) -> list[tuple[str, str]]:
    """What happened to a letter, newest first, each as (when, sentence)."""
    rows = db.session.scalars(history.of(letter)).all()
    held = [p for p in pauses() if p.overlaps(*waited(letter, rows))]
    names = names_of({*(row.by for row in rows), *(pause.by for pause in held)})
    found = [(letter.queued_at, "Written")]
    found += [
        (row.at, sentence(row.what, row.detail, names.get(row.by, "") if row.by else "")) for row in rows
    ]
    found += [
        (max(p.since, letter.queued_at), held_back(names.get(p.by, "") if p.by else "", p.why)) for p in held
    ]
    if letter.sent_at and not any(row.what == "left" for row in rows):
        found.append((letter.sent_at, "Sent"))
    return [(when(at), said) for at, said in sorted(found, key=lambda one: one[0], reverse=True)]


def waited(letter: Letter, rows: Sequence[LetterEvent]) -> tuple[datetime, datetime | None]:
    """From when a letter might have left until it no longer could; None: it still waits.

    Nothing happened to it yet: then it had not to leave before it is due.
    """
    since = letter.queued_at if rows else max(letter.queued_at, letter.due_at)
    if letter.sent_at or letter.state in ("queued", "sending"):
        return since, letter.sent_at
    return since, max((row.at for row in rows), default=since)


def sentence(what: str, detail: str, by: str) -> str:
    """Tried in vain: Refused: 451 try later."""
    said = history.WORDS.get(what, what.capitalize())
    said = f"{said} ({by})" if by else said
    return f"{said}: {detail}" if detail and what != "copied" else said


def held_back(by: str, why: str) -> str:
    """Held back: Ada Administrator stopped all mail (wrong date)."""
    said = f"{by} stopped all mail" if by else f"all mail was stopped {BY_COMMAND}"
    return f"Held back: {said}" + (f" ({why})" if why else "")
