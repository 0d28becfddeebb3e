"""``/my-events/contribution``: what a trainer gave, year by year, what was said of it, and their thanks on paper."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...accounts.rules import Role
from ...web.access import requires, signed_in
from . import pages
from .part import part_of


@pages.get("/my-events/contribution")
@requires(Role.TRAINER)
def own() -> ResponseReturnValue:
    """One's own part in a year."""
    found = part_of(signed_in().person, request.args.get("year", ""))
    return render_template("ledger/own.html", part=found)
