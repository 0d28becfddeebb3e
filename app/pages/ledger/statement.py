"""The yearly statement of contribution on paper: for the trainer, and for the coordinator who thanks them."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...clock import london_day
from ...partnerships.rules import year_bounds, year_from_slug
from ...records.paper import PangoMissing, as_pdf
from ...web.access import current_partnership, requires, signed_in
from ...web.printing import as_printed, cannot_print
from . import pages
from .part import Part, part_of
from .people import part_or_404


@pages.get("/my-events/statement/<slug>.pdf")
@requires(Role.TRAINER)
def statement(slug: str) -> ResponseReturnValue:
    """One's own; 404 for a year one gave nothing in."""
    return printed(part_of(signed_in().person, known(slug)), url_for("ledger.own", year=slug))


@pages.get("/pool/ledger/people/<public_id>/statement/<slug>.pdf")
@requires(Role.COORDINATOR)
def statement_of(public_id: str, slug: str) -> ResponseReturnValue:
    """Somebody's, for the coordinator."""
    found = part_or_404(public_id, known(slug))
    return printed(found, url_for("ledger.person", public_id=public_id, year=slug))


def known(slug: str) -> str:
    """The year of an address; 404 for one that is no reporting year."""
    return slug if year_from_slug(slug) is not None else abort(404)


def printed(part: Part, back: str) -> ResponseReturnValue:
    """The PDF, or what is missing to make it."""
    if not part.rows:
        abort(404)
    today = london_day(clock.now())
    page = render_template(
        "ledger/statement.html",
        part=part,
        host=current_partnership(),
        today=today,
        over=today > year_bounds(part.start)[1],
        agencies=list(dict.fromkeys(row.agency_name for row in part.rows if row.agency_name)),
        rows=list(reversed(part.rows)),
    )
    try:
        content = as_pdf(page, "statement.css", identifier=f"{part.person.public_id}-{part.slug}")
    except PangoMissing as lacking:
        until_then = "This site cannot make PDFs at the moment. The same dates and hours are on the page."
        return cannot_print(str(lacking), until_then, back=back)
    return as_printed(content, f"contribution-{part.slug}.pdf")
