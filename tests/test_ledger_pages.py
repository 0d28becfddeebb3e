"""The ledger's pages: a trainer enters their time, the coordinator looks, corrects and downloads; thanks on paper."""

import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Event
from app.db import db
from app.pool.models import EventTrainer, TimeEntry
from app.records.actions import changing
from app.tallies.actions import differences
from tests.browser import CheckedClient, words
from tests.conftest import TODAY
from tests.factories import make_agency, make_booking, make_event, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("today")

OVER = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)


def delivered(who: str = "Tom Trainer", part: str = "pool", starts: datetime = OVER) -> tuple[Event, Person]:
    """A date that is over, with whoever delivered it."""
    person = make_person(who, Role.TRAINER, agency=make_agency("Northshire Police"))
    event = make_event(starts=starts)
    make_trainer(event, person, part)
    with changing(event, now=TODAY):
        pass
    return event, person


def coordinator(client: CheckedClient) -> CheckedClient:
    """Cora's browser."""
    return client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))


def test_a_trainer_enters_their_time_and_it_counts_at_once(client: CheckedClient):
    event, tom = delivered()
    client.sign_in(tom)
    page = client.page("/my-events/contribution")
    assert page.heading == "You gave 0.5 days, on 1 date"
    assert "For 1 date you have not said yet" in page.text
    form = client.page(f"/my-events/{event.id}/time").form(button="Save")
    sent = {**form, "preparation": "1:30", "delivery": "", "travel": "40 min"}
    answer = client.post(f"/my-events/{event.id}/time", data=sent, follow_redirects=True)
    said = answer.get_data(as_text=True)
    assert "You gave 0.75 days, on 1 date" in said and "all entered" in said
    assert differences(now=TODAY) == []
    assert client.page(f"/my-events/{event.id}/time").form(button="Save")["preparation"] == "1:30"


def test_unclear_times_are_said_and_nothing_is_kept(client: CheckedClient):
    event, tom = delivered()
    client.sign_in(tom)
    form = client.page(f"/my-events/{event.id}/time").form(button="Save")
    answer = client.post(f"/my-events/{event.id}/time", data={**form, "preparation": "soon", "travel": "90"})
    said = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert (
        "Enter hours, like 1.5 or 1:30" in said and "Enter at most 60 hours; for minutes write 90 min" in said
    )
    assert db.session.scalars(db.select(TimeEntry)).all() == []


def test_a_coordinator_corrects_it_and_every_change_is_kept(client: CheckedClient):
    event, tom = delivered()
    client.sign_in(tom)
    mine = f"/my-events/{event.id}/time"
    client.post(mine, data={**client.page(mine).form(button="Save"), "preparation": "9"})
    coordinator(client)
    theirs = f"/pool/ledger/events/{event.id}/{tom.public_id}"
    sent = {**client.page(theirs).form(button="Save"), "preparation": "0.9", "why": "A point was missing"}
    assert client.post(theirs, data=sent).status_code == 303
    said = client.page(theirs).text
    assert "Cora Coordinator: preparation 54 minutes, delivery as long as the course" in said
    assert "A point was missing" in said and "Tom Trainer: preparation 9 hours" in said
    client.sign_in(tom)
    assert "A point was missing" in client.page(mine).text


def test_who_observes_or_speaks_enters_no_time_and_neither_does_anybody_else(client: CheckedClient):
    event, _ = delivered("Gwen Guest", part="guest speaker")
    olu = make_person("Olu Observer", Role.TRAINER)
    trainer = make_trainer(event, olu)
    with changing(event, now=TODAY):
        db.session.get_one(EventTrainer, trainer.id).delivers_as = "observing"
    for name in ("Gwen Guest", "Olu Observer"):
        client.sign_in(db.session.scalars(db.select(Person).filter_by(name=name)).one())
        assert client.get(f"/my-events/{event.id}/time").status_code == 404
    client.sign_in(make_person("Tess Trainer", Role.TRAINER))
    assert client.get(f"/my-events/{event.id}/time").status_code == 404


def test_the_ledger_shows_days_given_beside_places_taken(client: CheckedClient):
    event, _ = delivered()
    delivered("Ewan Expert", part="expert")
    council = make_agency()
    make_booking(event, make_person("Priya Practitioner", agency=council))
    came(event)
    coordinator(client)
    page = client.page("/pool/ledger")
    assert page.heading == "1 person of the pool gave 0.5 days"
    cells = [[words(cell) for cell in row] for row in page.all("tr")]
    assert ["Northshire Police", "1", "0.0", "3.0", "0.0", "0.5", "0"] in cells
    assert ["Northshire County Council", "1"] in cells
    assert "1 agency took 1 place and gave no day" in page.text
    assert "Places earned" not in page.text and "Worth" not in page.text


