"""Finding agencies: named selects, with what each is to a partnership on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import db
from .models import Affiliation, Agency, AgencyStanding, Person, Setting, Team

Columns = sa.Select[*tuple[Any, ...]]


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


def known_to(partnership_id: int) -> sa.ColumnElement[bool]:
    """The condition that an agency has or had a standing towards a partnership."""
    return sa.exists().where(
        AgencyStanding.agency_id == Agency.id, AgencyStanding.partnership_id == partnership_id
    )


def listed(
    partnership_id: int, day: date, *, words: str = "", sector: str = "", standing: str = ""
) -> Columns:
    """The agencies a partnership knows, by name, with their standing that day; filtered by what is given."""
    stands = standing_on(partnership_id, day)
    found = sa.select(
        Agency.id, Agency.slug, Agency.name, Agency.sector, Agency.until_on, stands.label("standing")
    ).where(known_to(partnership_id))
    for word in words.split()[:8]:
        found = found.where(Agency.name.icontains(word, autoescape=True))
    if sector:
        found = found.where(Agency.sector == sector)
    if standing:
        found = found.where(stands == standing)
    return found.order_by(sa.func.lower(Agency.name))


def sectors(partnership_id: int) -> sa.Select[str]:
    """The sectors of the agencies a partnership knows."""
    return sa.select(Agency.sector).where(known_to(partnership_id)).distinct().order_by(Agency.sector)


def districts(partnership_id: int) -> sa.Select[str]:
    """The districts in which settings of the agencies a partnership knows lie."""
    known = sa.select(Setting.district).join(Agency, Agency.id == Setting.agency_id)
    return known.where(known_to(partnership_id), Setting.district != "").distinct().order_by(Setting.district)


def settings_of_each(agency_ids: Sequence[int]) -> sa.Select[int, int]:
    """How many settings each of these agencies groups."""
    counted = sa.select(Setting.agency_id, sa.func.count())
    return counted.where(Setting.agency_id.in_(agency_ids)).group_by(Setting.agency_id)


def people_of_each(agency_ids: Sequence[int], day: date) -> sa.Select[int, int]:
    """How many people work for each of these agencies that day."""
    counted = sa.select(Affiliation.agency_id, sa.func.count(Affiliation.person_id.distinct()))
    return counted.where(Affiliation.agency_id.in_(agency_ids), Affiliation.holds_on(day)).group_by(
        Affiliation.agency_id
    )


def with_successor(partnership_id: int, slug: str) -> sa.Select[Agency, str, str]:
    """An agency a partnership knows, with slug and name of the one that succeeded it (none if none did)."""
    successor = aliased(Agency)
    return (
        sa.select(Agency, successor.slug, successor.name)
        .outerjoin(successor, successor.id == Agency.succeeded_by_id)
        .where(Agency.slug == slug, known_to(partnership_id))
    )


def succeeded_by(agency_id: int) -> sa.Select[str, str]:
    """Slug and name of the agencies that this one took over from."""
    return (
        sa.select(Agency.slug, Agency.name).where(Agency.succeeded_by_id == agency_id).order_by(Agency.name)
    )


def merged_into(day: date) -> dict[int, set[int]]:
    """By agency that took over from others, by that day: the ids of all of them, those before them too."""
    over = Agency.succeeded_by_id.is_not(None) & (Agency.until_on.is_(None) | (Agency.until_on < day))
    rows = db.session.execute(sa.select(Agency.id, Agency.succeeded_by_id).where(over)).all()
    later: dict[int, int] = {row.id: row.succeeded_by_id for row in rows}
    found: dict[int, set[int]] = {}
    for before in later:
        step, seen = before, {before}
        while (step := later.get(step, 0)) and step not in seen:
            seen.add(step)
            found.setdefault(step, set()).add(before)
    return found


def standings(agency_id: int, partnership_id: int) -> sa.Select[AgencyStanding]:
    """What an agency is and was to a partnership, newest first."""
    return (
        sa.select(AgencyStanding)
        .where(AgencyStanding.agency_id == agency_id, AgencyStanding.partnership_id == partnership_id)
        .order_by(AgencyStanding.from_on.desc())
    )


def number_working(there: sa.ColumnElement[bool], day: date) -> sa.ScalarSelect[int]:
    """How many people work there that day, for each row of the outer select."""
    return (
        sa.select(sa.func.count(Affiliation.person_id.distinct()))
        .where(there, Affiliation.holds_on(day))
        .scalar_subquery()
    )


def teams(agency_id: int, day: date) -> sa.Select[str, int]:
    """An agency's teams with how many people are in them."""
    people = number_working(Affiliation.team_id == Team.id, day)
    return sa.select(Team.name, people).where(Team.agency_id == agency_id).order_by(Team.name)


def settings(agency_id: int, day: date) -> Columns:
    """An umbrella's settings, by name, with how many people work there, and how many settings there are in all."""
    return (
        sa.select(
            Setting.name,
            Setting.number,
            Setting.trust,
            Setting.district,
            number_working(Affiliation.setting_id == Setting.id, day).label("people"),
            sa.func.count().over().label("in_all"),
        )
        .where(Setting.agency_id == agency_id)
        .order_by(sa.func.lower(Setting.name))
    )


def workers(agency_id: int, day: date) -> Columns:
    """Who works for an agency that day, by name, and how many they are in all."""
    return (
        sa.select(
            Person.public_id,
            Person.name,
            Affiliation.job_role,
            Affiliation.role_group,
            sa.func.coalesce(Setting.name, "").label("setting"),
            sa.func.coalesce(Team.name, "").label("team"),
            sa.func.count().over().label("in_all"),
        )
        .join(Person, Person.id == Affiliation.person_id)
        .outerjoin(Setting, Setting.id == Affiliation.setting_id)
        .outerjoin(Team, Team.id == Affiliation.team_id)
        .where(Affiliation.agency_id == agency_id, Affiliation.holds_on(day))
        .order_by(sa.func.lower(Person.name), Person.id, Affiliation.id)
    )
