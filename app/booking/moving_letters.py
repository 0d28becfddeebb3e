"""The letters about a place that changed hands, and about another date: each with the invite it needs.

A mail carries one sitting. So the letter that says both ("you moved from ... to ...") brings the first session of
the new date, and each session of the old one is taken out of the calendar by a short letter of its own.
"""

from datetime import datetime

from ..accounts.models import Person
from .checks import Occasion, occasion_of
from .letters import post_invites
from .models import Booking


def tell_substituted(old: Booking, new: Booking, occasion: Occasion, *, by: Person, now: datetime) -> None:
    """One has the place now, the other no longer: both are told by whom, and both calendars are put right."""
    post_invites(
        "place-given-on",
        old,
        old.person,
        occasion,
        method="CANCEL",
        now=now,
        colleague=new.person.name,
        done_by="" if by.id == old.person_id else by.name,
    )
    post_invites(
        "place-taken-over",
        new,
        new.person,
        occasion,
        method="REQUEST",
        now=now,
        colleague=old.person.name,
        done_by="" if by.id in (new.person_id, old.person_id) else by.name,
    )


def tell_moved(old: Booking, new: Booking, occasion: Occasion, *, by: Person | None, now: datetime) -> None:
    """The new date with its invite, said beside the old one; then the old one out of the calendar."""
    left = occasion_of(old.event, now)
    done_by = by.name if by is not None and by.id != new.person_id else ""
    post_invites(
        "moved",
        new,
        new.person,
        occasion,
        method="REQUEST",
        now=now,
        was=old.event,
        done_by=done_by,
        swapped=new.swap,
    )
    post_invites(
        "moved-away",
        old,
        old.person,
        left,
        method="CANCEL",
        now=now,
        for_calendar=True,
        goes_to=new.event,
    )
