"""Monthly letters to those who lead others: when they leave, and to whom. Pure but for the readers' rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from ..accounts.agencies import merged_into
from ..accounts.models import Person, RoleGrant
from ..accounts.rules import Led, Role
from ..booking.colleagues import SomePlace, leads, works
from ..booking.told import takes
from ..clock import from_london, london_day
from ..db import db
from ..notifications.models import Letter
from ..working_days import add_working_days

AT = time(9)
# A digest that could not leave for two weeks is not sent any more: it would be news of the month before last by the
# time the next one comes, and My agency shows the same at any time.
SENT_WITHIN = timedelta(days=14)
AT_ONCE = 500  # keys in one question to the database


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a digest, and what they lead."""

    email: str
    name: str
    led: list[Led] = field(default_factory=list)

    def leads(self, place: SomePlace) -> bool:
        """Whether somebody who works there is one of theirs."""
        return any(leads(led, works(place)) for led in self.led)


def month_of(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """The first of the month before."""
    return month_of(month - timedelta(days=1))


def sent_at(month: date) -> datetime:
    """When a month's digests leave: at nine on its first working day."""
    return from_london(add_working_days(month - timedelta(days=1), 1), AT)


def month_due(now: datetime, *, on_since: datetime) -> date | None:
    """The month whose digests are due: this one, from its first working day on for two weeks; else None."""
    month = month_of(london_day(now))
    at = sent_at(month)
    return month if on_since <= at <= now < at + SENT_WITHIN else None


def key_of(message: str, partnership_id: int, month: date, email: str) -> str:
    """What names the digest of one reader for one month: whoever is lead and manager gets one."""
    return f"{message}:{partnership_id}:{month:%Y-%m}:{sha256(email.lower().encode()).hexdigest()[:32]}"


def not_posted(keys: Iterable[str]) -> set[str]:
    """Those of the keys under which no letter was posted."""
    left = list(keys)
    found = set(left)
    for start in range(0, len(left), AT_ONCE):
        asked = sa.select(Letter.key).where(Letter.key.in_(left[start : start + AT_ONCE]))
        found -= set(db.session.scalars(asked))
    return found


def leads_who_take(message: str, partnership_id: int, day: date) -> list[Reader]:
    """The agency leads of a partnership on a day who take a message, each with everything they lead.

    Who leads an agency leads those that were merged into it: bookings and affiliations keep the agency of their day.
    """
    rows: sa.Select[*tuple[Any, ...]] = (
        sa.select(Person.email, Person.name, RoleGrant.agency_id, RoleGrant.setting_id, RoleGrant.team_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.partnership_id == partnership_id,
            RoleGrant.role == Role.AGENCY_LEAD.value,
            RoleGrant.agency_id.is_not(None),
            RoleGrant.from_on <= day,
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
            takes(message),
        )
        .order_by(RoleGrant.id)
    )
    found: dict[str, Reader] = {}
    for row in db.session.execute(rows):
        reader = found.setdefault(row.email, Reader(row.email, row.name))
        reader.led.append(Led(row.agency_id, row.setting_id, row.team_id))
    merged = merged_into(day) if found else {}
    for reader in found.values():
        whole = [led.agency_id for led in reader.led if not (led.setting_id or led.team_id)]
        reader.led.extend(Led(before) for agency in whole for before in sorted(merged.get(agency, ())))
    return list(found.values())
