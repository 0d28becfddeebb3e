"""Who is a colleague of whom, and whom a lead leads."""

import pytest

from app.accounts.rules import Led
from app.booking.colleagues import Works, is_colleague, leads

COUNCIL, SCHOOLS = 1, 2
HILL_TOP, VALE = 10, 11
EARLY_HELP, YOUTH = 20, 21


@pytest.mark.parametrize(
    ("one", "other", "umbrella", "near", "expected"),
    [
        (Works(COUNCIL), Works(COUNCIL), False, False, True),
        (Works(COUNCIL), Works(SCHOOLS), False, False, False),
        (Works(COUNCIL, None, EARLY_HELP), Works(COUNCIL, None, YOUTH), False, False, True),
        (Works(COUNCIL, None, EARLY_HELP), Works(COUNCIL, None, YOUTH), False, True, False),
        (Works(COUNCIL, None, EARLY_HELP), Works(COUNCIL, None, EARLY_HELP), False, True, True),
        (Works(COUNCIL, None, EARLY_HELP), Works(COUNCIL), False, True, False),
        (Works(COUNCIL), Works(COUNCIL, None, YOUTH), False, True, True),
        (Works(SCHOOLS, HILL_TOP), Works(SCHOOLS, HILL_TOP), True, False, True),
        (Works(SCHOOLS, HILL_TOP), Works(SCHOOLS, VALE), True, False, False),
        (Works(SCHOOLS), Works(SCHOOLS), True, False, False),
        (Works(COUNCIL, HILL_TOP), Works(COUNCIL, VALE), False, False, True),
        (Works(COUNCIL, HILL_TOP), Works(COUNCIL, VALE), False, True, False),
        # An id of another agency says nothing, even if a setting or team were the same.
        (Works(COUNCIL, HILL_TOP), Works(SCHOOLS, HILL_TOP), True, False, False),
    ],
)
def test_colleagues_work_for_one_agency_or_under_an_umbrella_for_one_setting(
    one: Works, other: Works, umbrella: bool, near: bool, expected: bool
):
    assert is_colleague(one, other, umbrella=umbrella, near=near) is expected


@pytest.mark.parametrize(
    ("led", "place", "expected"),
    [
        (Led(COUNCIL), Works(COUNCIL, None, YOUTH), True),
        (Led(COUNCIL), Works(SCHOOLS), False),
        (Led(COUNCIL, None, EARLY_HELP), Works(COUNCIL, None, EARLY_HELP), True),
        (Led(COUNCIL, None, EARLY_HELP), Works(COUNCIL, None, YOUTH), False),
        (Led(COUNCIL, None, EARLY_HELP), Works(COUNCIL), False),
        (Led(SCHOOLS, HILL_TOP), Works(SCHOOLS, HILL_TOP), True),
        (Led(SCHOOLS, HILL_TOP), Works(SCHOOLS, VALE), False),
        (Led(SCHOOLS, HILL_TOP), Works(SCHOOLS), False),
    ],
)
def test_a_lead_leads_those_of_their_agency_setting_or_team(led: Led, place: Works, expected: bool):
    assert leads(led, place) is expected
