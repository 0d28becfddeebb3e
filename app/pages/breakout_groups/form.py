"""The form for breakout groups: how many, of whom, and who is to be kept apart or together."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from ...attendance.breakout_rules import APART, MOST_GROUPS, TOGETHER, Wish
from ...attendance.breakouts import MOST_WISHES
from ...web.filters import when
from ...web.whole_number import WholeNumber

GROUPS, SIZE, EVERYBODY = "groups", "size", ""
LARGEST = 100


class WishForm(Form):
    """Two people and what is wished of them; a row without both names is none."""

    one = SelectField("Who")
    kind = SelectField(
        "Where",
        choices=[SelectChoice(APART, "not in a group with"), SelectChoice(TOGETHER, "in a group with")],
    )
    other = SelectField("Whom")


class GroupsForm(FlaskForm):
    """How to make groups."""

    how = RadioField(
        "What do you want to choose?",
        [InputRequired("Choose how")],
        choices=[SelectChoice(GROUPS, "How many groups"), SelectChoice(SIZE, "How many people in a group")],
        default=SIZE,
    )
    number = WholeNumber(
        "How many?",
        [
            InputRequired("Enter how many"),
            NumberRange(1, LARGEST, f"Enter a whole number from 1 to {LARGEST}"),
        ],
        default=5,
        description=f"At most {MOST_GROUPS} groups. Sizes differ by one at most",
    )
    session = RadioField("Of whom?", default=EVERYBODY)
    wishes = FieldList(FormField(WishForm, "Wish"), "Keep apart or together", max_entries=MOST_WISHES)

    def wished(self, ids: dict[str, int]) -> list[Wish]:
        """The wishes that were filled in; ``ids`` are the bookings by what stands in the form."""
        rows = [entry.form for entry in self.wishes]
        return [
            Wish(row.kind.data, ids[row.one.data], ids[row.other.data])
            for row in rows
            if row.one.data in ids and row.other.data in ids and row.one.data != row.other.data
        ]


def filled(people: Sequence[Any], sessions: Sequence[Any], *, rows: int) -> GroupsForm:
    """The form with everybody and every session to choose from, and so many rows for wishes."""
    form = GroupsForm()
    everybody = SelectChoice(EVERYBODY, "Everybody on the list")
    form.session.choices = [
        everybody,
        *(
            SelectChoice(s.public_id, f"Those marked as here, {when(s.starts_at, s.ends_at)}")
            for s in sessions
        ),
    ]
    while len(form.wishes) < rows:
        form.wishes.append_entry()
    names = [SelectChoice("", "Nobody"), *(SelectChoice(one.public_id, one.name) for one in people)]
    for entry in form.wishes:
        entry.form.one.choices = entry.form.other.choices = names
    return form
