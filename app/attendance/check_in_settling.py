"""What the trainer sees of those who say that they are here, and makes of it. Changes inside ``changing(event)``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Agency, Person, Setting
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..db import db
from ..errors import Refused
from . import actions, check_in_rules
from .check_in_models import CheckIn, CheckInKey, WalkInRequest
from .check_in_rules import Settled
from .models import Mark
from .register import LISTED, closing
from .rules import MarkKind, Wanted, Way

CLOSED = "The register is closed. Open it and correct it there, with a reason."


@dataclass(frozen=True, kw_only=True)
class Said:
    """Somebody who says that they are here, as the trainer sees them."""

    id: int  # of the check-in
    booking_id: int
    public_id: str  # of the booking
    name: str
    workplace: str
    said_at: datetime
    late: int  # minutes, proposed
    mark: str  # what the register says already, "" for nothing
    beside: list[str] = field(default_factory=list)  # who else spoke from this phone
    shared: bool = False

    @property
    def flagged(self) -> bool:
        """Whether one phone spoke for several."""
        return self.shared or bool(self.beside)


def counts(event_id: int, session_id: int) -> tuple[int, int]:
    """How many say that they are here, or said so and were confirmed; of how many on the register."""
    mine = sa.and_(CheckIn.booking_id == Booking.id, CheckIn.session_id == session_id)
    here = sa.func.count(sa.case((CheckIn.settled_as != Settled.TAKEN_AWAY, CheckIn.id)))
    wanted = sa.select(here, sa.func.count()).select_from(Booking).outerjoin(CheckIn, mine)
    row = db.session.execute(wanted.where(Booking.event_id == event_id, Booking.state.in_(LISTED))).one()
    return row[0], row[1]


def waiting(event_id: int, session: EventSession) -> list[Said]:
    """Those who say that they are here and whom no trainer has confirmed or taken away, as they came."""
    there = sa.and_(Mark.booking_id == Booking.id, Mark.session_id == session.id)
    rows = db.session.execute(
        sa.select(
            CheckIn.id,
            CheckIn.booking_id,
            CheckIn.said_at,
            CheckIn.step,
            CheckIn.device,
            CheckIn.shared,
            CheckIn.settled_as,
            Booking.public_id,
            Person.name,
            sa.func.coalesce(Setting.name, Agency.name).label("workplace"),
            sa.func.coalesce(Mark.mark, "").label("mark"),
        )
        .join(Booking, Booking.id == CheckIn.booking_id)
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .outerjoin(Mark, there)
        .where(CheckIn.session_id == session.id, Booking.event_id == event_id, Booking.state.in_(LISTED))
        .order_by(CheckIn.id)
    ).all()
    phones = by_phone(rows)
    return [as_seen(row, session, phones) for row in rows if not row.settled_as]


def by_phone(rows: Iterable[Any]) -> dict[str, list[str]]:
    """Whose names were spoken for from each phone."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.device:
            found[row.device].append(row.name)
    return found


def as_seen(row: Any, session: EventSession, phones: Mapping[str, list[str]]) -> Said:
    """A row as the trainer sees it. Late is from the code they had: the mail with a link takes its time."""
    had_code_at = min(row.said_at, check_in_rules.began_at(row.step))
    return Said(
        id=row.id,
        booking_id=row.booking_id,
        public_id=row.public_id,
        name=row.name,
        workplace=row.workplace,
        said_at=row.said_at,
        late=min(check_in_rules.minutes_late(had_code_at, session.starts_at), session.minutes),
        mark=row.mark,
        beside=[name for name in phones.get(row.device, []) if name != row.name],
        shared=row.shared,
    )


