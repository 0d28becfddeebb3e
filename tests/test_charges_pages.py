"""The desk's charges: deciding, the finance file, the dated policy; and what the person sees."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from openpyxl import load_workbook

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance import actions as attendance
from app.attendance.models import Mark
from app.attendance.rules import MarkKind, Wanted
from app.booking import actions, charges, charging
from app.booking.models import Booking, Charge, ChargePolicy
from app.catalogue.models import EventSession
from app.db import db, writing
from app.errors import Refused
from app.records.actions import changing
from tests.at_once import at_once, release
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_agency,
    make_booking,
    make_event,
    make_partnership,
    make_person,
    make_policy,
)

pytestmark = pytest.mark.usefixtures("today")


def charged(name: str, **given: object) -> Booking:
    """Somebody of a nursery has a place that costs £45."""
    person = make_person(name, agency=make_agency("Little Stars Nursery", standing="other"))
    booking = make_booking(make_event(**given), person, made_at=TODAY)
    with changing(booking.event_id, now=TODAY) as event:
        charging.propose_for(booking, event, now=TODAY)
    return booking


def charge_of(booking: Booking, kind: str = "place") -> Charge:
    """One of its charges."""
    db.session.rollback()
    return db.session.scalars(charging.of(booking.id).where(Charge.kind == kind)).one()


def ada(client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))


def approve_all(client: CheckedClient) -> None:
    """Tick every proposed charge."""
    ids = db.session.scalars(sa.select(Charge.public_id).where(Charge.state == "proposed")).all()
    token = client.token("/desk/charges")
    answer = client.post("/desk/charges/approve", data={"csrf_token": token, "charge": list(ids)})
    assert answer.status_code == 303


def test_what_is_proposed_is_approved_and_goes_to_finance_in_one_file(client: CheckedClient):
    make_policy()
    charged("Odette Other"), charged("=Cmd Owner")
    assert "2 charges to decide, £90" in ada(client).page("/desk/charges").text
    approve_all(client)
    page = client.send("/desk/charges/files", on="/desk/charges?state=approved")
    assert "Nothing is sent by itself" in page.text or "nothing is sent by itself" in page.text
    assert "2 charges, £90" in page.text
    assert set(db.session.scalars(sa.select(Charge.state))) == {"exported"}
    [href] = [a.get("href") for a in page.all("a") if (a.get("href") or "").endswith(".csv")]
    first, again = client.get(href), client.get(href)
    assert first.data == again.data
    assert first.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(first.data.decode("utf-8-sig"))))
    assert [(row["Name"], row["Pounds"], row["For"]) for row in rows] == [
        ("Odette Other", "45", "Place"),
        ("'=Cmd Owner", "45", "Place"),
    ]
    book = load_workbook(BytesIO(client.get(href.removesuffix("csv") + "xlsx").data))
    assert [cell.value for cell in book.active[2]][1] == "Odette Other"
    assert client.get(href.removesuffix("csv") + "pdf").status_code == 404


def test_each_charge_is_in_exactly_one_file(each_app: Flask):
    make_policy()
    bookings, by, host = (
        [charged("Odette Other"), charged("Otto Other")],
        make_person(),
        make_partnership().id,
    )
    files = []
    for booking in bookings:
        chosen = charge_of(booking).public_id
        with writing():
            charges.approve([chosen], partnership_id=host, by=by, now=TODAY)
        with writing():
            files.append(charges.export(partnership_id=host, by=by, now=TODAY).id)
    assert [charge_of(booking).export_id for booking in bookings] == files
    with pytest.raises(Refused), writing():
        charges.export(partnership_id=host, by=by, now=TODAY)


@pytest.mark.parametrize("turn", range(3))
def test_what_is_given_back_while_a_file_is_made_is_in_the_file_or_dropped(each_app: Flask, turn: int):
    make_policy()
    booking, by, host = charged("Odette Other"), make_person("Ada Admin"), make_partnership().id
    chosen, booking_id, event_id, by_id = charge_of(booking).public_id, booking.id, booking.event_id, by.id
    with writing():
        charges.approve([chosen], partnership_id=host, by=by, now=TODAY)
    release()

    def export() -> None:
        with writing() as session:
            charges.export(partnership_id=host, by=session.get_one(Person, by_id), now=TODAY)

    def give_back() -> None:
        with changing(event_id, now=TODAY):
            mine = db.session.get_one(Booking, booking_id)
            actions.cancel(mine, by=mine.person, now=TODAY)

    refused, _ = at_once(each_app, export, give_back)
    charge = db.session.scalars(sa.select(Charge)).one()
    assert (charge.state, charge.export_id is None) == (("waived", True) if refused else ("exported", False))


def test_waiving_needs_a_reason_and_the_person_reads_it(client: CheckedClient):
    make_policy()
    booking = charged("Odette Other")
    address = f"/desk/charges/{charge_of(booking).public_id}/waive"
    assert "Say why nothing is asked for" in ada(client).send(address, status=422, why=" ").text
    client.send(address, why="A volunteer")
    charge = charge_of(booking)
    assert (charge.state, charge.why) == ("waived", "A volunteer")
    assert "waived already" in client.send(address, status=409, why="Again").text
    page = client.sign_in(booking.person).page(f"/bookings/{booking.public_id}")
    assert "Nothing to pay: A volunteer" in page.text


def test_a_charge_that_was_dropped_meanwhile_is_not_approved(client: CheckedClient):
    make_policy()
    booking = charged("Odette Other")
    ada(client)
    chosen = charge_of(booking).public_id
    with changing(booking.event_id, now=TODAY):
        charging.drop(booking, "place", why="Cancelled in time", now=TODAY)
    token = client.token("/desk/charges")
    client.post("/desk/charges/approve", data={"csrf_token": token, "charge": [chosen]})
    assert charge_of(booking).state == "waived"


def test_who_pays_sees_price_and_policy_first_and_gives_a_purchase_order(client: CheckedClient):
    make_policy(text="You can cancel **free of charge** until three working days before.", late=2000)
    event = make_event()
    person = make_person("Odette Other", agency=make_agency("Little Stars Nursery", standing="other"))
    address = f"/events/{event.id}/book"
    page = client.sign_in(person).page(address)
    assert "A place on this date costs £45. Cancelling late costs £20 more." in page.text
    assert "You can cancel free of charge" in page.text
    assert "Agree to the charge" in client.send(address, button="Book this place", status=422).text
    without = client.send(address, button="Book this place", status=422, charge_accepted="y")
    assert "Enter the purchase order number" in without.text
    page = client.send(address, button="Book this place", charge_accepted="y", purchase_order="PO 4711")
    assert page.heading == "You have a place"
    assert "Place: £45, purchase order PO 4711. Not invoiced yet" in page.text
    partner = make_person("Priya Patel")
    assert "costs" not in client.sign_in(partner).page(address).text


def test_cancelled_in_time_nothing_is_to_pay_and_late_the_place_and_more(client: CheckedClient):
    make_policy(late=2000)
    early, late = charged("Odette Other"), charged("Otto Other", starts=TODAY + timedelta(days=3))
    for booking, why in ((early, ""), (late, "Ill")):
        client.sign_in(booking.person)
        client.send(f"/bookings/{booking.public_id}/cancel", button="Cancel your place", why=why)
    db.session.rollback()
    found = [(c.kind, c.state, c.why) for c in db.session.scalars(sa.select(Charge).order_by(Charge.id))]
    assert found == [
        ("place", "waived", "Cancelled in time"),
        ("place", "proposed", ""),
        ("late", "proposed", ""),
    ]


def test_the_person_sees_price_and_policy_with_the_booking(client: CheckedClient):
    make_policy()
    booking = charged("Odette Other")
    page = client.sign_in(booking.person).page(f"/bookings/{booking.public_id}")
    assert "Place: £45" in page.text
    assert "Not invoiced yet" in page.text


def close_register(booking: Booking, mark: MarkKind, *, why: str = "") -> None:
    """Everybody has a mark, and the register is closed; or a mark is corrected."""
    after = booking.event.times[1] + timedelta(hours=1)
    session = db.session.scalars(
        sa.select(EventSession.id).where(EventSession.event_id == booking.event_id)
    ).one()
    by = make_person()
    with changing(booking.event_id, now=after) as event:
        wanted = {booking.id: Wanted(kind=mark)}
        attendance.mark_delegates(event, session, wanted, by_id=by.id, now=after, why=why)
        attendance.close(event, by=by, now=after)


def test_who_did_not_come_is_charged_when_the_register_closes_and_a_correction_takes_it_back(each_app: Flask):
    make_policy(missed=5000)
    booking = charged("Odette Other", starts=TODAY + timedelta(days=1))
    close_register(booking, MarkKind.ABSENT)
    assert (charge_of(booking, "missed").pence, charge_of(booking, "missed").state) == (5000, "proposed")
    assert charge_of(booking).state == "proposed"
    close_register(booking, MarkKind.PRESENT, why="Was in the other room")
    dropped = charge_of(booking, "missed")
    assert (dropped.state, dropped.why) == ("waived", "The register was corrected")
    close_register(booking, MarkKind.ABSENT, why="No, that was somebody else")
    assert charge_of(booking, "missed").state == "proposed"
    assert db.session.scalars(sa.select(Mark.mark)).all() == ["absent"]


@pytest.mark.parametrize("mark", [MarkKind.PRESENT, MarkKind.EXCUSED])
def test_who_came_or_was_excused_is_not_charged_for_not_coming(each_app: Flask, mark: MarkKind):
    make_policy(missed=5000)
    booking = charged("Odette Other", starts=TODAY + timedelta(days=1))
    close_register(booking, mark)
    db.session.rollback()
    assert [charge.kind for charge in db.session.scalars(charging.of(booking.id))] == ["place"]


def cora(client: CheckedClient) -> CheckedClient:
    """Cora's browser."""
    return client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))


