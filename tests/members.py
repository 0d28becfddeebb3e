"""Builders for the training pool: members, what they may deliver, when they are away."""

from datetime import date

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Course
from app.pool.models import DeliveryApproval, PoolMember, Unavailability
from tests.factories import LONG_AGO, add, make_course, make_partnership, make_person

RELEASED = date(2027, 8, 31)
TRAINED = date(2024, 5, 14)


def make_member(name: str = "Tom Trainer", person: Person | None = None, **given: object) -> PoolMember:
    """Somebody of the pool with nothing to look at but what they may deliver."""
    usual = {
        "person_id": (person or make_person(name, Role.TRAINER)).id,
        "partnership_id": make_partnership().id,
        "standing": "pool",
        "from_on": LONG_AGO,
        "released_until": RELEASED,
        "released_by": "Mary Manager",
        "train_the_trainer_on": TRAINED,
        "days_offered": 3,
        "areas": ["Mansfield"],
    }
    return add(PoolMember(**{**usual, **given}))


def make_approval(member: PoolMember, course: Course | None = None, **given: object) -> DeliveryApproval:
    """A member may lead a course, without an end."""
    usual = {"delivers_as": "lead", "from_on": LONG_AGO, "course_id": (course or make_course()).id}
    return add(DeliveryApproval(member_id=member.id, **{**usual, **given}))


def make_away(member: PoolMember, first: date, last: date | None = None) -> Unavailability:
    """Days on which they cannot."""
    return add(Unavailability(member_id=member.id, from_on=first, until_on=last or first))
