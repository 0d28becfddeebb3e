"""``flask person add``: somebody with a name, an agency and roles, for the first coordinator above all."""

import difflib
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from .. import clock
from ..accounts import actions
from ..accounts.addresses import fault_of
from ..accounts.models import Affiliation, Agency, Person, RoleGrant, Setting, Team
from ..accounts.rules import Led, Role, role_from_slug, role_slug, tidy_email, tidy_name
from ..db import db, writing
from ..partnerships.models import Partnership

commands = AppGroup("person", help="People and their roles.")
Found = TypeVar("Found")


@commands.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="A role to give, e.g. coordinator; may be repeated.")
@click.option("--agency", help="Where they work: the agency's name in addresses, e.g. northshire-police.")
@click.option("--setting", help="The school or setting, by its name in addresses (under an umbrella).")
@click.option("--team", help="The team, by its name.")
@click.option("--partnership", help="In which partnership, by its name in addresses; else the site's own.")
def add(
    email: str,
    name: str,
    roles: Sequence[str],
    agency: str | None,
    setting: str | None,
    team: str | None,
    partnership: str | None,
) -> None:
    """Add a person, say where they work, give roles. Run twice, it changes nothing the second time."""
    now, chosen = clock.now(), [known_role(role) for role in roles]
    address, tidied = known_address(email), tidy_name(name)
    if not tidied or len(tidied) > 200:
        raise click.UsageError("Give a name of at most 200 characters.")
    with writing():
        where = known_partnership(partnership)
        works = known_place(agency, setting, team)
        if Role.AGENCY_LEAD in chosen and works is None:
            raise click.UsageError("An agency lead leads something: say --agency.")
        person = found_or_made(address, tidied, now)
        if works:
            say_where(person, works, now)
        for role in chosen:
            give(person, role, partnership=where, led=works, now=now)


def known_address(typed: str) -> str:
    """The address as it is stored; says what is wrong with one that is none."""
    address = tidy_email(typed)
    fault = fault_of(address)
    if fault:
        raise click.UsageError(f"{typed!r} is not an email address we can use. {fault}.")
    return address


def known_role(typed: str) -> Role:
    """The role that was meant."""
    role = role_from_slug(typed)
    if role is None or role in (Role.PRACTITIONER, Role.COURSE_ORGANISER):
        known = ", ".join(role_slug(r) for r in Role if r not in (Role.PRACTITIONER, Role.COURSE_ORGANISER))
        raise click.UsageError(f"There is no role {typed!r} to give. There are: {known}.")
    return role


def known_partnership(slug: str | None) -> Partnership:
    """The partnership named, or the site's own."""
    wanted = slug or current_app.config["PARTNERSHIP"]
    found = db.session.scalar(Partnership.by_slug(wanted) if wanted else Partnership.first())
    if found is None:
        raise click.UsageError(
            f"There is no partnership {wanted!r}."
            if wanted
            else "There is no partnership yet. Add one first: flask partnership add."
        )
    return found


def known_place(agency: str | None, setting: str | None, team: str | None) -> Led | None:
    """Where they work, by id."""
    if agency is None:
        if setting or team:
            raise click.UsageError("Say --agency too: a setting or team belongs to one.")
        return None
    found = one(sa.select(Agency).where(Agency.slug == agency), "agency", agency, Agency.slug)
    if found.is_umbrella and not setting:
        raise click.UsageError(f"{found.name} stands for many settings: say --setting too.")
    within = Setting.agency_id == found.id
    school = setting and one(
        sa.select(Setting).where(within, Setting.slug == setting), "setting", setting, Setting.slug
    )
    inside = Team.agency_id == found.id
    group = team and one(sa.select(Team).where(inside, Team.name == team), "team", team, Team.name)
    return Led(found.id, school.id if school else None, group.id if group else None)


def one(
    wanted: sa.Select[Found], what: str, typed: str, column: sa.orm.attributes.InstrumentedAttribute[str]
) -> Found:
    """The row, or an error that names the likely ones."""
    row = db.session.scalar(wanted)
    if row is None:
        near = difflib.get_close_matches(typed, list(db.session.scalars(sa.select(column))), n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise click.UsageError(f"There is no {what} {typed!r}.{hint}")
    return row


def found_or_made(address: str, name: str, now: datetime) -> Person:
    """The person with this address; a name they gave themselves is kept."""
    person = actions.person_of(address)
    if person is None:
        person = actions.person_at(address, name=name, now=now)
        click.echo(f"Added {name}.")
        return person
    if person.closed_at is not None:
        raise click.UsageError(f"The account of {address} is closed.")
    if not person.name:
        person.name = name
    kept = "" if person.name == name else f" as {person.name}, which is kept"
    click.echo(f"{address} is already there{kept}.")
    return person


def say_where(person: Person, works: Led, now: datetime) -> None:
    """Where they work from today on, unless that is known."""
    today = clock.london_day(now)
    known = [
        Led(w.agency_id, w.setting_id, w.team_id)
        for w in db.session.scalars(Affiliation.held_by(person.id, today))
    ]
    if works in known:
        click.echo("Where they work is known.")
        return
    db.session.add(Affiliation(person_id=person.id, from_on=today, **works._asdict()))
    click.echo("Where they work is written down.")


def give(person: Person, role: Role, *, partnership: Partnership, led: Led | None, now: datetime) -> None:
    """A role, once."""
    held = set(db.session.scalars(RoleGrant.held_by(person.id, partnership.id, clock.london_day(now))).all())
    grant = actions.give_role(person, role, partnership=partnership, led=led, by="command line", now=now)
    click.echo(f"{person.name} {'has' if grant in held else 'was given'} the role of {role.value}.")
