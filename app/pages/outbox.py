"""The outbox: every mail as its reader sees it, for administrators; in the demonstration for everybody.

A mail's HTML brings its own styles, so it is answered apart, under a policy of its own that lets nothing else in,
and shown in a frame.
"""

from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from .. import clock
from ..accounts.corrections import address_now
from ..accounts.rules import Role
from ..accounts.sign_in import may_sign_in_as_anybody
from ..db import db, writing
from ..notifications.actions import post, send_again
from ..notifications.letters import label_of, messages, sender
from ..notifications.models import Letter
from ..notifications.rules import why_not_again
from ..web.access import ask_to_sign_in, current_partnership, public, requires, signed_in, viewer
from ..web.addresses import row_number
from ..web.headers import POLICY, csp_nonce

pages = Blueprint("outbox", __name__)

A_PAGE = 25
STATES = {"queued": "To be sent", "sending": "Being sent", "sent": "Sent", "failed": "Not sent"}
STATES["withdrawn"] = "Withdrawn"
TONES = {"queued": "brand", "sending": "brand", "sent": "good", "failed": "bad"}
# What the frame with a mail may do: show its own styles, and lead to where its links lead.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation"
)


class LetterFilter(FlaskForm):
    """Which mails to list; it lives in the address."""

    class Meta:
        csrf = False

    q = StringField("Name or address")
    state = SelectField(
        "State", choices=[SelectChoice("", "Any"), *(SelectChoice(k, v) for k, v in STATES.items())]
    )
    message = SelectField("Message")


@pages.before_request
def for_its_readers() -> ResponseReturnValue | None:
    """Administrators; in the demonstration everybody, since that is where its sign-in mails are read."""
    who = viewer()
    if may_sign_in_as_anybody() or (who and who.may(Role.ADMINISTRATOR)):
        return None
    return abort(403) if who else ask_to_sign_in()


@pages.get("/outbox")
@public
def letters() -> ResponseReturnValue:
    """The mails, newest first, a page at a time."""
    form = LetterFilter(request.args)
    form.message.choices = [SelectChoice("", "Any"), *(SelectChoice(name, said) for name, said in messages())]
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "state", "message")}
    matching = Letter.matching(
        current_partnership().id, who=wanted["q"], state=wanted["state"], message=wanted["message"]
    )
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Letter).where(matching)) or 0
    page_count = max(1, ceil(count / A_PAGE))
    page = min(max(request.args.get("page", 1, type=row_number), 1), page_count)
    rows = db.session.execute(Letter.rows().where(matching).limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "outbox/list.html",
        filter_form=form,
        filtered=any(wanted.values()),
        rows=rows,
        count=count,
        page=page,
        page_count=page_count,
        address_of=lambda number: f"{url_for('outbox.letters')}?{urlencode(wanted | {'page': number})}",
        **shared(),
    )


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
    answer = Response(found.calendar.encode(), content_type=kind)
    answer.headers["Content-Disposition"] = 'attachment; filename="invite.ics"'
    return answer


@pages.post("/outbox/<public_id>/again")
@requires(Role.ADMINISTRATOR)
def again(public_id: str) -> ResponseReturnValue:
    """Send a copy."""
    with writing():
        found = letter_or_404(public_id)
        copy = send_again(found, to_email=address_now(found), now=clock.now())
    flash("It is on its way again. This is the copy.", "success")
    return redirect(url_for("outbox.letter", public_id=copy), code=303)


@pages.post("/outbox/trial")
@requires(Role.ADMINISTRATOR)
def trial() -> ResponseReturnValue:
    """Send a test mail to whoever asks for one; once a minute."""
    person, now = signed_in().person, clock.now()
    with writing():
        posted = post(
            "test-mail",
            key=f"trial:{person.public_id}:{now:%Y%m%d%H%M}",
            to_email=person.email,
            to_name=person.name,
            partnership=current_partnership(),
            now=now,
            sent_as=sender(current_partnership())["From"],
        )
    flash("A test mail to you is on its way." if posted else "One is on its way already.", "success")
    return redirect(url_for("outbox.letters"), code=303)


def letter_or_404(public_id: str) -> Letter:
    """The letter of that address; 404 for another partnership's."""
    found = db.session.scalar(Letter.by_public_id(public_id, current_partnership().id))
    return found or abort(404)


def readable_or_404(public_id: str) -> Letter:
    """The letter, if what it says may be read here."""
    found = letter_or_404(public_id)
    return found if is_readable(found.secret) else abort(404)


def is_readable(secret: bool) -> bool:
    """A sign-in mail is its reader's alone, except in the demonstration."""
    return not secret or may_sign_in_as_anybody()


def may_administer() -> bool:
    """Whether to offer what only administrators do."""
    who = viewer()
    return who is not None and who.may(Role.ADMINISTRATOR)


def may_send_again(letter: Letter) -> bool:
    """Whether to offer a copy."""
    return may_administer() and not refusal(letter, clock.now())


def refusal(letter: Letter, now: datetime) -> str:
    """Why it is not sent again; "" when it may be."""
    return why_not_again(state=letter.state, secret=letter.secret, expires_at=letter.expires_at, now=now)


def headers_of(letter: Letter) -> list[tuple[str, str]]:
    """The headers the mail goes out with."""
    to = f"{letter.to_name} <{letter.to_email}>" if letter.to_name else letter.to_email
    ours = [(name, str(value)) for name, value in letter.headers.items()]
    return [*ours, ("To", to), ("Message-ID", letter.message_id), ("Auto-Submitted", "auto-generated")]


def shared() -> dict[str, Any]:
    """What both pages use."""
    return {
        "states": STATES,
        "tones": TONES,
        "label_of": label_of,
        "is_readable": is_readable,
        "may_administer": may_administer(),
    }