NEXT_APRIL = {"from_on": ["1", "4", "2027"]}


def test_a_policy_is_set_from_a_day_to_come_and_what_held_before_stays(client: CheckedClient):
    make_policy()
    page = cora(client).send(
        "/desk/charges/policy",
        **NEXT_APRIL,
        charging="y",
        half_day="50",
        full_day="£90.50",
        exempt=["partner"],
        text="Others pay.",
    )
    assert "Since 1 April 2026 a half day costs £45" in page.text
    assert "From 1 April 2027" in page.text
    rows = db.session.scalars(sa.select(ChargePolicy).order_by(ChargePolicy.from_on)).all()
    assert [(row.half_day, row.full_day, row.exempt) for row in rows] == [
        (4500, 8000, ["partner", "relevant", "contributor", "reciprocal"]),
        (5000, 9050, ["partner"]),
    ]


def test_a_policy_cannot_begin_in_the_past(client: CheckedClient):
    make_partnership()
    page = cora(client).send("/desk/charges/policy", status=422, from_on=["19", "11", "2026"], half_day="1")
    assert "begins today or later" in page.text
    assert db.session.scalars(sa.select(ChargePolicy)).all() == []


@pytest.mark.parametrize("typed", ["-5", "free", "1,2", "45.555", "99999999999"])
def test_what_is_no_sum_is_asked_for_again(client: CheckedClient, typed: str):
    make_partnership()
    page = cora(client).send("/desk/charges/policy", status=422, half_day=typed)
    assert "Enter a sum in pounds" in page.text


