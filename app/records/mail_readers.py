"""Which messages somebody can ever get: a practitioner no trainers' mails, and only who leads or manages a digest."""

from datetime import date

import sqlalchemy as sa

from ..accounts.models import Person
from ..accounts.people import holders_of
from ..accounts.rules import Role
from ..booking.models import Booking
from ..db import db
from ..pool.models import EventTrainer, PoolMember, TrainerCall

DELIVERING = (EventTrainer.person_id, PoolMember.person_id, TrainerCall.person_id)
TRAINERS, STAFF, LEADERS = "trainers", "staff", "leaders"
# Messages that only some people can get; everybody may get the others.
ONLY_FOR = {
    "trainer": {TRAINERS},
    "cue-sheet": {TRAINERS},
    "register-open": {TRAINERS, STAFF},
    "who-went": {LEADERS},
}


def can_get(key: str, parts: set[str]) -> bool:
    """Whether somebody who has these parts in a partnership can ever get a message."""
    return key not in ONLY_FOR or bool(ONLY_FOR[key] & parts)


def parts_of(email: str, partnership_id: int, day: date) -> set[str]:
    """What the reader of an address has to do with the training besides taking part. One statement."""
    conditions = {
        TRAINERS: sa.or_(
            holds(Role.TRAINER, email, partnership_id, day),
            *(delivers(column, email) for column in DELIVERING),
        ),
        STAFF: sa.or_(
            holds(Role.ADMINISTRATOR, email, partnership_id, day),
            holds(Role.COORDINATOR, email, partnership_id, day),
        ),
        LEADERS: sa.or_(
            holds(Role.AGENCY_LEAD, email, partnership_id, day),
            sa.exists().where(sa.func.lower(Booking.manager_email) == email.lower()),
        ),
    }
    asked = sa.select(*(condition.label(part) for part, condition in conditions.items()))
    return {part for part, holds_so in db.session.execute(asked).mappings().one().items() if holds_so}


def delivers(column: sa.SQLColumnExpression[int], email: str) -> sa.ColumnElement[bool]:
    """The condition that the person of an address stands in a column."""
    return sa.exists().where(column == Person.id, Person.email == email.lower())


def holds(role: Role, email: str, partnership_id: int, day: date) -> sa.ColumnElement[bool]:
    """The condition that the person of an address has a role today."""
    return holders_of(role, partnership_id, day).where(Person.email == email.lower()).order_by(None).exists()
