"""What people wait for, and the button that plans a date of it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.demand import demand
from ...web.access import current_partnership, requires
from . import pages


@pages.get("/desk/demand")
@requires(Role.ADMINISTRATOR)
def wanted() -> ResponseReturnValue:
    """The courses that people want, most wanted first; then those without a date that nobody asked for."""
    courses = demand(current_partnership().id, clock.now())
    return render_template(
        "desk/demand.html",
        wanted=[course for course in courses if course.people],
        idle=[course for course in courses if not course.people and not course.has_date],
        people=sum(course.people for course in courses),
    )
