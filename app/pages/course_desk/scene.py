"""What every page that changes a date needs: the event, whom a change reaches, and who does it."""

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload

from ...catalogue.models import Event
from ...db import db
from ...delivery.reach import Reach, reach_of
from ...delivery.rules import reach_words
from ...web.access import current_partnership

CONFIRMED = "confirmed"


def event_or_404(event_id: int) -> Event:
    """An event that this partnership holds, with its course."""
    event = db.session.get(Event, event_id, options=[joinedload(Event.course)])
    return event if event and event.host_id == current_partnership().id else abort(404)


def beforehand(
    event: Event,
    kind: str,
    form: FlaskForm,
    *,
    heading: str,
    button: str,
    back: str,
    also_said: Sequence[str] = (),
    **more: Any,
) -> ResponseReturnValue:
    """The page that says whom an act reaches before it is done; what was typed goes with its button."""
    reach = reach_of(event)
    return render_template(
        "course_desk/beforehand.html",
        event=event,
        course=event.course,
        form=form,
        typed=typed_again(),
        said=[*reach_words(kind, reach.counts), *also_said],
        without_address=names(reach),
        heading=heading,
        button_text=button,
        back=back,
        **more,
    )


def typed_again() -> list[tuple[str, str]]:
    """What was sent, to be sent once more with the confirmation."""
    left_out = ("csrf_token", CONFIRMED, "more")
    return [(name, value) for name, value in request.form.items(multi=True) if name not in left_out]


def is_confirmed() -> bool:
    """Whether the button of the page that says whom it reaches was pressed."""
    return CONFIRMED in request.form


def names(reach: Reach) -> list[str]:
    """Who has to be rung, because no mail reaches them."""
    return [person.name for person in reach.without_address]
