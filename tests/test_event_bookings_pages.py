"""Everybody on an event: where they stand, whom filters find, sheets and paper."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from app.accounts.models import Person, Team
from app.accounts.rules import Role
from app.booking.models import RequirementWaiver
from app.booking.rules import State
from app.catalogue.models import CourseEquivalent, CourseRequirement, Event
from app.completions.models import Completion
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
)
from tests.statements import count_statements


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def event() -> Event:
    """Neglect, in four weeks, with 20 places."""
    return make_event(make_course("Neglect"))


def of(event: Event, query: str = "") -> str:
    """The address of its list."""
    return f"/events/{event.id}/bookings{query}"


def listed(page: Page) -> list[str]:
    """The names on the list."""
    return [words(row[0]) for table in page.all("table") for row in table.find("tbody") or []]


def row_of(page: Page, name: str) -> list[str]:
    """What the list says of somebody."""
    rows = [[words(cell) for cell in row] for table in page.all("table") for row in table.find("tbody") or []]
    return next(row for row in rows if row[0] == name)


def required(event: Event, title: str = "Part one", strength: str = "by a deadline") -> int:
    """A course that comes before the event's; returns its id."""
    first = make_course(title)
    add(CourseRequirement(course_id=event.course_id, required_id=first.id, strength=strength))
    return first.id


def completed(person: Person, course_id: int) -> None:
    """The person has done a course."""
    add(Completion(person_id=person.id, course_id=course_id, completed_at=TODAY, how="module"))


def test_the_list_says_who_has_a_place_by_name_and_who_waits_in_which_order(
    client: CheckedClient, event: Event
):
    joined = datetime(2026, 11, 3, 9, tzinfo=UTC)
    make_booking(event, make_person("Zoe Zeal"))
    make_booking(event, make_person("Adam Able"))
    make_booking(event, make_person("Late Waiter"), state=State.WAITING, joined_at=joined + timedelta(1))
    make_booking(event, make_person("Early Waiter"), state=State.WAITING, joined_at=joined)
    make_booking(event, make_person("First Waiter"), state=State.WAITING, joined_at=TODAY, priority=1)
    make_booking(event, make_person("Olga Offer"), state=State.OFFERED, offer_ends_at=TODAY)
    make_booking(event, make_person("Gone Already"), state=State.CANCELLED)
    page = client.page(of(event))
    assert listed(page) == [
        *("Adam Able", "Zoe Zeal", "Olga Offer"),
        *("First Waiter", "Early Waiter", "Late Waiter"),
    ]
    assert (
        "2 people have a place, 1 is offered one and 3 wait. 3 of 20 places are held, 17 free." in page.text
    )
    assert row_of(page, "First Waiter")[2] == "Waiting, number 1Priority"
    assert row_of(page, "Late Waiter")[2] == "Waiting, number 3"
    assert row_of(page, "Olga Offer")[2] == "Offered a placeUntil Fri 20 November 2026, 10am"


def test_each_person_has_their_booking_and_a_way_out_beside_their_name(client: CheckedClient, event: Event):
    booking = make_booking(event, make_person("Priya Patel"))
    page = client.page(of(event))
    assert page.link("Booking: Priya Patel") == f"/bookings/{booking.public_id}"
    assert page.link("Cancel: Priya Patel") == f"/bookings/{booking.public_id}/cancel"
    assert page.link("Priya Patel").startswith("/people/")


def test_what_people_told_us_for_the_day_stands_beside_them(client: CheckedClient, event: Event):
    make_booking(event, make_person("Priya Patel"), needs="A hearing loop", mobile="07700 900123")
    assert row_of(client.page(of(event)), "Priya Patel")[3] == "A hearing loop07700 900123"


def test_a_name_that_looks_like_markup_stays_a_name(client: CheckedClient, event: Event):
    make_booking(event, make_person("<b>Bo</b>", email="bo@x.example"), needs="<script>1</script>")
    assert listed(client.page(of(event))) == ["<b>Bo</b>"]


