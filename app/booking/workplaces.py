"""Where a person works, in the plain values that a booking keeps of it."""

from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import Affiliation, Agency, Setting
from ..db import db


class Workplace(NamedTuple):
    """One affiliation of a person, on one day."""

    affiliation_id: int
    agency_id: int
    setting_id: int | None
    team_id: int | None
    sector: str
    role_group: str
    agency: str
    setting: str | None
    job_role: str
    manager_name: str = ""
    manager_email: str = ""

    @property
    def name(self) -> str:
        """As people say it: "Hill Top Primary School, designated lead"."""
        return ", ".join(part for part in (self.setting or self.agency, self.job_role) if part)


WORKPLACES = (
    sa.select(
        Affiliation.id,
        Affiliation.agency_id,
        Affiliation.setting_id,
        Affiliation.team_id,
        Agency.sector,
        Affiliation.role_group,
        Agency.name,
        Setting.name,
        Affiliation.job_role,
        Affiliation.manager_name,
        Affiliation.manager_email,
    )
    .join(Agency, Agency.id == Affiliation.agency_id)
    .outerjoin(Setting, Setting.id == Affiliation.setting_id)
    .where(Affiliation.person_id == sa.bindparam("person"))
    .where(Affiliation.holds_on(sa.bindparam("day", type_=sa.Date)))
    .order_by(Affiliation.from_on, Affiliation.id)
)


def workplaces_of(person_id: int, day: date) -> list[Workplace]:
    """Where a person works on a day, the longest held first."""
    return [Workplace(*row) for row in db.session.execute(WORKPLACES, {"person": person_id, "day": day})]
