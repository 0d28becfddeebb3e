"""``/desk/charges``: what is proposed, approving it, asking for nothing after all."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...booking import charges
from ...booking.models import Charge
from ...booking.prices import KINDS, pounds
from ...db import db, writing
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from ...web.paging import paging
from . import pages
from .finding import made_files, rows, totals

STATES = ("proposed", "approved", "waived", "exported")


class WaiveForm(FlaskForm):
    """Why nothing is asked for."""

    why = TextAreaField(
        "Why is nothing asked for?",
        description="The person can read this.",
        validators=[
            InputRequired("Say why nothing is asked for"),
            Length(max=300, message="Use at most 300 characters"),
        ],
    )


@pages.app_template_filter("pounds")
def in_pounds(pence: int | None) -> str:
    """£45.50 from 4550."""
    return pounds(pence or 0)


@pages.get("/desk/charges")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """The charges in one state, those to decide first; and the files that were made."""
    host = current_partnership().id
    asked = request.args.get("state", "")
    state = asked if asked in STATES else "proposed"
    sums = {name: (count, pence) for name, count, pence in db.session.execute(totals(host))}
    page = paging(sums.get(state, (0, 0))[0])
    wanted = rows(host).where(Charge.state == state).limit(page.size).offset(page.offset)
    return render_template(
        "charges/list.html",
        state=state,
        states=[(name, *sums.get(name, (0, 0))) for name in STATES],
        rows=db.session.execute(wanted).all(),
        page=page,
        kinds=KINDS,
        files=db.session.execute(made_files(host)).all(),
        policy=db.session.execute(charges.policies_of(host).limit(1)).first(),
    )


@pages.post("/desk/charges/approve")
@requires(Role.ADMINISTRATOR)
def approve() -> ResponseReturnValue:
    """Those that are ticked."""
    chosen = request.form.getlist("charge")[:200]
    with writing():
        done = charges.approve(
            chosen, partnership_id=current_partnership().id, by=signed_in().person, now=clock.now()
        )
    if done:
        flash(f"{plural(done, 'charge')} approved. They go to finance with the next file.", "success")
    else:
        flash("Nothing was ticked that is still proposed.", "problem")
    return redirect(url_for("charges.listing"), code=303)


@pages.route("/desk/charges/<public_id>/waive", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def waive(public_id: str) -> ResponseReturnValue:
    """One of them: whose it is, and why nothing is asked for."""
    row, form = charge_or_404(public_id), WaiveForm()
    if form.validate_on_submit():
        with writing():
            charges.waive(
                public_id,
                partnership_id=current_partnership().id,
                by=signed_in().person,
                now=clock.now(),
                why=form.why.data or "",
            )
        flash(f"Nothing is asked of {row.name}. They can read why on their booking.", "success")
        return redirect(url_for("charges.listing"), code=303)
    page = render_template("charges/waive.html", row=row, form=form, kinds=KINDS)
    return page, 422 if form.errors else 200


def charge_or_404(public_id: str) -> Any:
    """A charge on one of this partnership's events."""
    wanted: sa.Select[*tuple[Any, ...]] = rows(current_partnership().id).where(Charge.public_id == public_id)
    return db.session.execute(wanted).one_or_none() or abort(404)
