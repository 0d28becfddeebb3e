"""Asking people of the pool to deliver an event, and taking a call back or writing down what was said."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...db import db
from ...delivery import calling
from ...delivery.candidates import candidates_of
from ...errors import Refused
from ...pool.models import TrainerCall
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.filters import plural
from . import pages
from .call_form import CallForm, prepared
from .trainers import event_or_404, page_of


@pages.post("/events/<int:event_id>/trainers/ask")
@requires(Role.ADMINISTRATOR)
def ask(event_id: int) -> ResponseReturnValue:
    """Ask one or several to deliver this event, by a mail with a link."""
    event = event_or_404(event_id)
    form = prepared(CallForm(), event, candidates_of(event, clock.now()), clock.now())
    if form.validate_on_submit():
        try:
            asked = ask_these(event_id, form)
        except Refused as refused:
            db.session.rollback()
            event = event_or_404(event_id)
            form.needed.errors = [refused.sentence]
        else:
            said = (
                f"{plural(asked, 'person is', 'people are')} asked by mail."
                if asked
                else "They are asked already."
            )
            flash(said, "success")
            return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    return page_of(event, candidates_of(event, clock.now()), call_form=form)


def ask_these(event_id: int, form: CallForm) -> int:
    """The change itself; returns how many are asked."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        chosen = [one for one in candidates_of(event, now) if one.public_id in form.chosen]
        people = [(db.session.get_one(Person, one.id), one.standing) for one in chosen]
        by = signed_in().person
        return len(calling.ask(event, people, needed=form.needed.data, by=by, now=now))


@pages.post("/events/<int:event_id>/trainers/calls/<public_id>")
@requires(Role.ADMINISTRATOR)
def end_call(event_id: int, public_id: str) -> ResponseReturnValue:
    """Take a call back, or write down that they said no."""
    event_or_404(event_id)
    wanted = TrainerCall.of(event_id).where(TrainerCall.public_id == public_id)
    call = db.session.scalar(wanted) or abort(404)
    with changing(event_id, now=clock.now()):
        now, by = clock.now(), signed_in().person
        if request.form.get("said") == "no":
            calling.say_no(call, by=by, now=now)
            flash(f"Written down: {call.person.name} cannot.", "success")
        else:
            calling.take_back(call, by=by, now=now)
            flash(f"{call.person.name} need not answer any more.", "success")
    return redirect(url_for("desk.trainers", event_id=event_id), code=303)
