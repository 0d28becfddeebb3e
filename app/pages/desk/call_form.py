"""What the trainers' page shows of calls to deliver: the form that asks, and how each call stands."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...accounts.models import Person
from ...catalogue.models import Event
from ...db import db
from ...delivery.call_letters import about_call
from ...delivery.calling import usually_needed
from ...delivery.candidates import Candidate
from ...notifications.models import Letter
from ...pool.calls import number_named
from ...pool.models import TrainerCall
from ...pool.rules import Answer
from ...web.filters import plural
from ...web.whole_number import WholeNumber

AT_ONCE = 6  # people to choose from at once, or as many as are free and gave the course; the others in a fold
# How a call stands, as a word with the tone of its tag.
STANDS: dict[str, tuple[str, str]] = {
    "": ("No answer yet", "warn"),
    Answer.YES: ("Yes", "good"),
    Answer.NO: ("Cannot", "bad"),
    Answer.TAKEN_BACK: ("Taken back", "plain"),
    Answer.FILLED: ("Not needed any more", "plain"),
    Answer.CALLED_OFF: ("Cancelled", "plain"),
}
SAID_BEFORE: dict[str, str] = {
    Answer.NO: "Said no before.",
    Answer.YES: "Said yes before, and was taken off.",
}


class CallForm(FlaskForm):
    """Whom to ask, and how many are needed."""

    people = SelectMultipleField(
        "Whom do you want to ask?",
        description="Those who are free come first, then those who gave the course most often.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    others = SelectMultipleField(
        "Who else could be asked",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    needed = WholeNumber(
        "How many trainers does this date need in all?",
        [InputRequired("Enter how many it needs"), NumberRange(1, 20, "Enter a number from 1 to 20")],
        description="When it has them, we tell the others that they need not answer any more.",
    )

    @property
    def chosen(self) -> set[str]:
        """Everybody who was ticked."""
        return {*(self.people.data or ()), *(self.others.data or ())}

    def validate_people(self, field: SelectMultipleField) -> None:
        """Somebody has to be asked, of the one list or the other."""
        if not self.chosen:
            raise ValidationError("Choose at least one person to ask")


def prepared(form: CallForm, event: Event, free: list[Candidate], now: datetime) -> CallForm:
    """The form with everybody who can be asked about this event."""
    can_be = [one for one in free if one.can_be_asked]
    first = max(AT_ONCE, sum(bool(one.given) and not one.busy for one in can_be))
    for field, listed in ((form.people, can_be[:first]), (form.others, can_be[first:])):
        field.choices = [
            SelectChoice(one.public_id, one.name, render_kw={"hint": hint(one)}) for one in listed
        ]
    if form.needed.raw_data is None:
        form.needed.data = max(usually_needed(event, now), number_named(event.id) + 1)
    return form


def hint(one: Candidate) -> str:
    """What helps to choose."""
    said = [f"Trains then: {one.busy}." if one.busy else ""]
    said += ["Commissioned expert." if one.standing == "expert" else ""]
    said += [
        f"Gave this course {plural(one.given, 'time')}." if one.given else "Has not given this course here."
    ]
    said += [SAID_BEFORE.get(one.answer or "", "")]
    return " ".join(filter(None, said))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call as the page shows it."""

    call: TrainerCall
    word: str
    tone: str
    by: str  # who of the desk wrote the answer down
    is_open: bool


def calls_of(event: Event, now: datetime) -> list[Asked]:
    """Who was asked, the newest first, each with what became of it."""
    calls = list(reversed(db.session.scalars(TrainerCall.of(event.id)).all()))
    failed = undelivered(calls)
    ids = {call.answered_by_id for call in calls if call.answer in (Answer.YES, Answer.NO)}
    names = dict(
        db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids - {None}))).all()
    )
    over = event.has_begun(now) or event.state == "cancelled"
    found = []
    for call in calls:
        word, tone = STANDS[call.answer]
        if call.answer == "":
            word, tone = ("Did not answer", "plain") if over else (word, tone)
            word, tone = ("Mail did not arrive", "bad") if call.id in failed else (word, tone)
        by = names.get(call.answered_by_id or 0, "") if call.answer in (Answer.YES, Answer.NO) else ""
        found.append(Asked(call=call, word=word, tone=tone, by=by, is_open=call.answer == "" and not over))
    return found


def undelivered(calls: list[TrainerCall]) -> set[int]:
    """Of these calls, those whose newest mail could not be sent."""
    abouts = {about_call(call): call.id for call in calls if call.answer == ""}
    rows = sa.select(Letter.about, Letter.state).where(
        Letter.about.in_(abouts), Letter.message == "trainer-call"
    )
    newest = {row.about: row.state for row in db.session.execute(rows.order_by(Letter.id))}
    return {abouts[about] for about, state in newest.items() if state == "failed"}
