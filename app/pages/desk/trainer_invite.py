"""On the page of who delivers an event: telling a trainer's calendar once more what it was last told."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...delivery import trainer_calendars
from ...errors import Refused
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.calendar_told import sent_again
from . import pages
from .trainers import event_or_404, person_called


@pages.post("/events/<int:event_id>/trainers/invite")
@requires(Role.ADMINISTRATOR)
def send_invite_to_trainer(event_id: int) -> ResponseReturnValue:
    """Send what a trainer's calendar was last told once more, to the address they have today."""
    event_or_404(event_id)
    back = redirect(url_for("desk.trainers", event_id=event_id), code=303)
    try:
        with changing(event_id, now=clock.now()) as event:
            person = person_called(request.form.get("person", ""))
            sent = trainer_calendars.repeat(event, person, by=signed_in().person, now=clock.now())
    except Refused as refused:
        flash(refused.sentence, "notice")
        return back
    flash(sent_again(sent, person.email or ""), "success")
    return back
