"""What stands on the sign-in sheets of a date: ticked once, kept for the date or for every date."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange

from ... import clock
from ...attendance import register
from ...catalogue.models import Event
from ...db import writing
from ...records import sheets
from ...records.sheets import Chosen
from ...web.access import signed_in
from ...web.whole_number import WholeNumber
from ..register.scene import STAFF, event_to_mark
from . import pages
from .columns import BLANK_ROWS, IN_AND_OUT, MOST_BLANK_ROWS, ON_PAPER, SESSIONS, USUAL

AS_USUAL = Chosen(USUAL, IN_AND_OUT, BLANK_ROWS)


class SheetForm(FlaskForm):
    """Columns, boxes and blank rows."""

    columns = SelectMultipleField(
        "Beside number and name",
        choices=[SelectChoice(name, heading) for name, (heading, _) in ON_PAPER.items()],
    )
    boxes = RadioField(
        "What people sign",
        [InputRequired("Choose what people sign")],
        choices=[
            SelectChoice(IN_AND_OUT, "When they come and when they go"),
            SelectChoice(SESSIONS, "A box for each session, on one sheet"),
        ],
    )
    blank_rows = WholeNumber(
        "Blank rows",
        [
            InputRequired("Enter how many blank rows, 0 for none"),
            NumberRange(0, MOST_BLANK_ROWS, f"Enter a number from 0 to {MOST_BLANK_ROWS}"),
        ],
        description="For people who come without a booking. They write name, agency and email address.",
    )
    kept_for = RadioField(
        "Keep this for",
        choices=[
            SelectChoice("this", "This date"),
            SelectChoice("all", "Every date that has no choice of its own"),
        ],
        default="this",
    )

    def chosen(self) -> Chosen:
        """What was chosen, once the form is in order."""
        ticked = set(self.columns.data or ())
        return Chosen(
            tuple(name for name in ON_PAPER if name in ticked), self.boxes.data, int(self.blank_rows.data)
        )


@pages.route("/events/<int:event_id>/sheet", methods=["GET", "POST"])
def choose(event_id: int) -> ResponseReturnValue:
    """The sheets to open, and what stands on them."""
    event = event_to_mark(event_id)
    held = sheets.choice_for(event, AS_USUAL)
    form = form_for(event, held)
    if form.validate_on_submit():
        keep(event, form)
        return redirect(url_for("sheets.choose", event_id=event_id), code=303)
    sessions = register.sessions(event_id)
    page = render_template("sheets/choose.html", event=event, form=form, sessions=sessions, held=held)
    return page, 422 if form.errors else 200


def form_for(event: Event, held: Chosen) -> SheetForm:
    """The form as it is kept; only the desk chooses for every date."""
    given: dict[str, Any] = {"columns": held.columns, "boxes": held.boxes, "blank_rows": held.blank_rows}
    form = SheetForm(data=given)
    if not signed_in().may(*STAFF):
        del form.kept_for
    return form


def keep(event: Event, form: SheetForm) -> None:
    """The change itself, and what is said of it."""
    for_all = "kept_for" in form and form.kept_for.data == "all"
    with writing():
        sheets.choose(event, form.chosen(), for_all=for_all, by=signed_in().person, now=clock.now())
    flash("Saved for every date that has no choice of its own." if for_all else "Saved.", "success")
