"""Builders for the training pool: members, what they may deliver, when they are away."""

from datetime import UTC, date, datetime, timedelta

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Course
from app.pool.models import (
    Commission,
    DeliveryApproval,
    PoolApplication,
    PoolMember,
    ReleaseRequest,
    Unavailability,
)
from app.pool.releases import hash_of, token_of
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


def make_application(person: Person, **given: object) -> PoolApplication:
    """Somebody asked to join yesterday, with a manager."""
    usual = {
        "person_id": person.id,
        "partnership_id": make_partnership().id,
        "asked_at": datetime(2026, 11, 19, 9, 0, tzinfo=UTC),
        "course_ids": [],
        "areas": ["Newark"],
        "days_offered": 2,
        "about": "I trained social workers for ten years.",
        "manager_name": "Mary Manager",
        "manager_email": "mary.manager@northshire.example",
        "state": "waiting",
    }
    return add(PoolApplication(**{**usual, **given}))


def a_release(member: PoolMember) -> ReleaseRequest:
    """Mary was asked yesterday to release a member until 2028."""
    asked_at = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    request = ReleaseRequest(
        public_id=f"release-{member.id}",
        member_id=member.id,
        manager_name="Mary Manager",
        manager_email="mary.manager@northshire.example",
        until_on=date(2028, 3, 31),
        asked_at=asked_at,
        expires_at=asked_at + timedelta(days=14),
        answer="",
    )
    request.token_hash = hash_of(token_of(request))
    return add(request)


def make_contract(member: PoolMember, **given: object) -> Commission:
    """£450 for a day, agreed at the start of the month."""
    usual = {
        "member_id": member.id,
        "reference": "NSCP/1",
        "fee_pence": 45_000,
        "for_what": "A day",
        "agreed_by": "Cora",
        "agreed_on": date(2026, 11, 2),
        "entered_at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
    }
    return add(Commission(**{**usual, **given}))
