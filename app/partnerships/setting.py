"""Setting a rule's number from a day on. Inside ``writing()``; what held before stays in force for its days."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .models import PartnershipSetting


def set_from(
    partnership_id: int, key: str, value: Any, *, from_on: date, today: date, by: str, now: datetime
) -> None:
    """Let a value hold from a day on, today at the earliest; ``by`` is a person's public id.

    The same day once more replaces what was set for it. Raises Refused for a day that is over.
    """
    if from_on < today:
        raise Refused("Choose today or a later day: what was sent before stays as it was.")
    mine = PartnershipSetting.partnership_id == partnership_id, PartnershipSetting.key == key
    row = db.session.scalar(sa.select(PartnershipSetting).where(*mine, PartnershipSetting.from_on == from_on))
    if row is None:
        row = PartnershipSetting(partnership_id=partnership_id, key=key, from_on=from_on)
        db.session.add(row)
    row.value, row.set_by, row.set_at = value, by, now


def history_of(partnership_id: int, keys: tuple[str, ...]) -> dict[str, list[PartnershipSetting]]:
    """Everything that was set of these, by key, the latest day first."""
    mine = PartnershipSetting.partnership_id == partnership_id, PartnershipSetting.key.in_(keys)
    rows = db.session.scalars(
        sa.select(PartnershipSetting).where(*mine).order_by(PartnershipSetting.from_on.desc())
    )
    found: dict[str, list[PartnershipSetting]] = {key: [] for key in keys}
    for row in rows:
        found[row.key].append(row)
    return found
