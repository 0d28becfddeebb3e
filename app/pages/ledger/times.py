"""What an event took of a trainer's time: entered by themselves, or put right by a coordinator."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...catalogue.models import Event
from ...db import db
from ...errors import Refused
from ...pool.hours import MOST_HOURS, minutes_of, typed
from ...pool.ledger import minutes_of_events
from ...pool.models import EventTrainer, TimeEntry
from ...pool.rules import Minutes, trains
from ...pool.time_given import enter_time, said, trainer_of
from ...records.actions import changing
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import duration
from . import pages

HINT = "In hours, like 1.5 or 1:30. For minutes write 90 min."


class HoursField(StringField):
    """A time; ``minutes`` is what it means, None where nothing was typed."""

    minutes: int | None = None

    def process_formdata(self, valuelist: Any) -> None:
        """Keep what was typed and what it means."""
        self.data = (valuelist[0] if valuelist else "").strip()
        found = minutes_of(self.data)
        if found is None:
            raise ValueError("Enter hours, like 1.5 or 1:30")
        if found > MOST_HOURS * 60:
            raise ValueError(f"Enter at most {MOST_HOURS} hours; for minutes write {self.data[:6]} min")
        self.minutes = found if self.data else None


class TimeForm(FlaskForm):
    """The three times."""

    preparation = HoursField("Preparation", description=HINT)
    delivery = HoursField("Delivery")
    travel = HoursField("Travel, there and back", description="Counted apart from the other two.")

    def said(self) -> Minutes:
        """As the action takes it."""
        return Minutes(self.preparation.minutes or 0, self.delivery.minutes, self.travel.minutes or 0)


class CorrectionForm(TimeForm):
    """The same by a coordinator."""

    why = TextAreaField(
        "Why do you change it?",
        description="The trainer can read this.",
        validators=[Length(max=300, message="Use at most 300 characters")],
    )


@pages.route("/my-events/<int:event_id>/time", methods=["GET", "POST"])
@requires(Role.TRAINER)
def mine(event_id: int) -> ResponseReturnValue:
    """A trainer's own time on an event they delivered; 404 for any other."""
    person = signed_in().person
    trainer, form = trainer_or_404(event_id, person.id), TimeForm()
    return time_page(trainer, form, url_for("ledger.own"))


@pages.route("/pool/ledger/events/<int:event_id>/<public_id>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def correct(event_id: int, public_id: str) -> ResponseReturnValue:
    """A trainer's time, by a coordinator of the partnership whose event it is."""
    person = db.first_or_404(db.select(Person).where(Person.public_id == public_id))
    trainer = trainer_or_404(event_id, person.id)
    if trainer.event.host_id != current_partnership().id:
        abort(404)
    return time_page(trainer, CorrectionForm(), url_for("ledger.person", public_id=public_id))


def trainer_or_404(event_id: int, person_id: int) -> EventTrainer:
    """Somebody who delivers an event; 404 for who does not, and for a draft."""
    trainer = trainer_of(event_id, person_id)
    if trainer is None or not trains(trainer.part, trainer.delivers_as) or trainer.event.state == "draft":
        abort(404)
    return trainer


def time_page(trainer: EventTrainer, form: TimeForm, back: str) -> ResponseReturnValue:
    """The form, what it says so far, and its history."""
    event, person = trainer.event, trainer.person
    if not form.is_submitted():
        values = zip(("preparation", "delivery", "travel"), said(trainer), strict=True)
        form.process(formdata=None, data={name: typed(minutes) for name, minutes in values})
    length = minutes_of_events((Event.id == event.id,)).get(event.id, 0)
    form.delivery.description = f"Empty: as long as the course, {duration(length)}."
    if form.validate_on_submit() and save(trainer, form):
        flash(f"Saved for {event.course.title}.", "success")
        return redirect(back, code=303)
    page = render_template(
        "ledger/time.html",
        trainer=trainer,
        event=event,
        own=person.id == signed_in().person.id,
        form=form,
        back=back,
        entries=db.session.scalars(TimeEntry.of(event.id, person.id)).all(),
        open=event.is_over(clock.now()) and event.took_place and event.state == "published",
    )
    return page, 422 if form.errors else 200


def save(trainer: EventTrainer, form: TimeForm) -> bool:
    """The entry itself; False when it is refused, which the form then says."""
    why = form.why.data or "" if isinstance(form, CorrectionForm) else ""
    try:
        with changing(trainer.event_id, now=clock.now()) as event:
            enter_time(event, trainer.person, form.said(), by=signed_in().person, why=why, now=clock.now())
    except Refused as refused:
        form.form_errors.append(refused.sentence)
        return False
    return True
