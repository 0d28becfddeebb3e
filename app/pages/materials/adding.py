"""What there is for those on a date, or on every date of a course, and adding to it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...catalogue.models import Course, Event
from ...db import db, writing
from ...errors import Refused
from ...materials import actions, listing, rules
from ...materials.material_files import ACCEPT, size_words
from ...materials.models import Material
from ...materials.recordings import recorded
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import day
from ...web.typed import takes_files
from . import pages
from .form import MaterialForm
from .scene import course_or_404, event_or_403, may_change


@pages.route("/events/<int:event_id>/materials", methods=["GET", "POST"])
@takes_files(megabytes=24)
def of_event(event_id: int) -> ResponseReturnValue:
    """What those on a date are given."""
    event = event_or_403(event_id)
    return materials_page(
        event, url_for("materials.of_event", event_id=event_id), event=event, course=event.course
    )


@pages.route("/courses/<slug>/materials", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
@takes_files(megabytes=24)
def of_course(slug: str) -> ResponseReturnValue:
    """What those on every date of a course are given."""
    course = course_or_404(slug)
    return materials_page(course, url_for("materials.of_course", slug=slug), event=None, course=course)


def materials_page(owner: Event | Course, here: str, **told: Any) -> ResponseReturnValue:
    """The list and its form; what was added is said above it."""
    form = form_for(owner)
    if form.validate_on_submit():
        try:
            with writing():
                partnership_id = owner.host_id if isinstance(owner, Event) else current_partnership().id
                actions.add(
                    owner,
                    form.wanted(),
                    partnership_id=partnership_id,
                    by=signed_in().person,
                    now=clock.now(),
                )
            flash(f"“{form.title.data}” is added.", "success")
            return redirect(here, code=303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.sentence)
    found = db.session.scalars(
        Material.for_event(owner.id)
        if isinstance(owner, Event)
        else Material.of_course(owner.id, current_partnership().id)
    ).all()
    page = render_template(
        "materials/list.html",
        form=form,
        lines=[(one, said_of(one, told["event"]), may_change(one)) for one in found],
        accept=ACCEPT,
        size_words=size_words,
        **told,
    )
    return page, 422 if form.errors else 200


def form_for(owner: Event | Course) -> MaterialForm:
    """The form; only a date of which people were told so has a recording."""
    form = MaterialForm()
    notice = recorded(owner.id) if isinstance(owner, Event) else None
    if notice is None:
        del form.is_recording
    else:
        form.kept_until = notice.until_on
    return form


def said_of(material: Material, event: Event | None) -> str:
    """From when, until when and to whom it is shown, in a sentence."""
    said = when_words(material, event)
    if material.only_who_came:
        said += ", to those who came"
    if material.until_on:
        said += f", until {day(material.until_on)}"
    return said


def when_words(material: Material, event: Event | None) -> str:
    """Shown from Mon 11 January 2027."""
    if material.shown == "booking":
        return "Shown as soon as somebody has a place"
    opens_at = listing.opening(material, event) if event else None
    if opens_at is None:
        days = f"{material.working_days} working days before the start"
        return (
            f"Shown {days}"
            if material.shown == "before"
            else rules.SHOWN["after"].replace("When", "Shown when")
        )
    return f"Shown {'since' if opens_at <= clock.now() else 'from'} {day(opens_at)}"
