"""``/events/<id>/recording``: whether a date is recorded, what for, who sees it and until when; and who agrees."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from ... import clock
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...materials import recordings
from ...materials.models import RecordingNotice
from ...materials.recording_letters import tell_booked
from ...materials.recordings import Said
from ...records.actions import changing
from ...web.access import signed_in
from ...web.filters import plural
from ..course_desk.fields import Day, one_line
from ..materials.scene import event_or_403
from . import pages

SHORT = Length(max=300, message="Use at most 300 characters")


class RecordingForm(FlaskForm):
    """What people read before they book."""

    recorded = RadioField(
        "Is it recorded?",
        [InputRequired("Choose whether it is recorded")],
        choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")],
    )
    what_for = StringField(
        "What for", [SHORT], [one_line], description="For example: for people who could not come"
    )
    seen_by = StringField(
        "Who sees it", [SHORT], [one_line], description="For example: those who were booked on this date"
    )
    until_on = Day(
        "Until when it is kept",
        [Optional()],
        description="The last day, for example 31 3 2027. Then its link is removed",
    )

    def said(self) -> Said:
        """What was said, once the form is in order."""
        if self.recorded.data == "no":
            return Said(recorded=False)
        return Said(True, self.what_for.data, self.seen_by.data, self.until_on.data)

    def validate_recorded(self, field: RadioField) -> None:
        """A recording has a purpose, people who see it, and an end."""
        if field.data != "yes":
            return
        for other, sentence in (
            (self.what_for, "Say what the recording is for"),
            (self.seen_by, "Say who sees the recording"),
        ):
            if not one_line(other.data):
                raise ValidationError(sentence)
        if not self.until_on.data and not self.until_on.errors:
            raise ValidationError("Enter the last day on which it is kept")

    def validate_until_on(self, field: Day) -> None:
        """The day has to come."""
        if field.data and field.data < clock.london_day(clock.now()):
            raise ValidationError("Enter a day that is not over")


@pages.route("/events/<int:event_id>/recording", methods=["GET", "POST"])
def say(event_id: int) -> ResponseReturnValue:
    """For those who deliver the date, and the desk."""
    event = event_or_403(event_id)
    notice = recordings.notice_of(event_id)
    form = RecordingForm(data=as_typed(notice))
    if form.validate_on_submit():
        try:
            flash(*keep(event, form))
            return redirect(url_for("recording.say", event_id=event_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
    answers = recordings.answers_to(notice) if notice and notice.recorded else []
    page = render_template(
        "recording/say.html",
        event=event,
        form=form,
        notice=notice,
        answers=answers,
        over=event.is_over(clock.now()),
    )
    return page, 422 if form.errors else 200


def as_typed(notice: RecordingNotice | None) -> dict[str, object]:
    """What was said last, as the form shows it."""
    if notice is None:
        return {}
    return {
        "recorded": "yes" if notice.recorded else "no",
        "what_for": notice.what_for,
        "seen_by": notice.seen_by,
        "until_on": notice.until_on,
    }


def keep(event: Event, form: RecordingForm) -> tuple[str, str]:
    """The change itself; returns what to say about it, and how."""
    with changing(event.id, now=clock.now()) as locked:
        now, before = clock.now(), recordings.notice_of(event.id)
        notice = recordings.say(locked, form.said(), by=signed_in().person, now=now)
        if notice is None:
            return "Nothing was changed.", "notice"
        # That a date of which nothing was said is not recorded is no news to anybody.
        news = notice.recorded or (before is not None and before.recorded)
        told = tell_booked(locked, notice, now=now) if news else 0
    reached = f" {plural(told, 'person', 'people')} with a place will be told by mail." if told else ""
    return f"Saved.{reached}", "success"
