"""``/pool/ledger``: a year by agency and by person, with the drawing of it."""

from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...accounts.models import Person
from ...accounts.rules import Role
from ...db import db
from ...impact.drawing import Drawing
from ...impact.given_chart import GivenRow, given_chart
from ...pool.ledger_rules import Line
from ...web.access import requires
from ..impact import WIDTHS, kept
from . import pages
from .scene import Shown, shown, years

MOST_DRAWN = 15


@pages.get("/pool/ledger")
@requires(Role.COORDINATOR)
def show() -> ResponseReturnValue:
    """What was given in a year, and by whom."""
    found = shown(request.args.get("year", ""))
    drawing = drawn(found)
    return render_template(
        "ledger/show.html",
        shown=found,
        ledger=found.ledger,
        years=years(),
        people=addresses(found.ledger.people + found.ledger.experts),
        chart=addresses_of(found, drawing) if found.exchanges else None,
    )


@pages.get("/pool/ledger/<slug>/agencies-<width>.svg")
@requires(Role.COORDINATOR)
def chart(slug: str, width: str) -> ResponseReturnValue:
    """The drawing; kept under the key of what it shows."""
    if width not in WIDTHS:
        abort(404)
    drawing = drawn(shown(slug))
    answer = Response(kept(drawing, width), mimetype="image/svg+xml")
    fresh = request.args.get("key") == drawing.key[:16]
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable" if fresh else "no-cache"
    return answer


def drawn(found: Shown) -> Drawing:
    """Days given by agency, and by the experts together."""
    lines = [one.line for one in found.exchanges if one.line.given]
    rows = [row_of(line) for line in lines[:MOST_DRAWN]]
    if found.ledger.outside.given:
        rows.append(row_of(found.ledger.outside))
    return given_chart(rows, title=finding(found))


def row_of(line: Line) -> GivenRow:
    """A line as it is drawn."""
    return GivenRow(line.label, line.days_delivered, line.days)


def finding(found: Shown) -> str:
    """The heading over the drawing."""
    pool = found.ledger.pool
    if not pool.given:
        return "The training pool has given nothing yet this year"
    first = found.exchanges[0].line
    return f"The training pool gave {pool.days} days; {first.label} gave most, {first.days}"


def addresses_of(found: Shown, drawing: Drawing) -> dict[str, str]:
    """What the template needs of the drawing."""
    at = {
        width: url_for("ledger.chart", slug=found.slug, width=width, key=drawing.key[:16]) for width in WIDTHS
    }
    return {"finding": drawing.title, "alt": drawing.description} | at


def addresses(lines: list[Line]) -> dict[int, Any]:
    """The public ids of the people of some lines."""
    wanted = db.select(Person.id, Person.public_id).where(Person.id.in_([line.person for line in lines]))
    return {row.id: row.public_id for row in db.session.execute(wanted)}
