"""What is wrong with rows: by themselves, beside each other, and beside what is there already."""

from datetime import date, timedelta

import pytest
from flask import Flask

from app.catalogue.models import Venue
from app.catalogue.rules import parse_time
from app.clock import from_london
from app.imports.columns import BOOKINGS, EVENTS, KINDS, guessed, plain
from app.imports.naming import Names, same_person
from app.web.sheets import csv_lines
from tests.conftest import TODAY
from tests.factories import add, make_agency, make_course, make_event, make_person, make_setting
from tests.imported import AT_WORK, bookings, csv_of, faults, load
from tests.test_imports_loading import PAST

EVENT_COLUMNS = ("Course", "Starts", "Start time", "Ends", "Places", "Venue", "Reference")


def row(name: str, email: str = "", *, day: str = "10/03/2026", came: str = "came") -> tuple[str, ...]:
    return ("Neglect", day, name, email, AT_WORK, "", came, "")


@pytest.fixture
def neglect(app: Flask) -> None:
    """A course with a date that is over, and an agency."""
    make_agency()
    make_event(make_course("Neglect"), starts=PAST)


def said(*rows: tuple[str, ...]) -> list[str]:
    return faults("bookings", bookings(*rows))


def events(*rows: tuple[str, ...]) -> list[str]:
    return faults("events", csv_of(EVENT_COLUMNS, *rows))


@pytest.mark.usefixtures("neglect")
def test_two_people_of_one_address_are_explained():
    assert said(row("Ann Archer", "office@x.example"), row("Bea Booked", "Office@X.example")) == [
        "Line 3, Email: office@x.example is Ann Archer\u2019s address in line 2. "
        "Two people cannot share an address: give each their own, or leave it empty"
    ]
    make_person("Priya Patel", email="priya@x.example")
    assert said(row("Ann Archer", "priya@x.example")) == [
        "Line 2, Email: priya@x.example belongs to Priya Patel, who is known here. "
        "Two people cannot share an address: give each their own, or leave it empty"
    ]


@pytest.mark.usefixtures("neglect")
def test_the_same_person_may_be_written_a_little_differently():
    make_event(make_course("Neglect"), starts=PAST + timedelta(days=1))
    make_person("Priya Patel", email="priya@x.example")
    rows = (
        row("PATEL, Priya", "priya@x.example"),
        row("Priya Anita Patel", "priya@x.example", day="11/03/2026"),
    )
    assert said(*rows) == []


