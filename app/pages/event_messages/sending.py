"""A message as it goes to one of its readers, to how many it goes, and sending it once."""

from datetime import datetime
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField

from ... import clock
from ...accounts.rules import Role
from ...booking import messages, texts
from ...booking.models import EventMessage
from ...catalogue.models import Event
from ...db import db
from ...notifications import choices
from ...notifications.phones import in_parts
from ...notifications.texting import texts_are_sent
from ...records.actions import changing
from ...web.access import requires
from ...web.headers import POLICY, csp_nonce
from ..event_bookings.scene import event_or_404
from ..outbox import LETTER_POLICY
from . import pages
from .reached import Reached
from .scene import message_or_404


class SendForm(FlaskForm):
    """Sending it; ``reaches`` is how many the page spoke of."""

    reaches = HiddenField()


@pages.get("/events/<int:event_id>/messages/<public_id>")
@requires(Role.ADMINISTRATOR)
def show(event_id: int, public_id: str) -> ResponseReturnValue:
    """The message as it goes to one of its readers, and to how many it goes."""
    event = event_or_404(event_id)
    message, now = message_or_404(event, public_id), clock.now()
    rows = messages.readers(message)
    reader = chosen_reader(rows, by_text=bool(message.short_text))
    reached = Reached.of(message, rows)
    page = render_template(
        "event_messages/show.html",
        event=event,
        message=message,
        rows=rows,
        reached=reached,
        reader=reader,
        letter=messages.letter_for(message, event, reader, now=now) if reader else None,
        text=text_as_seen(message, event, reader, now) if reader and message.short_text else None,
        texts_are_sent=texts_are_sent(),
        on=choices.is_on(event.host_id, "written"),
        form=SendForm(data={"reaches": reached.as_said}),
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce()) + "; frame-src 'self'"
    return answer


def chosen_reader(rows: Any, *, by_text: bool = False) -> Any:
    """The person through whose eyes to look: the one in the address, else the first (who gets a text, if any do)."""
    wanted = request.args.get("for", "")
    chosen = next((row for row in rows if row.public_id == wanted), None)
    texted = next((row for row in rows if by_text and texts.has_mobile(row)), None)
    return chosen or texted or (rows[0] if rows else None)


@pages.get("/events/<int:event_id>/messages/<public_id>/html")
@requires(Role.ADMINISTRATOR)
def html(event_id: int, public_id: str) -> ResponseReturnValue:
    """The mail's HTML, for the frame."""
    event = event_or_404(event_id)
    message = message_or_404(event, public_id)
    reader = chosen_reader(messages.readers(message)) or abort(404)
    letter = messages.letter_for(message, event, reader, now=clock.now())
    answer = make_response(letter.html.replace("<head>", '<head><base target="_top">', 1))
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


@pages.post("/events/<int:event_id>/messages/<public_id>/send")
@requires(Role.ADMINISTRATOR)
def send(event_id: int, public_id: str) -> ResponseReturnValue:
    """Send it once, if it still reaches as many as the page said."""
    message, form = message_or_404(event_or_404(event_id), public_id), SendForm()
    with changing(event_id, now=clock.now()) as event:
        db.session.refresh(message)
        reached, sent_before = Reached.of(message, messages.readers(message)), message.sent_at is not None
        as_said = form.reaches.data == reached.as_said
        on = choices.is_on(event.host_id, "written")
        if as_said and not sent_before and reached.anybody and on:
            messages.send(message, event, now=clock.now())
    if sent_before:
        flash("This message was sent before. Nobody gets it twice.", "notice")
    elif not on:
        flash("This message is switched off. Nothing was sent.", "problem")
    elif not reached.anybody:
        flash("Nobody would get this. Nothing was sent.", "problem")
    elif not as_said:
        flash(f"It would now reach {reached.in_words}. Look again, then send it.", "problem")
    else:
        flash(reached.afterwards, "success")
    return redirect(url_for("event_messages.show", event_id=event_id, public_id=public_id), code=303)


def text_as_seen(message: EventMessage, event: Event, row: Any, now: datetime) -> dict[str, Any]:
    """The text message as it goes to one of them, how long it is, and whether it goes to them at all."""
    written = texts.text_for(event, message.short_text, booking=row.public_id, to_name=row.name, now=now)
    return {
        "text": written.text,
        "parts": in_parts(written.text),
        "cut": written.over > 0,
        "goes": texts.has_mobile(row),
    }
