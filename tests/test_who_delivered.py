"""Who counts as having delivered, and the hours they gave: one rule, in every figure."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.catalogue.models import Event
from app.clock import london_day
from app.db import db
from app.errors import Refused
from app.impact.figures import Figure, of_year
from app.impact.sentences import given
from app.impact.year import read_year
from app.pool.models import EventTrainer, TimeEntry
from app.pool.needs import crews_of
from app.pool.rules import DELIVERY_PARTS, Minutes, trains
from app.pool.time_given import enter_time, trainer_of
from app.records.actions import changing
from app.tallies.actions import differences
from app.tallies.models import EventTally
from tests.factories import make_agency, make_event, make_partnership, make_person, make_trainer

OVER = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PARTS = ("pool", "expert", "guest speaker", "host")


def name(event: Event, who: str, *, part: str = "pool", delivers_as: str = "lead", agency: str = "") -> None:
    """Put somebody on an event that is over."""
    person = make_person(who, agency=make_agency(agency or f"Agency of {who}"))
    trainer = make_trainer(event, person, part)
    with changing(event, now=NOW):
        db.session.get_one(EventTrainer, trainer.id).delivers_as = delivers_as


def figures() -> dict[str, Figure]:
    """The figures of the year that the event is in."""
    db.session.rollback()
    year = read_year(make_partnership().id, 2026, today=london_day(NOW))
    return {figure.id: figure for figure in of_year(year)}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("delivers_as", DELIVERY_PARTS)
def test_the_condition_and_the_rule_say_the_same_of_who_delivers(app: Flask, part: str, delivers_as: str):
    event = make_event(starts=OVER)
    name(event, "Tom Trainer", part=part, delivers_as=delivers_as)
    found = db.session.scalar(sa.select(sa.func.count(EventTrainer.id)).where(EventTrainer.trains()))
    (named,) = crews_of([event.id])[event.id]
    assert bool(found) is trains(part, delivers_as) is named.counts


def test_who_observes_speaks_or_hosts_counts_in_no_figure_of_who_delivered(each_app: Flask):
    event = make_event(starts=OVER)
    name(event, "Tom Trainer")
    name(event, "Cora Co", delivers_as="co")
    before = figures()
    name(event, "Olu Observer", delivers_as="observing")
    name(event, "Gwen Guest", part="guest speaker")
    name(event, "Hari Host", part="host")
    name(event, "Ewan Expert", part="expert", delivers_as="observing")
    assert figures() == before
    assert (before["pool_people"].value, before["pool_agencies"].value) == (2, 2)
    assert before["external_experts"].value == 0
    assert before["pool_delivery_hours"].value == Decimal("6.0")
    assert differences(now=NOW) == []


def test_an_expert_counts_apart_and_gives_no_hours_to_the_pool(app: Flask):
    event = make_event(starts=OVER)
    name(event, "Ewan Expert", part="expert")
    found = figures()
    assert (found["pool_people"].value, found["external_experts"].value) == (0, 1)
    assert (found["pool_delivery_hours"].value, found["external_expert_hours"].value) == (0, Decimal("3.0"))
    assert given(found) == []


def test_hours_are_what_trainers_said_and_travel_is_apart(each_app: Flask):
    event = make_event(starts=OVER)
    name(event, "Tom Trainer")
    person = db.session.scalars(sa.select(EventTrainer)).one().person
    with changing(event, now=NOW) as locked:
        enter_time(locked, person, Minutes(90, 120, 40), by=person, now=NOW)
    found = figures()
    kinds = ("preparation", "delivery", "travel")
    assert [found[f"pool_{kind}_hours"].value for kind in kinds] == [
        Decimal("1.5"),
        Decimal("2.0"),
        Decimal("0.7"),
    ]
    assert given(found) == [
        "People of the pool gave 2.0 hours of delivery and 1.5 hours of preparation. "
        "Travelling took another 0.7 hours."
    ]
    assert differences(now=NOW) == []


def test_every_time_somebody_says_it_is_a_row_and_the_same_twice_is_one(each_app: Flask):
    event = make_event(starts=OVER)
    name(event, "Tom Trainer")
    tom = db.session.scalars(sa.select(EventTrainer)).one().person
    ada = make_person("Ada Administrator")
    for minutes, by in (
        (Minutes(60, None, 0), tom),
        (Minutes(60, None, 0), tom),
        (Minutes(45, 150, 20), ada),
    ):
        with changing(event, now=NOW) as locked:
            enter_time(locked, tom, minutes, by=by, now=NOW, why="As the sheet says" if by is ada else "")
    entries = db.session.scalars(TimeEntry.of(event.id, tom.id)).all()
    said = [(e.by.name, e.preparation_minutes, e.delivery_minutes, e.travel_minutes, e.why) for e in entries]
    assert said == [
        ("Ada Administrator", 45, 150, 20, "As the sheet says"),
        ("Tom Trainer", 60, None, 0, ""),
    ]
    held = trainer_of(event.id, tom.id)
    assert held and (held.preparation_minutes, held.delivery_minutes, held.travel_minutes) == (45, 150, 20)


def test_nobody_enters_time_before_it_is_over_or_without_delivering(app: Flask):
    later = make_event(starts=datetime(2026, 12, 18, 9, 30, tzinfo=UTC))
    name(later, "Tom Trainer")
    tom = db.session.scalars(sa.select(EventTrainer)).one().person
    with pytest.raises(Refused, match="once the course is over"), changing(later, now=NOW) as locked:
        enter_time(locked, tom, Minutes(60, None, 0), by=tom, now=NOW)
    over = make_event(starts=OVER)
    with pytest.raises(Refused, match="those who deliver"), changing(over, now=NOW) as locked:
        enter_time(locked, tom, Minutes(60, None, 0), by=tom, now=NOW)


def test_tallies_of_before_get_the_hours_when_the_database_is_brought_up(each_app: Flask):
    event = make_event(starts=OVER)
    name(event, "Tom Trainer")
    db.session.remove()
    downgrade(revision="0022")
    assert set(stored_trainer()) == {"person", "agency", "part", "preparation"}
    db.session.remove()
    upgrade()
    assert stored_trainer()["delivery"] == 180
    assert differences(now=NOW) == []


def stored_trainer() -> dict[str, object]:
    """The one trainer of the one tally."""
    return db.session.scalars(sa.select(EventTally.counts)).one()["trainers"][0]
