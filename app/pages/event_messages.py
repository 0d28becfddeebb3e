"""Writing to everybody on an event: the text, how it will look to one of them, whom it reaches, and sending it once."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from .. import clock
from ..accounts.rules import Role
from ..booking import messages
from ..booking.delegates import Narrowed, number_of_delegates
from ..booking.models import EventMessage
from ..catalogue.models import Event
from ..db import db
from ..records.actions import changing
from ..web.access import requires, signed_in
from ..web.filters import listed, plural
from ..web.headers import POLICY, csp_nonce
from .event_bookings.scene import event_or_404, narrowed
from .outbox import LETTER_POLICY

pages = Blueprint("event_messages", __name__)

AUDIENCES = {
    "on it": ("Everybody on it", Narrowed()),
    "booked": ("Everybody who has a place", Narrowed(state="booked")),
    "waiting": ("Everybody on the waiting list", Narrowed(state="waiting")),
    "offered": ("Everybody who is offered a place", Narrowed(state="offered")),
    "requested": ("Everybody who has asked for a place", Narrowed(state="requested")),
    "part one": ("Who has a place and part 1 to finish", Narrowed(state="booked", part_one="to do")),
}
CHOSEN = "chosen"


class MessageForm(FlaskForm):
    """What to write, and to whom."""

    to = RadioField("To", [InputRequired("Choose to whom")])
    subject = StringField(
        "Subject",
        [InputRequired("Enter a subject"), Length(max=120, message="Use at most 120 characters")],
        description="The course and its date are added behind it",
    )
    text = TextAreaField(
        "Message",
        [InputRequired("Enter the message"), Length(max=4000, message="Use at most 4,000 characters")],
        description="Begins with \u201cHello\u201d and the person\u2019s name; ends with when, where and their own "
        "booking. Name nobody, and write nothing about a child or a family.",
    )


class SendForm(FlaskForm):
    """Sending it; ``reaches`` is how many the page spoke of."""

    reaches = HiddenField()


def message_or_404(event: Event, public_id: str) -> EventMessage:
    """A message to this event."""
    wanted = sa.select(EventMessage).where(
        EventMessage.event_id == event.id, EventMessage.public_id == public_id
    )
    return db.session.scalar(wanted) or abort(404)


def form_for(event: Event, kept: Narrowed | None, **given: Any) -> tuple[MessageForm, dict[str, Narrowed]]:
    """The form, and what each choice of it means; audiences without anybody are left out."""
    means = {name: to for name, (_, to) in AUDIENCES.items()}
    form = MessageForm(data={"to": next((n for n, to in means.items() if to == kept), CHOSEN), **given})
    counts = {name: db.session.scalar(number_of_delegates(event.id, to)) or 0 for name, to in means.items()}
    choices = [(name, said, counts[name]) for name, (said, _) in AUDIENCES.items()]
    if kept and kept not in means.values():
        means[CHOSEN] = kept
        number = db.session.scalar(number_of_delegates(event.id, kept)) or 0
        choices.insert(0, (CHOSEN, "Those you have filtered", number))
    form.to.choices = [
        SelectChoice(name, f"{said} ({plural(number, 'person', 'people')})")
        for name, said, number in choices
        if number
    ]
    return form, means


@pages.route("/events/<int:event_id>/messages/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new(event_id: int) -> ResponseReturnValue:
    """Write to people on an event; the list's filters in the address choose them beforehand."""
    event = event_or_404(event_id)
    form, means = form_for(event, narrowed())
    if form.validate_on_submit():
        with changing(event_id, now=clock.now()) as changed:
            written = messages.draft(
                changed, means[form.to.data], by=signed_in().person, now=clock.now(), **said(form)
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
    form, means = form_for(event, Narrowed(**message.to), subject=message.subject, text=message.text)
    if not form.validate_on_submit():
        return write_page(event, form, message)
    with changing(event_id, now=clock.now()):
        db.session.refresh(message)
        messages.rewrite(message, means[form.to.data], now=clock.now(), **said(form))
    return redirect(there, code=303)


def said(form: MessageForm) -> dict[str, str]:
    """What was typed, line ends as Unix writes them."""
    return {
        "subject": " ".join(str(form.subject.data).split()),
        "text": "\n".join(str(form.text.data).splitlines()).strip(),
    }


def write_page(event: Event, form: MessageForm, message: EventMessage | None = None) -> ResponseReturnValue:
    """The page with its form, and what was written before."""
    page = render_template(
        "event_messages/write.html",
        event=event,
        form=form,
        message=message,
        earlier=db.session.execute(messages.sent_to(event.id)).all(),
    )
    return page, 422 if form.errors else 200


@pages.get("/events/<int:event_id>/messages/<public_id>")
@requires(Role.ADMINISTRATOR)
def show(event_id: int, public_id: str) -> ResponseReturnValue:
    """The message as it goes to one of its readers, and to how many it goes."""
    event = event_or_404(event_id)
    message, now = message_or_404(event, public_id), clock.now()
    rows = messages.readers(message)
    reader = chosen_reader(rows)
    page = render_template(
        "event_messages/show.html",
        event=event,
        message=message,
        rows=rows,
        reached=messages.by_mail(rows),
        without=[row.name for row in rows if not row.email],
        reader=reader,
        letter=messages.letter_for(message, event, reader, now=now) if reader else None,
        form=SendForm(data={"reaches": str(len(messages.by_mail(rows)))}),
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce()) + "; frame-src 'self'"
    return answer


def chosen_reader(rows: Any) -> Any:
    """The person through whose eyes to look: the one in the address, else the first."""
    wanted = request.args.get("for", "")
    return next((row for row in rows if row.public_id == wanted), rows[0] if rows else None)


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
        rows = messages.readers(message)
        number, sent_before = len(messages.by_mail(rows)), message.sent_at is not None
        as_said = form.reaches.data == str(number)
        if as_said and not sent_before and number:
            messages.send(message, event, now=clock.now())
    if sent_before:
        flash("This message was sent before. Nobody gets it twice.", "notice")
    elif not number:
        flash("Nobody would get this. Nothing was sent.", "problem")
    elif not as_said:
        flash(
            f"It would now reach {plural(number, 'person', 'people')}. Look again, then send it.", "problem"
        )
    else:
        flash(afterwards(number, [row.name for row in rows if not row.email]), "success")
    return redirect(url_for("event_messages.show", event_id=event_id, public_id=public_id), code=303)


def afterwards(number: int, without: list[str]) -> str:
    """Whom it reached, and who has to be told otherwise."""
    sentence = f"The message is on its way to {plural(number, 'person', 'people')}."
    return f"{sentence} No address is known of {listed(without)}." if without else sentence
