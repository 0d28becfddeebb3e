"""The demonstration's plan as pure values: its totals are what the partnership published."""

from datetime import date, timedelta

import pytest

from app.clock import london_day, start_of_day
from app.demo.answers import ratings
from app.demo.current_year import current_year
from app.demo.facts import facts
from app.demo.plan import CoursePlan, EventPlan, Good, YearPlan, read_year, sittings
from app.demo.seed import chance, public_id, split, weighted
from app.partnerships.rules import reporting_year
from app.working_days import is_working_day


def year() -> YearPlan:
    return read_year(2021, facts("year_2021"))


def course(slug: str, of: YearPlan | None = None) -> CoursePlan:
    return next(c for c in (of or year()).courses if c.course == slug)


def now_plan(as_of: date) -> YearPlan:
    return current_year(as_of, pattern=facts("current_year"), modules=year().modules)


def test_the_year_has_the_published_number_of_training_opportunities():
    assert year().training_opportunities == 10_364


def test_38_of_the_pool_and_4_experts_deliver_in_the_year():
    assert len(year().pool) == 38
    assert len(year().experts) == 4


def test_about_70_events_are_held_and_all_of_them_in_the_year():
    events = [event for c in year().courses for event in c.held]
    assert len(events) == 70
    assert {reporting_year(london_day(event.ends_at)) for event in events} == {2021}
    assert all(is_working_day(london_day(start)) for event in events for start, _ in event.sittings)


@pytest.mark.parametrize(
    ("slug", "events", "came"),
    [
        ("strategy-discussions", 3, 127),
        ("sudi-safer-sleep", 2, 200),
        ("working-together", 11, 283),
        ("safeguarding-children-today", 4, 400),
        ("perplexing-presentations", 6, 264),
        ("partnership-forum-neglect", 1, 77),
    ],
)
def test_a_course_has_its_events_and_those_who_came(slug: str, events: int, came: int):
    assert (len(course(slug).held), course(slug).came) == (events, came)


def test_strategy_discussions_offer_131_places():
    assert sum(event.capacity for event in course("strategy-discussions").events) == 131


@pytest.mark.parametrize(
    ("slug", "before", "after"),
    [("strategy-discussions", (42, 111), (117, 125)), ("working-together", (101, 267), (249, 267))],
)
def test_both_ratings_of_a_course_have_their_counts(
    slug: str, before: tuple[int, int], after: tuple[int, int]
):
    plan = course(slug)
    assert (plan.before.good, plan.before.answered) == before
    assert (plan.after.good, plan.after.answered) == after


def test_some_ratings_fell_and_one_course_has_too_few_answers_to_show():
    fell = course("county-lines")
    assert fell.after.good / fell.after.answered < fell.before.good / fell.before.answered
    assert 0 < course("partnership-forum").after.answered < 5


def test_forced_marriage_ran_in_november_2023_and_february_2024_for_110_people():
    plan = course("forced-marriage", read_year(2023, facts("forced_marriage")))
    assert [f"{event.starts_at:%Y-%m}" for event in plan.held] == ["2023-11", "2024-02"]
    assert plan.came == 110


def test_an_event_that_no_register_could_show_is_refused():
    when = sittings(date(2021, 5, 4), "09:30", 120)
    with pytest.raises(ValueError, match="cannot be"):
        EventPlan(course="neglect", sittings=when, capacity=10, came=12)


def test_ratings_come_out_to_the_unit():
    given = ratings(Good(good=42, answered=111), "before")
    assert (len(given), sum(rating >= 4 for rating in given)) == (111, 42)
    assert given == sorted(given, reverse=True)
    assert set(given) == {1, 2, 3, 4, 5}


# A working day, a bank holiday, a Sunday at the start of a reporting year, the turn of the year, a leap day.
DAYS = [date(2026, 11, 20), date(2026, 4, 3), date(2029, 4, 1), date(2027, 1, 1), date(2028, 2, 29)]


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_any_day_has_dates_to_book_in_each_of_the_next_four_months(as_of: date):
    ahead = [e for c in now_plan(as_of).courses for e in c.events if e.starts_at >= start_of_day(as_of)]
    weeks = {(london_day(event.starts_at) - as_of).days // 28 for event in ahead}
    assert {0, 1, 2, 3} <= weeks
    assert any(event.booked == event.capacity and event.waited for event in ahead)
    assert any(0 < event.capacity - event.booked <= 3 for event in ahead)
    assert all(event.came == 0 for event in ahead)
    assert {event.venue for event in ahead} > {""}


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_any_day_has_its_scenes(as_of: date):
    scenes = {e.scene: e for c in now_plan(as_of).courses for e in c.events if e.scene}
    register, coming, evaluate = (
        london_day(scenes[name].starts_at) for name in ("register", "next", "evaluate")
    )
    assert register == as_of if is_working_day(as_of) else register > as_of
    assert scenes["register"].expected == 30
    assert register < coming <= as_of + timedelta(days=14)
    assert as_of - timedelta(days=10) < evaluate < as_of


def test_on_no_day_of_three_years_is_a_course_held_twice_at_once():
    """A scene takes the place of the date that the programme has there."""
    for n in range(3 * 365):
        events = [e for c in now_plan(date(2026, 11, 20) + timedelta(days=n)).courses for e in c.events]
        assert len({(e.course, london_day(e.starts_at)) for e in events}) == len(events)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_any_day_has_a_date_without_a_trainer_and_one_without_a_link_in_two_weeks(as_of: date):
    scenes = {e.scene: e for c in now_plan(as_of).courses for e in c.events if e.scene}
    untrained, unlinked = scenes["no trainer"], scenes["no link"]
    assert (untrained.pool, untrained.expert) == ((), None)
    assert unlinked.venue == "" and unlinked.pool
    assert (
        as_of < london_day(untrained.starts_at) < london_day(unlinked.starts_at) < as_of + timedelta(days=14)
    )


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_no_event_is_half_over_on_the_day(as_of: date):
    events = [event for c in now_plan(as_of).courses for event in c.events]
    assert not [e for e in events if e.starts_at < start_of_day(as_of) <= e.ends_at]


def test_a_past_event_is_the_same_on_a_later_day():
    early, late = (
        {
            (e.course, e.starts_at): e
            for c in now_plan(day).courses
            for e in c.events
            if not e.scene and e.came
        }
        for day in (date(2026, 10, 1), date(2026, 11, 20))
    )
    assert early
    assert all(late[key] == event for key, event in early.items())


def test_chance_is_the_same_every_time_and_differs_by_purpose():
    assert chance("a", 1).random() == chance("a", 1).random() != chance("a", 2).random()
    assert public_id("booking", 1) == public_id("booking", 1) != public_id("booking", 2)
    assert len(public_id("booking", 1)) == 16


def test_a_total_is_split_to_the_unit():
    assert split(37, [98, 102]) == [18, 19]
    assert sum(split(7811, [2104, 1031, 1187, 842])) == 7811


def test_who_weighs_nothing_is_never_chosen():
    chosen = weighted(chance("test"), range(10), 20, lambda n: float(n % 2))
    assert sorted(chosen) == [1, 3, 5, 7, 9]
