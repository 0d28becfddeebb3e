"""Finding people: named selects. Who a partnership may know of, and whose name, address or place of work matches."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..audit.models import Trace
from .models import Affiliation, Agency, AgencyStanding, Person, RoleGrant, Setting, Team

Columns = sa.Select[*tuple[Any, ...]]


def known_to(partnership_id: int) -> sa.ColumnElement[bool]:
    """The condition that a partnership's staff may know of a person.

    They work or worked for an agency with a standing towards it, have or had a role in it, or have not yet said
    where they work (so that somebody who got stuck can be helped on the telephone).
    """
    stands = sa.exists().where(
        AgencyStanding.agency_id == Affiliation.agency_id, AgencyStanding.partnership_id == partnership_id
    )
    works = sa.exists().where(Affiliation.person_id == Person.id, stands)
    helps = sa.exists().where(RoleGrant.person_id == Person.id, RoleGrant.partnership_id == partnership_id)
    works_anywhere = sa.exists().where(Affiliation.person_id == Person.id)
    return sa.or_(works, helps, ~works_anywhere)


def matching(words: str) -> sa.ColumnElement[bool]:
    """The condition that every word is in the name, the address, or the name of where they work or worked."""
    return sa.and_(sa.true(), *(matches(word) for word in words.split()[:8]))


def matches(word: str) -> sa.ColumnElement[bool]:
    """The condition for one word."""
    place = (
        sa.select(Affiliation.person_id)
        .join(Agency, Agency.id == Affiliation.agency_id)
        .outerjoin(Setting, Setting.id == Affiliation.setting_id)
        .where(
            sa.or_(
                Agency.name.icontains(word, autoescape=True), Setting.name.icontains(word, autoescape=True)
            )
        )
    )
    return sa.or_(
        Person.name.icontains(word, autoescape=True),
        Person.email.icontains(word, autoescape=True),
        Person.id.in_(place),
    )


def number_found(partnership_id: int, words: str) -> sa.Select[int]:
    """How many people a search finds."""
    return sa.select(sa.func.count()).select_from(Person).where(known_to(partnership_id), matching(words))


def found(partnership_id: int, words: str) -> Columns:
    """Whom a search finds, by name: id, public id, name, address, whether a guest, whether closed."""
    return (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.is_guest,
            Person.closed_at.is_not(None).label("is_closed"),
        )
        .where(known_to(partnership_id), matching(words))
        .order_by(sa.func.lower(Person.name), Person.id)
    )


def person_known_to(partnership_id: int, public_id: str) -> sa.Select[Person]:
    """One person, if the partnership's staff may know of them."""
    return sa.select(Person).where(Person.public_id == public_id, known_to(partnership_id))


def places_of_work(person_ids: Sequence[int]) -> Columns:
    """Where these people work and worked, newest first, in words (person, agency, slug, setting, team, job ...)."""
    return (
        sa.select(
            Affiliation.person_id,
            Agency.name.label("agency"),
            Agency.slug,
            sa.func.coalesce(Setting.name, "").label("setting"),
            sa.func.coalesce(Team.name, "").label("team"),
            Affiliation.job_role,
            Affiliation.role_group,
            Affiliation.from_on,
            Affiliation.until_on,
        )
        .join(Agency, Agency.id == Affiliation.agency_id)
        .outerjoin(Setting, Setting.id == Affiliation.setting_id)
        .outerjoin(Team, Team.id == Affiliation.team_id)
        .where(Affiliation.person_id.in_(person_ids))
        .order_by(Affiliation.from_on.desc(), Affiliation.id.desc())
    )


def roles_of(person_ids: Sequence[int], partnership_id: int) -> Columns:
    """The roles these people have and had in a partnership, newest first (person, id, role, of what, dates)."""
    return (
        sa.select(
            RoleGrant.person_id,
            RoleGrant.id,
            RoleGrant.role,
            sa.func.coalesce(Agency.name, "").label("agency"),
            sa.func.coalesce(Setting.name, "").label("setting"),
            sa.func.coalesce(Team.name, "").label("team"),
            RoleGrant.from_on,
            RoleGrant.until_on,
        )
        .outerjoin(Agency, Agency.id == RoleGrant.agency_id)
        .outerjoin(Setting, Setting.id == RoleGrant.setting_id)
        .outerjoin(Team, Team.id == RoleGrant.team_id)
        .where(RoleGrant.person_id.in_(person_ids), RoleGrant.partnership_id == partnership_id)
        .order_by(RoleGrant.from_on.desc(), RoleGrant.id.desc())
    )


def trail_of(public_id: str, acts: Sequence[str]) -> Columns:
    """These acts on a person's record, newest first, each with the name of who did it ("" for a command)."""
    return (
        sa.select(Trace.at, Trace.act, Trace.why, sa.func.coalesce(Person.name, "").label("actor"))
        .outerjoin(Person, Person.public_id == Trace.actor)
        .where(Trace.subject == public_id, Trace.act.in_(acts))
        .order_by(Trace.at.desc(), Trace.id.desc())
    )
