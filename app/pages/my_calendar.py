"""My calendar: coming sessions by month, as a file, and the secret address that calendars are told of them by."""

from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from .. import clock
from ..accounts.feeds import end_feed, make_feed
from ..accounts.models import CalendarFeed
from ..accounts.rules import Role
from ..accounts.tokens import hash_of_feed
from ..booking.feed import booked
from ..booking.feed import entries_in as booked_in
from ..booking.listing import sittings_of
from ..catalogue.calendar_rows import Part
from ..catalogue.models import Course, Event, EventSession, Venue
from ..db import db, writing
from ..delivery.feed import Delivered, delivered
from ..delivery.feed import entries_in as delivered_in
from ..notifications.feed_text import Entry, feed_text
from ..notifications.letters import link
from ..pool.models import EventTrainer
from ..web.access import current_partnership, public, signed_in
from ..web.feeds import Asked, feed_answer, feed_of, no_such_feed
from .booking.calendar_file import ics

pages = Blueprint("my_calendar", __name__)
KINDS = ("mine", "delivering")
FRESH = "calendar_address"  # where the session keeps a new address until the next page has shown it


def delivered_by(person_id: int, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """The coming sessions that a person delivers."""
    return (
        sa.select(
            EventSession.starts_at,
            EventSession.ends_at,
            sa.literal("").label("booking"),
            Event.id.label("event_id"),
            Course.title,
            Venue.name.label("venue"),
        )
        .join(Event, Event.id == EventSession.event_id)
        .join(Course, Course.id == Event.course_id)
        .join(EventTrainer, EventTrainer.event_id == Event.id)
        .outerjoin(Venue, Venue.id == EventSession.venue_id)
        .where(EventTrainer.person_id == person_id, Event.state == "published", EventSession.ends_at > now)
        .order_by(EventSession.starts_at)
    )


def my_sittings(now: datetime) -> list[Any]:
    """Every coming session the person goes to or delivers, soonest first."""
    person_id = signed_in().person.id
    rows = [
        *db.session.execute(sittings_of(person_id, now)),
        *db.session.execute(delivered_by(person_id, now)),
    ]
    return sorted(rows, key=lambda row: row.starts_at)


def month_of(row: Any) -> date:
    """The first day of the month a session is in."""
    return clock.london_day(row.starts_at).replace(day=1)


@pages.get("/calendar")
def show() -> ResponseReturnValue:
    """My coming sessions by month, and how they come into the calendar I use anyway."""
    who, rows = signed_in(), my_sittings(clock.now())
    kind, address = fresh_address()
    return render_template(
        "my_calendar/show.html",
        months=[(first, list(found)) for first, found in groupby(rows, key=month_of)],
        feeds={feed.kind: feed for feed in db.session.scalars(CalendarFeed.open_of(who.person.id))},
        delivers=who.may(Role.TRAINER) or any(not row.booking for row in rows),
        fresh=kind,
        address=address,
        address_name=calendar_name(kind),
    )


def fresh_address() -> tuple[str, str]:
    """The address that was made a moment ago, of which kind it is; shown this once, to its owner only."""
    kind, token, whose = session.pop(FRESH, ("", "", ""))
    who = signed_in()
    if not token or who.seen_by or whose != who.person.public_id:
        return "", ""
    return kind, link("my_calendar.feed", token=token)


def calendar_name(kind: str) -> str:
    """What a calendar is called where it is subscribed to."""
    what = "training I deliver" if kind == "delivering" else "training"
    return f"{current_partnership().short_name} {what}"


@pages.get("/calendar.ics")
def file() -> Response:
    """What is coming as one file for any calendar; the UIDs are those of the invites."""
    now, person = clock.now(), signed_in().person
    found = entries(*parts("mine", person.id, person.public_id, now))
    coming = [entry for entry in found if entry.ends_at > now]
    feed = feed_of(
        current_partnership(), calendar_name("mine"), [entry for entry in coming if not entry.lost]
    )
    return ics(feed_text(feed), "my-training.ics")


@pages.post("/calendar/address")
def make() -> ResponseReturnValue:
    """A new secret address, shown once; the one before, if there was one, is ended."""
    kind, person, now = kind_asked_for(), signed_in().person, clock.now()
    with writing():
        token = make_feed(person, kind, now=now)
    session[FRESH] = [kind, token, person.public_id]
    return redirect(url_for("my_calendar.show") + "#address", code=303)


@pages.post("/calendar/address/end")
def end() -> ResponseReturnValue:
    """The address stops working, wherever it is used."""
    kind, person, now = kind_asked_for(), signed_in().person, clock.now()
    with writing():
        end_feed(person, kind, now=now)
    flash("That address no longer works. Calendars that used it are not told of anything new.", "success")
    return redirect(url_for("my_calendar.show"), code=303)


def kind_asked_for() -> str:
    """Which of the two calendars the button was about."""
    kind = request.form.get("kind", "mine")
    return kind if kind in KINDS else abort(400)


@pages.get("/calendar/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """A person's calendar, for whoever has its address. An address that is no good is looked up all the same."""
    hashed = {"token_hash": hash_of_feed(token)}
    whose = db.session.connection().execute(CalendarFeed.with_token(), hashed).one_or_none()
    if whose is None:
        return no_such_feed()
    now, partnership, name = clock.now(), current_partnership(), calendar_name(whose.kind)
    places, delivers = parts(whose.kind, whose.id, whose.public_id, now)
    asked = Asked(token, name, partnership.short_name, clock.start_of_day(clock.london_day(now)))
    return feed_answer(
        asked,
        (*(places or ()), *delivers),
        lambda: feed_of(partnership, name, entries(places, delivers)),
        secret=True,
    )


def parts(kind: str, person_id: int, public_id: str, now: datetime) -> tuple[Part | None, Delivered]:
    """What a person's calendar is made of: the places they have, where it tells of them, and what they deliver."""
    return (booked(person_id, now) if kind == "mine" else None), delivered(person_id, public_id, now)


def entries(places: Part | None, delivers: Delivered) -> list[Entry]:
    """What is in a person's calendar, in the order of time."""
    found = [*(booked_in(places) if places else ()), *delivered_in(delivers)]
    return sorted(found, key=lambda one: (one.starts_at, one.uid))
