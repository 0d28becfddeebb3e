"""Charges: who pays what under which policy, and what becomes of a charge with its booking. On both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import AgencyStanding, Person
from app.booking import charging, moving
from app.booking.models import Booking, Charge
from app.booking.prices import Price
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event
from app.db import db
from app.records.actions import changing, changing_both
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_event,
    make_partnership,
    make_person,
    make_policy,
)
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DAY = NOW.date()


def outsider(name: str = "") -> Person:
    """Somebody whose agency pays."""
    return make_person(name, agency=make_agency("Little Stars Nursery", standing="other"))


def price_of(event: Event, person: Person, day: date = DAY) -> Price | None:
    """What the person pays on that day."""
    [workplace] = workplaces_of(person.id, DAY)
    return charging.price_for(event, workplace, day=day)


def pence(event: Event, person: Person, day: date = DAY) -> int | None:
    """The sum of it."""
    found = price_of(event, person, day)
    return found.pence if found else None


def charged(booking: Booking) -> list[tuple[str, int, str, str]]:
    """Kind, pence, state and reason of each charge."""
    db.session.rollback()
    return [(c.kind, c.pence, c.state, c.why) for c in db.session.scalars(charging.of(booking.id))]


def booked(event: Event | None = None, *, purchase_order: str = "PO 77") -> Booking:
    """A place that is charged."""
    event = event or make_event()
    person = outsider()
    booking, price = make_booking(event, person, made_at=NOW), price_of(event, person)
    assert price is not None
    with changing(event.id, now=NOW):
        charging.propose(booking, price, purchase_order=purchase_order, now=NOW)
    return booking


def becomes(booking: Booking, state: State, *, late: bool = False) -> None:
    """What happens to the charges when the booking is given up so."""
    with changing(booking.event_id, now=NOW):
        charging.follow(booking, state, late=late, now=NOW)


def test_without_a_policy_nobody_pays_and_one_look_says_so(each_app: Flask):
    event, odette = make_event(), outsider()
    [workplace] = workplaces_of(odette.id, DAY)
    db.session.refresh(event)
    with count_statements() as statements:
        assert charging.price_for(event, workplace, day=DAY) is None
    assert len(statements) == 1


def test_the_exempt_pay_nothing_and_others_by_length(each_app: Flask):
    make_policy()
    half, full = make_event(), make_event(ends=datetime(2026, 12, 18, 15, 0, tzinfo=UTC))
    assert pence(half, make_person()) is None
    assert pence(half, outsider()) == 4500
    assert pence(full, outsider()) == 8000


def test_the_policy_of_the_day_holds_whatever_comes_later(each_app: Flask):
    make_policy(from_on=date(2026, 4, 1), half_day=4000)
    make_policy(from_on=date(2026, 11, 20), half_day=4500)
    make_policy(from_on=date(2027, 4, 1), charging=False)
    event, odette = make_event(), outsider()
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 11, 19), date(2026, 11, 20), date(2027, 4, 1)]
    assert [pence(event, odette, day) for day in days] == [None, 4000, 4000, 4500, None]


def test_a_standing_is_that_of_the_day(each_app: Flask):
    make_policy(from_on=date(2020, 1, 1))
    event, odette = make_event(), outsider()
    agency = make_agency("Little Stars Nursery")
    joins = {"partnership_id": make_partnership().id, "standing": "contributor"}
    add(AgencyStanding(agency=agency, from_on=date(2026, 11, 20), until_on=date(2026, 11, 30), **joins))
    days = [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 30), date(2026, 12, 1)]
    assert [pence(event, odette, day) for day in days] == [4500, None, None, 4500]


def test_a_booking_keeps_the_sums_it_was_made_under(each_app: Flask):
    make_policy(late=2000)
    booking = booked()
    make_policy(from_on=DAY, late=9000)
    becomes(booking, State.CANCELLED, late=True)
    assert charged(booking) == [("place", 4500, "proposed", ""), ("late", 2000, "proposed", "")]


def test_proposing_twice_makes_one_charge(each_app: Flask):
    make_policy()
    booking = booked()
    price = price_of(booking.event, booking.person)
    assert price is not None
    with changing(booking.event_id, now=NOW):
        charging.propose(booking, price, purchase_order="another", now=NOW)
        charging.propose_for(booking, booking.event, now=NOW)
    assert charged(booking) == [("place", 4500, "proposed", "")]
    assert db.session.scalars(sa.select(Charge.purchase_order)).all() == ["PO 77"]


def test_who_waits_is_charged_when_a_place_comes_free(each_app: Flask):
    make_policy()
    event = make_event()
    booking = make_booking(event, outsider(), state="waiting", made_at=NOW, policy={"purchase_order": "PO 5"})
    with changing(event.id, now=NOW):
        charging.propose_for(booking, event, now=NOW)
    assert charged(booking) == []
    make_policy(from_on=DAY + timedelta(days=1), half_day=9900)
    later = NOW + timedelta(days=3)
    with changing(event.id, now=later):
        booking.state = State.BOOKED.value
        charging.propose_for(booking, event, now=later)
    assert charged(booking) == [("place", 4500, "proposed", "")]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (State.CANCELLED, "Cancelled in time"),
        (State.MOVED, "Moved to another date"),
        (State.SUBSTITUTED, "Given to a colleague"),
        (State.RELEASED, "The place was released"),
        (State.EVENT_CANCELLED, "The date was cancelled"),
    ],
)
def test_a_place_given_up_in_time_costs_nothing(each_app: Flask, state: State, why: str):
    make_policy(late=2000)
    booking = booked()
    becomes(booking, state)
    assert charged(booking) == [("place", 4500, "waived", why)]


def test_a_late_move_costs_what_late_notice_costs_but_not_two_places(each_app: Flask):
    make_policy(late=2000)
    booking = booked()
    becomes(booking, State.MOVED, late=True)
    assert charged(booking) == [
        ("place", 4500, "waived", "Moved to another date"),
        ("late", 2000, "proposed", ""),
    ]


def test_what_went_to_finance_is_left_alone(each_app: Flask):
    make_policy()
    booking = booked()
    with changing(booking.event_id, now=NOW):
        db.session.execute(sa.update(Charge).values(state="exported"))
    becomes(booking, State.CANCELLED)
    assert charged(booking) == [("place", 4500, "exported", "")]


def substitute_for(booking: Booking, *, purchase_order: str = "") -> Booking:
    """A colleague has the place now."""
    [workplace] = workplaces_of(booking.person_id, DAY)
    colleague = outsider()
    with changing(booking.event_id, now=NOW):
        asked = Asked(purchase_order=purchase_order)
        return moving.substitute(booking, colleague, workplace, by=booking.person, now=NOW, asked=asked)


AGREED = Asked(charge_accepted=True, purchase_order="PO 1")


def test_a_substitute_takes_the_sums_and_the_purchase_order_over(each_app: Flask):
    make_policy(late=2000)
    booking = booked()
    make_policy(from_on=DAY, half_day=9900)
    successor = substitute_for(booking)
    assert charged(booking) == [("place", 4500, "waived", "Given to a colleague")]
    assert charged(successor) == [("place", 4500, "proposed", "")]
    assert db.session.scalars(sa.select(Charge.purchase_order)).all() == ["PO 77", "PO 77"]
    becomes(successor, State.CANCELLED, late=True)
    assert charged(successor)[1] == ("late", 2000, "proposed", "")


def test_a_substitute_may_give_a_purchase_order_of_their_own(each_app: Flask):
    make_policy()
    successor = substitute_for(booked(), purchase_order="PO 1")
    assert [charge.purchase_order for charge in db.session.scalars(charging.of(successor.id))] == ["PO 1"]


def test_a_place_that_was_free_stays_free_for_a_substitute(each_app: Flask):
    booking = make_booking(make_event(), outsider(), made_at=NOW)
    make_policy(from_on=DAY)
    successor = substitute_for(booking)
    assert (charged(booking), charged(successor)) == ([], [])
    becomes(successor, State.CANCELLED, late=True)
    assert charged(successor) == []


def test_what_finance_has_asked_for_already_is_not_asked_for_again(each_app: Flask):
    make_policy()
    booking = booked()
    with changing(booking.event_id, now=NOW):
        db.session.execute(sa.update(Charge).values(state="exported"))
    successor = substitute_for(booking)
    assert charged(booking) == [("place", 4500, "exported", "")]
    assert charged(successor) == [("place", 4500, "waived", "Paid with the earlier place")]


def test_who_moves_pays_what_the_other_date_costs(each_app: Flask):
    make_policy(late=2000)
    booking = booked()
    longer = make_event(
        starts=datetime(2027, 1, 20, 9, 0, tzinfo=UTC), ends=datetime(2027, 1, 20, 16, 0, tzinfo=UTC)
    )
    with changing_both(booking.event_id, longer.id, now=NOW) as (_, other):
        new = moving.move_to(booking, other, by=booking.person, now=NOW, asked=AGREED)
    assert charged(booking) == [("place", 4500, "waived", "Moved to another date")]
    assert charged(new) == [("place", 8000, "proposed", "")]
