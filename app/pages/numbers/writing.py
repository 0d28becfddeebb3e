"""Writing to everybody who answers for an organisation: seen first as it goes, then sent once."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking import headcounts
from ...booking.headcount_letters import context_of, write_to_each
from ...booking.models import Headcount
from ...catalogue.models import Event
from ...db import db
from ...notifications.letters import Written, write
from ...records.actions import changing
from ...web.access import requires
from ...web.filters import plural
from . import pages
from .forms import headcount_event_or_404


class WriteForm(FlaskForm):
    """What to write."""

    subject = StringField(
        "Subject",
        [InputRequired("Enter a subject"), Length(max=120, message="Use at most 120 characters")],
        description="The course and its date are added behind it",
    )
    text = TextAreaField(
        "Message",
        [InputRequired("Enter the message"), Length(max=4000, message="Use at most 4,000 characters")],
        description="It ends with when, where, how many each has said will come, and their link.",
    )

    def paragraphs(self) -> list[str]:
        """The message, a paragraph for each part between empty lines."""
        whole = "\n".join(str(self.text.data).splitlines())
        return [part.strip() for part in re.split(r"\n\s*\n", whole) if part.strip()]

    def heading(self) -> str:
        """The subject on one line."""
        return " ".join(str(self.subject.data).split())


@pages.route("/events/<int:event_id>/organisations/write", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def write_to_all(event_id: int) -> ResponseReturnValue:
    """The text; then how it looks to the first of them and how many it reaches; then it is sent."""
    event, form = headcount_event_or_404(event_id), WriteForm()
    readers = [row for row in db.session.scalars(headcounts.coming(event_id)) if row.contact_email]
    well = form.validate_on_submit()
    if well and readers and request.form.get("reaches") == str(len(readers)):
        return send(event_id, form)
    preview = letter_for(readers[0], event, form) if well and readers else None
    page = render_template(
        "numbers/write.html", event=event, course=event.course, form=form, readers=readers, preview=preview
    )
    return page, 422 if form.errors else 200


def send(event_id: int, form: WriteForm) -> ResponseReturnValue:
    """The change itself, and back to the list."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        rows = db.session.scalars(headcounts.coming(event_id)).all()
        sent = write_to_each(rows, event, form.heading(), form.paragraphs(), now=now)
    if sent:
        flash(f"The message is on its way to {plural(sent, 'organisation')}.", "success")
    else:
        flash("That message was sent before. Nobody gets it twice.", "notice")
    return redirect(url_for("numbers.listing", event_id=event_id), code=303)


def letter_for(row: Headcount, event: Event, form: WriteForm) -> Written:
    """The mail as it goes to one of them."""
    return write(
        "numbers-message",
        to_name=row.contact_name,
        now=clock.now(),
        **context_of(event),
        organisation=row.organisation,
        expected=row.expected,
        token=row.token,
        heading=form.heading(),
        paragraphs=form.paragraphs(),
    )
