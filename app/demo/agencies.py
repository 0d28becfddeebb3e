"""The agencies of the county, their standing, teams and settings."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..accounts.models import Agency, AgencyStanding, Setting, Team
from .facts import facts
from .rows import Rows
from .seed import chance

STANDING_FROM = date(2019, 1, 1)  # when the partnership's arrangements were published


@dataclass
class Employer:
    """An agency as the demonstration needs it to place people."""

    id: int
    slug: str
    sector: str
    domains: list[str]
    since: date | None
    until: date | None
    successor: str
    people: int
    teams: dict[str, int] = field(default_factory=dict)
    settings: list["Place"] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A setting: a school, a nursery, a club."""

    id: int
    name: str


def add_agencies(rows: Rows, partnership_id: int) -> dict[str, Employer]:
    """All agencies by slug, with their rows."""
    found = {
        given["slug"]: employer(given, number) for number, given in enumerate(facts("agencies")["agency"], 1)
    }
    for given in facts("agencies")["agency"]:
        own = found[given["slug"]]
        successor = found[own.successor].id if own.successor else None
        rows.add(
            Agency,
            slug=own.slug,
            name=given["name"],
            sector=own.sector,
            is_umbrella=given.get("umbrella", False),
            email_domains=own.domains,
            since_on=own.since,
            until_on=own.until,
            succeeded_by_id=successor,
            workforce=given.get("workforce"),
        )
        add_standing(rows, own, partnership_id, given["standing"])
        own.teams = {name: rows.add(Team, agency_id=own.id, name=name) for name in given.get("teams", ())}
    for kind in facts("settings")["kind"]:
        add_settings(rows, found[kind["umbrella"]], kind)
    return found


def employer(given: dict[str, Any], number: int) -> Employer:
    """An agency as the facts have it."""
    return Employer(
        number,
        given["slug"],
        given["sector"],
        given["email_domains"],
        given.get("since"),
        given.get("until"),
        given.get("succeeded_by", ""),
        given.get("people", 0),
    )


def add_standing(rows: Rows, own: Employer, partnership_id: int, standing: str) -> None:
    """What the agency is to the partnership while it exists."""
    rows.add(
        AgencyStanding,
        agency_id=own.id,
        partnership_id=partnership_id,
        standing=standing,
        from_on=max(STANDING_FROM, own.since or STANDING_FROM),
        until_on=own.until,
    )


def add_settings(rows: Rows, umbrella: Employer, kind: dict[str, Any]) -> None:
    """The invented settings of one kind: names, numbers, trusts and districts go round."""
    draw = chance("settings", umbrella.slug)
    given = facts("settings")
    districts, places = given["districts"], given["places"].split()
    names = [
        (name.format(place=place), districts[at % len(districts)])
        for name in kind["names"]
        for at, place in enumerate(places)
    ]
    for number, (name, district) in enumerate(sorted(draw.sample(names, kind["count"])), 1):
        slug = "-".join(name.lower().replace("'", "").replace(".", "").replace(",", "").split())
        setting_id = rows.add(
            Setting,
            slug=slug,
            agency_id=umbrella.id,
            name=name,
            number=f"{kind['number']}{10_000 + 37 * number}" if kind["number"] else "",
            trust=draw.choice(kind["trusts"]),
            district=district,
            workforce=draw.randint(*kind["workforce"]),
        )
        umbrella.settings.append(Place(setting_id, name))
