"""Roles and role groups, and small decisions about people. Pure: plain values in and out."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do (domain.md, "Who may do what")."""

    PRACTITIONER = "practitioner"
    TRAINER = "trainer"
    AGENCY_LEAD = "agency lead"
    COURSE_ORGANISER = "course organiser"
    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    LWD_MEMBER = "L&WD member"
    CHAIR = "chair"
    SCRUTINEER = "scrutineer"


# A role holds those it includes; everybody signed in is a practitioner.
INCLUDES: dict[Role, frozenset[Role]] = {
    Role.COORDINATOR: frozenset({Role.ADMINISTRATOR}),
    Role.CHAIR: frozenset({Role.LWD_MEMBER}),
    Role.SCRUTINEER: frozenset({Role.LWD_MEMBER}),
}

ROLE_GROUPS = (
    "Everyone who meets children or families",
    "Works directly with children or families",
    "Specialist safeguarding practitioner",
    "Manages or supervises practitioners",
    "Designated or named safeguarding lead",
    "Senior or strategic leader",
    "Volunteer",
)


def widened(roles: frozenset[Role]) -> frozenset[Role]:
    """The roles with everything they include, for somebody who is signed in."""
    found = {Role.PRACTITIONER, *roles}
    for role in roles:
        found |= INCLUDES.get(role, frozenset())
    return frozenset(found)


def tidy_email(address: str) -> str:
    """An address as it is stored and compared: no blanks around it, lower case."""
    return address.strip().lower()
