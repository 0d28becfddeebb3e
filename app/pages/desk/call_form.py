"""The form that asks people of the pool to deliver a date: whom, in which part, until when, and who confirms."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...booking.checks import settings_of
from ...catalogue.models import Event
from ...clock import london_day
from ...delivery import calling
from ...delivery.calling import Asking
from ...delivery.candidates import Candidate
from ...pool.crew import Crew, Need
from ...pool.rules import Answer
from ..course_desk.fields import Day, tidied
from .parts import PART_CHOICES

AT_ONCE = 6  # people to choose from at once; the others in a fold
SAID_BEFORE: dict[str, str] = {
    Answer.NO: "Said no before.",
    Answer.YES: "Said yes before, and was taken off.",
    Answer.TOO_LATE: "Did not answer before.",
    Answer.FILLED: "Was asked before, when others were quicker.",
}


def tick_boxes(label: str, **more: Any) -> SelectMultipleField:
    """People to tick."""
    return SelectMultipleField(
        label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), **more
    )


class CallForm(FlaskForm):
    """Whom to ask, and how."""

    people = tick_boxes(
        "Whom do you want to ask?",
        description="Who may lead comes first, then whose agency is not on this date yet, then who has given least this year.",
    )
    others = tick_boxes("Who else could be asked")
    apart = tick_boxes("Who is not eligible, and why")
    why = TextAreaField(
        "Why do you ask them all the same?",
        [Length(max=500, message="Use at most 500 characters")],
        [tidied],
        description="Only where you ask somebody who is not eligible. The training team sees it.",
    )
    delivers_as = RadioField(
        "In which part?", [InputRequired("Choose a part")], choices=PART_CHOICES, default="lead"
    )
    answer_by = Day(
        "Until when can they answer?",
        validators=[InputRequired("Enter the day until when they can answer")],
        description="Until 5pm. Who has not answered is asked once more before.",
    )
    confirmed_by = RadioField(
        "If they say yes",
        choices=[
            SelectChoice("at once", "It is confirmed at once"),
            SelectChoice("desk", "You confirm it, when you see who can"),
        ],
        default="at once",
    )

    @property
    def chosen(self) -> set[str]:
        """Everybody who was ticked."""
        return {*(self.people.data or ()), *(self.others.data or ()), *(self.apart.data or ())}

    def validate_people(self, field: SelectMultipleField) -> None:
        """Somebody has to be asked, of the one list or the other."""
        if not self.chosen:
            raise ValidationError("Choose at least one person to ask")

    def how(self, event: Event) -> Asking:
        """What was chosen."""
        assert self.answer_by.data is not None
        return Asking(
            delivers_as=str(self.delivers_as.data),
            closes_at=calling.closing(event, self.answer_by.data),
            confirmed_by=str(self.confirmed_by.data),
            why=self.why.data or "",
        )


def prepared(
    form: CallForm, event: Event, free: list[Candidate], crew: list[Crew], now: datetime
) -> CallForm:
    """The form with everybody who can be asked about this event, and what one would choose."""
    can_be = [one for one in free if one.can_be_asked]
    eligible = [one for one in can_be if not one.obstacles]
    apart = [one for one in can_be if one.obstacles]
    listed = (
        (form.people, eligible[:AT_ONCE]),
        (form.others, eligible[AT_ONCE:]),
        (form.apart, apart),
    )
    for field, rows in listed:
        field.choices = [SelectChoice(one.public_id, one.name, render_kw={"hint": hint(one)}) for one in rows]
    if not form.is_submitted() or form.delivers_as.raw_data is None:
        need = calling.need_of(event, now)
        form.delivers_as.data = usual_part(need, crew)
        form.confirmed_by.data = settings_of(event.host_id, now)["call_confirmed_by"]
        if event.starts_at is not None and not event.has_begun(now):
            form.answer_by.data = london_day(calling.usual_close(event, now))
    return form


def usual_part(need: Need, crew: list[Crew]) -> str:
    """In which part one would ask: to lead, until enough do."""
    leads = sum(one.counts and one.delivers_as == "lead" for one in crew)
    return "lead" if leads < max(1, need.leads) else "co"


def without_reason(form: CallForm, free: list[Candidate]) -> list[str]:
    """Who was ticked and is not eligible in that part, as long as nobody has said why they are asked."""
    if form.why.data:
        return []
    part = str(form.delivers_as.data)
    return [one.name for one in free if one.public_id in form.chosen and one.needs_a_reason(part)]


def hint(one: Candidate) -> str:
    """What helps to choose."""
    said = [*one.obstacles, "Commissioned expert." if one.standing == "expert" else "", f"{one.reasons}."]
    said += [f"Gave this course {times(one.facts.given)}." if one.facts.given else ""]
    said += [SAID_BEFORE.get(one.answer or "", "")]
    return " ".join(filter(None, said))


def times(number: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
