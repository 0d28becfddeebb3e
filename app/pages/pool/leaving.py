"""Somebody leaves the training pool: what they still deliver is said first."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import ValidationError
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.rules import Role
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...pool.giving import still_on
from ...pool.membership import last_day_of_role, leave
from ...pool.models import PoolMember
from ...web.access import current_partnership, requires, signed_in
from ..course_desk.fields import Day
from . import pages
from .scene import membership_or_404


class LeavingForm(FlaskForm):
    """Since when they no longer belong to it."""

    last = Day("Their last day", validators=[InputRequired("Enter their last day")])

    def validate_last(self, field: Day) -> None:
        """Within a year, so that a wrong year is noticed."""
        if field.data and field.data > london_day(clock.now()) + timedelta(days=366):
            raise ValidationError("Enter a day within a year from now")


@pages.route("/pool/<public_id>/leave", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def leaving(public_id: str) -> ResponseReturnValue:
    """End a membership."""
    member, now = membership_or_404(public_id), clock.now()
    form = LeavingForm(data={"last": london_day(now)})
    if form.validate_on_submit() and gone(member, form):
        return redirect(url_for("pool.member", public_id=public_id), code=303)
    coming = still_on(member.person_id, current_partnership().id, now)
    page = render_template(
        "pool/leave.html",
        form=form,
        member=member,
        coming=coming,
        registers_until=last_day_of_role(member, london_day(now), now) if coming else None,
    )
    return page, 422 if form.errors else 200


def gone(member: PoolMember, form: LeavingForm) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    assert form.last.data is not None
    try:
        with writing():
            leave(member, last=form.last.data, by=signed_in().person, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.last.errors = [refused.sentence]
        return False
    flash(f"{member.person.name} leaves the training pool. What they delivered still counts.", "success")
    return True
