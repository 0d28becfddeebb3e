"""Who of an event came, and who completed it: what the tally counts and certificates follow. Pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..attendance.override_rules import has_completed
from ..partnerships.outcome_rules import USUAL

if TYPE_CHECKING:
    from .rules import EventFacts, Marked


def has_come(marks: "Iterable[Marked]") -> bool:
    """Whether somebody was present in one session or more."""
    return any(mark.mark == "present" for mark in marks)


def is_through(facts: "EventFacts", booking: int, marks: "Iterable[Marked]") -> bool:
    """Whether somebody completed: by the rule their booking was made under, or as a person decided."""
    there = {mark.session: mark.minutes for mark in marks if mark.mark == "present"}
    sittings = [(there.get(session, 0), length) for session, length in facts.sessions.items()]
    by_rule = facts.rules.get(booking, USUAL).is_met(sittings)
    return has_completed(came=bool(there), by_rule=by_rule, decided=facts.decided.get(booking))


def who_completed(facts: "EventFacts") -> set[int]:
    """The bookings of everybody who completed."""
    by_booking = facts.marks_by_booking()
    return {booking for booking, marks in by_booking.items() if is_through(facts, booking, marks)}
