"""The one navigation, made of what this person may do (pages.md); base.html shows five and folds the rest."""

from dataclasses import dataclass

from flask import request

from ..accounts.rules import Role
from .access import Viewer


@dataclass(frozen=True)
class Entry:
    """A link of the navigation; ``roles`` empty means anybody signed in."""

    label: str
    href: str
    roles: frozenset[Role] = frozenset()
    also: tuple[str, ...] = ()  # where else one is in this part of the site

    def holds(self, path: str) -> bool:
        """Whether that page belongs to it."""
        return any((path + "/").startswith(start + "/") for start in (self.href, *self.also))


PUBLIC = (Entry("Find training", "/courses"), Entry("Programme", "/programme"), Entry("About", "/about"))
DESK = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
GROUP = frozenset({Role.LWD_MEMBER, Role.COORDINATOR})
SIGNED_IN = (
    Entry("Desk", "/desk", DESK),
    Entry("My events", "/my-events", frozenset({Role.TRAINER})),
    Entry("My agency", "/my-agency", frozenset({Role.AGENCY_LEAD})),
    Entry("Impact", "/impact", GROUP),
    Entry("Report", "/report", GROUP),
    Entry("Find training", "/courses"),
    Entry("People", "/people", DESK),
    Entry("Training pool", "/pool", frozenset({Role.COORDINATOR})),
    Entry("Agencies", "/agencies", DESK),
    Entry("Mail", "/outbox", DESK, also=("/messages", "/mailbox", "/bulletin")),
    Entry("Venues", "/venues", DESK),
    Entry("My learning", "/learning"),
    Entry("My calendar", "/calendar"),
    Entry("Programme", "/programme"),
)


def entries_for(who: Viewer | None) -> list[dict[str, object]]:
    """What base.html shows: label, href and whether it is where the person is."""
    chosen = PUBLIC if who is None else tuple(e for e in SIGNED_IN if not e.roles or e.roles & who.roles)
    return [{"label": e.label, "href": e.href, "current": e.holds(request.path)} for e in chosen]


def first_page(who: Viewer) -> str:
    """Where a person lands after signing in (pages.md, first table)."""
    ladder = (
        (Role.ADMINISTRATOR, "/desk"),
        (Role.LWD_MEMBER, "/impact"),
        (Role.AGENCY_LEAD, "/my-agency"),
        (Role.TRAINER, "/my-events"),
    )
    return next((href for role, href in ladder if role in who.roles), "/learning")