def asking(session_id: int) -> list[Any]:
    """Those who ask to be added and have no answer: the request's id, their name, where they work, since when."""
    return list(
        db.session.execute(
            sa.select(
                WalkInRequest.id,
                WalkInRequest.asked_at,
                Person.name,
                sa.func.coalesce(Setting.name, Agency.name).label("workplace"),
            )
            .join(Person, Person.id == WalkInRequest.person_id)
            .join(Affiliation, Affiliation.id == WalkInRequest.affiliation_id)
            .join(Agency, Agency.id == Affiliation.agency_id)
            .outerjoin(Setting, Setting.id == Affiliation.setting_id)
            .where(WalkInRequest.session_id == session_id, WalkInRequest.settled_as == "")
            .order_by(WalkInRequest.id)
        ).all()
    )


def band(event_id: int, session: EventSession) -> dict[str, Any]:
    """What the register says of check-ins: who waits for the trainer, who asks to be added, whether a code is shown."""
    found = waiting(event_id, session)
    return {
        "waiting": found,
        "says": {one.public_id: one for one in found},
        "asking": asking(session.id),
        "unmarked": [one for one in found if not one.mark],
        "flagged": sum(one.flagged for one in found),
        "newest": max((one.id for one in found), default=0),
        "shown": db.session.get(CheckInKey, session.id) is not None,
    }


def refuse_if_closed(event_id: int) -> None:
    """Raise Refused where the register is closed: it is corrected with a reason, on its own page."""
    if closing(event_id) is not None:
        raise Refused(CLOSED)


def confirm(
    event: Event, session: EventSession, *, late: Mapping[int, int], by_id: int, now: datetime
) -> int:
    """Let check-ins become marks; ``late`` has the minutes by check-in. Returns how many marks were made or changed.

    Those that were settled meanwhile are left as they are.
    """
    refuse_if_closed(event.id)
    held = locked(session.id, late)
    wanted = {row.booking_id: Wanted(MarkKind.PRESENT, late[row.id]) for row in held}
    settle(held, Settled.CONFIRMED, by_id=by_id, now=now)
    changed = actions.mark_delegates(event, session.id, wanted, by_id=by_id, now=now, how=Way.CHECK_IN)
    return len(changed)


def locked(session_id: int, ids: Iterable[int]) -> list[CheckIn]:
    """Those of the check-ins that are not settled, as they are under the lock of their event."""
    mine = (CheckIn.session_id == session_id, CheckIn.id.in_(list(ids)), CheckIn.settled_as == "")
    fresh = {"populate_existing": True}
    return list(db.session.scalars(sa.select(CheckIn).where(*mine), execution_options=fresh))


def settle(rows: Iterable[CheckIn], settled: Settled, *, by_id: int, now: datetime) -> None:
    """Write down what was made of check-ins."""
    for row in rows:
        row.settled_as, row.settled_at, row.settled_by_id = settled.value, now, by_id


def take_away(session: EventSession, ids: Iterable[int], *, by_id: int, now: datetime) -> int:
    """The trainer does not see them: no mark comes of it. Returns how many."""
    held = locked(session.id, ids)
    settle(held, Settled.TAKEN_AWAY, by_id=by_id, now=now)
    return len(held)


def request_held(session_id: int, request_id: int) -> WalkInRequest | None:
    """A request without an answer, as it is under the lock of its event."""
    mine = (WalkInRequest.session_id == session_id, WalkInRequest.id == request_id)
    wanted = sa.select(WalkInRequest).where(*mine, WalkInRequest.settled_as == "")
    return db.session.scalar(wanted, execution_options={"populate_existing": True})


def answer(
    event: Event, session: EventSession, request_id: int, *, approved: bool, by: Person, now: datetime
) -> WalkInRequest | None:
    """Add who asked, marked here, or do not; None where somebody answered meanwhile."""
    refuse_if_closed(event.id)
    asked = request_held(session.id, request_id)
    if asked is None:
        return None
    if approved:
        booking = actions.walk_in(event, asked.person, asked.affiliation, by=by, now=now)
        here = {booking.id: Wanted(MarkKind.PRESENT)}
        actions.mark_delegates(event, session.id, here, by_id=by.id, now=now, how=Way.CHECK_IN)
    asked.settled_as = (Settled.APPROVED if approved else Settled.DECLINED).value
    asked.settled_at, asked.settled_by_id = now, by.id
    return asked
