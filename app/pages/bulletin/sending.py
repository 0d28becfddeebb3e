"""Sending a bulletin: whom it reaches is said beforehand; then now or at a time, back again, or stopped on its way."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice

from ... import clock
from ...accounts.rules import Role
from ...bulletin import sending
from ...bulletin.models import MESSAGE, Bulletin
from ...bulletin.rules import Contents, is_at_work, suggested
from ...db import writing
from ...notifications import choices
from ...web.access import current_partnership, requires, signed_in
from ...web.addresses import is_row_number
from ...web.filters import plural, when
from ..course_desk.fields import ClockTime, Day
from . import pages
from .scene import bulletin_or_404, contents_now, is_switched_on

FURTHEST_DAYS = 60


class SendForm(FlaskForm):
    """When it leaves. ``version`` and ``seen`` are what the page spoke of."""

    time = RadioField("When", choices=[SelectChoice("now", "Now"), SelectChoice("later", "At a time")])
    day = Day("Day")
    at = ClockTime("Time", description="For example 9am")
    version = HiddenField()
    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """A time that is chosen has to be one, and to come."""
        if not super().validate(extra_validators):
            return False
        if self.time.data == "later":
            self.check_later(clock.now())
        return not self.errors

    def check_later(self, now: datetime) -> None:
        """Say what is wrong with the day or the time."""
        if self.day.data is None or not any(self.day.raw_data or ()):  # emptied, it keeps what was suggested
            self.day.errors = ["Enter the day on which it is to leave"]
        elif self.at.at is None:
            self.at.errors = ["Enter the time at which it is to leave, for example 9am"]
        else:
            self.check_instant(now)

    def check_instant(self, now: datetime) -> None:
        """The instant exists, has not passed, and is not too far off for what the bulletin says."""
        try:
            instant = self.instant(now)
        except ValueError:
            self.at.errors = ["That hour does not exist on this day: the clocks go forward"]
            return
        if instant <= now:
            self.at.errors = ["This time has passed. Choose a later one, or send it now"]
        elif (instant - now).days > FURTHEST_DAYS:
            self.day.errors = [f"Choose a day within {FURTHEST_DAYS} days"]

    def instant(self, now: datetime) -> datetime:
        """When it is to leave."""
        if self.time.data == "now" or self.day.data is None or self.at.at is None:
            return now
        return clock.from_london(self.day.data, self.at.at)


def seen_in(contents: Contents) -> str:
    """What the page spoke of, to compare when the button is pressed."""
    dates = ",".join(str(found.event_id) for found in contents.dates)
    return f"{dates};{','.join(course.slug for course in contents.courses)}"


@pages.route("/bulletin/<public_id>/send", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def send(public_id: str) -> ResponseReturnValue:
    """Whom it reaches, and when it leaves."""
    bulletin, now = bulletin_or_404(public_id), clock.now()
    if bulletin.state != "draft":
        if (form := SendForm()).is_submitted():
            flash("This bulletin is on its way already. Nobody gets it twice.", "notice")
        return redirect(url_for("bulletin.show", public_id=public_id), code=303)
    contents, later = contents_now(bulletin, now), suggested(now)
    local = clock.in_london(later)
    form = SendForm(
        data={"time": "now" if is_at_work(now) else "later", "day": local.date(), "at": local.time()}
    )
    if form.validate_on_submit() and is_as_seen(form, contents):
        return approve(bulletin, form)
    form.version.data, form.seen.data = str(bulletin.version), seen_in(contents)
    page = render_template(
        "bulletin/send.html",
        bulletin=bulletin,
        form=form,
        contents=contents,
        reach=sending.reach_of(bulletin.partnership_id, contents),
        is_on=is_switched_on(),
        at_work=is_at_work(now),
        minutes=minutes_for,
    )
    return page, 422 if form.errors else 200


def is_as_seen(form: SendForm, contents: Contents) -> bool:
    """Whether it still says what its editor was shown; else they look again."""
    if form.seen.data == seen_in(contents):
        return True
    form.form_errors.append("What it announces has changed since you looked. Look again, then send it.")
    return False


def minutes_for(readers: int) -> int:
    """How many minutes so many mails take to leave."""
    return -(-readers // sending.A_MINUTE)


def approve(bulletin: Bulletin, form: SendForm) -> ResponseReturnValue:
    """Let it leave."""
    version = form.version.data or ""
    with writing():
        now = clock.now()
        sending.approve(
            bulletin,
            contents_now(bulletin, now),
            version=int(version) if is_row_number(version) else 0,
            at=form.instant(now),
            by=signed_in().person,
            now=now,
        )
    soon = form.time.data == "now"
    flash("It is on its way." if soon else f"It leaves on {when(bulletin.send_at)}.", "success")
    return redirect(url_for("bulletin.show", public_id=bulletin.public_id), code=303)


@pages.post("/bulletin/<public_id>/back")
@requires(Role.ADMINISTRATOR)
def back(public_id: str) -> ResponseReturnValue:
    """Not yet: it is a draft again."""
    bulletin = bulletin_or_404(public_id)
    with writing():
        sending.back_to_draft(bulletin, now=clock.now())
    flash("It is a draft again. Nobody has got it.", "success")
    return redirect(url_for("bulletin.edit", public_id=public_id), code=303)


@pages.post("/bulletin/<public_id>/stop")
@requires(Role.ADMINISTRATOR)
def stop(public_id: str) -> ResponseReturnValue:
    """Nothing more of it leaves."""
    bulletin = bulletin_or_404(public_id)
    with writing():
        sending.stop(bulletin, now=clock.now())
    left = sending.outcome_of(bulletin).left
    flash(f"Stopped. {plural(left, 'mail')} had left by then; no more will.", "success")
    return redirect(url_for("bulletin.show", public_id=public_id), code=303)


@pages.post("/bulletin/<public_id>/switch")
@requires(Role.COORDINATOR)
def switch_on(public_id: str) -> ResponseReturnValue:
    """This partnership sends bulletins from now on."""
    partnership, there = current_partnership(), url_for("bulletin.send", public_id=public_id)
    with writing():
        if not choices.is_on(partnership.id, MESSAGE):
            choices.switch(partnership.id, MESSAGE, on=True, by=signed_in().person.public_id, now=clock.now())
    flash(f"{partnership.short_name} sends the bulletin from now on. This one is not sent yet.", "success")
    return redirect(there, code=303)
