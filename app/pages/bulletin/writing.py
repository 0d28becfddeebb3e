"""Writing a bulletin: its words, its dates and their order, in one form; nobody saves over another unseen."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from ... import clock
from ...accounts.rules import Role
from ...bulletin import composing
from ...bulletin.composing import ChangedMeanwhile, Edited
from ...bulletin.models import Bulletin
from ...bulletin.rules import FEWEST_WEEKS, GROUPED_BY, MOST_WEEKS, Available, moved
from ...db import db, writing
from ...records.bulletins import available
from ...web.access import current_partnership, requires, signed_in
from ...web.addresses import is_row_number
from ...web.filters import clock_time
from ...web.whole_number import WholeNumber
from . import pages
from .scene import bulletin_or_404, name_of

LONGEST = 4000
STEPS = {"up": -1, "down": 1}


class Weeks(WholeNumber):
    """A number of weeks that makes sense."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no time to look ahead."""
        if self.process_errors:
            return
        if self.data is None or not FEWEST_WEEKS <= self.data <= MOST_WEEKS:
            raise ValidationError(f"Enter a number of weeks from {FEWEST_WEEKS} to {MOST_WEEKS}")


class BulletinForm(FlaskForm):
    """Everything but the dates, which are ticked beside it; ``version`` is the one that was opened."""

    subject = StringField(
        "Subject",
        [InputRequired("Enter a subject"), Length(max=120, message="Use at most 120 characters")],
    )
    opening = TextAreaField(
        "Opening",
        [Length(max=LONGEST, message="Use at most 4,000 characters")],
        description="An empty line begins a new paragraph. Name nobody, and write nothing about a child or a family.",
    )
    closing = TextAreaField("Closing", [Length(max=LONGEST, message="Use at most 4,000 characters")])
    weeks = Weeks("How many weeks ahead", wrong="Enter a number of weeks, for example 8")
    grouped_by = RadioField(
        "How the dates stand",
        choices=[SelectChoice(name, label) for name, label in GROUPED_BY.items()],
        default="month",
    )
    few_first = BooleanField("What has the fewest bookings stands first")
    greets = BooleanField("Begin with \u201cHello\u201d and the reader\u2019s name, where we know it")
    version = HiddenField()


@pages.post("/bulletin/new")
@requires(Role.ADMINISTRATOR)
def begin() -> ResponseReturnValue:
    """A draft that is composed already."""
    with writing():
        bulletin = composing.begin(current_partnership(), by=signed_in().person, now=clock.now())
    return redirect(url_for("bulletin.edit", public_id=bulletin.public_id), code=303)


@pages.route("/bulletin/<public_id>/edit", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def edit(public_id: str) -> ResponseReturnValue:
    """The words, the dates, their order."""
    bulletin = bulletin_or_404(public_id)
    if bulletin.state != "draft":
        return redirect(url_for("bulletin.show", public_id=public_id), code=303)
    form = BulletinForm(obj=bulletin)
    if not form.validate_on_submit():
        return edit_page(bulletin, form)
    try:
        with writing():
            now = clock.now()
            there = available(bulletin, now)
            composing.save(
                bulletin, edited(form), there, version=version_known(), by=signed_in().person, now=now
            )
            reorder(bulletin, there)
    except ChangedMeanwhile as changed:
        form.form_errors.append(said_of(changed.bulletin))
        return edit_page(bulletin, form, theirs=changed.bulletin.version)
    return onward(public_id)


def version_known() -> int:
    """The version this editor has seen; the newest one, once they said to save theirs over it."""
    typed = request.form.get("over") or request.form.get("version", "")
    return int(typed) if is_row_number(typed) else 0


def said_of(bulletin: Bulletin) -> str:
    """Who saved meanwhile, and that nothing is lost."""
    return (
        f"{name_of(bulletin.edited_by)} saved this bulletin at {clock_time(bulletin.edited_at)}, after you had "
        "opened it. What you typed is still here and is not saved. Open theirs in another window to compare, or "
        "save yours over it."
    )


def onward(public_id: str) -> ResponseReturnValue:
    """Where the pressed button leads: to the preview, back to the date that was moved, or to the saved page."""
    if request.form.get("then") == "preview":
        return redirect(url_for("bulletin.preview", public_id=public_id), code=303)
    move = request.form.get("move", "").partition(":")[2]
    if is_row_number(move):
        return redirect(url_for("bulletin.edit", public_id=public_id, _anchor=f"date-{move}"), code=303)
    flash("Saved. Nothing is sent yet.", "success")
    return redirect(url_for("bulletin.edit", public_id=public_id), code=303)


def edited(form: BulletinForm) -> Edited:
    """What was typed and ticked."""
    return Edited(
        subject=" ".join(str(form.subject.data).split()),
        opening=tidied(form.opening.data),
        closing=tidied(form.closing.data),
        weeks=form.weeks.data,
        grouped_by=str(form.grouped_by.data),
        few_first=bool(form.few_first.data),
        greets=bool(form.greets.data),
        shown=row_numbers("shown"),
        ticked=row_numbers("date"),
        courses_shown=request.form.getlist("course-shown"),
        courses_ticked=request.form.getlist("course"),
    )


def tidied(text: str | None) -> str:
    """With the line ends of Unix, and no blanks around it."""
    return "\n".join((text or "").splitlines()).strip()


def row_numbers(name: str) -> list[int]:
    """The events that a list of boxes names; what is no event's number is left out."""
    return [int(value) for value in request.form.getlist(name) if is_row_number(value)]


def reorder(bulletin: Bulletin, there: Available) -> None:
    """Move a date up or down within its part, or forget how the dates were moved."""
    word, _, event_id = request.form.get("move", "").partition(":")
    if word == "reset":
        composing.put_in_order(bulletin, [])
    elif word in STEPS and is_row_number(event_id):
        contents = composing.contents_of(bulletin, there, now=clock.now())
        composing.put_in_order(bulletin, moved(contents.sections, int(event_id), STEPS[word]))


def edit_page(bulletin: Bulletin, form: BulletinForm, theirs: int = 0) -> ResponseReturnValue:
    """The page with its form and the dates beside it."""
    now = clock.now()
    db.session.refresh(bulletin)
    there = available(bulletin, now)
    contents = composing.contents_of(bulletin, there, now=now)
    inside = {found.event_id for found in contents.dates}
    until = composing.until(bulletin, now)
    outside = [found for found in there.dates if found.event_id not in inside]
    page = render_template(
        "bulletin/edit.html",
        bulletin=bulletin,
        form=form,
        contents=contents,
        ticked=set(row_numbers("date")) if form.errors else inside,
        left_out=[found for found in outside if found.starts_at < until],
        later=[found for found in outside if found.starts_at >= until],
        courses=there.courses,
        courses_in={course.slug for course in contents.courses},
        last_day=until - timedelta(days=1),
        theirs=theirs,
        edited_by=name_of(bulletin.edited_by),
    )
    return page, 422 if form.errors else 200


@pages.post("/bulletin/<public_id>/throw-away")
@requires(Role.ADMINISTRATOR)
def throw_away(public_id: str) -> ResponseReturnValue:
    """A draft that nobody wants."""
    bulletin = bulletin_or_404(public_id)
    with writing():
        composing.throw_away(bulletin)
    flash("The draft is gone. Nobody got it.", "success")
    return redirect(url_for("bulletin.listing"), code=303)
