"""The rule itself: ``/outcome-rule`` of the partnership, and the one a course or a date has of its own."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...audit.actions import trace
from ...booking.checks import settings_of
from ...catalogue.actions import note
from ...catalogue.models import Course, CourseOffer
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...partnerships.outcome_rules import rule_from
from ...partnerships.rules import DEFAULTS
from ...partnerships.setting import history_of, set_from
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ..course_desk.scene import event_or_404
from . import pages
from .rule_form import DatedRuleForm, RuleForm, filled

KEY = "outcome_rule"
NOW_ON = "It holds for bookings made from now on. Who has a place keeps the rule they booked under."


def ours_in_words() -> str:
    """What the partnership's rule is today, in words."""
    return rule_from(settings_of(current_partnership().id, clock.now())[KEY]).in_words


@pages.route("/outcome-rule", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def partnership_rule() -> ResponseReturnValue:
    """The partnership's rule, from a day on, with what held before."""
    today = london_day(clock.now())
    stored = settings_of(current_partnership().id, clock.now())[KEY]
    form = filled(DatedRuleForm, stored, from_on=today)
    if form.validate_on_submit() and form.agrees() and keep(form):
        flash(f"Completed by {rule_from(form.rule()).in_words}, from the day you chose.", "success")
        return redirect(url_for("outcomes.partnership_rule"), code=303)
    history = history_of(current_partnership().id, (KEY,))[KEY]
    shown = [(row, rule_from(row.value).in_words) for row in history]
    ships, holds = rule_from(DEFAULTS[KEY]).in_words, ours_in_words()
    return show(form, heading="When a course is completed", history=shown, ships=ships, holds=holds)


def keep(form: DatedRuleForm) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    assert form.from_on.data is not None
    try:
        with writing():
            now, by = clock.now(), signed_in().person.public_id
            days = {"from_on": form.from_on.data, "today": london_day(now)}
            set_from(current_partnership().id, KEY, form.rule(), by=by, now=now, **days)
    except Refused as refused:
        db.session.rollback()
        form.from_on.errors = [refused.sentence]
        return False
    return True


@pages.route("/courses/<slug>/outcome-rule", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def course_rule(slug: str) -> ResponseReturnValue:
    """A course's own rule, or the partnership's."""
    course = course_or_404(slug)
    form = filled(RuleForm, course.outcome_rule, ours_in_words())
    if form.validate_on_submit() and form.agrees():
        with writing():
            course, now, actor = course_or_404(slug), clock.now(), signed_in().person.public_id
            why = f"{rule_from(course.outcome_rule).in_words if course.outcome_rule else 'none'} before"
            course.outcome_rule = form.rule()
            trace(at=now, actor=actor, act="outcome rule", subject=f"course:{slug}", why=why)
        flash("Saved. " + NOW_ON, "success")
        return redirect(f"/courses/{slug}", code=303)
    back = (course.title, f"/courses/{slug}")
    return show(form, heading=f"When {course.title} is completed", back=back)


def course_or_404(slug: str) -> Course:
    """A course of the partnership's programme."""
    mine = CourseOffer.course_id == Course.id, CourseOffer.partnership_id == current_partnership().id
    return db.session.scalar(sa.select(Course).where(Course.slug == slug, sa.exists().where(*mine))) or abort(
        404
    )


@pages.route("/events/<int:event_id>/outcome-rule", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def event_rule(event_id: int) -> ResponseReturnValue:
    """The rule of one date, or its course's."""
    event = event_or_404(event_id)
    above = rule_from(event.course.outcome_rule).in_words if event.course.outcome_rule else ours_in_words()
    form = filled(RuleForm, event.outcome_rule, above)
    if form.validate_on_submit() and form.agrees():
        with changing(event, now=clock.now()) as locked:
            was, locked.outcome_rule = locked.outcome_rule, form.rule()
            by = signed_in().person.public_id
            note(locked, "outcome rule", was, locked.outcome_rule, by=by, now=clock.now())
        flash("Saved. " + NOW_ON, "success")
        return redirect(f"/events/{event_id}", code=303)
    back = (event.course.title, f"/events/{event_id}")
    return show(form, heading="When this date is completed", back=back, event=event)


def show(form: RuleForm, **more: Any) -> ResponseReturnValue:
    """The page with its form."""
    page = render_template("outcomes/rule.html", form=form, now_on=NOW_ON, **more)
    return page, 422 if form.errors else 200
