"""The sign-in sheet of a date: what stands on it, for whom, on how many pages, and who may print it."""

import os
import re
import shutil
import subprocess
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession, Venue
from app.clock import from_london
from app.db import db, rebuilding
from app.pages.sheets.columns import chosen
from app.records.models import SheetChoice
from app.records.sheets import signing
from tests.browser import CheckedClient
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_requirement,
    make_setting,
    make_trainer,
)
from tests.statements import count_statements
from tests.test_certificates import streams

STARTS = from_london(date(2026, 12, 18), time(9, 30))
reads_pdf = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler-utils)")


def make_day(people: int = 3, title: str = "Neglect", sessions: int = 1) -> tuple[Event, Person]:
    """A course in a hall with so many people and sessions a week apart, delivered by Tom."""
    event = make_event(make_course(title, slug="neglect"), starts=STARTS, capacity=250)
    hall = add(Venue(name="Village Hall", address="Main Street", postcode="NG1 1AA"))
    with rebuilding():
        first = db.session.scalars(EventSession.of(event.id)).one()
        db.session.execute(
            sa.update(EventSession)
            .where(EventSession.id == first.id)
            .values(venue_id=hall.id, joining_url="")
        )
    for number in range(1, sessions):
        at = STARTS + timedelta(days=7 * number)
        add(EventSession(event_id=event.id, starts_at=at, ends_at=at + timedelta(hours=3), venue_id=hall.id))
    for number in range(people):
        make_booking(event, make_person(f"Person{number:03} Surname{number:03}", job_role=f"Job {number}"))
    return event, make_trainer(event).person


def opened(client: CheckedClient, event: Event, query: str = "", who: Person | None = None) -> bytes:
    """The sheet as its trainer gets it."""
    if who:
        client.sign_in(who)
    response = client.get(f"/events/{event.id}/sheet.pdf{query}")
    assert response.status_code == 200, response.get_data(as_text=True)[:600]
    assert response.mimetype == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    if where := os.environ.get("SHEETS"):
        name = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].split("::")[-1] + query)
        Path(where, f"{name}.pdf").write_bytes(response.get_data())
    return response.get_data()


