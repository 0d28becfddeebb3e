"""Asking people of the pool to deliver an event, confirming a yes, calling up a reserve, and ending a call."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...catalogue.models import Event
from ...db import db
from ...delivery import calling, reserves
from ...delivery.candidates import candidates_of
from ...delivery.clashes import taken_then
from ...errors import Refused
from ...pool.models import TrainerCall
from ...pool.needs import crews_of
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.filters import listed, plural
from . import pages
from .call_form import CallForm, prepared, without_reason
from .call_rows import fingerprint
from .trainers import event_or_404, page_of


@pages.post("/events/<int:event_id>/trainers/ask")
@requires(Role.ADMINISTRATOR)
def ask(event_id: int) -> ResponseReturnValue:
    """Ask one or several to deliver this event, by a mail with a link."""
    event, now = event_or_404(event_id), clock.now()
    free = candidates_of(event, now)
    form = prepared(CallForm(), event, free, crews_of([event_id]).get(event_id, []), now)
    if form.validate_on_submit():
        try:
            asked = ask_these(event_id, form)
        except Refused as refused:
            db.session.rollback()
            event = event_or_404(event_id)
            form.form_errors = [refused.sentence]
        else:
            if not form.errors:
                flash(asked_words(asked), "success")
                return redirect(url_for("desk.trainers", event_id=event_id), code=303)
    return page_of(event, candidates_of(event, clock.now()), call_form=form)


def ask_these(event_id: int, form: CallForm) -> int:
    """The change itself, with who is eligible by now; returns how many are asked. The form has why it is not done."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        free = candidates_of(event, now)
        if unsaid := without_reason(form, free):
            form.why.errors = [
                f"{listed(unsaid)} {'is' if len(unsaid) == 1 else 'are'} not eligible in that part: say why you ask"
            ]
            return 0
        chosen = [one for one in free if one.public_id in form.chosen]
        people = [(db.session.get_one(Person, one.id), one.standing) for one in chosen]
        return len(calling.ask(event, people, by=signed_in().person, now=now, how=form.how(event)))


def asked_words(asked: int) -> str:
    """What is said afterwards."""
    return (
        f"{plural(asked, 'person is', 'people are')} asked by mail." if asked else "They are asked already."
    )


def call_or_404(event_id: int, public_id: str) -> TrainerCall:
    """A call about this event."""
    event_or_404(event_id)
    wanted = TrainerCall.of(event_id).where(TrainerCall.public_id == public_id)
    return db.session.scalar(wanted) or abort(404)


def back(event_id: int) -> Response:
    """To the page they pressed on."""
    return redirect(url_for("desk.trainers", event_id=event_id), code=303)


@pages.post("/events/<int:event_id>/trainers/calls/<public_id>")
@requires(Role.ADMINISTRATOR)
def end_call(event_id: int, public_id: str) -> ResponseReturnValue:
    """Take a call back, or write down that they said no."""
    call = call_or_404(event_id, public_id)
    with changing(event_id, now=clock.now()):
        now, by = clock.now(), signed_in().person
        if request.form.get("said") == "no":
            calling.say_no(call, by=by, now=now)
            flash(f"Written down: {call.person.name} cannot.", "success")
        else:
            calling.take_back(call, by=by, now=now)
            flash(f"{call.person.name} need not answer any more.", "success")
    return back(event_id)


@pages.post("/events/<int:event_id>/trainers/calls/<public_id>/confirm")
@requires(Role.ADMINISTRATOR)
def confirm_call(event_id: int, public_id: str) -> ResponseReturnValue:
    """Confirm a yes that waits: they are named and told."""
    call = call_or_404(event_id, public_id)
    with changing(event_id, now=clock.now()) as event:
        if not unseen(event, call):
            calling.confirm(call, by=signed_in().person, now=clock.now())
            flash(f"Confirmed: {call.person.name} delivers this date, and a mail tells them.", "success")
    return back(event_id)


@pages.post("/events/<int:event_id>/trainers/calls/<public_id>/call-up")
@requires(Role.ADMINISTRATOR)
def call_up(event_id: int, public_id: str) -> ResponseReturnValue:
    """A reserve delivers it now: named and told."""
    call = call_or_404(event_id, public_id)
    with changing(event_id, now=clock.now()) as event:
        if not unseen(event, call):
            reserves.call_up(call, by=signed_in().person, now=clock.now())
            flash(f"{call.person.name} is called up: a mail brings it into their calendar.", "success")
    return back(event_id)


def unseen(event: Event, call: TrainerCall) -> bool:
    """Whether they have something else at that time which the page did not show when the button was pressed."""
    clashes = taken_then(event, [call.person_id], clock.now()).get(call.person_id, [])
    if fingerprint(clashes) == request.form.get("seen", ""):
        return False
    said = " ".join(clash.of_them for clash in clashes) or "What was shown has changed."
    flash(f"Look again before you decide. {call.person.name}: {said}", "problem")
    return True
