"""``/pool/ledger/people/<public_id>``: one person's part in a year, for the coordinator."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from ...accounts.models import Person
from ...accounts.rules import Role
from ...db import db
from ...web.access import requires
from . import pages
from .part import Part, part_of


@pages.get("/pool/ledger/people/<public_id>")
@requires(Role.COORDINATOR)
def person(public_id: str) -> ResponseReturnValue:
    """What they gave, event by event."""
    found = part_or_404(public_id, request.args.get("year", ""))
    return render_template("ledger/person.html", part=found)


def part_or_404(public_id: str, slug: str) -> Part:
    """The part of somebody who ever delivered for this partnership; 404 for anybody else."""
    who = db.first_or_404(db.select(Person).where(Person.public_id == public_id))
    found = part_of(who, slug)
    return found if found.years else abort(404)
