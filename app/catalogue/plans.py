"""An event as somebody plans it, before it is a row. Pure: plain values, and the questions one asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """One sitting: when, and where or through which link. A venue of an unknown name is a new one.

    ``session`` names the stored session that it goes on from ("" for a new one, or where nobody said).
    """

    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    address: str = ""
    postcode: str = ""
    joining_url: str = ""
    session: str = ""


@dataclass(frozen=True, kw_only=True)
class EventPlan:
    """An event: its sessions in order of time (none while it awaits its date), its places, and its notes.

    Fewer booked than ``minimum`` on the day ``minimum_by`` is said at the desk. ``link_shown_hours`` before the start
    those booked see the joining link; None: as the partnership has it.
    """

    sessions: tuple[SessionPlan, ...]
    capacity: int
    booking_limit: int
    notes: str = ""
    content_note: str = ""
    published: bool = True
    minimum: int | None = None
    minimum_by: date | None = None
    link_shown_hours: int | None = None
    by_invitation: bool = False
    headcount_only: bool = False

    @property
    def starts_at(self) -> datetime | None:
        """When the first session starts; None while it awaits its date."""
        return self.sessions[0].starts_at if self.sessions else None

    @property
    def ends_at(self) -> datetime | None:
        """When the last session ends; None while it awaits its date."""
        return max((session.ends_at for session in self.sessions), default=None)

    @property
    def state(self) -> str:
        """The state of the event."""
        return PUBLISHED if self.published else DRAFT


def overlapping(sessions: Sequence[SessionPlan]) -> int | None:
    """The place in the list of the first session that begins before an earlier one has ended; None if none does."""
    in_order = sorted(range(len(sessions)), key=lambda number: sessions[number].starts_at)
    for before, after in zip(in_order, in_order[1:], strict=False):
        if sessions[after].starts_at < sessions[before].ends_at:
            return after
    return None
