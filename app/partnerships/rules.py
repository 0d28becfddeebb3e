"""The defaults of every dated setting (domain.md), and reporting years."""

from collections.abc import Iterable
from datetime import date
from typing import Any

DEFAULTS: dict[str, Any] = {
    "booking_closes_working_days": {"classroom": 1, "blended": 1, "virtual": 0},
    "late_cancellation_working_days": 3,
    "changed_date_working_days": 5,
    "link_shown_hours": 24,
    "nomination_places": 6,
    "nominate_until_working_days": 10,
    "booked_at_once_until_working_days": 10,
    "offers_held_until_working_days": 5,
    "offer_working_days": 2,
    "offers_beyond_places": 3,
    "head_start_hours": 24,  # who waited in vain hears of a new date before the others
    "part_one_working_days": 5,
    "part_one_reminders_working_days": [15, 10, 6],
    "before_opens_working_days": 10,
    "before_closes_minutes": 30,
    "joining_working_days": 5,
    "reminder_working_days": 1,
    "evaluate_again_working_days": 3,
    "missed_working_days": 1,
    "check_in_opens_minutes": 30,  # self check-in, before the start of a session ...
    "check_in_closes_minutes": 15,  # ... and after it
    "follow_up_again_working_days": 5,
    "outcome_rule": {"percent": 80},  # of the minutes of all sessions: see outcome_rules
    "missed_times": 2,  # so often within so many months, and the desk is told
    "missed_within_months": 12,
    "missed_needs_approval": False,  # whether a lead then has to agree to what they book
    "smallest_group": 5,
    "follow_up_weeks": 8,
    "approval_working_days": 5,
    "approval_again_working_days": 3,
    "approval_escalates_working_days": 4,
    "release_working_days": 10,  # a manager has, to say whether they release somebody for the pool
    "release_again_working_days": 5,
    "trainers_needed": 2,  # by an event, unless it was said for it
    "leads_needed": 1,  # of them
    "trainer_agencies_needed": 2,  # from which they come
    "trainer_day_pence": 0,  # what a day of the pool is worth; 0 while nobody has entered it
    "places_a_trainer_day": 0,  # a day of training earns so many places, as information; 0: no such policy
    "call_answered_working_days": 3,  # a call to deliver; then the desk hears of it
    "call_closes_working_days": 5,  # until when it can be answered, unless who asks says otherwise
    "call_again_working_days": 1,  # before it closes: asked once more
    "call_confirmed_by": "at once",  # a yes; or by the desk
    "cue_sheet_hour": 17,  # in London, on the day before each day of a course
    "register_open_working_days": [1, 3],  # after a course: its trainers, then the administrators
    "register_open_hour": 10,
    "refresher_months": [3, 1],  # before what somebody completed is to be done again
}


def in_force(chosen: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Every setting: the defaults, then what the partnership chose (oldest first, so that the newest holds)."""
    return {**DEFAULTS, **dict(chosen)}


def reporting_year(day: date) -> int:
    """The calendar year in which the reporting year of that day began (1 April)."""
    return day.year if (day.month, day.day) >= (4, 1) else day.year - 1


def year_label(start: int) -> str:
    """2021 as people write it: 2021/22."""
    return f"{start}/{(start + 1) % 100:02d}"


def year_slug(start: int) -> str:
    """2021 as it stands in addresses: 2021-22."""
    return f"{start}-{(start + 1) % 100:02d}"


def year_from_slug(slug: str) -> int | None:
    """2021 from 2021-22; None for anything else, 2021-23 included."""
    first, _, second = slug.partition("-")
    if (
        len(first) == 4
        and len(second) == 2
        and first.isascii()
        and first.isdigit()
        and year_slug(int(first)) == slug
        and 1900 <= int(first) < 2900
    ):
        return int(first)
    return None


def year_bounds(start: int) -> tuple[date, date]:
    """First and last day of the reporting year that begins in that calendar year."""
    return date(start, 4, 1), date(start + 1, 3, 31)
