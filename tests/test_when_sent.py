"""When each message goes, in a sentence, by what the partnership has set."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.message_table import BY_KEY, MESSAGES, Message
from app.notifications.when_sent import GAPS, when_sent
from app.partnerships.rules import DEFAULTS


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("approve", "at once, again after 3 working days"),
        ("joining", "5 working days before, or at booking if later"),
        ("reminder", "1 working day before"),
        ("part-one", "at booking, 15, 10 and 6 working days before, on the deadline day"),
        ("evaluate", "at the end; 3 working days on"),
        ("missed", "the next working day"),
        ("follow-up", "8 weeks on; again 5 working days on"),
        ("cue-sheet", "at 5pm the day before each day of the course"),
        ("register-open", "the next working day at 10am; 3 working days on"),
    ],
)
def test_messages_go_when_the_table_says_until_something_else_is_set(key: str, said: str):
    assert when_sent(BY_KEY[key], DEFAULTS) == said


@pytest.mark.parametrize(
    ("key", "chosen", "said"),
    [
        ("joining", {"joining_working_days": 7}, "7 working days before, or at booking if later"),
        ("reminder", {"reminder_working_days": 0}, "on the day"),
        (
            "part-one",
            {"part_one_reminders_working_days": [1]},
            "at booking, 1 working day before, on the deadline day",
        ),
        ("missed", {"missed_working_days": 2}, "2 working days on"),
        ("follow-up", {"follow_up_weeks": 1}, "1 week on; again 5 working days on"),
        ("cue-sheet", {"cue_sheet_hour": 12}, "at midday the day before each day of the course"),
    ],
)
def test_what_a_partnership_sets_is_what_is_said(key: str, chosen: dict[str, object], said: str):
    assert when_sent(BY_KEY[key], DEFAULTS | chosen) == said


def test_no_number_of_working_days_or_weeks_stands_in_the_table_itself():
    fixed = [m.key for m in MESSAGES if re.search(r"\d+ (working day|week)", m.when)]
    assert fixed == []
    used = {gap for m in MESSAGES for gap in re.findall(r"{(\w+)}", m.when)}
    assert used == set(GAPS)


@given(message=st.sampled_from(MESSAGES), number=st.integers(0, 60))
def test_whatever_is_set_makes_a_sentence_without_gaps(message: Message, number: int):
    chosen = {
        key: number for key, _ in GAPS.values() if not isinstance(DEFAULTS[key], list) and "hour" not in key
    }
    said = when_sent(message, DEFAULTS | chosen)
    assert not set("{}[]") & set(said)
    assert not re.search(r"\b1 (working days|weeks)\b|\b0 ", said)
