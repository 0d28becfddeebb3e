"""Roles and role groups, who may sign in and how often, where somebody works. Pure: plain values in and out."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple


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


# As whom somebody at the desk may see the site: nobody who may do what they may not do themselves. A course
# organiser does a coordinator's work, and figures are shown to the L&WD Group only.
SEEN_BY: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset({Role.PRACTITIONER, Role.TRAINER, Role.AGENCY_LEAD, Role.ADMINISTRATOR}),
    Role.COORDINATOR: frozenset(Role),
}


def may_see_as(own: frozenset[Role], theirs: frozenset[Role]) -> bool:
    """Whether somebody with these roles may see the site as somebody with those."""
    allowed = frozenset[Role]().union(*(SEEN_BY.get(role, frozenset()) for role in own))
    return bool(allowed) and theirs <= allowed | own


def gains_nothing(own: Mapping[int, frozenset[Role]], theirs: Mapping[int, frozenset[Role]]) -> bool:
    """Whether signing in as somebody else would give no right that one has not (roles by partnership id).

    Asked before a code is read out or an address changed: either would open the other account, in every partnership.
    """
    return all(may_see_as(own.get(where, frozenset()), roles) for where, roles in theirs.items())


def tidy_email(address: str) -> str:
    """An address as it is stored and compared: no blanks around it, lower case."""
    return address.strip().lower()


# Roles a coordinator gives on the site; everybody is a practitioner, and course organisers are named by course.
GIVEN_ON_THE_SITE = (
    Role.TRAINER,
    Role.AGENCY_LEAD,
    Role.ADMINISTRATOR,
    Role.COORDINATOR,
    Role.LWD_MEMBER,
    Role.CHAIR,
    Role.SCRUTINEER,
)


class Led(NamedTuple):
    """What an agency lead leads, by id: an agency, one setting of an umbrella, or one team."""

    agency_id: int
    setting_id: int | None = None
    team_id: int | None = None


def role_slug(role: Role) -> str:
    """A role as it is typed in a command or kept in a form: "agency lead" is agency-lead."""
    return "-".join(re.findall(r"[a-z]+", role.value.lower().replace("&", "")))


def role_from_slug(slug: str) -> Role | None:
    """The role typed as ``lwd-member``, "L&WD member" or the like; None when there is no such role."""
    words = "-".join(re.findall(r"[a-z]+", slug.lower().replace("&", "")))
    return next((role for role in Role if role_slug(role) == words), None)


# Signing in. A link and its code are valid for half an hour. With five codes to try per mail, and twenty a day for
# one address, a guesser's chance is 1 in 50,000 a day. A network may be a whole council behind one address.
VALID_FOR = timedelta(minutes=30)
ASKED_WITHIN = timedelta(minutes=30)
MAILS_TO_ONE_ADDRESS = 5
MAILS_FROM_ONE_NETWORK = 60
WRONG_CODES_OF_ONE_MAIL = 5
WRONG_CODES_WITHIN = timedelta(days=1)
WRONG_CODES_OF_ONE_ADDRESS = 20
# Longer than anything above is counted for.
REQUESTS_KEPT_FOR = timedelta(days=30)


def may_ask(*, to_address: int, from_network: int) -> bool:
    """Whether another sign-in mail may be asked for, after so many within ``ASKED_WITHIN``."""
    return to_address < MAILS_TO_ONE_ADDRESS and from_network < MAILS_FROM_ONE_NETWORK


def may_try_code(*, of_this_mail: int, of_this_address: int) -> bool:
    """Whether another code may be typed, after so many wrong ones."""
    return of_this_mail < WRONG_CODES_OF_ONE_MAIL and of_this_address < WRONG_CODES_OF_ONE_ADDRESS


def still_good(*, expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether a link or code can still sign somebody in."""
    return used_at is None and now < expires_at


def network_of(address: str | None) -> str:
    """The network an address belongs to, for counting: an IPv6 reader has a /64 to choose addresses from."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def tidy_code(typed: str) -> str:
    """The digits of a code, as people copy it: "123 456", "123-456"."""
    return re.sub(r"[\s\-\u2010-\u2015.]", "", typed)


def tidy_name(typed: str) -> str:
    """A name with its blanks folded."""
    return " ".join(typed.split())


def guessed_agency(email: str, domains: Mapping[str, Iterable[str]]) -> str:
    """The key of the agency whose mail domain (or a part of it) the address has; "" when none or several."""
    host = email.rpartition("@")[2]
    found = {
        key
        for key, owned in domains.items()
        if any(host == domain.lower() or host.endswith("." + domain.lower()) for domain in owned)
    }
    return found.pop() if len(found) == 1 else ""


def folded(name: str) -> str:
    """A name for comparing: words and digits in lower case, "St" and "Saint" alike, without "the" and "and"."""
    words = re.findall(r"\w+", name.casefold().replace("'", "").replace("\u2019", ""))
    return " ".join("st" if word == "saint" else word for word in words if word not in ("the", "and"))


def same_name(typed: str, names: Sequence[str]) -> str:
    """The name that was meant, when it differs in case and punctuation only; "" otherwise."""
    return next((name for name in names if folded(name) == folded(typed)), "")


def similar_names(typed: str, names: Sequence[str], *, limit: int) -> list[str]:
    """Names a person may have meant, for them to choose from: all their words typed, or typed a little wrong."""
    wanted = folded(typed)
    words = set(wanted.split())
    if not words:
        return []
    by_folded = {folded(name): name for name in names}
    sharing = [f for f in by_folded if words <= set(f.split()) or set(f.split()) <= words]
    close = difflib.get_close_matches(wanted, by_folded, n=limit, cutoff=0.8)
    return [by_folded[f] for f in dict.fromkeys((*sharing, *close))][:limit]


def in_force_on(day: date, *, from_on: date | None, until_on: date | None) -> bool:
    """Whether something dated holds on that day; both ends belong to it."""
    return (from_on is None or from_on <= day) and (until_on is None or day <= until_on)


def slug_of(name: str, *, taken: Iterable[str] = (), length: int = 80) -> str:
    """A name for addresses that is not taken yet: "St Mary's Primary" is st-marys-primary."""
    plain = "-".join(re.findall(r"[a-z0-9]+", name.lower().replace("'", "").replace("\u2019", "")))
    stem, used, number = plain[: length - 4].strip("-") or "setting", set(taken), 2
    slug = stem
    while slug in used:
        slug, number = f"{stem}-{number}", number + 1
    return slug