def text_of(pdf: bytes) -> str:
    """Its words as a reader gets them, page after page, parted by form feeds."""
    said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return said.stdout.decode()


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, blanks folded."""
    return [" ".join(page.split()) for page in text_of(pdf).split("\f") if page.strip()]


@reads_pdf
def test_the_sheet_has_everything_that_stands_on_paper(client: CheckedClient):
    event, tom = make_day()
    page, *_ = pages_of(opened(client, event, who=tom))
    for words in (
        *("Sign-in sheet", "Neglect", "Fri 18 December 2026", "Village Hall, Main Street, NG1 1AA"),
        *(
            "Tom Trainer",
            f"Date number {event.id}"[:11],
            "Job title",
            "Agency",
            "Signature in",
            "Signature out",
        ),
        *("Person000 Surname000", "Job 1", "Northshire County Council", "Confidential: personal data"),
        *("Not on the list?", "Work email", "Page 1 of 2"),
    ):
        assert words in page, words


@pytest.mark.parametrize("copy", ["", "?copy=trainer"])
def test_the_sheet_is_tagged_in_our_language_and_typeface(client: CheckedClient, copy: str):
    event, tom = make_day()
    said = streams(opened(client, event, copy, who=tom))
    for sign in (b"/MarkInfo", b"/StructTreeRoot", b"pdfuaid:part", b"en-GB", b"/DisplayDocTitle true"):
        assert sign in said, sign
    for tag in (b"/S /Table", b"/S /TH", b"/S /TD", b"/S /H1", b"/S /Caption", b"/Headers"):
        assert tag in said, tag
    fonts = set(re.findall(rb"/BaseFont\s*/\w+\+([\w-]+)", said))
    assert fonts
    assert all(font.startswith(b"Inter") for font in fonts), fonts


@reads_pdf
@pytest.mark.parametrize(("people", "most"), [(0, 2), (40, 5), (200, 17)])
def test_every_page_of_a_long_sheet_has_the_headings_the_line_and_its_number(
    client: CheckedClient, people: int, most: int
):
    event, tom = make_day(people)
    pages = pages_of(opened(client, event, who=tom))
    assert len(pages) <= most
    listed = [page for page in pages if "Surname" in page]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Confidential: personal data" in page
        assert "Neglect" in page
        assert "Signature in" in page
        assert "Signature out" in page
    assert all("Job title" in page for page in listed)
    names = re.findall(r"Surname(\d+)", " ".join(pages))
    assert names == [f"{n:03}" for n in range(people)]  # everybody once, in the order of the register


@reads_pdf
def test_long_names_and_agencies_are_there_to_the_last_letter(client: CheckedClient):
    event, tom = make_day(2, title="Exploitation and what comes of it " * 5)
    agency = make_agency(
        "Nottinghamshire Healthcare Foundation Trust for the Whole of the County and the City"
    )
    name = "Wilhelmina Katarzyna Żółtowska-Featherstonehaugh of Littleborough-under-Water"
    make_booking(event, make_person(name, email="w@northshire.example", agency=agency, job_role="Head " * 20))
    make_booking(event, make_person("Łucja " + "O" * 60, email="l@northshire.example"))
    said = "".join(text_of(opened(client, event, who=tom)).split())
    assert "Littleborough-" in said
    assert "Żółtowska-" in said
    assert "O" * 10 in said
    assert "City" in said


def test_what_people_need_is_a_sign_on_the_trainers_copy_and_nowhere_on_the_table(client: CheckedClient):
    event, tom = make_day(1)
    make_requirement(event.course, make_course("Part one"))
    make_booking(
        event, make_person("Priya Practitioner"), needs="Wheelchair, and no nuts", mobile="07700 900123"
    )
    table, own = (streams(opened(client, event, copy, who=tom)) for copy in ("", "?copy=trainer"))
    words = "Access or dietary need".encode("utf-16-be")
    assert words in own or b"Access or dietary need" in own
    assert words not in table
    assert b"Access or dietary need" not in table
    if shutil.which("pdftotext"):
        for pdf in (opened(client, event), opened(client, event, "?copy=trainer")):
            assert "Wheelchair" not in text_of(pdf)
            assert "07700" not in text_of(pdf)
        assert "keep it off the table" in text_of(opened(client, event, "?copy=trainer"))
        assert "Part 1" not in text_of(opened(client, event))


@reads_pdf
def test_a_sheet_is_of_the_session_asked_for_and_all_of_them_come_in_one_file(client: CheckedClient):
    event, tom = make_day(2, sessions=3)
    sessions = db.session.scalars(EventSession.of(event.id)).all()
    second, *_ = pages_of(opened(client, event, f"?session={sessions[1].public_id}", who=tom))
    assert "Session 2 of 3: Fri 25 December 2026" in second
    assert "Session 1 of 3" in pages_of(opened(client, event))[0]
    every = pages_of(opened(client, event, "?session=all"))
    assert [re.findall(r"Session \d of 3", page) for page in every] == [
        [f"Session {session} of 3"] for session in (1, 1, 2, 2, 3, 3)
    ]


@reads_pdf
def test_a_sheet_may_have_a_box_for_each_session(client: CheckedClient):
    event, tom = make_day(2, sessions=3)
    client.sign_in(tom)
    client.send(f"/events/{event.id}/sheet", button="Save", boxes="sessions", blank_rows="2")
    (page,) = pages_of(opened(client, event))
    assert "Fri 18 Dec Fri 25 Dec Fri 1 Jan" in page
    assert "Signature in" not in page


@reads_pdf
def test_columns_and_blank_rows_are_chosen_and_kept_for_the_date(client: CheckedClient):
    event, tom = make_day(1)
    other = make_event(event.course, starts=STARTS + timedelta(days=40))
    make_booking(other)
    client.sign_in(tom)
    page = client.send(f"/events/{event.id}/sheet", button="Save", columns=["role_group"], blank_rows="0")
    assert "Saved." in page.text
    (kept,) = pages_of(opened(client, event))
    assert "Role group" in kept
    assert "Job title" not in kept
    assert "Not on the list?" not in kept
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    assert "Job title" in pages_of(opened(client, other))[0]


@reads_pdf
def test_the_desk_chooses_for_every_date_and_a_date_of_its_own_choice_keeps_it(client: CheckedClient):
    event, tom = make_day(1)
    other = make_event(event.course, starts=STARTS + timedelta(days=40))
    make_booking(other)
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    client.send(f"/events/{event.id}/sheet", button="Save", columns=["team"], blank_rows="3")
    client.send(
        f"/events/{event.id}/sheet", button="Save", columns=["sector"], blank_rows="1", kept_for="all"
    )
    assert "Team" in pages_of(opened(client, event))[0]
    assert "Sector" in pages_of(opened(client, other))[0]
    db.session.rollback()
    assert len(db.session.scalars(sa.select(SheetChoice)).all()) == 2


@pytest.mark.parametrize(
    ("typed", "said"), [("61", "Enter a number from 0 to 60"), ("many", "Enter a whole number")]
)
def test_a_number_of_blank_rows_that_is_none_is_said(client: CheckedClient, typed: str, said: str):
    event, tom = make_day(0)
    client.sign_in(tom)
    page = client.send(f"/events/{event.id}/sheet", button="Save", blank_rows=typed, status=422)
    assert said in page.text


def test_only_those_who_run_the_day_print_its_sheet(client: CheckedClient):
    event, _ = make_day(1)
    for person in (
        db.session.scalars(sa.select(Booking)).first().person,
        make_person("Other Trainer", Role.TRAINER),
        make_person("Lena Lead", Role.AGENCY_LEAD),
    ):
        client.sign_in(person)
        for path in (f"/events/{event.id}/sheet", f"/events/{event.id}/sheet.pdf"):
            assert client.get(path).status_code == 403, (person.name, path)


def test_nobody_signs_in_on_a_cancelled_date(client: CheckedClient):
    event, tom = make_day(1)
    with rebuilding():
        db.session.get_one(Event, event.id).state = "cancelled"
    client.sign_in(tom)
    assert client.get(f"/events/{event.id}/sheet.pdf").status_code == 409


@reads_pdf
def test_who_gave_the_place_up_is_not_on_the_sheet_and_who_walked_in_is(client: CheckedClient):
    event, tom = make_day(0)
    for name, state in (
        ("Gone Away", State.CANCELLED),
        ("Wendy Walkin", State.WALK_IN),
        ("Wai Ting", State.WAITING),
    ):
        make_booking(event, make_person(name), state)
    said = text_of(opened(client, event, who=tom))
    assert "Wendy Walkin" in said
    assert "Gone Away" not in said
    assert "Wai Ting" not in said


def test_a_sheet_of_two_hundred_asks_the_database_no_more_than_one_of_two(each_app: Flask):
    event, _ = make_day(2)
    event_id = event.id
    for number in (2, 22):
        db.session.rollback()
        with count_statements() as sent:
            assert len(signing(event_id)) == number
        assert len(sent) == 1
        for _ in range(20):
            make_booking(event)


def test_somebody_with_two_jobs_at_an_agency_is_on_the_sheet_once_with_the_newer_one(app: Flask):
    event, _ = make_day(1)
    booking = db.session.scalars(sa.select(Booking)).one()
    add(
        Affiliation(
            person_id=booking.person_id,
            agency_id=booking.agency_id,
            role_group="",
            job_role="Team manager",
            from_on=date(2024, 1, 1),
        )
    )
    assert [row.job_role for row in signing(event.id)] == ["Team manager"]


def test_a_setting_is_named_with_its_umbrella(app: Flask):
    event, _ = make_day(0)
    school = make_setting()
    make_booking(event, make_person("Sam School", agency=school.agency, setting_id=school.id))
    ((_, works_at),) = chosen(["works_at"])
    assert works_at(signing(event.id)[0]) == "Hill Top Primary School (Schools and colleges)"
