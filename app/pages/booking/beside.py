"""What stands on a booking's page beside the booking itself: who has to agree to it, what it costs, and calendars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ...booking.approval_rules import TO_ANSWER
from ...booking.approving import is_approved
from ...booking.charging import of as charges_of
from ...booking.letters import joining_link, place_of
from ...booking.models import Approval, Booking
from ...catalogue.models import EventSession
from ...db import db
from ...web.calendar_links import Way, additions
from ...web.filters import day
from ..approvals.finding import everybody_asked, facts_about
from ..approvals.words import standing, whom
from ..charges.words import charge_words
from ..people.words import Outcome


def agreement(booking: Booking, now: datetime) -> dict[str, Any]:
    """Who was asked and how that stands; while it is open also what they can see, and that they can be asked again."""
    if not booking.policy.get("to_approve"):
        return {}
    told: dict[str, Any] = {"asked": who_was_asked(booking, now)}
    if may_ask(booking):
        told |= {
            "facts": facts_about(booking, now),
            "may_ask": names_manager(booking) or nobody_can_answer(told),
        }
    return told


def names_manager(booking: Booking) -> bool:
    """Whether the person says who has to agree."""
    return bool(booking.event.course.approval == "manager")


def nobody_can_answer(told: dict[str, Any]) -> bool:
    """Whether everybody who was asked has let it run out."""
    return all(one.decision for _, _, one in told["asked"])


def may_ask(booking: Booking) -> bool:
    """Whether somebody still has to agree."""
    waits = booking.state in TO_ANSWER and booking.policy.get("to_approve")
    return bool(waits) and not is_approved([booking.id])


def who_was_asked(booking: Booking, now: datetime) -> list[tuple[str, Outcome, Approval]]:
    """Everybody who was asked, the first first, with how that stands."""
    return [(whom(one), standing(one, now), one) for one in everybody_asked(booking.id)]


def charge_lines(booking: Booking) -> list[str]:
    """What the place costs, in sentences; no query for who pays nothing."""
    if not booking.policy.get("charge"):
        return []
    return [charge_words(charge) for charge in db.session.scalars(charges_of(booking.id))]


def ways_in(booking: Booking, sessions: Sequence[EventSession]) -> list[tuple[Way, str]]:
    """Links that put each session into a calendar on the web; with its day, where there are several."""
    details = f"Joining link, where it is and whom to ring: {joining_link(booking)}"
    several = len(sessions) > 1
    found = []
    for number, session in enumerate(sessions, 1):
        title = f"Training: {booking.event.course.title}"
        title += f" ({number} of {len(sessions)})" if several else ""
        place = place_of(session) or "Online"
        ways = additions(title, session.starts_at, session.ends_at, place=place, details=details)
        found += [(way, day(session.starts_at) if several else "") for way in ways]
    return found