def test_nobody_yet_is_said_and_those_who_left_can_be_looked_at(client: CheckedClient, event: Event):
    page = client.page(of(event))
    assert "Nobody is on it yet" in page.text and "Whoever books appears here at once." in page.text
    make_booking(event, make_person("Gone Already"), state=State.CANCELLED)
    page = client.page(of(event))
    assert "Nobody is on it any more" in page.text
    page = client.page(page.link("1 person has been on it."))
    assert listed(page) == ["Gone Already"] and row_of(page, "Gone Already")[2] == "Cancelled"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=booked", ["Hal Hilltop", "Priya Patel"]),
        ("?state=waiting", ["Pete Police"]),
        ("?state=no+longer", ["Gone Already"]),
        ("?state=all", ["Hal Hilltop", "Priya Patel", "Pete Police", "Gone Already"]),
        ("?state=xyzzy", ["Hal Hilltop", "Priya Patel", "Pete Police"]),
        ("?agency=northshire-police", ["Pete Police"]),
        ("?agency=xyzzy", []),
        ("?needs=y", ["Hal Hilltop"]),
        ("?q=hill+top", ["Hal Hilltop"]),
        ("?q=PRIYA", ["Priya Patel"]),
        ("?q=100%25", []),
        ("?q=police&state=waiting", ["Pete Police"]),
    ],
)
def test_filters_in_the_address_narrow_the_list(
    client: CheckedClient, event: Event, query: str, found: list[str]
):
    school = make_setting("Hill Top Primary School")
    make_booking(event, make_person("Priya Patel"))
    make_booking(
        event, make_person("Hal Hilltop", agency=school.agency, setting_id=school.id), needs="No nuts"
    )
    make_booking(event, make_person("Pete Police", agency=make_agency("Northshire Police")), state="waiting")
    make_booking(event, make_person("Gone Already"), state=State.CANCELLED)
    page = client.page(of(event, query))
    assert listed(page) == found
    if not found:
        assert "Nobody like that on this date" in page.text


def test_part_1_is_done_by_the_course_by_an_equivalent_or_by_a_waiver(
    client: CheckedClient, event: Event, ada: Person
):
    first, other = required(event), make_course("The same elsewhere")
    add(CourseEquivalent(course_id=first, equivalent_id=other.id))
    people = {name: make_person(name) for name in ("Dora Done", "Ed Equal", "Ti Todo", "Wim Waived")}
    for person in people.values():
        make_booking(event, person)
    completed(people["Dora Done"], first)
    completed(people["Ed Equal"], other.id)
    completed(people["Ti Todo"], make_course("Something else").id)
    waived = {"person_id": people["Wim Waived"].id, "event_id": event.id, "by_id": ada.id}
    add(RequirementWaiver(**waived, at=TODAY, why="Teaches it"))
    assert listed(client.page(of(event, "?part_one=to+do"))) == ["Ti Todo"]
    assert listed(client.page(of(event, "?part_one=done"))) == ["Dora Done", "Ed Equal", "Wim Waived"]
    assert row_of(client.page(of(event)), "Ti Todo")[2] == "Has a placePart 1 to do"


def test_an_advised_course_asks_nothing_and_a_course_without_part_1_does_not_speak_of_it(
    client: CheckedClient, event: Event
):
    make_booking(event, make_person("Priya Patel"))
    required(event, strength="advised")
    page = client.page(of(event))
    assert "Part 1" not in page.text
    assert row_of(page, "Priya Patel")[2] == "Has a place"


def test_an_event_that_awaits_its_date_has_a_list_too(client: CheckedClient, event: Event):
    make_booking(event, make_person("Priya Patel"), state=State.WAITING)
    undated(event)
    assert "Neglect, No date yet" in client.page(of(event)).text
    assert "Priya Patel" in client.page(of(event, "/print")).text
    assert client.get(of(event, ".csv")).headers["Content-Disposition"].endswith("neglect.csv")


def undated(event: Event) -> None:
    """Take its date away, as postponing does."""
    from app.catalogue.models import EventSession
    from app.db import db, rebuilding

    with rebuilding() as session:
        for sitting in session.scalars(EventSession.of(event.id)):
            session.delete(sitting)
        found = db.session.get_one(Event, event.id)
        found.starts_at = found.ends_at = None
        found.state = "postponed"


def test_another_partnerships_event_is_not_found(client: CheckedClient):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    event = make_event(make_course("Neglect"), host_id=elsewhere.id)
    for end in ("", ".csv", "/print"):
        client.page(of(event, end), status=404)
    client.page("/events/999/bookings", status=404)


@pytest.mark.parametrize("number", [1, 60, 130])
def test_the_list_takes_the_same_few_statements_whatever_its_length(
    client: CheckedClient, event: Event, number: int
):
    crowded = make_event(event.course, capacity=200)
    required(event)
    for _ in range(number):
        make_booking(crowded)
    with count_statements() as statements:
        page = client.page(of(crowded))
    assert len(statements) <= 9, statements
    assert len(listed(page)) == min(number, 100)


