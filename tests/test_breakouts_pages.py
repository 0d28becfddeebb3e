"""The page of breakout groups: made, shuffled, made again among those who are here, printed, taken along."""

import csv
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.breakout_models import Breakout, BreakoutPlace
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db, rebuilding
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_agency, make_booking, make_event, make_person, make_trainer
from tests.test_outcomes import mark


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that begins now: six of the police, six of the council; Tom delivers it."""
    found = make_event(starts=TODAY)
    police = make_agency("Northshire Police", sector="Police")
    for number in range(6):
        make_booking(found, make_person(f"Pat {number}", agency=police))
        make_booking(found, make_person(f"Cal {number}"))
    make_trainer(found, make_person("Tom Trainer", Role.TRAINER))
    return found


@pytest.fixture
def tom(client: CheckedClient, event: Event) -> CheckedClient:
    """Tom at the browser."""
    return client.sign_in(db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one())


def in_groups() -> list[list[int]]:
    """The bookings of the newest groups."""
    db.session.rollback()
    newest = db.session.scalar(sa.select(sa.func.max(Breakout.id)))
    rows = db.session.execute(
        sa.select(BreakoutPlace.number, BreakoutPlace.booking_id).where(BreakoutPlace.breakout_id == newest)
    ).all()
    return [sorted(b for n, b in rows if n == number) for number in sorted({n for n, _ in rows})]


def test_a_trainer_makes_groups_that_mix_agencies_and_shuffles_them(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    page = tom.send(here, button="Make the groups", how="size", number="4")
    assert "12 people of 2 agencies in 3 groups" in page.text
    before = in_groups()
    assert [len(group) for group in before] == [4, 4, 4]
    police = sa.select(Booking.id).where(Booking.sector == "Police")
    officers = set(db.session.scalars(police))
    assert [len(officers & set(group)) for group in before] == [2, 2, 2]
    seen = {str(before)}
    for _ in range(4):
        tom.send(f"{here}/again", on=here, button="Shuffle again")
        seen.add(str(in_groups()))
    assert len(seen) > 1


def test_again_among_those_who_are_here(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    tom.send(here, button="Make the groups", how="groups", number="2")
    assert "Again, among" not in tom.page(here).text
    came = db.session.scalars(sa.select(Booking).where(Booking.event_id == event.id).limit(5)).all()
    for booking in came:
        mark(booking, "present", now=TODAY)
    page = tom.send(f"{here}/again", on=here, button="Again, among the 5 here")
    assert "5 people of 2 agencies in 2 groups, of those marked as here" in page.text
    assert sorted(b for group in in_groups() for b in group) == sorted(b.id for b in came)


def test_nobody_here_yet_is_said_and_makes_no_group(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    session = tom.page(here).form("", "Make the groups")
    assert session["session"] == ""
    chosen = tom.page(here).html.split('name="session"')[2].split('value="')[1].split('"')[0]
    page = tom.send(here, button="Make the groups", how="groups", number="2", session=chosen)
    assert "Nobody is marked as here yet" in page.text
    assert in_groups() == []


def test_a_wish_is_kept(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    rows = db.session.execute(sa.select(Booking.public_id, Booking.id).order_by(Booking.id)).all()
    one, other = rows[0], rows[1]
    wish = {"wishes-0-one": one.public_id, "wishes-0-other": other.public_id, "wishes-0-kind": "together"}
    tom.send(here, button="Make the groups", how="groups", number="6", **wish)
    assert [one.id, other.id] in in_groups()


def test_the_files_hold_everybody_with_a_place_once(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    assert tom.get(f"{here}.csv").status_code == 404
    tom.send(here, button="Make the groups", how="groups", number="4")
    with rebuilding() as session:
        gone = session.scalars(sa.select(Booking).order_by(Booking.id)).first()
        assert gone
        gone.state = "cancelled"
    rows = list(csv.reader(StringIO(tom.get(f"{here}.csv").get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0] == ["Group", "Name", "Email", "Agency", "Setting"]
    assert len(rows) == 12
    zoom = list(csv.reader(StringIO(tom.get(f"{here}-zoom.csv").get_data(as_text=True))))
    assert zoom[0] == ["Pre-assign Room Name", "Email Address"]
    assert {row[1] for row in zoom[1:]} == {row[2] for row in rows[1:]}
    assert {row[0] for row in zoom[1:]} <= {f"Group {number}" for number in range(1, 5)}


def test_too_many_or_no_number_is_said(tom: CheckedClient, event: Event):
    here = f"/events/{event.id}/breakout-groups"
    for typed in ("0", "many", "1000", ""):
        assert "There is a problem" in tom.send(here, button="Make the groups", status=422, number=typed).text
    assert in_groups() == []
