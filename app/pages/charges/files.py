"""The finance file: made once for what is approved, downloaded as often as needed."""

from collections.abc import Iterator
from decimal import Decimal

import sqlalchemy as sa
from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking import charges
from ...booking.models import Charge, ChargeExport
from ...booking.prices import KINDS
from ...clock import in_london, london_day
from ...db import db, writing
from ...web.access import current_partnership, requires, signed_in
from ...web.sheets import Cell, sheet_answer
from . import pages
from .finding import rows

COLUMNS = (
    *("Charge", "Name", "Email address", "Agency", "Setting", "Course", "Date", "For", "Pounds"),
    *("Purchase order", "Approved on", "Approved by"),
)


@pages.post("/desk/charges/files")
@requires(Role.ADMINISTRATOR)
def make() -> ResponseReturnValue:
    """One file of everything that is approved and in no file yet."""
    with writing():
        charges.export(partnership_id=current_partnership().id, by=signed_in().person, now=clock.now())
    flash("The file is made. Download it below and give it to finance: nothing is sent by itself.", "success")
    return redirect(url_for("charges.listing", state="exported", _anchor="files"), code=303)


@pages.get("/desk/charges/files/<public_id>.<kind>")
@requires(Role.ADMINISTRATOR)
def download(public_id: str, kind: str) -> ResponseReturnValue:
    """A file that was made, as CSV or XLSX: the same however often."""
    made = db.session.scalar(
        sa.select(ChargeExport).where(
            ChargeExport.public_id == public_id, ChargeExport.partnership_id == current_partnership().id
        )
    )
    if made is None or kind not in ("csv", "xlsx"):
        abort(404)
    return sheet_answer(kind, f"charges-{in_london(made.made_at):%Y-%m-%d-%H%M}", COLUMNS, lines(made))


def lines(made: ChargeExport) -> Iterator[list[Cell]]:
    """A line for each charge of the file, in the order they were proposed."""
    wanted = rows(made.partnership_id).where(Charge.export_id == made.id).order_by(None).order_by(Charge.id)
    for row in db.session.execute(wanted):
        yield [
            row.public_id,
            row.name,
            row.email,
            row.agency,
            row.setting,
            row.title,
            london_day(row.starts_at) if row.starts_at else None,
            KINDS[row.kind],
            Decimal(row.pence) / 100,
            row.purchase_order,
            london_day(row.decided_at),
            row.decided_by,
        ]
