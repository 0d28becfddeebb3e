"""The form of an event's sessions: when, and where or through which link."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from ... import clock
from ...catalogue.models import EventSession, Venue
from ...catalogue.plans import SessionPlan, overlapping
from ...db import db
from .fields import ClockTime, Day, one_line
from .fields import as_typed as time_as_typed

MOST_SESSIONS = 10
FARTHEST = timedelta(days=3 * 366)


def link_fault(link: str | None) -> str:
    """What is wrong with a joining link, as a sentence that says what to do; "" when nothing is."""
    if link and not link.startswith(("https://", "http://")):
        return "Enter a link that begins with https://"
    if link and any(blank in link for blank in " \n\t"):
        return "Enter one link, without blanks"
    return ""


class PlaceForm(Form):
    """Where a session is."""

    venue = SelectField("Venue", default="", validate_choice=True)
    new_venue = StringField(
        "Name of the venue", [Length(max=200, message="Use at most 200 characters")], [one_line]
    )
    address = StringField("Address", [Length(max=300, message="Use at most 300 characters")], [one_line])
    postcode = StringField("Postcode", [Length(max=10, message="Use at most 10 characters")], [one_line])
    joining_url = StringField(
        "Joining link", [Length(max=800, message="Use at most 800 characters")], [one_line]
    )
    needs_venue = False

    def validate_venue(self, field: SelectField) -> None:
        """People who meet in a room have to know where."""
        if self.needs_venue and not field.data and not one_line(self.new_venue.data):
            raise ValidationError("Enter the venue")

    def validate_joining_url(self, field: StringField) -> None:
        """A link that people can follow."""
        if link_fault(field.data):
            raise ValidationError(link_fault(field.data))

    def place(self) -> dict[str, str]:
        """What was typed, as a plan has it; a new venue comes before the chosen one."""
        new = {"venue": self.new_venue.data, "address": self.address.data, "postcode": self.postcode.data}
        chosen = new if self.new_venue.data else {"venue": self.venue.data or ""}
        return {**chosen, "joining_url": self.joining_url.data or ""}


class SessionForm(PlaceForm):
    """One sitting: when and where."""

    day = Day("Date", [InputRequired("Enter the day")])
    starts = ClockTime("From", [InputRequired("Enter when it starts")])
    ends = ClockTime("To", [InputRequired("Enter when it ends")])
    remove = BooleanField("Leave this session out")
    stored = HiddenField()  # the session that it goes on from

    def validate_day(self, field: Day) -> None:
        """Not gone, and not in another century by a slip."""
        today = clock.london_day(clock.now())
        if field.data and field.data < today:
            raise ValidationError("Enter a day that has not gone")
        if field.data and field.data > today + FARTHEST:
            raise ValidationError("Enter a day in the next three years")

    def validate_starts(self, field: ClockTime) -> None:
        """A time that exists on that day."""
        self.instant(field)

    def validate_ends(self, field: ClockTime) -> None:
        """After the start, and a time that exists."""
        self.instant(field)
        if self.starts.at and field.at and field.at <= self.starts.at:
            raise ValidationError("Enter a time after the start")

    def instant(self, field: ClockTime) -> datetime | None:
        """The instant a time means on the day; None while either is missing."""
        if not self.day.data or field.at is None:
            return None
        try:
            return clock.from_london(self.day.data, field.at)
        except ValueError:
            day = f"{self.day.data.day} {self.day.data:%B}"
            raise ValidationError(f"{field.data} does not exist on {day}: the clocks go forward") from None

    def session(self) -> SessionPlan:
        """What was typed, as a session."""
        starts_at, ends_at = self.instant(self.starts), self.instant(self.ends)
        assert starts_at and ends_at, "ask for the session of a valid form only"
        return SessionPlan(
            starts_at=starts_at, ends_at=ends_at, session=self.stored.data or "", **self.place()
        )

    def said_twice(self) -> list[str]:
        """Of times in the hour that comes twice in autumn: which of the two was taken."""
        day = self.day.data
        return [
            f"{field.data} comes twice on {day.day} {day:%B}, when the clocks go back: the first was taken."
            for field in (self.starts, self.ends)
            if day and field.at and clock.comes_twice(day, field.at)
        ]


class SessionsForm(FlaskForm):
    """Sessions beside each other: none begins before another has ended, and none has gone."""

    sessions = FieldList(FormField(SessionForm, "Session"), min_entries=1, max_entries=MOST_SESSIONS)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field, then the sessions beside each other."""
        return bool(super().validate(extra_validators)) and self.sessions_agree()

    def sessions_agree(self) -> bool:
        """No session begins before another has ended, and none has gone."""
        plans = [entry.form.session() for entry in self.sessions]
        late = overlapping(plans)
        gone = next((n for n, plan in enumerate(plans) if plan.starts_at <= clock.now()), None)
        wrong = late if late is not None else gone
        if wrong is None:
            return True
        words = "the end of the session before" if wrong == late else "now"
        self.sessions.entries[wrong].form.starts.errors = [f"Enter a time after {words}"]
        self.sessions.errors = [entry.errors for entry in self.sessions]
        return False

    def session_plans(self) -> tuple[SessionPlan, ...]:
        """The sessions in order of time."""
        return tuple(
            sorted((entry.form.session() for entry in self.sessions), key=lambda plan: plan.starts_at)
        )

    def said_twice(self) -> list[str]:
        """What has to be said of times that a clock change makes unclear."""
        return [sentence for entry in self.sessions for sentence in entry.form.said_twice()]


def drop_removed(form: SessionsForm) -> None:
    """Leave out what was ticked, and add an empty session where one more was asked for."""
    kept = [entry for entry in form.sessions if not entry.form.remove.data]
    form.sessions.entries = kept or form.sessions.entries[:1]
    if "more" in request.form and len(form.sessions) < MOST_SESSIONS:
        form.sessions.append_entry()


def offer_venues(form: Any, delivery: str) -> None:
    """Each session chooses among the venues that are not closed; a classroom course needs one."""
    online = "Online" if delivery in ("virtual", "blended") else "Choose"
    wanted = sa.select(Venue.name).where(Venue.closed_at.is_(None)).order_by(Venue.name)
    names = db.session.scalars(wanted).all()
    for entry in form.sessions:
        kept = [entry.form.venue.data] if entry.form.venue.data and entry.form.venue.data not in names else []
        known = [name for name in kept if db.session.scalar(sa.select(Venue.id).where(Venue.name == name))]
        choices = [SelectChoice("", online), *(SelectChoice(name, name) for name in (*names, *known))]
        entry.form.venue.choices = choices
        entry.form.needs_venue = delivery == "classroom"


def session_as_typed(session: EventSession) -> dict[str, Any]:
    """A stored session as the form shows it."""
    return {
        "day": clock.london_day(session.starts_at),
        "starts": time_as_typed(clock.in_london(session.starts_at).time()),
        "ends": time_as_typed(clock.in_london(session.ends_at).time()),
        "venue": session.venue.name if session.venue else "",
        "joining_url": session.joining_url,
        "stored": session.public_id,
    }


def crowded(plans: Sequence[SessionPlan], capacity: int) -> list[str]:
    """A warning for each room that takes fewer people than there are places."""
    names = {plan.venue for plan in plans if plan.venue}
    rooms = sa.select(Venue.name, Venue.places).where(Venue.name.in_(names), Venue.places < capacity)
    return [
        f"{name} takes {places} people, fewer than the {capacity} places of this date."
        for name, places in db.session.execute(rooms.order_by(Venue.name))
    ]
