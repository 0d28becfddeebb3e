"""What members may deliver: approved, renewed, ended. Inside ``writing()``; rows are ended, never deleted."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Person
from ..audit.actions import trace
from ..catalogue.models import Course, CourseOffer
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .member_rules import long
from .models import DeliveryApproval, PoolMember
from .trail import APPROVAL_ENDED, APPROVED


def deliverable(partnership_id: int) -> list[Course]:
    """The courses of a programme that people deliver: not e-learning, and nothing that is booked elsewhere."""
    wanted = (
        sa.select(Course)
        .join(CourseOffer, CourseOffer.course_id == Course.id)
        .where(
            CourseOffer.partnership_id == partnership_id,
            Course.delivery.not_in(("e-learning", "external")),
        )
        .order_by(sa.func.lower(Course.title))
    )
    return list(db.session.scalars(wanted))


def approve(
    member: PoolMember,
    course: Course,
    *,
    delivers_as: str,
    until_on: date | None,
    by: Person,
    now: datetime,
) -> DeliveryApproval:
    """Approve a member for a course from today on; what they had for it so far ends the day before.

    Raises Refused for who has left, and for a last day that has passed.
    """
    today = london_day(now)
    if member.until_on is not None and member.until_on < today:
        raise Refused(f"{member.person.name} has left the training pool.")
    if until_on is not None and until_on < today:
        raise Refused("Enter a last day that is not in the past.", reason="until_on")
    new = None
    for held in held_for(member, course.id, today):
        if held.from_on >= today:
            new = held  # given earlier today: put right, not given again
        else:
            held.until_on = today - timedelta(days=1)
    if new is None:
        new = DeliveryApproval(member_id=member.id, course_id=course.id, from_on=today)
    new.delivers_as, new.until_on, new.approved_by_id = delivers_as, until_on, by.id
    db.session.add(new)
    ends = f", until {long(until_on)}" if until_on else ""
    why = f"{course.title} as {delivers_as}{ends}"
    trace(at=now, actor=by.public_id, act=APPROVED, subject=member.person.public_id, why=why)
    db.session.flush()
    return new


def held_for(member: PoolMember, course_id: int, today: date) -> list[DeliveryApproval]:
    """What a member may deliver of a course today or later."""
    wanted = sa.select(DeliveryApproval).where(
        DeliveryApproval.member_id == member.id,
        DeliveryApproval.course_id == course_id,
        sa.or_(DeliveryApproval.until_on.is_(None), DeliveryApproval.until_on >= today),
    )
    return list(db.session.scalars(wanted))


def end_approval(approval: DeliveryApproval, *, by: Person, now: datetime) -> None:
    """End it at once: yesterday was its last day. What has ended stays as it was."""
    today = london_day(now)
    if approval.until_on is not None and approval.until_on < today:
        return
    approval.until_on = today - timedelta(days=1)
    person, why = approval.member.person, approval.course.title
    trace(at=now, actor=by.public_id, act=APPROVAL_ENDED, subject=person.public_id, why=why)
