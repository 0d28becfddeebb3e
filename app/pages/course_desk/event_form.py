"""The form of a date: its sessions (or none yet), its places, and what those booked should know."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ... import clock
from ...catalogue.models import Event, EventSession
from ...catalogue.plans import DRAFT, PUBLISHED, EventPlan, SessionPlan
from ...web.whole_number import WholeNumber
from .fields import Day, one_line, tidied
from .session_form import (
    MOST_SESSIONS,
    SessionsForm,
    drop_removed,
    link_fault,
    offer_venues,
    session_as_typed,
)

MOST_PLACES = 5000
MOST_HOURS = 24 * 60
EVERYBODY, INVITED, ORGANISATIONS = "everybody", "invited", "organisations"


class PlacesForm(FlaskForm):
    """How many may come, what they should know, who sees it: what every date has, with times or without."""

    capacity = WholeNumber(
        "Number of places",
        [InputRequired("Enter the number of places"), NumberRange(1, MOST_PLACES, "Enter 1 place or more")],
        description="The published capacity",
    )
    booking_limit = WholeNumber(
        "Booking limit",
        [Optional(), NumberRange(1, MOST_PLACES, "Enter 1 or more, or leave it empty")],
    )
    minimum = WholeNumber(
        "Fewest people",
        [Optional(), NumberRange(1, MOST_PLACES, "Enter 1 or more, or leave it empty")],
        description="With fewer booked, the desk asks you to decide: run it anyway, or cancel. Empty: never",
    )
    minimum_by = Day("Look at that on")
    link_shown_hours = WholeNumber(
        "Show the joining link (hours)",
        [Optional(), NumberRange(0, MOST_HOURS, "Enter hours from 0 to 1,440, or leave it empty")],
    )
    notes = TextAreaField(
        "For those who are booked",
        [Length(max=2000, message="Use at most 2,000 characters")],
        [tidied],
        description="Parking, what to bring. Nothing about a child or a family",
    )
    content_note = TextAreaField(
        "What may be hard to hear on this date",
        [Length(max=1000, message="Use at most 1,000 characters")],
        [tidied],
        description="Beside what the course says of it. People read it before they book. No real child or family",
    )
    open_to = RadioField(
        "Who may come",
        choices=[
            SelectChoice(EVERYBODY, "Everybody for whom the course is"),
            SelectChoice(
                INVITED, "By invitation", render_kw={"hint": "You choose whom. It is listed to nobody else"}
            ),
            SelectChoice(
                ORGANISATIONS,
                "Organisations send numbers",
                render_kw={"hint": "Forums and conferences: no accounts, no names"},
            ),
        ],
        default=EVERYBODY,
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
    delivery = ""
    limit_before: int | None = None  # what the limit of a stored date is: it may stay, however it came about

    def validate_booking_limit(self, field: WholeNumber) -> None:
        """A room takes no more people than it has places; a virtual meeting may be overbooked."""
        above = field.data and self.capacity.data and field.data > self.capacity.data
        if above and (self.delivery != "virtual" or self.in_a_room()) and field.data != self.limit_before:
            raise ValidationError("Only a virtual date can be overbooked: enter no more than the places")

    def in_a_room(self) -> bool:
        """Whether a session meets somewhere, by what was typed."""
        typed = (entry.form for entry in getattr(self, "sessions", ()))
        return any(form[name].data for form in typed for name in ("venue", "new_venue") if name in form)

    def validate_minimum(self, field: WholeNumber) -> None:
        """A number that can be reached, and a day on which to look."""
        if field.data and self.capacity.data and field.data > self.capacity.data:
            raise ValidationError("Enter no more than the number of places")

    def validate_minimum_by(self, field: Day) -> None:
        """Both or neither."""
        if self.minimum.data and not field.data:
            raise ValidationError("Enter the day on which to look whether enough are booked")
        if field.data and not self.minimum.data:
            raise ValidationError("Enter the fewest people as well, or leave the day empty")

    def plan_of(self, sessions: tuple[SessionPlan, ...]) -> EventPlan:
        """What was typed, as a plan with these sessions."""
        return EventPlan(
            sessions=sessions,
            capacity=self.capacity.data,
            booking_limit=self.booking_limit.data or self.capacity.data,
            notes=self.notes.data,
            content_note=self.content_note.data,
            published=self.state.data == PUBLISHED,
            minimum=self.minimum.data,
            minimum_by=self.minimum_by.data,
            link_shown_hours=self.link_shown_hours.data,
            by_invitation=self.open_to.data == INVITED,
            headcount_only=self.open_to.data == ORGANISATIONS,
        )

    def described(self, *, hours: int) -> None:
        """Say what empty boxes mean: for this way of teaching, and in this partnership."""
        more = "more (because some never come)" if self.delivery == "virtual" else "fewer"
        self.booking_limit.description = (
            f"Only if {more} may book than there are places. Empty: the same number"
        )
        self.link_shown_hours.description = (
            f"So many hours before the start, and to those booked only. Empty: {hours}, as everywhere here"
        )


class EventForm(PlacesForm, SessionsForm):
    """A date that nobody has a claim on yet: everything can be chosen."""

    undated = BooleanField("There is no date yet: people can join its waiting list")

    def sessions_agree(self) -> bool:
        """Nothing to agree on without sessions; the day to look at the numbers comes before the first."""
        if not super().sessions_agree():
            return False
        plans, by = self.session_plans(), self.minimum_by.data
        if plans and by and by >= clock.london_day(plans[0].starts_at):
            self.minimum_by.errors = ["Enter a day before the course"]
            return False
        return True

    def plan(self) -> EventPlan:
        """What was typed, as a plan."""
        return self.plan_of(self.session_plans())


class LinkForm(Form):
    """The joining link of a session whose time and place stay."""

    joining_url = StringField(
        "Joining link", [Length(max=800, message="Use at most 800 characters")], [one_line]
    )

    def validate_joining_url(self, field: StringField) -> None:
        """A link that people can follow."""
        if link_fault(field.data):
            raise ValidationError(link_fault(field.data))


class BookedEventForm(PlacesForm):
    """A date that people have a claim on, or that has begun: its times and places change on their own page."""

    sessions = FieldList(FormField(LinkForm, "Session"), max_entries=MOST_SESSIONS)
    stored: Sequence[EventSession] = ()

    def plan(self) -> EventPlan:
        """The stored times and places with the links that were typed."""
        pairs = zip(self.stored, self.sessions, strict=True)
        return self.plan_of(
            tuple(
                SessionPlan(
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    venue=session.venue.name if session.venue else "",
                    joining_url=entry.form.joining_url.data or "",
                )
                for session, entry in pairs
            )
        )

    def said_twice(self) -> list[str]:
        """Times are not asked for."""
        return []


def form_for(
    kind: type[EventForm] | type[BookedEventForm],
    delivery: str,
    *,
    hours: int,
    data: dict[str, Any] | None = None,
    sessions: Sequence[EventSession] = (),
    limit: int | None = None,
) -> EventForm | BookedEventForm:
    """The form, with the venues there are; ``hours`` before the start links are shown here."""
    form = kind(data=data)
    form.delivery, form.limit_before = delivery, limit
    form.described(hours=hours)
    if isinstance(form, BookedEventForm):
        form.stored = sessions
        while len(form.sessions) < len(sessions):
            form.sessions.append_entry()
        while len(form.sessions) > len(sessions):
            form.sessions.pop_entry()
        return form
    drop_removed(form)
    if form.undated.data and "more" not in request.form:
        form.sessions.entries = []
    offer_venues(form, delivery)
    return form


def as_typed(event: Event, sessions: Sequence[EventSession]) -> dict[str, Any]:
    """A stored date as the form shows it."""
    return {
        "sessions": [session_as_typed(session) for session in sessions],
        "undated": event.awaits_date,
        "capacity": event.capacity,
        "booking_limit": None if event.booking_limit == event.capacity else event.booking_limit,
        "minimum": event.minimum,
        "minimum_by": event.minimum_by,
        "link_shown_hours": event.link_shown_hours,
        "notes": event.notes,
        "content_note": event.content_note,
        "open_to": open_to(event),
        "state": event.state,
    }


def seen(typed: dict[str, Any]) -> str:
    """The same for a date that stands as it did when its form was opened."""
    return hashlib.sha256(repr(sorted(typed.items())).encode()).hexdigest()[:24]


def open_to(event: Event) -> str:
    """Who may come to a stored date."""
    return ORGANISATIONS if event.headcount_only else INVITED if event.by_invitation else EVERYBODY
