"""Invites that were written before: sent again, to another address, and read back."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import from_london
from app.notifications.calendar import invite_text, readdressed, restamped
from app.notifications.read_back import Said, read_back
from tests.test_calendar import CANCEL, CLOCK_CHANGES, INVITE, STAMP, UPDATE


def test_sent_again_only_the_stamp_differs():
    again = restamped(invite_text(INVITE), stamp=STAMP + timedelta(minutes=5))
    assert again == invite_text(replace(INVITE, stamp=STAMP + timedelta(minutes=5)))


@pytest.mark.parametrize(
    "address", ["p@x.example", "priya.with.a.name.that.is.longer.than.a.line@north.shire.example"]
)
def test_sent_to_another_address_only_the_attendee_differs(address: str):
    for invite in (INVITE, CANCEL):
        assert readdressed(invite_text(invite), email=address) == invite_text(
            replace(invite, attendee_email=address)
        )


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=90))
def test_an_invite_is_read_back_as_it_was_written(text: str):
    for invite in (INVITE, UPDATE, CANCEL):
        invite = replace(invite, title=f"Training: {text}", location=text)
        said = read_back(invite_text(invite))
        assert said == Said(**{name: getattr(invite, name) for name in vars(said)})


@pytest.mark.parametrize(("day", "start", "end"), CLOCK_CHANGES)
def test_times_are_read_back_on_both_sides_of_both_clock_changes(day: date, start: time, end: time):
    invite = replace(INVITE, starts_at=from_london(day, start), ends_at=from_london(day, end))
    said = read_back(invite_text(invite))
    assert (said.starts_at, said.ends_at) == (invite.starts_at, invite.ends_at)


def test_of_the_hour_that_comes_twice_the_second_is_read_back():
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    said = read_back(invite_text(replace(INVITE, starts_at=second, ends_at=second + timedelta(hours=2))))
    assert said.starts_at == second
