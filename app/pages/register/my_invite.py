"""On My events: what the trainer's own calendar was last told of each, and having it told once more."""

from collections.abc import Collection
from datetime import datetime

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...attendance import register
from ...delivery import trainer_calendars
from ...errors import Refused
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.calendar_told import Repeatable, repeatable, sent_again
from . import pages


def calendar_by_event(person_id: int, event_ids: Collection[int], now: datetime) -> dict[int, Repeatable]:
    """What is said of the calendar, and the button, by event."""
    return {
        one.trainer.event_id: repeatable(one.told, "your", now, may_repeat=one.may_repeat(now))
        for one in trainer_calendars.of_person(person_id, event_ids)
    }


@pages.post("/events/<int:event_id>/my-invite")
@requires(Role.TRAINER)
def send_my_invite(event_id: int) -> ResponseReturnValue:
    """Send a trainer what their calendar was last told of an event they deliver; 404 for any other event."""
    person, back = signed_in().person, redirect(url_for("register.my_events"), code=303)
    if not register.delivers(event_id, person.id):
        abort(404)
    try:
        with changing(event_id, now=clock.now()) as event:
            sent = trainer_calendars.repeat(event, person, by=person, now=clock.now())
    except Refused as refused:
        flash(refused.sentence, "notice")
        return back
    flash(sent_again(sent, person.email or ""), "success")
    return back