def test_the_desk_sees_what_empty_places_cost(client: CheckedClient):
    make_policy(charging=False, empty_place=2500)
    event = make_event(capacity=4)
    make_booking(event)
    assert "3 empty places cost £75" in ada(client).page(f"/events/{event.id}").text
    client.sign_in(make_person("Priya Patel"))
    assert "empty places cost" not in client.page(f"/events/{event.id}").text


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_a_date_that_is_called_off_has_no_empty_places(client: CheckedClient, state: str):
    make_policy(charging=False, empty_place=2500)
    event = make_event(capacity=4, state=state)
    assert "empty places cost" not in ada(client).page(f"/events/{event.id}").text


def test_charges_of_another_partnership_are_not_there(client: CheckedClient):
    make_policy()
    booking = charged("Odette Other")
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    with changing(booking.event_id, now=TODAY) as event:
        event.host_id = elsewhere.id
    assert "No charge to decide" in ada(client).page("/desk/charges").text
    assert client.get(f"/desk/charges/{charge_of(booking).public_id}/waive").status_code == 404


def test_dates_are_given_to_finance_in_london_time(each_app: Flask):
    from app.pages.charges.files import lines

    make_policy()
    host, by = make_partnership().id, make_person("Ada Admin")
    booking = charged("Odette Other", starts=datetime(2027, 6, 14, 23, 30, tzinfo=UTC))
    chosen = charge_of(booking).public_id
    with writing():
        charges.approve([chosen], partnership_id=host, by=by, now=TODAY)
        made = charges.export(partnership_id=host, by=by, now=TODAY)
    with time_machine.travel(TODAY):
        [row] = lines(made)
    assert row[6] == date(2027, 6, 15)
