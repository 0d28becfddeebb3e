"""The form of the rule by which who came has completed: of the partnership, a course or a date."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from ...partnerships.outcome_rules import LEAST, WHOLE, OutcomeRule, rule_from
from ...web.whole_number import WholeNumber
from ..course_desk.fields import Day

ABOVE, TOGETHER, EACH, SOME = "above", "together", "each", "some"
HOW = {
    TOGETHER: "All sessions together: a share of all minutes",
    EACH: "Every session: a share of each one's minutes",
    SOME: "Some sessions: a share of the minutes in at least so many of them",
}
MOST_SESSIONS = 60


class RuleForm(FlaskForm):
    """How long somebody has to be there."""

    how = RadioField("What is counted", [InputRequired("Choose what is counted")])
    percent = WholeNumber(
        "How much of the time",
        [Optional(), NumberRange(LEAST, WHOLE, "Enter a whole number from 1 to 100")],
    )
    sessions = WholeNumber(
        "In how many sessions",
        [Optional(), NumberRange(1, MOST_SESSIONS, f"Enter a whole number from 1 to {MOST_SESSIONS}")],
        description="Only for “Some sessions”. A date that has fewer takes all of them",
    )

    def agrees(self) -> bool:
        """Whether everything the choice needs is there; says of each field what is missing."""
        if self.how.data != ABOVE and self.percent.data is None:
            self.percent.errors = [*self.percent.errors, "Enter how much of the time, such as 80"]
        if self.how.data == SOME and self.sessions.data is None:
            self.sessions.errors = [*self.sessions.errors, "Enter in how many sessions"]
        return not self.errors

    def rule(self) -> dict[str, Any] | None:
        """The rule as it is stored; None leaves it to what stands above."""
        if self.how.data == ABOVE:
            return None
        sessions = self.sessions.data if self.how.data == SOME else 0
        return OutcomeRule(self.percent.data, self.how.data != TOGETHER, sessions).as_stored()


class DatedRuleForm(RuleForm):
    """The partnership's, from a day on."""

    from_on = Day("From which day?", validators=[InputRequired("Enter the day it begins")])


def filled(form_class: type[RuleForm], stored: dict[str, Any] | None, above: str = "", **more: Any) -> Any:
    """The form with the rule there is; ``above`` is what holds where none is chosen, in words."""
    rule = rule_from(stored)
    how = (SOME if rule.sessions else EACH) if rule.by_session else TOGETHER
    data = {"how": ABOVE if above and not stored else how, "percent": rule.percent, **more}
    form = form_class(data={**data, "sessions": rule.sessions or None})
    first = [SelectChoice(ABOVE, f"As it is elsewhere: {above}")] if above else []
    form.how.choices = [*first, *(SelectChoice(how, words) for how, words in HOW.items())]
    return form
