"""The pages of imports: hand in, choose the columns, try every row, load, take back."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import Course, Venue
from app.clock import stopped_at
from app.db import db
from app.imports import drafts, tables
from app.imports.columns import KINDS
from app.imports.models import ImportBatch, ImportDraft
from app.imports.reading import read_table
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import make_course, make_event, make_partnership, make_person
from tests.imported import bookings, csv_of, load
from tests.test_imports_loading import COURSES, PAST, PEOPLE, VENUES, the_past

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def ada(app: Flask, client: CheckedClient) -> Person:
    """Ada administers, and is signed in."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


def send(client: CheckedClient, kind: str, content: bytes, name: str = "old.csv") -> TestResponse:
    """Hand a file in."""
    path = f"/desk/imports/new/{kind}"
    fields = client.page(path).form("", "Hand it in")
    data = MultiDict({**fields, "file": FileStorage(io.BytesIO(content), filename=name)})
    boundary, body = encode_multipart(data)
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=content_type, follow_redirects=True)


def tried(client: CheckedClient, kind: str, content: bytes, **typed: str) -> Page:
    """Hand a file in and try every row."""
    answer = send(client, kind, content)
    assert answer.status_code == 200, answer.text
    path = answer.request.path
    assert path.endswith("/columns")
    return client.send(path, button="Try every row", **typed)


