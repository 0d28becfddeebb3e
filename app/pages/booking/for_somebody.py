"""Booking a place for somebody who rings: find the date, then the form they would fill in themselves."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking.finding import next_of_each
from ...booking.models import Booking
from ...booking.workplaces import workplaces_of
from ...catalogue.listing import listed_to, listing, where
from ...catalogue.rules import Search, query_words
from ...db import db
from ...web.access import current_partnership, requires
from ..people.whom import person_or_404
from . import pages
from .place import place_page

LONGEST_QUERY = 100


def why_not_yet(person: Person) -> str:
    """Why nothing can be booked for somebody; "" when it can."""
    if person.closed_at:
        return "This account is closed, so no place can be booked for it."
    if not person.name or not workplaces_of(person.id, clock.london_day(clock.now())):
        return (
            "They have not said yet who they are and where they work, and a booking keeps both. "
            "Read out a sign-in code: they are asked at once."
        )
    return ""


def refused(person: Person, why: str) -> ResponseReturnValue:
    """Back to the person, with the reason."""
    flash(why, "problem")
    return redirect(url_for("people.person", public_id=person.public_id), code=303)


@pages.get("/people/<public_id>/book")
@requires(Role.ADMINISTRATOR)
def dates_for(public_id: str) -> ResponseReturnValue:
    """The coming dates, found by words, each with its places; those they are on already say so."""
    person, now = person_or_404(public_id), clock.now()
    why = why_not_yet(person)
    if why:
        return refused(person, why)
    asked = request.args.get("q", "").strip()[:LONGEST_QUERY]
    partnership_id = current_partnership().id
    dates = listing(partnership_id, Search(words=query_words(asked)), waiting=Booking.number_waiting)
    theirs = db.session.execute(next_of_each([person.id], partnership_id, now)).all()
    return render_template(
        "booking/dates-for.html",
        shown=person,
        asked=asked,
        dates=[
            row
            for row in db.session.execute(dates, listed_to(person.id, now=now, desk=True))
            if row.event_id and not row.headcount_only
        ],
        where=where,
        theirs={row.event_id: row.public_id for row in theirs},
    )


@pages.route("/people/<public_id>/book/<int:event_id>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def book_for(public_id: str, event_id: int) -> ResponseReturnValue:
    """The form of one date; the history of the booking says who filled it in, and for whom."""
    person = person_or_404(public_id)
    why = why_not_yet(person)
    return refused(person, why) if why else place_page(event_id, person)
