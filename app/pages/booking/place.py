"""Booking a place: one page that asks only what is not known."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, TelField, TextAreaField
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from ... import clock
from ...booking import actions
from ...booking.listing import other_dates
from ...booking.rules import Asked, Reason, Refusal
from ...booking.workplaces import Workplace, workplaces_of
from ...completions.standing import requirements_of
from ...db import db
from ...errors import Refused
from ...records.actions import changing
from ...web.access import current_partnership, signed_in
from . import pages
from .scene import Scene, came_free, scene_of


def at_most(most: int) -> Callable[[FlaskForm, Field], None]:
    """Refuse a longer text; unlike Length it does not ask for a counter, which needs a script of 47 kB."""

    def check(_form: FlaskForm, field: Field) -> None:
        if len(field.data or "") > most:
            raise ValidationError(f"Use at most {most} characters")

    return check


class PlaceForm(FlaskForm):
    """What a person may say when they book. ``want`` is what the page offered: a place, or the waiting list."""

    affiliation = RadioField(
        "Which job is this for?", validators=[InputRequired("Choose which job this is for")]
    )
    clash_confirmed = BooleanField("I know, and I want this place too")
    needs = TextAreaField(
        "Access or dietary needs (optional)",
        description="Only the training team, the trainer and the venue see this. It is deleted 30 days after the "
        "course. Write nothing about a child or a family.",
        validators=[at_most(500)],
    )
    mobile = TelField(
        "Mobile number (optional)",
        description="For a message on the day if something changes. Deleted 30 days after the course.",
        validators=[
            Optional(),
            Regexp(r"^\+?[\d ()-]{9,20}$", message="Enter a telephone number, like 07700 900123"),
        ],
    )
    want = HiddenField(default="place")

    def asked(self) -> Asked:
        """The same as the rules understand it."""
        return Asked(
            needs=(self.needs.data or "").strip(),
            mobile=(self.mobile.data or "").strip(),
            clash_confirmed=bool(self.clash_confirmed.data),
            or_wait=self.want.data == "list",
        )


def form_for(jobs: Sequence[Workplace]) -> PlaceForm:
    """The form, without the question which job when there is one only."""
    form = PlaceForm()
    if len(jobs) > 1:
        form.affiliation.choices = [SelectChoice(str(job.affiliation_id), job.name) for job in jobs]
    else:
        del form.affiliation
    return form


@pages.route("/events/<int:event_id>/book", methods=["GET", "POST"])
def book_place(event_id: int) -> ResponseReturnValue:
    """Ask for a place, or for one in the waiting list."""
    now, person_id = clock.now(), signed_in().person.id
    jobs = workplaces_of(person_id, clock.london_day(now))
    form = form_for(jobs)
    if not form.validate_on_submit():
        return show(form, jobs, scene_of(event_id, person_id, now))
    chosen = form.affiliation.data if "affiliation" in form else str(jobs[0].affiliation_id)
    workplace = next(job for job in jobs if str(job.affiliation_id) == chosen)
    try:
        public_id = make_booking(event_id, workplace, form.asked())
    except Refused as refused:
        db.session.rollback()
        return show_again(refused, form, jobs, scene_of(event_id, person_id, now))
    return redirect(url_for("booking.show", public_id=public_id), code=303)


def make_booking(event_id: int, workplace: Workplace, asked: Asked) -> str:
    """The change itself. The clock is read with the lock held, so that the list is in the order of joining."""
    person, host_id = signed_in().person, current_partnership().id
    with changing(event_id, now=clock.now()) as event:
        if event.state == "draft" or event.host_id != host_id or not event.course.published:
            abort(404)
        booking = actions.book(event, person, workplace, by=person, now=clock.now(), asked=asked)
        return booking.public_id


def show_again(
    refused: Refused, form: PlaceForm, jobs: Sequence[Workplace], scene: Scene
) -> ResponseReturnValue:
    """The same page with everything typed still there, and what can be done instead."""
    if refused.reason == Reason.CLASH:
        form.clash_confirmed.errors = ["Confirm that you want this place too"]
        return show(form, jobs, scene, status=422)
    return show(form, jobs, scene, status=409, just_gone=refused.reason == Reason.FULL)


def show(
    form: PlaceForm,
    jobs: Sequence[Workplace],
    scene: Scene,
    *,
    status: int = 0,
    just_gone: bool = False,
) -> ResponseReturnValue:
    """The page with its form; or with why there is none, and what can be done instead."""
    refused, event, now = scene.refused, scene.occasion.event, clock.now()
    person_id = signed_in().person.id
    if refused and refused.reason == Reason.ALREADY:
        return redirect(url_for("booking.show", public_id=refused.booking), code=303)
    wait = scene.full or just_gone
    told: dict[str, Any] = {"scene": scene, "event": event, "course": event.course, "now": now}
    if refused or wait:
        told["dates"] = db.session.execute(other_dates(event.course_id, event.id, now)).all()
    if refused:
        instead = ("Look at the course", f"/courses/{event.course.slug}")
        if not told["dates"]:
            instead = ("Tell me when it runs again", url_for("booking.tell_me", slug=event.course.slug))
        return render_template("booking/refused.html", **told, **why_not(refused, instead)), status or 200
    form.want.data = "list" if wait else "place"
    told |= {
        "form": form,
        "wait": wait,
        "sessions": scene.occasion.sessions,
        "just_gone": just_gone,
        "job": jobs[0].name,
        "first": requirements_of(event.course_id, [person_id])[person_id],
        "came_free": came_free(event.course_id, now) if wait else None,
    }
    return render_template("booking/place.html", **told), status or (422 if form.errors else 200)


def why_not(refused: Refusal, instead: tuple[str, str]) -> dict[str, Any]:
    """The words of a page that has no form, and the button that leads on from there."""
    if refused.reason == Reason.OTHER_DATE:
        heading = "You already have a place on this course"
        action = ("Look at your booking", url_for("booking.show", public_id=refused.booking))
    else:
        heading, action = "This date cannot be booked", instead
    return {"heading": heading, "sentence": refused.sentence, "action": action}
