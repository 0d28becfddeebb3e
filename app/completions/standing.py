"""How people stand with the courses that come before one: a single query for one person or a whole waiting list."""

from collections.abc import Collection

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Course, CourseEquivalent, CourseRequirement
from ..catalogue.rules import STRENGTHS
from ..db import db
from .models import Completion, Evidence
from .rules import Requirement

# What counts as the required course besides itself, for the row of CourseRequirement around it.
COUNTING = (
    sa.select(CourseEquivalent.equivalent_id)
    .where(CourseEquivalent.course_id == CourseRequirement.required_id)
    .correlate_except(CourseEquivalent)
)


def done_by(person_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether a person has completed what the row of CourseRequirement around it requires, or an equivalent."""
    counts = sa.or_(Completion.course_id == CourseRequirement.required_id, Completion.course_id.in_(COUNTING))
    return sa.exists().where(Completion.person_id == person_id, counts).correlate_except(Completion)


def evidence_waits(person_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether a person handed in evidence for it that nobody has checked yet."""
    theirs = (Evidence.person_id == person_id, Evidence.course_id == CourseRequirement.required_id)
    return sa.exists().where(*theirs, Evidence.state == "waiting").correlate_except(Evidence)


# Every booking asks this: it is put together once. A row per person and required course, the strictest first.
STANDING = (
    sa.select(
        Person.id.label("person_id"),
        Course.id.label("course_id"),
        Course.title,
        Course.slug,
        Course.delivery,
        CourseRequirement.strength,
        done_by(Person.id).label("done"),
        evidence_waits(Person.id).label("evidence_waiting"),
    )
    .select_from(CourseRequirement)
    .join(Course, Course.id == CourseRequirement.required_id)
    .join(Person, Person.id.in_(sa.bindparam("people", expanding=True)))
    .where(CourseRequirement.course_id == sa.bindparam("course"))
    .order_by(
        sa.case(
            {strength: place for place, strength in enumerate(STRENGTHS)}, value=CourseRequirement.strength
        ),
        Course.title,
    )
)


def requirements_of(course_id: int, person_ids: Collection[int]) -> dict[int, tuple[Requirement, ...]]:
    """What comes before a course, as each of these people stands with it; everybody asked about is in the answer.

    Completed counts however it was (event, module, checked evidence, earlier system), and so does an equivalent.
    """
    if not person_ids:
        return {}
    found: dict[int, list[Requirement]] = {person_id: [] for person_id in person_ids}
    for row in db.session.execute(STANDING, {"course": course_id, "people": list(person_ids)}):
        requirement = Requirement(
            course_id=row.course_id,
            title=row.title,
            slug=row.slug,
            delivery=row.delivery,
            strength=row.strength,
            done=row.done,
            evidence_waiting=row.evidence_waiting,
        )
        found[row.person_id].append(requirement)
    return {person_id: tuple(requirements) for person_id, requirements in found.items()}
