"""Venues: the list, one of them with its form, closing it and opening it again."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from ... import clock
from ...accounts.rules import Role
from ...booking.letters import address_of
from ...catalogue import venues
from ...catalogue.models import Venue
from ...catalogue.venues import VenueContent
from ...db import db, writing
from ...delivery.moved_venue import coming_there, reach_there, tell_of_venue
from ...delivery.rules import reach_words
from ...delivery.telling import CHANGED
from ...delivery.texts import reached_there, text_sentence
from ...errors import Refused
from ...records.actions import changing
from ...web.access import requires, signed_in
from ...web.whole_number import WholeNumber
from . import pages
from .fields import one_line, tidied

MOST_PLACES = 5000


class VenueForm(FlaskForm):
    """What people who come, and those who book the room, need to know."""

    name = StringField(
        "Name",
        [InputRequired("Enter the name of the venue"), Length(max=200, message="Use at most 200 characters")],
        [one_line],
    )
    address = StringField("Address", [Length(max=300, message="Use at most 300 characters")], [one_line])
    postcode = StringField("Postcode", [Length(max=10, message="Use at most 10 characters")], [one_line])
    area = StringField(
        "Area",
        [Length(max=80, message="Use at most 80 characters")],
        [one_line],
        description="As trainers name the areas they travel to: who does not travel there is not asked first",
    )
    places = WholeNumber(
        "How many people the room takes",
        [Optional(), NumberRange(1, MOST_PLACES, "Enter 1 or more, or leave it empty")],
        description="A date with more places than that is pointed out",
    )
    access_notes = TextAreaField(
        "Access",
        [Length(max=1000, message="Use at most 1,000 characters")],
        [tidied],
        description="Steps, lift, hearing loop, toilets, a quiet room. Everybody sees it",
    )
    notes = TextAreaField(
        "How to find it",
        [Length(max=1000, message="Use at most 1,000 characters")],
        [tidied],
        description="Parking, bus, which door. Everybody sees it",
    )
    contact = StringField(
        "Contact",
        [Length(max=200, message="Use at most 200 characters")],
        [one_line],
        description="Who opens the room. For the desk and the trainers only",
    )
    phone = TelField(
        "Telephone",
        [
            Optional(),
            Regexp(r"^\+?[\d ()-]{9,20}$", message="Enter a telephone number, like 01632 960001"),
        ],
        [one_line],
    )

    def content(self) -> VenueContent:
        """What was typed."""
        given = {name: field.data for name, field in self._fields.items() if name != "csrf_token"}
        return VenueContent(**{**given, "phone": given["phone"] or ""})


@pages.get("/venues")
@requires(Role.ADMINISTRATOR)
def venue_list() -> ResponseReturnValue:
    """Every venue, those in use first."""
    rows = db.session.execute(venues.listed(clock.now())).all()
    return render_template("course_desk/venues.html", rows=rows)


@pages.route("/venues/new", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def new_venue() -> ResponseReturnValue:
    """Add one."""
    form = VenueForm()
    if form.validate_on_submit() and saved(form, None):
        flash(f"{form.name.data} is in the list of venues.", "success")
        return redirect(url_for("course_desk.venue_list"), code=303)
    return show(form, None)


@pages.route("/venues/<int:venue_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def venue(venue_id: int) -> ResponseReturnValue:
    """Change one."""
    found = venue_or_404(venue_id)
    form = VenueForm(data={name: getattr(found, name) for name in VenueContent.__dataclass_fields__})
    before = address_of(found)
    if form.validate_on_submit() and saved(form, found):
        flash(f"{form.name.data} was changed. {changed_words(before, found)}", "success")
        return redirect(url_for("course_desk.venue_list"), code=303)
    return show(form, found)


@pages.post("/venues/<int:venue_id>/close")
@requires(Role.ADMINISTRATOR)
def close_venue(venue_id: int) -> ResponseReturnValue:
    """Offer it for no new date, or offer it again."""
    found = venue_or_404(venue_id)
    with writing():
        if found.closed_at:
            venues.open_venue(found)
        else:
            venues.close_venue(found, now=clock.now())
    said = "is no longer offered for new dates" if found.closed_at else "is offered for new dates again"
    flash(f"{found.name} {said}.", "success")
    return redirect(url_for("course_desk.venue_list"), code=303)


def venue_or_404(venue_id: int) -> Venue:
    """The venue of that number."""
    return db.session.get(Venue, venue_id) or abort(404)


def saved(form: VenueForm, found: Venue | None) -> bool:
    """The change itself; a name that is taken is said at its box."""
    try:
        with writing():
            if found is None:
                venues.add_venue(form.content())
            else:
                change(found, form.content())
    except Refused as refused:
        db.session.rollback()
        form.name.errors = [refused.sentence.rstrip(".")]
        return False
    return True


def change(venue: Venue, content: VenueContent) -> None:
    """The venue, and with it every coming date there: all in one change, so that nobody is left with the old place."""
    before = address_of(venue)
    venues.change_venue(venue, content)
    db.session.flush()
    if address_of(venue) == before:
        return
    for event_id in coming_there(venue, clock.now()):
        with changing(event_id, now=clock.now()) as event:
            tell_of_venue(event, venue, before, by=signed_in().person, now=clock.now())


def changed_words(before: str, venue: Venue) -> str:
    """What came of it for those who are to come there."""
    event_ids = coming_there(venue, clock.now())
    if address_of(venue) == before or not event_ids:
        return "Nobody had to be told."
    return f"{'. '.join(reach_words(CHANGED, reach_there(event_ids)))}."


def show(form: VenueForm, found: Venue | None) -> ResponseReturnValue:
    """The page with its form."""
    event_ids = coming_there(found, clock.now()) if found else ()
    page = render_template(
        "course_desk/venue.html",
        form=form,
        venue=found,
        dates=len(event_ids),
        reach=whom(found, event_ids) if found and event_ids else (),
    )
    return page, 422 if form.errors else 200


def whom(venue: Venue, event_ids: Sequence[int]) -> list[str]:
    """Whom another address reaches, by mail and, where it starts so soon, by text."""
    texts = text_sentence(reached_there(venue, clock.now()))
    return [*reach_words(CHANGED, reach_there(event_ids)), *texts]
