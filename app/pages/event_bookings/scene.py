"""The event of these pages, and which of its bookings are asked for in the address."""

import sqlalchemy as sa
from flask import abort, request
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields import SelectChoice

from ...booking.delegates import Narrowed, agencies_of, has_part_one
from ...catalogue.models import Event
from ...db import db
from ...web.access import current_partnership

STATES = {
    "": "On it now",
    "booked": "Has a place",
    "waiting": "On the waiting list",
    "offered": "Offered a place",
    "requested": "Asked for a place",
    "walk-in": "Came without a booking",
    "no longer": "No longer on it",
    "all": "Everybody",
}
PART_ONE = {"": "Done or not", "to do": "Still to do", "done": "Done"}
NEEDED = "y"


class DelegateFilter(FlaskForm):
    """Which of them to list; it lives in the address."""

    class Meta:
        csrf = False

    q = StringField("Name, address or place of work")
    state = SelectField("Where they stand", choices=[SelectChoice(*pair) for pair in STATES.items()])
    agency = SelectField("Agency")
    part_one = SelectField("Part 1", choices=[SelectChoice(*pair) for pair in PART_ONE.items()])
    needs = BooleanField("Told us of access or dietary needs")


def event_or_404(event_id: int) -> Event:
    """An event that this partnership holds, with its course and host."""
    wanted = (
        sa.select(Event)
        .where(Event.id == event_id, Event.host_id == current_partnership().id)
        .options(joinedload(Event.course), joinedload(Event.host))
    )
    return db.session.scalar(wanted) or abort(404)


def narrowed() -> Narrowed:
    """What the address asks for."""
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("state", "agency", "part_one", "q")}
    return Narrowed(
        state=asked["state"] or "on it",
        agency=asked["agency"],
        part_one=asked["part_one"] if asked["part_one"] in PART_ONE else "",
        needs=request.args.get("needs") == NEEDED,
        words=asked["q"],
    )


def filter_for(event: Event) -> DelegateFilter:
    """The form of the filters, with the agencies that are there; without part 1 where the course has none."""
    form = DelegateFilter(request.args)
    agencies = db.session.execute(agencies_of(event.id)).all()
    form.agency.choices = [SelectChoice("", "Any"), *(SelectChoice(slug, name) for slug, name in agencies)]
    if not db.session.scalar(sa.select(has_part_one(event.course_id))):
        del form.part_one
    return form