def number(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def draft_path() -> str:
    db.session.rollback()
    return f"/desk/imports/drafts/{db.session.scalars(sa.select(ImportDraft.public_id)).one()}"


def test_a_file_is_handed_in_tried_loaded_and_taken_back(client: CheckedClient, ada: Person):
    the_past()
    page = tried(client, "bookings", PEOPLE)
    assert page.heading == "Every row is in order" and "Nothing is written yet" in page.text
    assert number(Booking) == 0
    page = client.send(f"{draft_path()}/load", on=draft_path(), button="Load 4 rows")
    assert page.heading == "old.csv" and "4 rows loaded." in page.text
    assert "4 bookings, 2 guests without an account and 2 closed registers" in page.text
    assert "by Ada Admin" in page.text and number(Booking) == 4 and number(ImportDraft) == 0
    page = client.page(page.link("Take it back"))
    assert (
        page.heading == "Take this file back?"
        and "deletes exactly what the file made: 4 bookings" in page.text
    )
    batch = db.session.scalars(sa.select(ImportBatch.public_id)).one()
    page = client.send(f"/desk/imports/{batch}/undo", button="Take it back")
    assert "Everything that old.csv made is gone again." in page.text and "Taken back" in page.text
    assert number(Booking) == 0
    assert client.page(f"/desk/imports/{batch}/undo").heading == "old.csv"  # nothing left to take back


def test_a_dry_run_names_every_fault_a_page_at_a_time_and_what_is_wrong_most_often(
    client: CheckedClient, ada: Person
):
    make_event(make_course("Neglect"), starts=PAST)
    rows = [("Neglect", "31/02/2026", f"Person {n}", "", "Nowhere", "", "came", "") for n in range(30)]
    page = tried(client, "bookings", bookings(*rows))
    assert page.heading == "30 rows are not in order"
    assert "60 faults, line by line" in page.text
    assert "30 times, Starts: 31 February 2026 is not a date" in page.text
    assert page.text.count("is no agency, school or setting here") == 1 + 13  # once in short, 13 on this page
    assert client.page(f"{draft_path()}?page=3").text.count("31 February 2026") == 1 + 5
    sheet = client.get(f"{draft_path()}/faults.csv").get_data(as_text=True)
    assert sheet.count("31 February 2026 is not a date") == 30 and number(Booking) == 0


def test_columns_are_guessed_and_corrected_by_a_person(client: CheckedClient, ada: Person):
    content = csv_of(("Rooms", "Post code", "Name"), ("Hill Top Centre", "no1 2ab", "Hall"))
    answer = send(client, "venues", content)
    page = Page(answer)
    assert page.form("", "Try every row")["column_name"] == "2"
    assert page.form("", "Try every row")["column_postcode"] == "1"
    path = answer.request.path
    twice = client.send(path, button="Try every row", status=422, column_address="2")
    assert "\u201cName\u201d is chosen for Name already" in twice.text
    none = client.send(path, button="Try every row", status=422, column_name="")
    assert "No column is chosen for \u201cName\u201d: every row needs it" in none.text
    client.send(path, button="Try every row", column_name="0", column_notes="2")
    client.send(f"{draft_path()}/load", on=draft_path(), button="Load 1 row")
    venue = db.session.scalars(sa.select(Venue)).one()
    assert (venue.name, venue.postcode, venue.notes) == ("Hill Top Centre", "NO1 2AB", "Hall")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"Name,Email\r\n", "no rows below"),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, whatever its name says"),
        (b"Name\r\nA\x00\r\n", "NUL"),
        (b"x" * (tables.MOST_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_the_form(
    client: CheckedClient, ada: Person, content: bytes, said: str
):
    answer = send(client, "bookings", content)
    assert answer.status_code == 422 and said in Page(answer).text and number(ImportDraft) == 0


def test_a_file_far_too_large_is_refused_before_it_is_read(client: CheckedClient, ada: Person):
    answer = send(client, "bookings", b"x" * (2 * tables.MOST_BYTES + 1))
    assert answer.status_code == 413 and "larger than 20 MB" in Page(answer).text


def test_nobody_but_the_desk_may_send_so_much(client: CheckedClient):
    client.sign_in(make_person("Priya Patel"))
    large = FileStorage(io.BytesIO(b"x" * (5 * 1024 * 1024)), filename="x.csv")
    boundary, body = encode_multipart(MultiDict({"file": large}))
    content_type = f'multipart/form-data; boundary="{boundary}"'
    answer = client.post("/desk/imports/new/bookings", data=body, content_type=content_type)
    assert answer.status_code == 413


def test_no_file_at_all_is_asked_for(client: CheckedClient, ada: Person):
    page = client.send("/desk/imports/new/venues", button="Hand it in", status=422)
    assert "Choose a file" in page.text


def test_courses_are_a_coordinators_to_load(client: CheckedClient, ada: Person):
    load("courses", COURSES)
    batch = db.session.scalars(sa.select(ImportBatch.public_id)).one()
    assert "Hand in courses" not in client.page("/desk/imports").text
    for path in ("/desk/imports/new/courses", "/desk/imports/template/courses.csv", f"/desk/imports/{batch}"):
        assert client.get(path).status_code == 403
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    assert "Hand in courses" in client.page("/desk/imports").text
    assert client.page(f"/desk/imports/{batch}").heading == "old.csv"


def test_what_came_up_since_the_dry_run_is_shown_instead_of_loading(client: CheckedClient, ada: Person):
    tried(client, "venues", VENUES)
    load("venues", VENUES.replace(b"40", b"41"))
    page = client.send(f"{draft_path()}/load", on=draft_path(), button="Load 1 row")
    assert "Nothing was loaded: something has changed since the dry run." in page.text
    assert page.heading == "1 row is not in order" and "is in the list already" in page.text
    assert number(Venue) == 1


def test_the_same_file_is_not_taken_in_again(client: CheckedClient, ada: Person):
    load("venues", VENUES)
    answer = send(client, "venues", VENUES)
    assert answer.status_code == 422
    assert "This very file was loaded on 20 November 2026 already" in Page(answer).text


def test_a_second_press_finds_the_file_loaded(client: CheckedClient, ada: Person):
    tried(client, "venues", VENUES)
    load("venues", VENUES)
    page = client.send(f"{draft_path()}/load", on=draft_path(), button="Load 1 row")
    assert "This file was loaded already." in page.text and number(Venue) == number(ImportBatch) == 1


def test_what_stands_against_taking_a_file_back_is_shown_and_nothing_goes(client: CheckedClient):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    load("courses", COURSES)
    make_event(db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one())
    batch = db.session.scalars(sa.select(ImportBatch.public_id)).one()
    page = client.page(f"/desk/imports/{batch}/undo")
    assert (
        page.heading == "This file cannot be taken back"
        and "Neglect" in page.text
        and "has a date" in page.text
    )
    token = client.token("/desk/imports")
    assert client.post(f"/desk/imports/{batch}/undo", data={"csrf_token": token}).status_code == 409
    assert number(Course) == 2


def test_a_file_is_given_up_by_a_button_and_forgotten_after_a_week(
    client: CheckedClient, ada: Person, today: time_machine.Traveller
):
    tried(client, "venues", VENUES)
    client.send(f"{draft_path()}/drop", on=draft_path(), button="Give this file up")
    assert number(ImportDraft) == 0
    tried(client, "venues", VENUES)
    drafts.due(stopped_at(TODAY + drafts.KEPT_FOR))
    assert number(ImportDraft) == 1 and "Ready to load" in client.page("/desk/imports").text
    drafts.due(stopped_at(TODAY + 2 * drafts.KEPT_FOR))
    assert number(ImportDraft) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_each_template_is_read_again_with_every_column_known(client: CheckedClient, kind: str):
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    for ending in ("csv", "xlsx"):
        table = read_table(client.get(f"/desk/imports/template/{kind}.{ending}").data)
        assert table.columns == tuple(field.heading for field in KINDS[kind].fields) and not table.faults
    assert client.get(f"/desk/imports/template/{kind}.pdf").status_code == 404


def test_the_draft_of_another_partnership_is_not_found(client: CheckedClient, ada: Person):
    tried(client, "venues", VENUES)
    path = draft_path()
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    with drafts.writing() as session:
        session.execute(sa.update(ImportDraft).values(partnership_id=elsewhere.id))
    assert client.get(path).status_code == 404
    assert client.get("/desk/imports/nothing").status_code == 404
    assert client.get("/desk/imports/new/people").status_code == 404


def test_a_table_is_kept_as_it_was_read():
    table = read_table("Name;Note\r\nZo\u00eb;=1\r\n".encode())
    assert drafts.unpacked(drafts.packed(table)) == table
