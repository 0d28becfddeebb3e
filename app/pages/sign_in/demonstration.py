"""Signing in as somebody of the demonstration with one click; there is no such page anywhere else."""

from typing import NamedTuple

import sqlalchemy as sa
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from ...accounts.models import Person
from ...accounts.rules import Role, role_slug
from ...accounts.sign_in import may_sign_in_as_anybody
from ...db import db
from ...web.access import public
from . import pages
from .landing import land


class Part(NamedTuple):
    """Somebody to try: their role, and what they would do."""

    role: Role
    called: str
    does: str

    @property
    def email(self) -> str:
        """Where the demonstration's data has this person."""
        return f"{role_slug(self.role)}@demo.example"


PARTS = (
    Part(
        Role.PRACTITIONER,
        "A practitioner",
        "Books a place, answers the questions before and after, keeps the certificates.",
    ),
    Part(Role.TRAINER, "A trainer", "Opens the register on a phone and marks who came."),
    Part(Role.AGENCY_LEAD, "An agency lead", "Sees who of the agency is booked, and who came."),
    Part(
        Role.ADMINISTRATOR,
        "An administrator",
        "Starts the day at the desk: what needs somebody this week, people, registers, mail.",
    ),
    Part(
        Role.COORDINATOR,
        "A coordinator",
        "Does all of that; also makes courses and dates and writes the training section of the report.",
    ),
    Part(
        Role.LWD_MEMBER, "A member of the L&WD Group", "Asks what the training changed, and reads the report."
    ),
    Part(Role.SCRUTINEER, "A scrutineer", "Reads the same, and checks how sure the figures are."),
)


def people() -> list[tuple[Part, Person]]:
    """Who of them is in the data; 404 outside the demonstration."""
    if not may_sign_in_as_anybody():
        abort(404)
    wanted = [part.email for part in PARTS]
    rows = db.session.scalars(sa.select(Person).where(Person.email.in_(wanted), Person.closed_at.is_(None)))
    found = {person.email: person for person in rows}
    return [(part, found[part.email]) for part in PARTS if part.email in found]


@pages.route("/sign-in/demo", methods=["GET", "POST"])
@public
def demonstration() -> ResponseReturnValue:
    """A button for each."""
    found = people()
    if request.method != "POST":
        return render_template("sign_in/demonstration.html", people=found)
    chosen = request.form.get("email", "")
    return next((land(person, None) for _, person in found if person.email == chosen), None) or abort(404)