@pytest.mark.usefixtures("neglect")
def test_the_same_person_twice_on_a_date_is_explained():
    twice = "Leave one of them out"
    assert said(row("Ann Archer", "ann@x.example"), row("Ann Archer", "ann@x.example", came="absent")) == [
        f"Line 3: Ann Archer is on Neglect on 10 March 2026 already, by line 2. {twice}"
    ]
    assert said(row("Ann Archer"), row("Ann Archer"))[0].endswith(twice)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Starts": "11/03/2026"}, "Line 2, Starts: Neglect has no date on 11 March 2026. Its nearest are 10 March 2026, 18 November 2026, 18 December 2026"),
        ({"Starts": "10/03/2026 14:00"}, "Line 2, Starts: Neglect on 10 March 2026 starts at 09:30, not at 14:00"),
        ({"Starts": "18/12/2026"}, "Line 2, Starts: Neglect on 18 December 2026 is not over"),
        ({"Starts": "18/11/2026"}, "ended only a few days ago, and people are still asked what it was like"),
        ({"Course": ""}, "Line 2, Course: is empty: every row needs it"),
        ({"Name": ""}, "Line 2, Name: is empty: every row needs it"),
        ({"Email": "ann at work"}, "\u201cann at work\u201d is not an email address"),
        ({"Agency": "Northshire Council"}, "is no agency, school or setting here. Did you mean \u201cNorthshire County Council\u201d?"),
        ({"Setting": "Low Hall"}, "Line 2, Setting: Northshire County Council has no schools or settings in the list"),
        ({"Came": "part"}, "A register by session is needed to say who came in part"),
        ({"Came": ""}, "Line 2, Came: is empty: every row needs it"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("neglect")
def test_a_booking_that_cannot_be_told_is_explained(changed: dict[str, str], words: str):
    for starts in (None, TODAY - timedelta(days=2)):
        make_event(make_course("Neglect"), starts=starts)
    columns = ("Course", "Starts", "Name", "Email", "Agency", "Setting", "Came")
    usual = dict(zip(columns, ("Neglect", "10/03/2026", "Ann Archer", "", AT_WORK, "", "came"), strict=True))
    (found,) = faults("bookings", csv_of(columns, [{**usual, **changed}[name] for name in columns]))
    assert words in found


@pytest.mark.usefixtures("neglect")
def test_every_fault_of_a_row_is_named_not_only_the_first():
    found = said(("Neglct", "31/02/2026", "", "ann@", "", "", "perhaps", ""))
    assert [sentence.partition(":")[0] for sentence in found] == [
        f"Line 2, {column}" for column in ("Agency", "Came", "Course", "Email", "Name", "Starts")
    ]


@pytest.mark.usefixtures("neglect")
def test_states_that_are_not_of_the_past_are_left_out_by_whoever_hands_them_in():
    columns = ("Course", "Starts", "Name", "Agency", "Where they stand", "Came")
    usual = ("Neglect", "2026-03-10 09:30", "Ann Archer", AT_WORK)
    (found,) = faults("bookings", csv_of(columns, (*usual, "Waiting, number 2", "")))
    assert "only people who had a place or came without a booking are loaded" in found
    (found,) = faults("bookings", csv_of(columns, (*usual, "Came without a booking", "absent")))
    assert found == "Line 2, Came: does not fit: who came without a booking was there"
    assert faults("bookings", csv_of(columns, (*usual, "Came without a booking", ""))) == []


def test_an_organisation_that_is_not_in_the_list_is_loaded_under_other_organisations(app: Flask):
    make_event(make_course("Neglect"), starts=PAST)
    make_agency()
    columns = ("Course", "Starts", "Name", "Agency", "Setting", "New setting", "Came")
    content = csv_of(
        columns,
        ("Neglect", "10/03/2026", "Ann Archer", "Other organisations", "Hill Top Brass Band", "yes", "came"),
    )
    assert load("bookings", content).batch is not None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Starts": "29/03/2026", "Start time": "1:30"}, "Start time: 01:30 does not exist on 29 March 2026: the clocks go forward"),
        ({"Starts": "25/10/2026", "Start time": "1:30"}, "Start time: 01:30 comes twice on 25 October 2026"),
        ({"Ends": "9:00"}, "Ends: is not within the 24 hours after the start"),
        ({"Ends": ""}, "Ends: is empty: write when it ends, or how many minutes it takes"),
        ({"Start time": ""}, "Starts: has no time. Write when it starts, like 9:30"),
        ({"Places": "0"}, "Places: 0 is not between 1 and 5,000"),
        ({"Places": ""}, "Places: is empty: every row needs it"),
        ({"Venue": "Hil Top Centre"}, "Venue: \u201cHil Top Centre\u201d is no venue here. Did you mean \u201cHill Top Centre\u201d?"),
        ({"Course": "Safer sleep"}, "Course: Safer sleep is e-learning, which has no dates"),
        ({"Course": "In a room", "Venue": ""}, "Venue: is empty: people who are to come have to know where"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_held_is_explained(app: Flask, changed: dict[str, str], words: str):
    make_course("Neglect")
    make_course("Safer sleep", delivery="e-learning")
    make_course("In a room", delivery="classroom")
    add(Venue(name="Hill Top Centre"))
    usual = ("Neglect", "12/01/2027", "9:30", "12:30", "20", "Hill Top Centre", "")
    cells = {**dict(zip(EVENT_COLUMNS, usual, strict=True)), **changed}
    (found,) = events(tuple(cells.values()))
    assert found.startswith("Line 2, ") and words in found


def test_dates_are_compared_with_each_other_and_with_the_programme(app: Flask):
    make_event(make_course("Neglect"), starts=from_london(date(2027, 2, 1), parse_time("9:30")))
    found = events(
        ("Neglect", "12/01/2027", "9:30", "12:30", "20", "", "A"),
        ("Neglect", "12/01/2027", "12:00", "15:00", "20", "", "A"),
        ("Neglect", "13/01/2027", "9:30", "12:30", "20", "", "B"),
        ("Neglect", "14/01/2027", "9:30", "12:30", "21", "", "B"),
        ("Neglect", "15/01/2027", "9:30", "12:30", "20", "", ""),
        ("Neglect", "15/01/2027", "9:30", "12:30", "20", "", ""),
        ("Neglect", "01/02/2027", "9:30", "12:30", "20", "", ""),
    )
    assert found == [
        "Line 3, Starts: begins before another session of the same date has ended",
        "Line 5, Places: differs from line 4, which is the same date by its reference",
        "Line 7, Starts: Neglect stands with the same start in line 6 already",
        "Line 8, Starts: Neglect is in the programme already. Leave the row out",
    ]


def test_courses_and_venues_that_are_there_already_are_named(app: Flask):
    make_course("Neglect", other_names=["GCP2"])
    rows = (("gcp2", "core", "virtual"), ("Gangs", "core", "on the moon"), ("Gangs!", "core", "virtual"))
    assert faults("courses", csv_of(("Title", "Kind", "Delivery"), *rows)) == [
        "Line 2, Title: \u201cgcp2\u201d is in the catalogue already. Leave the row out",
        "Line 3, Delivery: \u201con the moon\u201d is not one of: classroom, virtual, blended, e-learning, external",
        "Line 4, Title: \u201cGangs!\u201d stands in line 3 already",
    ]


def test_what_is_called_so_twice_is_asked_about_and_a_title_comes_first():
    names = Names(
        "course",
        [(("County lines",), 1), (("Exploitation", "county lines", "CCE"), 2), (("Gangs", "CCE"), 3)],
    )
    assert names.find("COUNTY LINES") == 1
    with pytest.raises(ValueError, match="could be \u201cExploitation\u201d or \u201cGangs\u201d"):
        names.find("CCE")
    with pytest.raises(ValueError, match="is no course here"):
        names.find("!!")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann Archer", "ANN ARCHER", True),
        ("Archer, Ann", "Ann Archer", True),
        ("Ann Archer", "Ann Mary Archer", True),
        ("Ann", "Ann Archer", False),
        ("Ann Archer", "Bea Archer", False),
        ("", "Ann", False),
    ],
)
def test_a_name_is_the_same_in_any_order_and_with_one_name_more(one: str, other: str, same: bool):
    assert same_person(one, other) is same


