"""The ledger adds up: by person = by agency + experts = all; and it says what the figures say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given as for_all
from hypothesis import strategies as st

from app.accounts.models import Person
from app.clock import london_day
from app.db import db
from app.impact.figures import of_year
from app.impact.year import read_year
from app.pool.hours import days, exact_hours, hours, minutes_of, typed
from app.pool.ledger import rows_of, years_of
from app.pool.ledger_rules import Exchange, Given, Line, add_up, exchanges, rate_for
from app.pool.models import EventTrainer
from app.pool.rules import Minutes
from app.pool.time_given import enter_time
from app.records.actions import changing
from tests.factories import make_agency, make_event, make_partnership, make_person, make_trainer
from tests.statements import count_statements

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OVER = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
MINUTES = st.integers(0, 900)

ROWS = st.lists(
    st.builds(
        Given,
        event=st.integers(1, 9),
        ended_on=st.just(date(2026, 11, 17)),
        course=st.just("Neglect"),
        person=st.integers(1, 6),
        name=st.just("Tom"),
        agency=st.none() | st.integers(1, 3),
        agency_name=st.just("Police"),
        part=st.sampled_from(("pool", "expert", "guest speaker", "host")),
        delivers_as=st.sampled_from(("lead", "co", "observing")),
        preparation=MINUTES,
        delivery=MINUTES,
        travel=MINUTES,
        entered=st.booleans(),
    ),
    max_size=30,
)


def minutes(lines: list[Line]) -> tuple[int, int, int]:
    """Preparation, delivery and travel of some lines together."""
    return (
        sum(line.preparation for line in lines),
        sum(line.delivery for line in lines),
        sum(line.travel for line in lines),
    )


@for_all(ROWS)
def test_by_person_is_by_agency_and_with_the_experts_all(rows: list[Given]):
    ledger = add_up(rows)
    assert minutes(ledger.people) == minutes(ledger.agencies) == minutes([ledger.pool])
    assert minutes(ledger.experts) == minutes([ledger.outside])
    assert minutes(ledger.people + ledger.experts) == minutes([ledger.total])
    kept = [r for r in rows if r.part in ("pool", "expert") and r.delivers_as != "observing"]
    assert ledger.total.given == sum(r.preparation + r.delivery for r in kept)


@for_all(ROWS)
def test_what_is_rounded_is_never_an_eighth_of_a_day_away(rows: list[Given]):
    for line in add_up(rows).agencies:
        assert abs(line.days * 360 - line.given) <= 45


@for_all(ROWS, st.dictionaries(st.none() | st.integers(1, 5), st.integers(0, 40)), st.integers(0, 10))
def test_every_place_taken_and_every_day_given_stands_in_one_line(
    rows: list[Given], taken: dict[int | None, int], earns: int
):
    ledger = add_up(rows)
    found = exchanges(ledger, taken, {}, places_a_day=earns)
    assert sum(one.taken for one in found) == sum(taken.values())
    assert sum(one.line.given for one in found) == ledger.pool.given
    assert len({one.agency for one in found}) == len(found)
    assert all((one.earned is None) is (earns == 0) for one in found)


def test_a_day_of_training_earns_places_and_preparation_earns_none():
    line = Line("Police", agency=1, preparation=600, delivery=540)
    one = Exchange("Police", 1, line, taken=20, earned=int(line.days_delivered * 10))
    assert (one.earned, one.over) == (15, -5)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", 0),
        ("1.5", 90),
        ("1,5", 90),
        ("1:30", 90),
        ("90 min", 90),
        ("90m", 90),
        ("1h 30m", 90),
        ("1 hour 30 minutes", 90),
        ("2", 120),
        ("2h", 120),
        ("0", 0),
        ("1:75", None),
        ("soon", None),
        ("-1", None),
        ("1e3", None),
        ("h", None),
        ("٣", None),
    ],
)
def test_time_is_read_as_people_write_it(text: str, wanted: int | None):
    assert minutes_of(text) == wanted


@for_all(st.integers(1, 3600))
def test_what_the_form_shows_reads_as_the_same_minutes(number: int):
    assert minutes_of(typed(number)) == number


def test_days_and_hours_round_half_up():
    assert [days(m) for m in (0, 44, 45, 360, 405)] == [0, 0, Decimal("0.25"), 1, Decimal("1.25")]
    assert (hours(3), exact_hours(3), hours(90)) == (Decimal("0.1"), Decimal("0.05"), Decimal("1.5"))


def test_a_year_takes_the_rate_of_its_last_day_or_the_first_entered_later():
    history = [(date(2025, 4, 1), 20000), (date(2026, 11, 1), 25000)]
    assert rate_for(history, date(2026, 3, 31)) == 20000
    assert rate_for(history, date(2027, 3, 31)) == 25000
    assert rate_for(history, date(2022, 3, 31)) == 20000
    assert rate_for([], date(2027, 3, 31)) == 0


def deliver(who: str, part: str = "pool", delivers_as: str = "lead", **event: object) -> Person:
    """Somebody of an agency of their own delivers a date that is over."""
    person = make_person(who, agency=make_agency(f"Agency of {who}"))
    trainer = make_trainer(make_event(starts=event.pop("starts", OVER), **event), person, part)
    with changing(trainer.event_id, now=NOW):
        db.session.get_one(EventTrainer, trainer.id).delivers_as = delivers_as
    return person


def test_the_ledger_says_what_the_figures_say(each_app: Flask):
    tom = deliver("Tom Trainer")
    deliver("Ewan Expert", "expert")
    deliver("Olu Observer", delivers_as="observing")
    deliver("Gone Away", took_place=False)
    deliver("Cal Celled", state="cancelled")
    deliver("Later On", starts=datetime(2026, 12, 18, 9, 30, tzinfo=UTC))
    deliver("Last Year", starts=datetime(2026, 3, 18, 9, 30, tzinfo=UTC))
    event_id = db.session.scalars(db.select(EventTrainer.event_id).filter_by(person_id=tom.id)).one()
    with changing(event_id, now=NOW) as event:
        enter_time(event, tom, Minutes(50, 100, 30), by=tom, now=NOW)
    partnership, today = make_partnership().id, london_day(NOW)
    ledger = add_up(rows_of(partnership, 2026, today=today))
    figures = {f.id: f for f in of_year(read_year(partnership, 2026, today=today))}
    assert [line.label for line in ledger.people] == ["Tom Trainer"]
    assert [line.label for line in ledger.experts] == ["Ewan Expert"]
    assert len(ledger.pool.people) == figures["pool_people"].value
    assert len(ledger.agencies) == figures["pool_agencies"].value
    assert ledger.pool.hours == tuple(
        figures[f"pool_{kind}_hours"].value for kind in ("preparation", "delivery", "travel")
    )
    assert hours(ledger.outside.given) == figures["external_expert_hours"].value


def test_the_years_of_somebody_are_those_they_delivered_in(app: Flask):
    tom = deliver("Tom Trainer")
    for starts in (datetime(2025, 3, 18, 9, 30, tzinfo=UTC), datetime(2027, 5, 18, 9, 30, tzinfo=UTC)):
        make_trainer(make_event(starts=starts), tom)
    assert years_of(tom.id, make_partnership().id, today=london_day(NOW)) == [2026, 2024]


def test_reading_a_year_asks_the_same_whatever_was_delivered(app: Flask):
    def asked() -> int:
        with count_statements() as statements:
            rows_of(make_partnership().id, 2026, today=london_day(NOW))
        return len(statements)

    make_partnership()
    deliver("Tom Trainer")
    few = asked()
    for number in range(8):
        deliver(f"Trainer {number}")
    assert asked() == few
