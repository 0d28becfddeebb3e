"""``/outbox``: the mails, found by reader, state and message."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from ... import clock
from ...accounts.addresses import fault_of
from ...accounts.corrections import ever_written_to
from ...accounts.rules import Role
from ...db import db, writing
from ...notifications.actions import post
from ...notifications.letters import messages, sender
from ...notifications.models import Letter
from ...notifications.phones import mobile_of
from ...web.access import current_partnership, public, requires, signed_in
from ...web.mail_states import STATES
from ...web.paging import paging
from . import pages
from .scene import shared

UNSETTLED = "unsettled"  # what the desk leads to: not sent, or perhaps


class LetterFilter(FlaskForm):
    """Which mails to list; it lives in the address."""

    class Meta:
        csrf = False

    q = StringField(
        "Name, address or mobile number", description="A whole address also finds what went to an earlier one"
    )
    state = SelectField(
        "State",
        choices=[
            SelectChoice("", "Any"),
            *(SelectChoice(k, v) for k, v in STATES.items()),
            SelectChoice(UNSETTLED, "Not sent, or perhaps"),
        ],
    )
    message = SelectField("Message")


@pages.get("/outbox")
@public
def letters() -> ResponseReturnValue:
    """The mails, newest first, a page at a time."""
    form = LetterFilter(request.args)
    form.message.choices = [SelectChoice("", "Any"), *(SelectChoice(name, said) for name, said in messages())]
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "state", "message")}
    matching = matches(**wanted)
    page = paging(db.session.scalar(sa.select(sa.func.count()).select_from(Letter).where(matching)) or 0)
    rows = db.session.execute(Letter.rows().where(matching).limit(page.size).offset(page.offset)).all()
    return render_template(
        "outbox/list.html",
        filter_form=form,
        filtered=any(wanted.values()),
        rows=rows,
        page=page,
        **shared(),
    )


def matches(*, q: str, state: str, message: str) -> sa.ColumnElement[bool]:
    """The condition of the list; a whole address finds everything its owner was ever sent."""
    states = ("failed", "unsure") if state == UNSETTLED else (state,)
    partnership_id = current_partnership().id
    who = mobile_of(q) or q  # numbers are kept as networks take them
    narrowed = Letter.matching(partnership_id, who=who, states=states if state else (), message=message)
    if not q or fault_of(q):
        return narrowed
    theirs = Letter.matching(partnership_id, states=states if state else (), message=message)
    return sa.or_(narrowed, sa.and_(theirs, ever_written_to(q)))


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
            reason=f"{person.name} asked for a test mail.",
        )
    flash("A test mail to you is on its way." if posted else "One is on its way already.", "success")
    return redirect(url_for("outbox.letters"), code=303)
