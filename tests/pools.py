"""People of the training pool and what they may deliver."""

from datetime import date

from app.accounts.models import Person
from app.catalogue.models import Course
from app.db import db
from app.partnerships.models import PartnershipSetting
from app.pool.models import DeliveryApproval, PoolMember
from tests.factories import BORN, LONG_AGO, add, make_partnership


def make_member(person: Person, **given: object) -> PoolMember:
    """Somebody of the pool (or the membership they have)."""
    found = db.session.query(PoolMember).filter_by(person_id=person.id).first()
    if found:
        return found
    usual = {"partnership_id": make_partnership().id, "standing": "pool", "from_on": LONG_AGO}
    return add(PoolMember(person_id=person.id, **{**usual, **given}))


def approve(
    person: Person,
    course: Course,
    delivers_as: str = "lead",
    *,
    until: date | None = None,
    since: date = LONG_AGO,
    **member: object,
) -> Person:
    """They may deliver the course."""
    joined = make_member(person, **member)
    part = {"delivers_as": delivers_as, "from_on": since, "until_on": until}
    add(DeliveryApproval(member_id=joined.id, course_id=course.id, **part))
    return person


def one_is_enough() -> None:
    """By the partnership's settings a date needs one trainer."""
    for key in ("trainers_needed", "trainer_agencies_needed"):
        setting = {"partnership_id": make_partnership().id, "key": key, "from_on": LONG_AGO}
        if not db.session.query(PartnershipSetting).filter_by(**setting).first():
            add(PartnershipSetting(value=1, set_at=BORN, **setting))
