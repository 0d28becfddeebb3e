"""The form of a date: its sessions, places and notes."""

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
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ... import clock
from ...catalogue.models import Event, EventSession, Venue
from ...catalogue.plans import DRAFT, PUBLISHED, EventPlan, SessionPlan, overlapping
from ...db import db
from .fields import ClockTime, Day, one_line, tidied
from .fields import as_typed as time_as_typed

MOST_SESSIONS = 10
MOST_PLACES = 5000
FARTHEST = timedelta(days=3 * 366)


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
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter a link that begins with https://")
        if field.data and any(blank in field.data for blank in " \n\t"):
            raise ValidationError("Enter one link, without blanks")

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
        return SessionPlan(starts_at=starts_at, ends_at=ends_at, **self.place())


class EventForm(FlaskForm):
    """A date that nobody has a claim on yet: everything can be chosen."""

    sessions = FieldList(FormField(SessionForm, "Session"), min_entries=1, max_entries=MOST_SESSIONS)
    capacity = IntegerField(
        "Number of places",
        [InputRequired("Enter the number of places"), NumberRange(1, MOST_PLACES, "Enter 1 place or more")],
        description="The published capacity",
    )
    booking_limit = IntegerField(
        "Booking limit",
        [Optional(), NumberRange(1, MOST_PLACES, "Enter 1 or more, or leave it empty")],
        description="Only if more (or fewer) may book than there are places. Empty: the same number",
    )
    notes = TextAreaField(
        "For those who are booked",
        [Length(max=2000, message="Use at most 2,000 characters")],
        [tidied],
        description="Parking, what to bring. Nothing about a child or a family",
    )
    state = RadioField(
        "Who sees it",
        [InputRequired("Choose who sees it")],
        choices=[
            SelectChoice(PUBLISHED, "Everybody: publish it", render_kw={"hint": "It can be booked at once"}),
            SelectChoice(DRAFT, "Only the desk: keep it as a draft"),
        ],
        default=PUBLISHED,
    )

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

    def plan(self) -> EventPlan:
        """What was typed, as a plan."""
        return EventPlan(
            sessions=self.session_plans(),
            capacity=self.capacity.data,
            booking_limit=self.booking_limit.data or self.capacity.data,
            notes=self.notes.data,
            published=self.state.data == PUBLISHED,
        )


class BookedEventForm(EventForm):
    """A date that people have a claim on, or that has begun: its times stay."""

    sessions = FieldList(FormField(PlaceForm, "Session"), min_entries=1, max_entries=MOST_SESSIONS)
    stored: Sequence[EventSession] = ()

    def sessions_agree(self) -> bool:
        """Times are not asked for."""
        return True

    def session_plans(self) -> tuple[SessionPlan, ...]:
        """The stored times with the places that were typed."""
        pairs = zip(self.stored, self.sessions, strict=True)
        return tuple(
            SessionPlan(starts_at=session.starts_at, ends_at=session.ends_at, **entry.form.place())
            for session, entry in pairs
        )


def form_for(
    kind: type[EventForm],
    delivery: str,
    *,
    data: dict[str, Any] | None = None,
    sessions: Sequence[EventSession] = (),
) -> EventForm:
    """The form, with the venues there are."""
    form = kind(data=data)
    if isinstance(form, BookedEventForm):
        form.stored = sessions
        while len(form.sessions) < len(sessions):
            form.sessions.append_entry()
        while len(form.sessions) > len(sessions):
            form.sessions.pop_entry()
    else:
        kept = [entry for entry in form.sessions if not entry.form.remove.data]
        form.sessions.entries = kept or form.sessions.entries[:1]
    if "more" in request.form and len(form.sessions) < MOST_SESSIONS:
        form.sessions.append_entry()
    offer_venues(form, delivery)
    return form


def offer_venues(form: EventForm, delivery: str) -> None:
    """Each session chooses among the venues; a classroom course needs one."""
    online = "Online" if delivery in ("virtual", "blended") else "Choose"
    names = db.session.scalars(sa.select(Venue.name).order_by(Venue.name))
    choices = [SelectChoice("", online), *(SelectChoice(name, name) for name in names)]
    for entry in form.sessions:
        entry.form.venue.choices = choices
        entry.form.needs_venue = delivery == "classroom"


def as_typed(event: Event, sessions: Sequence[EventSession]) -> dict[str, Any]:
    """A stored date as the form shows it."""
    return {
        "sessions": [
            {
                "day": clock.london_day(session.starts_at),
                "starts": time_as_typed(clock.in_london(session.starts_at).time()),
                "ends": time_as_typed(clock.in_london(session.ends_at).time()),
                "venue": session.venue.name if session.venue else "",
                "joining_url": session.joining_url,
            }
            for session in sessions
        ],
        "capacity": event.capacity,
        "booking_limit": None if event.booking_limit == event.capacity else event.booking_limit,
        "notes": event.notes,
        "state": event.state,
    }
