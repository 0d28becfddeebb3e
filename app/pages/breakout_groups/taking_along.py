"""The groups as a file: a list for Teams, where rooms are filled by hand, and the list that Zoom takes in."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from ...attendance import breakouts
from ...web.sheets import defused, sheet_answer
from ..register.scene import event_with_people
from . import pages
from .making import newest

COLUMNS = ("Group", "Name", "Email", "Agency", "Setting")
# The heading Zoom asks for in the file that assigns people to breakout rooms beforehand.
ZOOM_COLUMNS = ("Pre-assign Room Name", "Email Address")


def people_or_404(event_id: int) -> list[Any]:
    """Who is in which of the groups in use."""
    event_with_people(event_id)
    found = newest(event_id)
    return breakouts.people_of(found) if found else abort(404)


@pages.get("/events/<int:event_id>/breakout-groups.csv")
def sheet(event_id: int) -> ResponseReturnValue:
    """Everybody with their group, for whoever fills the rooms in Teams."""
    people = people_or_404(event_id)
    rows = [(f"Group {one.number}", one.name, one.email, one.agency, one.setting) for one in people]
    return sheet_answer("csv", f"breakout-groups-{event_id}", COLUMNS, rows)


@pages.get("/events/<int:event_id>/breakout-groups-zoom.csv")
def zoom(event_id: int) -> ResponseReturnValue:
    """The file Zoom takes in: rooms and addresses, without those who have no address."""
    answer = Response(zoom_file(people_or_404(event_id)), content_type="text/csv; charset=utf-8")
    name = f"breakout-groups-{event_id}-zoom.csv"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def zoom_file(people: Sequence[Any]) -> str:
    """Its text; without a byte order mark, which Zoom would take for a part of the heading."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(ZOOM_COLUMNS)
    writer.writerows((f"Group {one.number}", defused(one.email)) for one in people if one.email)
    return text.getvalue()
