"""The message itself, and whom it is for; nothing is sent from here."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking import messages
from ...booking.delegates import Narrowed
from ...booking.models import EventMessage
from ...catalogue.models import Event
from ...db import db
from ...notifications.texting import texts_are_sent
from ...records.actions import changing
from ...web.access import requires, signed_in
from ..event_bookings.scene import event_or_404, narrowed
from . import pages
from .form import MessageForm, form_for
from .scene import message_or_404


@pages.route("/events/<int:event_id>/messages/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new(event_id: int) -> ResponseReturnValue:
    """Write to people on an event; the list's filters in the address choose them beforehand."""
    event = event_or_404(event_id)
    form, means = form_for(event, narrowed())
    if form.validate_on_submit() and form.fits(event, clock.now()):
        with changing(event_id, now=clock.now()) as changed:
            written = messages.draft(
                changed, means[form.to.data], by=signed_in().person, now=clock.now(), **form.words()
            )
        return redirect(
            url_for("event_messages.show", event_id=event_id, public_id=written.public_id), code=303
        )
    return write_page(event, form)


@pages.route("/events/<int:event_id>/messages/<public_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def edit(event_id: int, public_id: str) -> ResponseReturnValue:
    """Change a message that was not sent yet."""
    event = event_or_404(event_id)
    message = message_or_404(event, public_id)
    there = url_for("event_messages.show", event_id=event_id, public_id=public_id)
    if message.sent_at:
        return redirect(there, code=303)
    typed = {"subject": message.subject, "text": message.text, "by_text": bool(message.short_text)}
    form, means = form_for(event, Narrowed(**message.to), **typed, short_text=own_text(message))
    if not form.validate_on_submit() or not form.fits(event, clock.now()):
        return write_page(event, form, message)
    with changing(event_id, now=clock.now()):
        db.session.refresh(message)
        messages.rewrite(message, means[form.to.data], now=clock.now(), **form.words())
    return redirect(there, code=303)


def own_text(message: EventMessage) -> str:
    """What was written for mobiles alone; "" where it is the message itself."""
    return "" if message.short_text == " ".join(message.text.split()) else message.short_text


def write_page(event: Event, form: MessageForm, message: EventMessage | None = None) -> ResponseReturnValue:
    """The page with its form, and what was written before."""
    page = render_template(
        "event_messages/write.html",
        event=event,
        form=form,
        message=message,
        texts_are_sent=texts_are_sent(),
        earlier=db.session.execute(messages.sent_to(event.id)).all(),
    )
    return page, 422 if form.errors else 200
