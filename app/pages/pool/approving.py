"""What a member may deliver: giving, renewing and ending an approval."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...pool.approving import approve, deliverable, end_approval, held_for
from ...pool.models import DeliveryApproval, PoolMember
from ...web.access import current_partnership, requires, signed_in
from ..course_desk.fields import Day
from . import pages
from .scene import membership_or_404
from .words import PARTS, PARTS_MEAN

PART_CHOICES = [SelectChoice(key, said, render_kw={"hint": PARTS_MEAN[key]}) for key, said in PARTS.items()]


class ApprovalForm(FlaskForm):
    """A course somebody may deliver."""

    course = SelectField("Course", [InputRequired("Choose a course")])
    delivers_as = RadioField(
        "In which part", [InputRequired("Choose a part")], choices=PART_CHOICES, default="lead"
    )
    until_on = Day("Until (optional)", description="The last day, for example 31 8 2028. Empty: no end.")

    def validate_until_on(self, field: Day) -> None:
        """It is yet to come."""
        if field.data and field.data < clock.london_day(clock.now()):
            raise ValidationError("Enter a last day that is not in the past")


@pages.route("/pool/<public_id>/approvals", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def approvals(public_id: str) -> ResponseReturnValue:
    """Approve a member for a course, or for longer (``?course=`` names it)."""
    member, courses = membership_or_404(public_id), deliverable(current_partnership().id)
    form = ApprovalForm(data=held_now(member))
    form.course.choices = [SelectChoice("", "Choose"), *(SelectChoice(c.slug, c.title) for c in courses)]
    if form.validate_on_submit():
        course = next(c for c in courses if c.slug == form.course.data)
        with writing():
            approve(
                member,
                course,
                delivers_as=str(form.delivers_as.data),
                until_on=form.until_on.data,
                by=signed_in().person,
                now=clock.now(),
            )
        flash(f"{member.person.name} may deliver {course.title}.", "success")
        return redirect(url_for("pool.member", public_id=public_id, _anchor="approvals"), code=303)
    page = render_template("pool/approve.html", form=form, member=member)
    return page, 422 if form.errors else 200


def held_now(member: PoolMember) -> dict[str, object]:
    """What is renewed: the course that the address names, in the part they have in it."""
    slug, today = request.args.get("course", ""), clock.london_day(clock.now())
    course = next((c for c in deliverable(current_partnership().id) if c.slug == slug), None)
    if course is None:
        return {}
    held = held_for(member, course.id, today)
    return {"course": slug, "delivers_as": held[-1].delivers_as if held else "lead"}


@pages.post("/pool/<public_id>/approvals/<int:number>/end")
@requires(Role.COORDINATOR)
def end(public_id: str, number: int) -> ResponseReturnValue:
    """End an approval at once."""
    member = membership_or_404(public_id)
    with writing():
        found = db.session.get(DeliveryApproval, number)
        if found is None or found.member_id != member.id:
            abort(404)
        end_approval(found, by=signed_in().person, now=clock.now())
        title = found.course.title
    flash(f"{member.person.name} may not deliver {title} any more. You can approve it again here.", "success")
    return redirect(url_for("pool.member", public_id=public_id, _anchor="approvals"), code=303)
