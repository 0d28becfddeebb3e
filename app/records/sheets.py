"""Sign-in sheets: what was chosen to stand on them, and the people in the order of the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person
from ..attendance.register import by_family_name
from ..booking.delegates import Narrowed, delegates_of
from ..booking.models import Booking
from ..booking.rules import ON_THE_REGISTER
from ..catalogue.models import Event
from ..db import db
from ..pool.models import EventTrainer
from .models import SheetChoice


@dataclass(frozen=True)
class Chosen:
    """What stands on a sheet: the names of its columns, which boxes are signed, how many rows are blank."""

    columns: tuple[str, ...]
    boxes: str
    blank_rows: int


def choice_for(event: Event, usual: Chosen) -> Chosen:
    """What holds for an event: its own choice, else its partnership's, else the usual."""
    found = db.session.scalar(SheetChoice.holding(event.id, event.host_id))
    return Chosen(tuple(found.columns), found.boxes, found.blank_rows) if found else usual


def choose(event: Event, wanted: Chosen, *, for_all: bool, by: Person, now: datetime) -> None:
    """Keep a choice for this event, or for every event of its partnership that has none. Inside ``writing()``."""
    db.session.add(
        SheetChoice(
            partnership_id=event.host_id,
            event_id=None if for_all else event.id,
            columns=list(wanted.columns),
            boxes=wanted.boxes,
            blank_rows=wanted.blank_rows,
            chosen_at=now,
            chosen_by_id=by.id,
        )
    )


def job_role() -> sa.ScalarSelect[str]:
    """As what the person of a booking works for its agency: the job they began last."""
    return (
        sa.select(Affiliation.job_role)
        .where(Affiliation.person_id == Booking.person_id, Affiliation.agency_id == Booking.agency_id)
        .order_by(Affiliation.from_on.desc(), Affiliation.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def signing(event_id: int) -> Sequence[Any]:
    """Everybody on the register of an event, by family name, with their job."""
    wanted = delegates_of(event_id, Narrowed()).where(Booking.state.in_(ON_THE_REGISTER))
    rows = db.session.execute(wanted.add_columns(job_role().label("job_role"))).all()
    return sorted(rows, key=by_family_name)


def trainers(event_id: int) -> Sequence[str]:
    """The names of those who deliver an event."""
    wanted = sa.select(Person.name).join(EventTrainer, EventTrainer.person_id == Person.id)
    return db.session.scalars(wanted.where(EventTrainer.event_id == event_id).order_by(Person.name)).all()