def came(event: Event) -> None:
    """Everybody booked was there."""
    from app.attendance.models import Mark
    from app.booking.models import Booking
    from app.catalogue.models import EventSession

    session = db.session.scalars(db.select(EventSession).filter_by(event_id=event.id)).one()
    with changing(event, now=TODAY):
        for booking in db.session.scalars(db.select(Booking).filter_by(event_id=event.id)).all():
            db.session.add(
                Mark(booking_id=booking.id, session_id=session.id, mark="present", marked_at=TODAY)
            )


def test_the_policy_is_off_at_first_and_then_shown_as_information(client: CheckedClient):
    delivered()
    coordinator(client)
    form = client.page("/pool/ledger/policy").form(button="Save")
    sent = {**form, "rate": "250", "places": "10"}
    answer = client.post("/pool/ledger/policy", data=sent, follow_redirects=True)
    said = answer.get_data(as_text=True)
    assert "a day of training earns 10 places" in said and "£125" in said
    assert "5 more than taken" in said
    assert "nobody is refused a place for it" in said


def test_a_policy_begins_today_at_the_earliest(client: CheckedClient):
    coordinator(client)
    form = client.page("/pool/ledger/policy").form(button="Save")
    answer = client.post("/pool/ledger/policy", data={**form, "rate": "250", "from_on": ["1", "4", "2021"]})
    assert answer.status_code == 422
    assert client.post("/pool/ledger/policy", data={**form, "places": "1000"}).status_code == 422


def test_the_sheets_add_up_to_the_page(client: CheckedClient):
    delivered()
    delivered("Tess =Trainer")
    delivered("Ewan Expert", part="expert")
    coordinator(client)
    text = client.get("/pool/ledger/2026-27/rows.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert sum(Decimal(row["Delivery hours"]) for row in rows) == Decimal("9.00")
    assert {row["Counts as"] for row in rows} == {"Training pool", "External expert"}
    book = load_workbook(BytesIO(client.get("/pool/ledger/2026-27/agencies.xlsx").get_data()))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    assert [(row[0], row[1], row[6]) for row in cells] == [
        ("Northshire Police", 2, 1),
        ("External experts", 1, 0.5),
    ]
    assert client.get("/pool/ledger/2026-27/rows.ods").status_code == 404
    assert client.get("/pool/ledger/2026-28/rows.csv").status_code == 404


def test_the_drawing_and_its_table_say_the_same(client: CheckedClient):
    delivered()
    coordinator(client)
    page = client.page("/pool/ledger")
    source = next(img.get("src") for img in page.all("img") if "agencies-wide" in (img.get("src") or ""))
    drawing = client.get(source)
    assert drawing.mimetype == "image/svg+xml"
    assert "Northshire Police: 0.5 days given, of these 0.5 days of training." in drawing.get_data(
        as_text=True
    )
    assert "Northshire Police gave most, 0.5" in page.text


def test_the_statement_is_a_tagged_pdf_with_dates_hours_and_thanks(client: CheckedClient, tmp_path: Path):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not there")
    event, tom = delivered()
    client.sign_in(tom)
    answer = client.get("/my-events/statement/2026-27.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    file = tmp_path / "statement.pdf"
    file.write_bytes(answer.get_data())
    text = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    for printed in (
        "Tom Trainer",
        "Thank you",
        event.course.title[:15],
        "17 November 2026",
        "3.0",
        "Page 1 of 1",
    ):
        assert printed in text
    info = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info) and "Statement of contribution 2026/27: Tom Trainer" in info


def test_nobody_gets_a_statement_of_a_year_they_gave_nothing_in(client: CheckedClient):
    _, tom = delivered()
    client.sign_in(tom)
    assert client.get("/my-events/statement/2021-22.pdf").status_code == 404
    assert client.get("/my-events/statement/2021-23.pdf").status_code == 404
    coordinator(client)
    assert client.get(f"/pool/ledger/people/{tom.public_id}/statement/2026-27.pdf").status_code == 200
    other = make_person("Priya Practitioner")
    assert client.get(f"/pool/ledger/people/{other.public_id}").status_code == 404


def test_my_events_leads_to_what_one_gave(client: CheckedClient, app: Flask):
    _, tom = delivered()
    client.sign_in(tom)
    assert client.page("/my-events").link("What you gave this year") == "/my-events/contribution"


def test_every_part_of_the_pool_that_is_named_can_be_opened(client: CheckedClient):
    delivered()
    coordinator(client)
    for page in ("/pool", "/pool/ledger"):
        parts = [nav for nav in client.page(page).all("nav") if nav.get("aria-label") == "Training pool"]
        links = [anchor.get("href") or "" for nav in parts for anchor in nav.iter("a")]
        assert len(links) > 1 and [client.get(link).status_code for link in links] == [200] * len(links)
