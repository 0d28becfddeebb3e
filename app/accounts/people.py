"""Finding people: named selects. Who a partnership may know of, and whose name, address or place of work matches."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from ..audit.models import Trace
from .models import Affiliation, Agency, AgencyStanding, Person, RoleGrant, Setting, Team
from .rules import Role

Columns = sa.Select[*tuple[Any, ...]]
# What else finds somebody by a word: a select of person ids. Courses are above this floor, so pages hand it in.
Beyond = Callable[[str], sa.Select[int]]
MOST_WORDS = 8


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


def matching(words: str, beyond: Beyond) -> sa.ColumnElement[bool]:
    """The condition that every word finds somebody: by name, address, place of work, or what lies ``beyond``."""
    each = (sa.or_(*named(word), works_at(word), Person.id.in_(beyond(word))) for word in known_words(words))
    return sa.and_(sa.true(), *each)


def known_words(words: str) -> list[str]:
    """The words of a search that count."""
    return words.split()[:MOST_WORDS]


def named(word: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """The conditions that a word is in the name, and in the address."""
    return tuple(c.icontains(word, autoescape=True) for c in (Person.name, Person.email))  # type: ignore[return-value]


def closeness(words: str) -> sa.ColumnElement[int]:
    """0 for whom all words name, 1 with the address, 2 with the place of work, 3 for the others found."""
    known = known_words(words)
    return sa.case(
        (sa.and_(sa.true(), *(named(word)[0] for word in known)), 0),
        (sa.and_(sa.true(), *(sa.or_(*named(word)) for word in known)), 1),
        (sa.and_(sa.true(), *(sa.or_(*named(word), works_at(word)) for word in known)), 2),
        else_=3,
    )


def works_at(word: str) -> sa.ColumnElement[bool]:
    """The condition that a word is in the name of where somebody works or worked."""
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
    return Person.id.in_(place)


def number_found(partnership_id: int, words: str, beyond: Beyond) -> sa.Select[int]:
    """How many people a search finds."""
    wanted = sa.select(sa.func.count()).select_from(Person)
    return wanted.where(known_to(partnership_id), matching(words, beyond))


def found(partnership_id: int, words: str, beyond: Beyond) -> Columns:
    """Whom a search finds, the closest first, then by name: who they are, whether a guest, whether closed."""
    return (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.is_guest,
            Person.closed_at.is_not(None).label("is_closed"),
        )
        .where(known_to(partnership_id), matching(words, beyond))
        .order_by(closeness(words), sa.func.lower(Person.name), Person.id)
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
            Affiliation.manager_name,
            Affiliation.manager_email,
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


def holders_of(role: Role, partnership_id: int, day: date) -> sa.Select[Person]:
    """Everybody who has a role in a partnership on a day and can be written to."""
    granted = sa.select(RoleGrant.person_id).where(
        RoleGrant.role == role.value,
        RoleGrant.partnership_id == partnership_id,
        RoleGrant.from_on <= day,
        sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
    )
    can_be = (Person.id.in_(granted), Person.email.is_not(None), Person.closed_at.is_(None))
    return sa.select(Person).where(*can_be).order_by(Person.name, Person.id)