# Sheets.


def csv_of(client: CheckedClient, path: str) -> list[str]:
    """The lines of a CSV file."""
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return answer.data.decode("utf-8-sig").splitlines()


def test_the_list_downloads_as_it_is_narrowed_with_the_chosen_columns(client: CheckedClient, event: Event):
    make_booking(event, make_person("Priya Patel"), needs="=1+1")
    make_booking(event, make_person("Sam Smith"), state=State.WAITING)
    make_booking(event, make_person("Gone Already"), state=State.CANCELLED)
    assert csv_of(client, of(event, ".csv?column=name&column=state&column=needs")) == [
        "Name,Where they stand,Access or dietary needs",
        "Priya Patel,Has a place,'=1+1",
        'Sam Smith,"Waiting, number 1",',
    ]
    assert csv_of(client, of(event, ".csv?column=name&state=waiting")) == ["Name", "Sam Smith"]
    assert csv_of(client, of(event, ".csv?column=xyzzy"))[0] == (
        "Name,Email,Agency,Setting,Where they stand,Part 1"
    )


def test_the_form_below_the_list_sends_its_filters_and_the_usual_columns(client: CheckedClient, event: Event):
    required(event)
    make_booking(event, make_person("Priya Patel"))
    fields = client.page(of(event, "?state=booked&q=priya")).form(".csv")
    assert (fields["state"], fields["q"]) == ("booked", "priya")
    assert fields["column"] == ["name", "email", "agency", "setting", "state", "part_one"]


def test_the_list_downloads_as_an_excel_file(client: CheckedClient, event: Event):
    team = add(Team(agency_id=make_agency().id, name="Early Help"))
    make_booking(event, make_person("Priya Patel", team_id=team.id))
    answer = client.get(of(event, ".xlsx?column=name&column=team&column=made_at"))
    sheet = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert answer.headers["Content-Disposition"].endswith("filename=neglect-2026-12-18.xlsx")
    rows = [row[:2] for row in sheet.iter_rows(values_only=True)]
    assert rows == [("Name", "Team"), ("Priya Patel", "Early Help")]
    client.page(of(event, ".ods"), status=404)


def test_the_bookings_of_a_year_download_from_the_desk(client: CheckedClient, event: Event):
    old = make_event(event.course, starts=datetime(2026, 3, 31, 9, tzinfo=UTC))
    make_booking(old, make_person("Old Booking"))
    make_booking(event, make_person("Priya Patel"))
    make_booking(event, make_person("Gone Already"), state=State.CANCELLED)
    lines = csv_of(client, "/desk/bookings.csv?column=name")
    assert lines == [
        "Course,Starts,Date is,Name",
        "Neglect,2026-12-18 09:30,published,Gone Already",
        "Neglect,2026-12-18 09:30,published,Priya Patel",
    ]
    lines = csv_of(client, "/desk/bookings.csv?from=2026-03-31&to=2026-03-31&column=name")
    assert lines[1:] == ["Neglect,2026-03-31 10:00,published,Old Booking"]
    assert csv_of(client, "/desk/bookings.csv?from=2027-01-01&to=2026-01-01")[1:] == []
    assert client.get("/desk/bookings.xlsx").data.startswith(b"PK")


@pytest.mark.parametrize("query", ["from=yesterday", "to=2026-02-30", "to=9999-12-31", "from=26-1-1"])
def test_days_that_are_none_are_said_to_be_so(client: CheckedClient, query: str):
    assert "Give both days" in client.page(f"/desk/bookings.csv?{query}", status=400).text


# Paper.


def test_the_printed_list_has_everybody_however_many(client: CheckedClient):
    event = make_event(make_course("Neglect"), capacity=200)
    for _ in range(130):
        make_booking(event)
    make_booking(event, make_person("Priya Patel"), needs="A hearing loop", mobile="07700 900123")
    page = client.page(of(event, "/print"))
    assert len(listed(page)) == 131
    assert row_of(page, "Priya Patel")[3] == "A hearing loop; 07700 900123"


def test_a_narrowed_list_says_so_on_paper(client: CheckedClient, event: Event):
    make_booking(event)
    make_booking(event, state=State.WAITING)
    page = client.page(of(event, "/print?state=waiting"))
    assert "Some of them only: 1 person." in page.text
    assert "Some of them only" not in client.page(of(event, "/print")).text