def test_columns_are_guessed_by_name_and_by_what_others_call_them():
    headings = ("Delegate Name", "E-mail address*", "Organisation", "Course Title", "Date (UK)", "Attended?")
    assert guessed(headings, BOOKINGS) == {
        "name": 0, "email": 1, "agency": 2, "course": 3, "starts": 4, "came": 5,
    }  # fmt: skip
    assert guessed(("Course", "Starts", "Start", "End", "Capacity"), EVENTS) == {
        "course": 0, "starts": 1, "start_time": 2, "ends": 3, "capacity": 4,
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_name_stands_for_two_columns_of_ours(kind):
    headings = [plain(field.heading) for field in kind.fields]
    assert len(set(headings)) == len(headings)
    assert guessed([field.heading for field in kind.fields], kind) == {
        field.key: place for place, field in enumerate(kind.fields)
    }


@pytest.mark.usefixtures("neglect")
def test_a_sheet_of_bookings_of_our_own_is_read_by_its_own_headings():
    make_setting()
    columns = ("Course", "Starts", "Date is", "Name", "Email", "Agency", "Setting", "Team", "Sector", "Role group",
               "Where they stand", "Booked at", "Part 1", "Came")  # fmt: skip
    rows = [
        ("Neglect", PAST, "published", "Ann Archer", "ann@x.example", "Schools and colleges", "Hill Top Primary School",
         "", "Education", "", "Has a place", PAST - timedelta(days=30), "", "came"),
    ]  # fmt: skip
    loaded = load("bookings", b"".join(csv_lines(columns, rows)))
    assert loaded.batch is not None, loaded.checked.faults
