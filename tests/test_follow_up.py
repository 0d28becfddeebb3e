"""Eight weeks on, and once again: to those who came, with what they meant to do; with a moved clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event
from app.clock import from_london, in_london, london_day
from app.db import writing
from app.evaluation import rules
from app.evaluation.readers import events_to_tell
from app.notifications import choices, unreachable
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records.actions import changing
from app.records.due import due
from app.working_days import is_working_day, working_days_between
from tests.browser import CheckedClient
from tests.factories import add, make_booking, make_event, make_partnership, make_person
from tests.mail import letters_of, twice
from tests.test_evaluation import links, mark, reply

# Friday 6 November 2026, until 12:30; eight weeks on is New Year's Day.
STARTS = from_london(date(2026, 11, 6), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
OPENS = ENDS + timedelta(weeks=8)
# Told on Friday 1 January, a bank holiday: Monday 4, 5, 6, 7, Friday 8 January.
AGAIN = from_london(date(2027, 1, 8), time(9))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
YEARS = (datetime(2024, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))
INTENTION = "Ask the school before I close a case.\nAnd write *down* what they say."


@pytest.fixture
def event(each_app: Flask) -> Event:
    """A date that is over."""
    return make_event(starts=STARTS)


@pytest.fixture
def lite(app: Flask) -> Event:
    """The same where one database is enough."""
    return make_event(starts=STARTS)


def attended(event: Event, name: str = "", **given: Any) -> Booking:
    """Somebody who came."""
    booking = make_booking(event, make_person(name) if name else None, **given)
    mark(booking, at=ENDS)
    return booking


def work(*moments: datetime) -> None:
    """What the clock does at these moments; twice each, since two workers may."""
    twice(due, *moments)


def told(message: str = "follow-up") -> list[Letter]:
    """The letters of a wording, oldest first."""
    return letters_of(message)


def sent(at: datetime) -> None:
    """The worker sends whatever waits."""
    with writing() as session:
        waiting = sa.update(Letter).where(Letter.state == "queued")
        session.execute(waiting.values(state="sent", sent_at=at))


@given(instants, st.integers(1, 10))
def test_once_more_is_nine_in_the_morning_so_many_working_days_on(told_at: datetime, days: int):
    at = rules.again_at(told_at, working_days=days)
    assert in_london(at).time() == time(9)
    assert is_working_day(london_day(at))
    evening = from_london(london_day(told_at), time(17, 1))
    assert working_days_between(evening, at) == days - 1  # whole ones that have gone by


@given(instants, st.timedeltas(-30 * DAY, 30 * DAY), st.timedeltas(-30 * DAY, 30 * DAY))
def test_a_follow_up_is_due_from_its_opening_for_two_weeks_unless_it_was_switched_on_since(
    opens_at: datetime, moment: timedelta, on: timedelta
):
    found = rules.follow_up_is_due(opens_at, opens_at + moment, on_since=opens_at + on)
    assert found is (timedelta() <= moment < 14 * DAY and on <= timedelta())


@given(st.text(max_size=3000))
def test_an_intention_is_quoted_as_one_short_paragraph(intention: str):
    said = rules.quoted(intention)
    assert len(said) <= 404
    assert said == " ".join(said.split())
    assert bool(said) == bool(intention.strip())


def test_who_came_is_asked_eight_weeks_on_with_what_they_meant_to_do(event: Event):
    priya, silent = attended(event, "Priya Practitioner"), attended(event)
    stayed_away = make_booking(event)
    mark(stayed_away, "absent", at=ENDS)
    reply(links("after")[priya.id], ENDS, knowledge="4", overall="5", use=INTENTION)
    work(OPENS - SECOND)
    assert told() == []
    work(OPENS, OPENS + SECOND)
    first, second = told()
    assert first.to_email == "priya.practitioner@northshire.example"
    assert first.subject == "What became of it? Working Together to Safeguard Children"
    assert "Ask the school before I close a case. And write *down* what they say." in first.text
    assert f"/evaluations/{links('follow-up')[priya.id].token}" in first.text
    assert "Fri 6 November 2026" in first.text
    assert second.to_email == silent.person.email
    assert "you would do this differently" not in second.text
    assert (first.secret, second.secret) == (True, False)
    assert events_to_tell(OPENS + SECOND) == []


def test_what_somebody_meant_to_do_is_seen_by_nobody_at_the_desk(lite: Event, client: CheckedClient):
    ada = make_person("Ada Administrator", Role.ADMINISTRATOR)
    priya = attended(lite)
    reply(links("after")[priya.id], ENDS, knowledge="4", overall="5", use=INTENTION)
    work(OPENS)
    page = client.sign_in(ada).page(f"/outbox/{told()[0].public_id}")
    assert "nobody else may see it" in page.text
    assert page.heading.startswith("What became of it?")
    assert "Ask the school" not in page.text
    client.page(f"/outbox/{told()[0].public_id}/html", 404)


def test_who_has_not_answered_is_asked_once_more_on_the_fifth_working_day(event: Event):
    silent, quick = attended(event), attended(event)
    reply(links("after")[silent.id], ENDS, knowledge="4", overall="5", use=INTENTION)
    work(OPENS)
    sent(OPENS)
    reply(links("follow-up")[quick.id], OPENS + DAY, knowledge="4")
    work(AGAIN - SECOND)
    assert told("follow-up-again") == []
    work(AGAIN, AGAIN + SECOND, AGAIN + 3 * DAY)
    (letter,) = told("follow-up-again")
    assert letter.to_email == silent.person.email
    assert "Ask the school" in letter.text
    assert "This is the last time" in letter.text
    assert len(told()) == 2


def test_a_partnership_decides_both_times(lite: Event):
    for key, value in (("follow_up_weeks", 4), ("follow_up_again_working_days", 2)):
        setting = {"key": key, "value": value, "from_on": date(2026, 1, 1), "set_at": STARTS}
        add(PartnershipSetting(partnership_id=make_partnership().id, **setting))
    attended(lite)
    opens = ENDS + timedelta(weeks=4)  # Friday 4 December
    work(opens - SECOND)
    assert told() == []
    work(opens)
    assert len(told()) == 1
    sent(opens)
    again = from_london(date(2026, 12, 8), time(9))
    work(again - SECOND)
    assert told("follow-up-again") == []
    work(again)
    assert len(told("follow-up-again")) == 1


def test_who_answers_before_the_letter_leaves_hears_nothing_more(lite: Event):
    booking = attended(lite)
    with changing(lite.id, now=OPENS):
        pass  # the link is there a moment before the letter
    reply(links("follow-up")[booking.id], OPENS, knowledge="4")
    work(OPENS, OPENS + DAY, AGAIN)
    assert (told(), told("follow-up-again")) == ([], [])


def test_a_first_letter_that_never_left_is_not_followed_by_another(lite: Event):
    attended(lite)
    work(OPENS, AGAIN, AGAIN + DAY)
    assert len(told()) == 1
    assert told("follow-up-again") == []


@pytest.mark.parametrize("why", ["no address", "bounces", "closed", "does not want it"])
def test_nobody_is_written_to_who_cannot_or_does_not_want_to_be(event: Event, why: str):
    booking = attended(event)
    work(OPENS - DAY)
    with writing() as session:
        person = session.get_one(Person, booking.person_id)
        email = person.email or ""
        if why == "no address":
            person.email = None
        elif why == "closed":
            person.closed_at = ENDS
        elif why == "bounces":
            unreachable.came_back(email, why="550", now=ENDS)
        else:
            choices.choose(email, "follow-up", wanted=False, now=ENDS)
    work(OPENS, OPENS + DAY)
    assert told() == []
    assert events_to_tell(OPENS + DAY) == []


def test_whose_address_goes_after_the_first_letter_is_not_written_to_again(lite: Event):
    booking = attended(lite)
    work(OPENS)
    sent(OPENS)
    with writing():
        unreachable.came_back(booking.person.email or "", why="550", now=OPENS + DAY)
    work(AGAIN)
    assert told("follow-up-again") == []


@pytest.mark.parametrize(("away", "count"), [(3 * DAY, 1), (13 * DAY, 1), (15 * DAY, 0)])
def test_after_days_without_a_worker_it_still_goes_out_and_after_weeks_no_more(
    lite: Event, away: timedelta, count: int
):
    attended(lite)
    work(OPENS + away)
    assert len(told()) == count


def test_once_more_too_is_left_out_when_its_time_is_long_past(lite: Event):
    attended(lite)
    work(OPENS)
    sent(OPENS)
    work(AGAIN + 14 * DAY)
    assert told("follow-up-again") == []


@pytest.mark.parametrize(("on_at", "count"), [(OPENS, 1), (OPENS + SECOND, 0)])
def test_switched_off_nothing_goes_out_and_switched_on_again_nothing_of_before(
    lite: Event, on_at: datetime, count: int
):
    attended(lite)
    with writing():
        choices.switch(make_partnership().id, "follow-up", on=False, by="", now=STARTS)
    if on_at > OPENS:
        work(OPENS)
    with writing():
        choices.switch(make_partnership().id, "follow-up", on=True, by="", now=on_at)
    work(OPENS + DAY)
    assert len(told()) == count


def test_a_walk_in_is_asked_as_well_and_a_corrected_register_asks_nobody(lite: Event):
    walked_in, corrected = attended(lite, state=State.WALK_IN), attended(lite)
    work(OPENS - DAY)
    mark(corrected, "absent", at=OPENS - DAY)
    work(OPENS)
    assert [letter.to_email for letter in told()] == [walked_in.person.email]
