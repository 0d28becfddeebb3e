"""``/events/<id>/sheet.pdf``: the sheet of a session as a tagged PDF, for the table or for the trainer alone."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...catalogue.models import Event, EventSession
from ...db import db
from ...errors import Refused
from ...materials.recordings import refused_by
from ...records import sheets
from ...records.paper import PangoMissing, as_pdf
from ...web.printing import as_printed, cannot_print
from ..register.scene import chosen_session, event_to_mark
from . import pages
from .choosing import AS_USUAL
from .columns import SESSIONS, chosen, signs_of

TRAINER = "trainer"
ALL = "all"


@pages.get("/events/<int:event_id>/sheet.pdf")
def pdf(event_id: int) -> ResponseReturnValue:
    """The sheet of the session asked for (``session``; "all" for all of them), else of today's, else of the first."""
    event = event_to_mark(event_id)
    if event.state == "cancelled":
        raise Refused("This date was cancelled, so nobody signs in.")
    own_copy = request.args.get("copy") == TRAINER
    page = render_template("sheets/paper.html", **told(event, own_copy=own_copy))
    db.session.rollback()  # laying out takes a second or two, and nobody has to wait for us meanwhile
    try:
        content = as_pdf(page, "sheet.css", identifier=f"sheet-{event_id}")
    except PangoMissing as lacking:
        return cannot_print(
            str(lacking),
            "This site cannot make PDFs at the moment. The list of who is on this date can be printed instead.",
            back=url_for("sheets.choose", event_id=event_id),
        )
    return as_printed(content, file_name(event, own_copy=own_copy))


def told(event: Event, *, own_copy: bool) -> dict[str, Any]:
    """Everything that stands on it."""
    choice, rows = sheets.choice_for(event, AS_USUAL), sheets.signing(event.id)
    wanted, sessions = sittings(event)
    refused = refused_by(event.id) if own_copy else frozenset()
    side_by_side = choice.boxes == SESSIONS and len(sessions) > 1
    return {
        "event": event,
        "course": event.course,
        "host": event.host,
        "trainers": sheets.trainers(event.id),
        "sittings": [None] if side_by_side else wanted,
        "sessions": sessions,
        "boxes": [short(s) for s in sessions] if side_by_side else ["Signature in", "Signature out"],
        "columns": chosen(choice.columns),
        "rows": rows,
        "signs": {row.id: signs_of(row, refused) for row in rows} if own_copy else {},
        "own_copy": own_copy,
        "blank_rows": choice.blank_rows,
        "now": clock.now(),
    }


def sittings(event: Event) -> tuple[Sequence[EventSession], Sequence[EventSession]]:
    """The sessions that get a sheet each, and all of the event's."""
    session, every = chosen_session(event)
    return (every if request.args.get("session") == ALL else [session]), every


def short(session: EventSession) -> str:
    """A session as the heading of a box: Tue 12 Jan."""
    at = clock.in_london(session.starts_at)
    return f"{at:%a} {at.day} {at:%b}"


def file_name(event: Event, *, own_copy: bool) -> str:
    """What the PDF is called: sign-in-signs-of-safety-2027-01-12.pdf."""
    day = clock.london_day(event.times[0])
    return f"sign-in-{event.course.slug}-{day}{'-trainer' if own_copy else ''}.pdf"
