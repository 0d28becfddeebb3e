"""``/events/<id>/mix``: who shares a date's places, as it fills; rules for that, tried before they are kept."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from .. import clock
from ..accounts.agencies import sectors
from ..accounts.rules import Role
from ..booking import sharing
from ..booking.mix import AGENCY, CAP, KEPT, SECTOR, SETTING
from ..booking.models import MixRule
from ..catalogue.models import Event
from ..db import db
from ..records.actions import changing
from ..web.access import current_partnership, requires, signed_in
from ..web.filters import plural
from ..web.organisations import organisation_choices
from ..web.whole_number import WholeNumber
from .course_desk.fields import Day
from .event_bookings.scene import event_or_404

pages = Blueprint("event_mix", __name__)

EACH = {"each:agency": "Any one agency", "each:setting": "Any one setting", "each:sector": "Any one sector"}
SPARE = 2  # empty rows below those that are filled
MOST = 20
MOST_PLACES = 5000


class RuleForm(Form):
    """One rule; a row without a number is none."""

    kind = SelectField("Rule", choices=[SelectChoice(CAP, "At most"), SelectChoice(KEPT, "Keep")])
    places = WholeNumber(
        "Places", [Optional(), NumberRange(0, MOST_PLACES, "Enter a whole number, or leave it empty")]
    )
    whom = SelectField("For")
    until = Day("Until (optional)")

    def rule(self, event_id: int) -> MixRule:
        """The rule as a row."""
        kind, _, value = self.whom.data.partition(":")
        of = value if kind == "each" else kind
        return MixRule(
            event_id=event_id,
            kind=self.kind.data,
            of=of,
            agency_id=int(value) if kind == AGENCY else None,
            setting_id=int(value) if kind == SETTING else None,
            sector=value if kind == SECTOR else "",
            places=self.places.data,
            until_at=clock.start_of_day(self.until.data) if self.until.data else None,
        )

    def name(self) -> str:
        """The name of whom it is about; "" for each alike."""
        labels = {choice.value: choice.label for choice in self.whom.choices}
        return "" if self.whom.data in EACH else labels[self.whom.data]


class MixForm(FlaskForm):
    """All rules of a date."""

    rules = FieldList(FormField(RuleForm, "Rule"), max_entries=MOST)

    def filled(self) -> list[RuleForm]:
        """The rows that are rules."""
        return [entry.form for entry in self.rules if entry.form.places.data is not None]

    def agrees(self) -> bool:
        """Places can be kept for somebody only, not for each alike."""
        for row in self.filled():
            if row.kind.data == KEPT and row.whom.data in EACH:
                row.whom.errors = ["Choose for whom the places are kept"]
        return not any(row.whom.errors for row in self.filled())


def choices() -> list[SelectChoice]:
    """For whom a rule may be."""
    partnership_id, today = current_partnership().id, clock.london_day(clock.now())
    each = [SelectChoice(value, said, optgroup="Each alike") for value, said in EACH.items()]
    of_sectors = [
        SelectChoice(f"{SECTOR}:{sector}", f"All of {sector}", optgroup="Sectors")
        for sector in db.session.scalars(sectors(partnership_id))
    ]
    return [*each, *of_sectors, *organisation_choices(partnership_id, today, first="")[1:]]


def form_for(event: Event) -> MixForm:
    """The form with the rules there are, and room for more."""
    form = MixForm(data={"rules": [as_typed(rule) for rule, _ in sharing.kept_rules(event.id)]})
    if request.method != "POST":
        for _ in range(min(SPARE, MOST - len(form.rules))):
            form.rules.append_entry()
    offered = choices()
    for entry in form.rules:
        entry.form.whom.choices = offered
    return form


def as_typed(rule: MixRule) -> dict[str, object]:
    """A stored rule as the form shows it."""
    target = {AGENCY: rule.agency_id, SETTING: rule.setting_id, SECTOR: rule.sector or None}[rule.of]
    until = clock.london_day(rule.until_at) if rule.until_at else None
    whom = f"each:{rule.of}" if target is None else f"{rule.of}:{target}"
    return {"kind": rule.kind, "places": rule.places, "whom": whom, "until": until}


@pages.route("/events/<int:event_id>/mix", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def mix(event_id: int) -> ResponseReturnValue:
    """The picture and the rules; "See who would wait" tries them, "Keep these rules" keeps them."""
    event = event_or_404(event_id)
    form = form_for(event)
    well = form.validate_on_submit() and form.agrees()
    if well and "try" not in request.form:
        save(event_id, form)
        return redirect(url_for("event_mix.mix", event_id=event_id), code=303)
    return show(event, form, tried=well)


def save(event_id: int, form: MixForm) -> None:
    """The change itself, and what is said of it."""
    by = signed_in().person.public_id
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        rules = [row.rule(event_id) for row in form.filled()]
        promoted = len(sharing.keep(event, rules, by=by, now=now))
    said = "The rules are kept. Nobody loses a place."
    if promoted:
        said += f" {plural(promoted, 'person', 'people')} who waited got a place, or an offer of one."
    flash(said, "success")


def show(event: Event, form: MixForm, *, tried: bool) -> ResponseReturnValue:
    """The page: with the rules as typed once they were tried, else with those that hold."""
    now = clock.now()
    if tried:
        rules = sharing.in_force([(row.rule(event.id), row.name()) for row in form.filled()], now)
    else:
        rules = sharing.in_force(sharing.kept_rules(event.id), now)
    by_sector, by_agency = sharing.shares(event, rules)
    fates = sharing.preview(event, rules, now)
    page = render_template(
        "event_mix/mix.html",
        event=event,
        form=form,
        tried=tried,
        by_sector=by_sector,
        by_agency=by_agency,
        fates=fates,
        reached=sharing.headline(event, sum(bool(fate.word) for fate in fates), now, tried=tried),
        over=event.has_begun(now),
        wrong=bool(form.errors) or any(row.whom.errors for row in form.filled()),
    )
    return page, 422 if request.method == "POST" and not tried else 200
