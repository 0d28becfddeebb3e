"""Someone who is in the room and not on the list: found among those we know, or written down as new."""

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ... import clock
from ...accounts.actions import introduce, person_at, setting_called
from ...accounts.models import Affiliation, Agency, Person
from ...accounts.rules import folded, tidy_email, tidy_name
from ...attendance import actions, register, rules
from ...attendance.rules import MarkKind, Wanted
from ...booking.models import Booking
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import current_partnership, public
from ...web.addresses import is_row_number, row_number
from . import pages
from .scene import Opened, event_with_people, opened_by_link, opened_by_viewer, session_among
from .sheet import register_page
from .walk_in_form import WalkInForm, agencies, walk_in_form


@pages.get("/events/<int:event_id>/register/people")
def people(event_id: int) -> ResponseReturnValue:
    """Who may be meant by the name that is being typed, for the page's script: the buttons of people.html."""
    found = called(event_with_people(event_id), request.args.get("name", ""))
    return jsonify(
        people=[
            {
                "value": f"{row.public_id}.{row.affiliation}",
                "name": row.name,
                "work": row.setting or row.agency,
                "waited": bool(row.waited),
            }
            for row in found
        ]
    )


@pages.post("/events/<int:event_id>/register/walk-in")
def walk_in(event_id: int) -> ResponseReturnValue:
    """Add someone who is not on the list, present at once; ask first when it may be somebody we know."""
    return add_walk_in(opened_by_viewer(event_with_people(event_id)))


@pages.post("/registers/<token>/walk-in")
@public
def walk_in_by_link(token: str) -> ResponseReturnValue:
    """The same through the link of the evening before, which finds nobody by a part of their name."""
    return add_walk_in(opened_by_link(token))


def add_walk_in(opened: Opened) -> ResponseReturnValue:
    """Add them, or say what is missing: with a page, or in a sentence to a phone that had kept what was typed."""
    opened.refuse_unless_open()
    by_script, offered = "X-Ticks" in request.headers, agencies()
    form = walk_in_form(closed=register.closing(opened.event.id) is not None, found=offered)
    form.works = chosen_work()
    meant = [] if form.works or "new" in request.form else who_is_meant(opened, form)
    if len(meant) == 1 and form.email.data:
        form.works = work_of(meant[0].public_id, meant[0].affiliation)
    elif meant and by_script:
        return jsonify(asked="We know somebody of that name or address."), 422
    elif meant:
        return register_page(opened, form=form, choices=meant, status=422)
    if not form.validate_on_submit():
        if by_script:
            return jsonify(asked=next(iter(form.errors.values()))[0]), 422
        return register_page(opened, form=form, status=422)
    session = session_among(opened.sessions(), clock.now())
    address = session.public_id
    name = add(opened, session.id, form, offered)
    if by_script:
        return jsonify(added=name)
    flash(f"{name} is on the register, marked here.", "success")
    return redirect(opened.address(session=address), code=303)


def called(event: Event, name: str) -> list[Any]:
    """Those of a name who are not on this register."""
    partnership_id = current_partnership().id
    return register.people_called(
        name[:200], event_id=event.id, partnership_id=partnership_id, now=clock.now()
    )


def who_is_meant(opened: Opened, form: WalkInForm) -> list[Any]:
    """Those we know of the address, else of the name.

    Beside an address that is new, and for who has not signed in, only the very same name.
    """
    event = opened.event
    email, name = tidy_email(form.email.data or ""), tidy_name(form.name.data or "")
    partnership_id = current_partnership().id
    found = register.person_with(email, event_id=event.id, partnership_id=partnership_id, now=clock.now())
    if found or not name:
        return found
    any_like_it = not email and not opened.token
    return [row for row in called(event, name) if any_like_it or folded(row.name) == folded(name)]


def chosen_work() -> Affiliation | None:
    """The person whose button was pressed, at the place of work it names."""
    public_id, _, affiliation_id = request.form.get("person", "").partition(".")
    return work_of(public_id, row_number(affiliation_id)) if is_row_number(affiliation_id) else None


def work_of(public_id: str, affiliation_id: int) -> Affiliation:
    """Where somebody works today. Raises Refused when that is over."""
    works = db.session.scalar(
        sa.select(Affiliation)
        .join(Person, Person.id == Affiliation.person_id)
        .where(
            Affiliation.id == affiliation_id,
            Affiliation.holds_on(clock.london_day(clock.now())),
            Person.public_id == public_id,
            Person.closed_at.is_(None),
        )
        .options(joinedload(Affiliation.person), joinedload(Affiliation.agency))
    )
    if works is None:
        raise Refused("This person no longer works there. Open the register and add them again.")
    return works


def add(opened: Opened, session_id: int, form: WalkInForm, offered: list[Agency]) -> str:
    """The change itself; returns the name that was added. What a phone sends twice is added once."""
    by, now, how = opened.person, clock.now(), opened.way
    works_id = form.works.id if form.works else None
    why = (form.correction.data or "").strip() if "correction" in form else ""
    with changing(opened.event, now=now) as locked:
        now = clock.now()
        opened.refuse_if_over(now)
        if known := added_before(locked.id):
            return known
        held = db.session.get_one(Affiliation, works_id) if works_id else newcomer(form, offered)
        booking = actions.walk_in(locked, held.person, held, by=by, now=now, why=why, public_id=kept_id())
        present = {booking.id: Wanted(MarkKind.PRESENT, at=rules.made_at(request.form.get("age", ""), now))}
        actions.mark_delegates(locked, session_id, present, by_id=by.id, now=now, why=why, how=how)
        return held.person.name


def kept_id() -> str:
    """The id that a phone gave somebody it could not add at once; "" for none, and for one that is taken elsewhere."""
    typed = request.form.get("kept", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{16}", typed):
        return ""
    taken = sa.select(Booking.id).where(Booking.public_id == typed)
    return "" if db.session.scalar(taken) else typed


def added_before(event_id: int) -> str:
    """The name of who was added to this register under the phone's id already; "" for nobody."""
    mine = Booking.public_id == request.form.get("kept", "")[:24], Booking.event_id == event_id
    wanted = sa.select(Person.name).join(Booking, Booking.person_id == Person.id).where(*mine)
    return db.session.scalar(wanted) or ""


def guest(now: datetime) -> Person:
    """Somebody without an address."""
    person = Person(name="", created_at=now, is_guest=True)
    db.session.add(person)
    db.session.flush()
    return person


def newcomer(form: WalkInForm, offered: list[Agency]) -> Affiliation:
    """Somebody new with where they work, written down now. Who has an address here and no work yet is no guest."""
    now, email = clock.now(), form.email.data or None
    agency = next(a for a in offered if a.slug == form.agency.data)
    setting = setting_called(form.setting.data, agency) if agency.is_umbrella and form.setting.data else None
    person = person_at(email, name="", now=now) if email else guest(now)
    name = person.name or form.name.data or ""
    works = introduce(person, name=name, agency=agency, setting=setting, now=now)
    db.session.flush()
    return works
