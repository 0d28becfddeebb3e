"""Which organisations come to a headcount-only event, for the desk: the list, adding by hand, a sheet."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking import headcounts
from ...booking.models import Headcount
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import requires
from ...web.filters import plural
from ...web.sheets import Cell, sheet_answer
from . import pages
from .forms import AddForm, headcount_event_or_404, render_kwargs, with_sectors

COLUMNS = ("Organisation", "Sector", "Expected", "Contact", "Email", "Access needs", "Sent on")


@pages.route("/events/<int:event_id>/organisations", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def listing(event_id: int) -> ResponseReturnValue:
    """The organisations with their numbers and contacts, and a form for who rang."""
    event = headcount_event_or_404(event_id)
    form = with_sectors(AddForm())
    if form.validate_on_submit():
        try:
            said, kind = added(event_id, form)
            flash(said, kind)
            return redirect(url_for("numbers.listing", event_id=event_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
            event = headcount_event_or_404(event_id)
    return show(event, form)


def added(event_id: int, form: AddForm) -> tuple[str, str]:
    """The change itself; what is said of it, and how."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        row, new = headcounts.send_numbers(event, form.numbers(), network=None, now=now, by_staff=True)
    if not new:
        return f"{row.organisation} is there already: change its numbers in the list.", "notice"
    mailed = f" The link to change them goes to {row.contact_email}." if row.contact_email else ""
    return f"Added: {plural(row.expected, 'person', 'people')} of {row.organisation}.{mailed}", "success"


def show(event: Event, form: AddForm) -> ResponseReturnValue:
    """The page with its list and form."""
    rows = db.session.scalars(headcounts.coming(event.id)).all()
    page = render_template(
        "numbers/list.html",
        form=form,
        rows=rows,
        total=sum(row.expected for row in rows),
        left=headcounts.places_left(event),
        reached=sum(bool(row.contact_email) for row in rows),
        closed=headcounts.why_closed(event, clock.now(), by_staff=True),
        **render_kwargs(event),
    )
    return page, 422 if form.errors else 200


@pages.get("/events/<int:event_id>/organisations.<kind>")
@requires(Role.ADMINISTRATOR)
def sheet(event_id: int, kind: str) -> ResponseReturnValue:
    """The same list as a file."""
    event = headcount_event_or_404(event_id)
    rows = db.session.scalars(headcounts.coming(event.id)).all()
    name = f"organisations-{event.course.slug}-{event.id}"
    return sheet_answer(kind, name, COLUMNS, [cells(row) for row in rows])


def cells(row: Headcount) -> tuple[Cell, ...]:
    """A line of the sheet."""
    return (
        row.organisation,
        row.sector,
        row.expected,
        row.contact_name,
        row.contact_email,
        row.needs,
        row.booked_on,
    )
