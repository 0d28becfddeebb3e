"""An event as somebody plans it, before it is a row. Pure: plain values, and the questions one asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """One sitting: when, and where or through which link. A venue of an unknown name is a new one."""

    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    address: str = ""
    postcode: str = ""
    joining_url: str = ""


@dataclass(frozen=True, kw_only=True)
class EventPlan:
    """An event: its sessions in order of time, its places, and what those booked should know."""

    sessions: tuple[SessionPlan, ...]
    capacity: int
    booking_limit: int
    notes: str = ""
    published: bool = True

    @property
    def starts_at(self) -> datetime:
        """When the first session starts."""
        return self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """When the last session ends."""
        return max(session.ends_at for session in self.sessions)

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
