"""Contracts with commissioned experts: entering one, paying it, calling it off, the year's as a list and a sheet."""

from collections.abc import Iterator
from decimal import Decimal

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ... import clock
from ...accounts.rules import Role
from ...catalogue.models import Event
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...partnerships.rules import reporting_year, year_from_slug, year_label, year_slug
from ...pool.commissioning import call_off, commission, contracts_in, dates_to_pay, pay
from ...pool.member_rules import EXPERT
from ...pool.models import Commission, PoolMember
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import day
from ...web.sheets import Cell, sheet_answer
from ..charges.policy import Pounds
from ..course_desk.fields import Day, one_line, tidied
from . import pages
from .forms import not_ahead
from .scene import membership_or_404

COLUMNS = (
    *("Reference", "Expert", "Email address", "Fee in pounds", "For", "Dates", "Agreed by", "Agreed on"),
    *("Paid on", "Called off on"),
)


class ContractForm(FlaskForm):
    """What an expert is commissioned for."""

    reference = StringField(
        "Reference of the contract",
        validators=[
            InputRequired("Enter the reference"),
            Length(max=60, message="Use at most 60 characters"),
        ],
    )
    fee = Pounds("Agreed fee", validators=[InputRequired("Enter the fee")])
    dates = SelectMultipleField("For which dates", widget=ListWidget(), option_widget=CheckboxInput())
    for_what = TextAreaField(
        "For what else (optional)",
        description="Days or work that are not in the list above.",
        validators=[Length(max=1000, message="Use at most 1,000 characters")],
    )
    agreed_by = StringField(
        "Agreed by",
        validators=[InputRequired("Enter who agreed it"), Length(max=200, message="Use a shorter name")],
    )
    agreed_on = Day("Agreed on", validators=[InputRequired("Enter when it was agreed")])

    def validate_for_what(self, field: TextAreaField) -> None:
        """It is for something."""
        if not self.dates.data and not tidied(field.data):
            raise ValidationError("Choose a date above, or write what it is for")

    def validate_agreed_on(self, field: Day) -> None:
        """It was agreed."""
        not_ahead(field.data, london_day(clock.now()))


class PaidForm(FlaskForm):
    """When it was paid."""

    paid_on = Day("Paid on", validators=[InputRequired("Enter when it was paid")])


@pages.route("/pool/<public_id>/contract", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def new_contract(public_id: str) -> ResponseReturnValue:
    """Enter a contract with an expert; 404 for somebody of the pool."""
    member, now = membership_or_404(public_id), clock.now()
    if member.standing != EXPERT:
        abort(404)
    dates = dates_to_pay(member, now)
    form = ContractForm(data={"agreed_on": london_day(now), "agreed_by": signed_in().person.name})
    form.dates.choices = [
        SelectChoice(str(event.id), f"{event.course.title}, {day(event.starts_at)}") for event in dates
    ]
    if form.validate_on_submit() and entered(member, form, dates):
        return redirect(url_for("pool.member", public_id=public_id, _anchor="contracts"), code=303)
    page = render_template("pool/contract.html", form=form, member=member)
    return page, 422 if form.errors else 200


def entered(member: PoolMember, form: ContractForm, dates: list[Event]) -> bool:
    """The change itself; False when it is refused, which the form then says."""
    assert form.agreed_on.data is not None
    try:
        with writing():
            commission(
                member,
                reference=one_line(form.reference.data),
                fee_pence=form.fee.pence,
                for_what=tidied(form.for_what.data),
                agreed_by=one_line(form.agreed_by.data),
                agreed_on=form.agreed_on.data,
                events=[event for event in dates if str(event.id) in (form.dates.data or ())],
                by=signed_in().person,
                now=clock.now(),
            )
    except Refused as refused:
        db.session.rollback()
        form.reference.errors = [refused.sentence]
        return False
    flash("The contract is entered.", "success")
    return True


def contract_or_404(public_id: str) -> Commission:
    """A contract of this partnership."""
    wanted = (
        sa.select(Commission)
        .join(PoolMember, PoolMember.id == Commission.member_id)
        .where(Commission.public_id == public_id, PoolMember.partnership_id == current_partnership().id)
    )
    return db.session.scalar(wanted) or abort(404)


@pages.route("/pool/contracts/<public_id>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def settle_contract(public_id: str) -> ResponseReturnValue:
    """Enter that a contract was paid, or call it off."""
    row, now = contract_or_404(public_id), clock.now()
    form = PaidForm(data={"paid_on": row.paid_on or london_day(now)})
    calls_off = request.form.get("does") == "call off"
    sent = form.is_submitted() if calls_off else form.validate_on_submit()
    if sent and settled(row, form, calls_off=calls_off):
        back = url_for("pool.member", public_id=row.member.person.public_id, _anchor="contracts")
        return redirect(back, code=303)
    page = render_template("pool/settle.html", form=form, contract=row)
    return page, 422 if form.errors else 200


def settled(row: Commission, form: PaidForm, *, calls_off: bool) -> bool:
    """The change itself; False when the day is refused, which the form then says."""
    by = signed_in().person
    try:
        with writing():
            if calls_off:
                call_off(row, by=by, now=clock.now())
            elif form.paid_on.data is not None:
                pay(row, on=form.paid_on.data, by=by, now=clock.now())
    except Refused as refused:
        if not refused.reason:
            raise
        db.session.rollback()
        form.paid_on.errors = [refused.sentence]
        return False
    flash("The contract is called off." if calls_off else "Entered as paid.", "success")
    return True


def year_asked() -> int:
    """The reporting year of the address, else this one; 404 for what is none."""
    asked = request.args.get("year", "")
    return (year_from_slug(asked) or abort(404)) if asked else reporting_year(london_day(clock.now()))


@pages.get("/pool/contracts")
@requires(Role.ADMINISTRATOR)
def contracts() -> ResponseReturnValue:
    """The contracts of a reporting year, with what was agreed, paid and is open."""
    year = year_asked()
    rows = contracts_in(current_partnership().id, year)
    standing = [row for row in rows if row.called_off_on is None]
    return render_template(
        "pool/contracts.html",
        rows=rows,
        label=year_label(year),
        slug=year_slug(year),
        before=(year_slug(year - 1), year_label(year - 1)),
        after=(year_slug(year + 1), year_label(year + 1))
        if year < reporting_year(london_day(clock.now()))
        else None,
        agreed=sum(row.fee_pence for row in standing),
        paid=sum(row.fee_pence for row in standing if row.paid_on),
    )


@pages.get("/pool/contracts.<kind>")
@requires(Role.ADMINISTRATOR)
def contracts_sheet(kind: str) -> ResponseReturnValue:
    """The same as CSV or XLSX."""
    year = year_asked()
    rows = contracts_in(current_partnership().id, year)
    return sheet_answer(kind, f"contracts-{year_slug(year)}", COLUMNS, lines(rows))


def lines(rows: list[Commission]) -> Iterator[list[Cell]]:
    """A line for each contract."""
    for row in rows:
        yield [
            row.reference,
            row.member.person.name,
            row.member.person.email,
            Decimal(row.fee_pence) / 100,
            row.for_what,
            "; ".join(f"{event.course.title}, {day(event.starts_at)}" for event in row.events),
            row.agreed_by,
            row.agreed_on,
            row.paid_on,
            row.called_off_on,
        ]
