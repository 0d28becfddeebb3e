"""Finding agencies: named selects, with what each is to a partnership on a day."""

from datetime import date

import sqlalchemy as sa

from .models import Agency, AgencyStanding


def standing_on(partnership_id: int, day: date) -> sa.ScalarSelect[str]:
    """The standing of an agency of the outer select towards a partnership on that day; none when it has none."""
    return (
        sa.select(AgencyStanding.standing)
        .where(
            AgencyStanding.agency_id == Agency.id,
            AgencyStanding.partnership_id == partnership_id,
            AgencyStanding.from_on <= day,
            sa.or_(AgencyStanding.until_on.is_(None), AgencyStanding.until_on >= day),
        )
        .order_by(AgencyStanding.from_on.desc())
        .limit(1)
        .correlate(Agency)
        .scalar_subquery()
    )


def exists_on(day: date) -> sa.ColumnElement[bool]:
    """The condition that an agency exists on that day."""
    return sa.and_(
        sa.or_(Agency.since_on.is_(None), Agency.since_on <= day),
        sa.or_(Agency.until_on.is_(None), Agency.until_on >= day),
    )


def choosable(partnership_id: int, day: date) -> sa.Select[Agency, str]:
    """The agencies somebody may say they work for, with their standing; by sector, "Other" last."""
    standing = standing_on(partnership_id, day)
    return (
        sa.select(Agency, standing)
        .where(exists_on(day), standing.is_not(None))
        .order_by(Agency.sector == "Other", Agency.sector, Agency.name)
    )
