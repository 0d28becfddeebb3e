"""Someone who is in the room and not on the list: found among those we know, or written down as new."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ... import clock
from ...accounts.actions import introduce, person_at, setting_called
from ...accounts.models import Affiliation, Agency, Person
from ...accounts.rules import folded, tidy_email, tidy_name
from ...attendance import actions, register
from ...attendance.rules import MarkKind, Wanted
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import current_partnership, signed_in
from ...web.addresses import is_row_number, row_number
from . import pages
from .scene import chosen_session, event_with_people, refuse_unless_open
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
    event = event_with_people(event_id)
    refuse_unless_open(event)
    offered = agencies()
    form = walk_in_form(closed=register.closing(event.id) is not None, found=offered)
    form.works = chosen_work()
    meant = [] if form.works or "new" in request.form else who_is_meant(event, form)
    if len(meant) == 1 and form.email.data:
        form.works = work_of(meant[0].public_id, meant[0].affiliation)
    elif meant:
        return register_page(event, form=form, choices=meant, status=422)
    if not form.validate_on_submit():
        return register_page(event, form=form, status=422)
    session, _ = chosen_session(event)
    address = session.public_id
    name = add(event, session.id, form, offered)
    flash(f"{name} is on the register, marked here.", "success")
    return redirect(url_for("register.sheet", event_id=event_id, session=address), code=303)


def called(event: Event, name: str) -> list[Any]:
    """Those of a name who are not on this register."""
    partnership_id = current_partnership().id
    return register.people_called(
        name[:200], event_id=event.id, partnership_id=partnership_id, now=clock.now()
    )


def who_is_meant(event: Event, form: WalkInForm) -> list[Any]:
    """Those we know of the address, else of the name; beside an address that is new only the very same name."""
    email, name = tidy_email(form.email.data or ""), tidy_name(form.name.data or "")
    partnership_id = current_partnership().id
    found = register.person_with(email, event_id=event.id, partnership_id=partnership_id, now=clock.now())
    if found or not name:
        return found
    return [row for row in called(event, name) if not email or folded(row.name) == folded(name)]


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


def add(event: Event, session_id: int, form: WalkInForm, offered: list[Agency]) -> str:
    """The change itself; returns the name that was added."""
    by, now = signed_in().person, clock.now()
    works_id = form.works.id if form.works else None
    why = (form.correction.data or "").strip() if "correction" in form else ""
    with changing(event, now=now) as locked:
        now = clock.now()
        held = db.session.get_one(Affiliation, works_id) if works_id else newcomer(form, offered)
        booking = actions.walk_in(locked, held.person, held, by=by, now=now, why=why)
        present = {booking.id: Wanted(MarkKind.PRESENT)}
        actions.mark_delegates(locked, session_id, present, by_id=by.id, now=now, why=why)
        return held.person.name


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
