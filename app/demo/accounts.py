"""The people to sign in as, one for each role, found by their addresses."""

from datetime import date
from typing import Any

from ..accounts.models import RoleGrant
from ..accounts.rules import Role
from .facts import facts
from .people import Crowd, Human, Post
from .rows import Rows
from .seed import public_id

SINCE = date(2021, 1, 4)


def hire_accounts(crowd: Crowd) -> dict[str, Human]:
    """The people to sign in as, by role."""
    return {given["role"]: account(crowd, given) for given in facts("accounts")["account"]}


def account(crowd: Crowd, given: dict[str, Any]) -> Human:
    """One of them at their post."""
    employer = crowd.employers[given["agency"]]
    post = Post(employer, None, given.get("team", ""), given["job"], given["role_group"], SINCE)
    crowd.names.given.add(given["name"])
    return crowd.join(given["name"], given["email"], post)


def add_grants(rows: Rows, accounts: dict[str, Human], *, partnership_id: int) -> None:
    """Their roles; everybody signed in is a practitioner anyway, and a lead has an agency and an end date."""
    by = public_id("person", accounts[Role.COORDINATOR].id)
    for role, human in accounts.items():
        if role != Role.PRACTITIONER:
            rows.add(
                RoleGrant,
                person_id=human.id,
                partnership_id=partnership_id,
                role=role,
                agency_id=human.posts[0].employer.id if role == Role.AGENCY_LEAD else None,
                from_on=SINCE,
                until_on=None,
                granted_by=by,
            )
