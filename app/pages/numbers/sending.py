"""``/events/<id>/numbers``: an organisation says how many come; ``/numbers/<token>``: it changes or cancels that."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...booking import headcounts
from ...booking.headcounts import SENT_BEFORE
from ...booking.models import Headcount
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import public
from ...web.filters import plural
from ...web.problems import problem
from . import pages
from .forms import NumbersForm, headcount_event_or_404, render_kwargs, with_sectors

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."


@pages.route("/events/<int:event_id>/numbers", methods=["GET", "POST"])
@public
def send(event_id: int) -> ResponseReturnValue:
    """Say who comes and how many; the link to change it goes by mail, and opens at once."""
    event, now = headcount_event_or_404(event_id), clock.now()
    if event.state == "draft":
        abort(404)
    closed = headcounts.why_closed(event, now)
    form = with_sectors(NumbersForm())
    if closed or not form.validate_on_submit():
        return show(event, form, closed)
    try:
        row, new = write_down(event_id, form)
    except Refused as refused:
        db.session.rollback()
        form.form_errors.append(refused.sentence)
        return show(headcount_event_or_404(event_id), form, "")
    if not new:
        form.form_errors.append(SENT_BEFORE.format(name=row.organisation))
        return show(event, form, "")
    flash(f"Thank you. The link to change the numbers is on its way to {row.contact_email}.", "success")
    return redirect(url_for("numbers.change", token=row.token), code=303)


def write_down(event_id: int, form: NumbersForm) -> tuple[Headcount, bool]:
    """The change itself; whoever sent the numbers before is mailed the link again."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        row, new = headcounts.send_numbers(event, form.numbers(), network=request.remote_addr, now=now)
        if not new:
            headcounts.remind(row, event, now=now)
    return row, new


def show(event: Event, form: NumbersForm, closed: str) -> ResponseReturnValue:
    """The page with its form, or why there is none."""
    left = headcounts.places_left(event)
    page = render_template("numbers/send.html", form=form, closed=closed, left=left, **render_kwargs(event))
    return page, 422 if form.errors else 200


def row_or_404(token: str) -> Headcount:
    """The row of a link; a page that says what to do, where there is none."""
    return headcounts.by_token(token) or abort(
        problem(404, NO_LINK, heading="This link does not work", actions=())
    )


@pages.route("/numbers/<token>", methods=["GET", "POST"])
@public
def change(token: str) -> ResponseReturnValue:
    """What was sent; other numbers, or another who answers for them."""
    row, now = row_or_404(token), clock.now()
    event = headcount_event_or_404(row.event_id)
    closed = headcounts.why_closed(event, now)
    form = NumbersForm(obj=row)
    del form.organisation, form.sector
    if not closed and row.cancelled_at is None and form.validate_on_submit():
        try:
            save(row, form)
            return redirect(url_for("numbers.change", token=token), code=303)
        except Refused as refused:
            db.session.rollback()
            form.expected.errors = [refused.sentence]
    page = render_template(
        "numbers/change.html", row=row, form=form, closed=closed, event=event, course=event.course
    )
    return page, 422 if form.errors else 200


def save(row: Headcount, form: NumbersForm) -> None:
    """The change itself, and what is said of it."""
    with changing(row.event_id, now=clock.now()) as event:
        now = clock.now()
        new = headcounts.change_numbers(row, event, form.numbers(), now=now)
    said = f"Saved: {plural(row.expected, 'person', 'people')} will come." if new else "Nothing was changed."
    flash(said, "success" if new else "notice")


@pages.post("/numbers/<token>/cancel")
@public
def cancel(token: str) -> ResponseReturnValue:
    """Nobody of the organisation comes."""
    row, now = row_or_404(token), clock.now()
    with changing(row.event_id, now=now) as event:
        now = clock.now()
        headcounts.cancel_numbers(row, event, now=now)
    flash("Cancelled. Thank you for telling us: others can have the places.", "success")
    return redirect(url_for("numbers.change", token=token), code=303)
