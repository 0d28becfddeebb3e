"""Who people are, where they work and what they may do. Inside ``writing()``."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ..audit.actions import trace
from ..clock import london_day
from ..db import adding_alone, db
from ..errors import Refused
from ..partnerships.models import Partnership
from .models import Affiliation, Agency, AgencyStanding, Person, RoleGrant, Setting, Team
from .rules import Led, Role, same_name, slug_of, tidy_email

# Where people work who do not find their organisation in the list: each is a setting under this umbrella.
OTHERS = "Other organisations"


def person_of(email: str) -> Person | None:
    """The person of an address."""
    return db.session.scalar(sa.select(Person).where(Person.email == tidy_email(email)))


def person_at(email: str, *, name: str, now: datetime) -> Person:
    """The person of an address, written down now where nobody has it yet.

    Several who name one new address in the same instant are given the same person.
    """
    known = person_of(email)
    if known is None:
        adding_alone(Person)
        known = person_of(email)
    if known is None:
        known = Person(name=name, email=tidy_email(email), created_at=now)
        db.session.add(known)
        db.session.flush()
    return known


def introduce(
    person: Person,
    *,
    name: str,
    agency: Agency,
    setting: Setting | None = None,
    team: Team | None = None,
    job_role: str = "",
    role_group: str = "",
    manager_name: str = "",
    manager_email: str = "",
    now: datetime,
) -> Affiliation:
    """Write down who somebody is and where they work from today on; asked twice, the first answer stands."""
    today = london_day(now)
    person.name = name
    known = db.session.scalar(Affiliation.held_by(person.id, today).limit(1))
    if known:
        return known
    affiliation = Affiliation(
        person_id=person.id,
        agency_id=agency.id,
        setting_id=setting.id if setting else None,
        team_id=team.id if team else None,
        job_role=job_role,
        role_group=role_group,
        manager_name=manager_name,
        manager_email=manager_email,
        from_on=today,
    )
    db.session.add(affiliation)
    return affiliation


def setting_called(name: str, agency: Agency) -> Setting:
    """The setting of that name under an umbrella; a new one when there is none.

    Colleagues who name the same new school in the same instant are given the same one.
    """
    known = known_setting(name, agency)
    if known is None:
        adding_alone(Setting)
        known = known_setting(name, agency)
    if known:
        return known
    stem = slug_of(name, length=120)
    taken = db.session.scalars(sa.select(Setting.slug).where(Setting.slug.startswith(stem, autoescape=True)))
    setting = Setting(agency_id=agency.id, name=name, slug=slug_of(name, taken=taken, length=120))
    db.session.add(setting)
    db.session.flush()
    return setting


def known_setting(name: str, agency: Agency) -> Setting | None:
    """The setting of that name under an umbrella, if there is one."""
    known = {s.name: s for s in db.session.scalars(sa.select(Setting).where(Setting.agency_id == agency.id))}
    return known.get(same_name(name, list(known)))


def umbrella_of_others(partnership: Partnership, now: datetime) -> Agency:
    """The umbrella for organisations that are not in the list; made when it is first needed."""
    slug = slug_of(OTHERS)
    agency = db.session.scalar(sa.select(Agency).where(Agency.slug == slug))
    if agency is None:
        adding_alone(Agency)
        agency = db.session.scalar(sa.select(Agency).where(Agency.slug == slug))
    if agency is None:
        agency = Agency(slug=slug, name=OTHERS, sector="Other", is_umbrella=True, email_domains=[])
        db.session.add(agency)
        db.session.flush()
    held = sa.select(AgencyStanding.id).where(
        AgencyStanding.agency_id == agency.id, AgencyStanding.partnership_id == partnership.id
    )
    if db.session.scalar(held.limit(1)) is None:
        adding_alone(AgencyStanding)
    if db.session.scalar(held.limit(1)) is None:
        standing = {"agency_id": agency.id, "partnership_id": partnership.id, "standing": "other"}
        db.session.add(AgencyStanding(**standing, from_on=london_day(now)))
        db.session.flush()
    return agency


def give_role(
    person: Person,
    role: Role,
    *,
    partnership: Partnership,
    led: Led | None = None,
    until_on: date | None = None,
    by: str,
    now: datetime,
) -> RoleGrant:
    """Give a role from today on; a lead's is for what they lead. A role already held is given once only.

    Raises Refused for a lead of nothing, and for an end that has passed.
    """
    today = london_day(now)
    if until_on is not None and until_on < today:
        raise Refused("The end of a role cannot lie in the past.")
    if role == Role.AGENCY_LEAD and led is None:
        raise Refused("An agency lead needs an agency, a setting or a team to lead.")
    grant = RoleGrant(
        person_id=person.id,
        partnership_id=partnership.id,
        role=role.value,
        **(led._asdict() if role == Role.AGENCY_LEAD and led else {}),
        from_on=today,
        until_on=until_on,
        granted_by=by,
    )
    for held in db.session.scalars(RoleGrant.held_by(person.id, partnership.id, today)):
        if scope_of(held) == scope_of(grant) and held.until_on == until_on:
            return held
    db.session.add(grant)
    trace(at=now, actor=by, act="role given", subject=person.public_id, why=role.value)
    db.session.flush()
    return grant


def scope_of(grant: RoleGrant) -> tuple[str, int | None, int | None, int | None]:
    """Which role, and of what."""
    return (grant.role, grant.agency_id, grant.setting_id, grant.team_id)


def end_role(grant: RoleGrant, *, by: str, now: datetime) -> None:
    """End a role at once: yesterday was its last day.

    Raises Refused to coordinators about their own role, so that a partnership is never left without one.
    """
    today = london_day(now)
    if grant.role == Role.COORDINATOR and grant.person.public_id == by:
        raise Refused("You cannot end your own role as coordinator. Ask another coordinator to do it.")
    if grant.until_on is not None and grant.until_on < today:
        return
    grant.until_on = today - timedelta(days=1)
    trace(at=now, actor=by, act="role ended", subject=grant.person.public_id, why=grant.role)
