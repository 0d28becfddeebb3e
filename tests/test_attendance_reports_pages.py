"""The review of a meeting's report: nothing saved until confirmed, everything as it was after taking it back."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.marking import mark_delegates
from app.attendance.models import Mark, RegisterClosing
from app.attendance.report_models import AttendanceReport, KnownAddress, ReportFile
from app.attendance.reports.layout import MOST_BYTES
from app.attendance.rules import MarkKind, Wanted
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.db import db
from app.records.actions import changing
from tests.attendance_reports import Call, Guest, Stay, as_teams_saves, teams_2022
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_course, make_event, make_person, make_trainer

START = TODAY - timedelta(hours=5)
END = START + timedelta(hours=3)


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event of this morning: Ada, Ben, Cleo and Dev are booked."""
    found = make_event(make_course("Neglect"), starts=START)
    for name in ("Ada Adeyemi", "Ben Archer", "Cleo Brown", "Dev Chandra"):
        make_booking(found, make_person(name))
    return found


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    person = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, person)
    return person


@pytest.fixture
def ann(app: Flask) -> Person:
    """Ann administers."""
    return make_person("Ann Admin", Role.ADMINISTRATOR)


def guest(name: str, email: str = "", begins: float = 0, ends: float = 180) -> Guest:
    """Somebody in the meeting, by minutes."""
    return Guest(name, email, (Stay(START + timedelta(minutes=begins), START + timedelta(minutes=ends)),))


GUESTS = (
    guest("Adeyemi, Ada", "ada.adeyemi@northshire.example", 12),
    guest("Ben Archer (Guest)", "", 0, 90),
    guest("C Brown", "cleo@home.example"),
    guest("Xavier Quill", "x.quill@nowhere.example"),
)


def content(*guests: Guest) -> bytes:
    """A report."""
    return as_teams_saves(teams_2022(Call("Neglect", guests or GUESTS, START, END)))


def hand_in(client: CheckedClient, event: Event, *files: bytes, name: str = "report.csv") -> str:
    """Hand files in; returns where the browser is led."""
    path = f"/events/{event.id}/attendance-reports"
    token = client.page(path).form("", "Look at what it says")["csrf_token"]
    data = MultiDict(
        [("csrf_token", token), *(("files", (BytesIO(f), f"{n}-{name}")) for n, f in enumerate(files))]
    )
    answer = client.post(path, data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def multipart(token: str, file: bytes) -> bytes:
    """A form with one file, as a browser sends it."""
    head = b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode()
    named = b'\r\n--b\r\nContent-Disposition: form-data; name="files"; filename="report.csv"\r\n\r\n'
    return head + named + file + b"\r\n--b--\r\n"


def ids(event: Event) -> dict[str, str]:
    """Booking ids in addresses by name."""
    rows = sa.select(Person.name, Booking.public_id).join(Booking, Booking.person_id == Person.id)
    return dict(db.session.execute(rows.where(Booking.event_id == event.id)).all())  # type: ignore[arg-type]


def marks() -> dict[str, tuple[object, ...]]:
    """The marks there are, by name."""
    db.session.rollback()
    rows = sa.select(Person.name, Mark.mark, Mark.minutes_late, Mark.left_early, Mark.how)
    rows = rows.join(Booking, Booking.person_id == Person.id).join(Mark, Mark.booking_id == Booking.id)
    return {row[0]: tuple(row[1:]) for row in db.session.execute(rows).all()}


def key_of(page_text: str, name: str) -> str:
    """The field that asks who somebody of a report is."""
    before = page_text[: page_text.index(f'Who is this?<span class="govuk-visually-hidden"> {name}')]
    return before[before.rindex('for="who-') + len('for="who-') :].partition('"')[0]


def session_id() -> str:
    """The session's id in addresses."""
    return db.session.scalars(sa.select(EventSession.public_id)).one()


def mark_by_hand(name: str, kind: MarkKind, by: Person) -> None:
    """Somebody marks."""
    row = db.session.execute(
        sa.select(Booking.id, Booking.event_id)
        .join(Person, Person.id == Booking.person_id)
        .where(Person.name == name)
    ).one()
    session = db.session.scalars(sa.select(EventSession.id)).one()
    with changing(row.event_id, now=TODAY) as locked:
        mark_delegates(locked, session, {row.id: Wanted(kind)}, by_id=by.id, now=TODAY)


def save(client: CheckedClient, path: str, status: int = 200, **typed: str) -> Page:
    """Press "Save in the register"."""
    return client.send(f"{path}/confirm", on=path, button="Save in the register", status=status, **typed)


def take_back(client: CheckedClient, path: str, status: int = 200, **typed: str) -> Page:
    """Press "Take it back"."""
    return client.send(f"{path}/undo", on=path, button="Take it back", status=status, **typed)


def test_nothing_is_saved_until_somebody_confirms(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    assert "From a Teams or Zoom report" in client.page(f"/events/{event.id}/register").text
    path = hand_in(client, event, content())
    page = client.page(path)
    assert "1 there long enough, 1 not long enough, 0 marked otherwise by hand, 2 missing" in page.text
    assert "12 minutes late" in page.text and "Xavier Quill" in page.text
    assert marks() == {}
    page = save(client, path)
    assert "2 marks of 2 people" in page.text
    assert marks() == {
        "Ada Adeyemi": ("present", 12, 0, "report"),
        "Ben Archer": ("present", 0, 90, "report"),
    }


def test_what_is_decided_is_saved_and_taken_back_again(client: CheckedClient, event: Event, ann: Person):
    client.sign_in(ann)
    mark_by_hand("Dev Chandra", MarkKind.EXCUSED, ann)
    path, booked = hand_in(client, event, content()), ids(event)
    html = client.page(path).html
    cleo, xavier = key_of(html, "C Brown"), key_of(html, "Xavier Quill")
    session = session_id()
    typed = {
        f"who-{cleo}": f"booking:{booked['Cleo Brown']}",
        f"remember-{cleo}": "y",
        f"who-{xavier}": "new:northshire-county-council",
        f"mark-{session}-{booked['Ben Archer']}": "absent",
        "missing": "absent",
    }
    page = save(client, path, **typed)
    assert marks() == {
        "Ada Adeyemi": ("present", 12, 0, "report"),
        "Ben Archer": ("absent", 0, 0, "report"),
        "Cleo Brown": ("present", 0, 0, "report"),
        "Dev Chandra": ("excused", 0, 0, "register"),
        "Xavier Quill": ("present", 0, 0, "report"),
    }
    xavier_works = db.session.scalars(sa.select(Person).where(Person.name == "Xavier Quill")).one()
    assert xavier_works.email == "x.quill@nowhere.example"
    assert db.session.scalars(sa.select(KnownAddress.address)).all() == ["cleo@home.example"]
    assert "Walk-ins it added1" in page.text
    page = take_back(client, path)
    assert "1 person is off the register again" in page.html
    assert marks() == {"Dev Chandra": ("excused", 0, 0, "register")}
    states = sa.select(Booking.state).where(Booking.person_id == xavier_works.id)
    assert db.session.scalars(states).all() == [State.WITHDRAWN]
    assert db.session.scalars(sa.select(KnownAddress.address)).all() == []
    assert hand_in(client, event, content()) != path  # and it can be handed in again


def test_what_is_long_enough_is_what_the_date_says(client: CheckedClient, event: Event, tom: Person):
    with changing(event.id, now=TODAY) as locked:
        locked.outcome_rule = {"percent": 50}
    client.sign_in(tom)
    text = client.page(hand_in(client, event, content())).text
    assert "2 there long enough, 0 not long enough" in text  # Ben was there for half of it


def test_a_trainer_remembers_no_address(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    path, booked = hand_in(client, event, content()), ids(event)
    page = client.page(path)
    assert "Remember this address" not in page.html
    cleo = key_of(page.html, "C Brown")
    typed = {f"who-{cleo}": f"booking:{booked['Cleo Brown']}", f"remember-{cleo}": "y"}
    save(client, path, **typed)
    assert marks()["Cleo Brown"] == ("present", 0, 0, "report")
    assert db.session.scalars(sa.select(KnownAddress.address)).all() == []


def test_somebody_we_know_is_offered_as_a_walk_in(client: CheckedClient, event: Event, tom: Person):
    make_person("Xavier Quill", email="x.quill@nowhere.example")
    client.sign_in(tom)
    path = hand_in(client, event, content())
    page = client.page(path)
    value = page.html[page.html.index('value="known:') + 7 :].partition('"')[0]
    save(client, path, **{f"who-{key_of(page.html, 'Xavier Quill')}": value})
    assert marks()["Xavier Quill"] == ("present", 0, 0, "report")
    assert len(db.session.scalars(sa.select(Person).where(Person.name == "Xavier Quill")).all()) == 1


def test_a_mark_made_by_hand_is_shown_and_stays_unless_somebody_says_otherwise(
    client: CheckedClient, event: Event, tom: Person
):
    mark_by_hand("Ada Adeyemi", MarkKind.ABSENT, tom)
    client.sign_in(tom)
    path, booked = hand_in(client, event, content()), ids(event)
    page = client.page(path)
    assert "Register: absent, marked by Tom Trainer on the register." in page.text
    field = f"mark-{session_id()}-{booked['Ada Adeyemi']}"
    assert page.form("/confirm")[field] == "leave"
    save(client, path, **{field: "report"})
    assert marks()["Ada Adeyemi"] == ("present", 12, 0, "report")
    take_back(client, path)
    assert marks() == {"Ada Adeyemi": ("absent", 0, 0, "register")}


def test_a_register_that_changed_meanwhile_is_looked_at_again(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    path, booked = hand_in(client, event, content()), ids(event)
    fields = client.page(path).form("/confirm") | {f"mark-{session_id()}-{booked['Ben Archer']}": "absent"}
    mark_by_hand("Ada Adeyemi", MarkKind.EXCUSED, tom)
    answer = client.post(f"{path}/confirm", data=fields)
    assert answer.status_code == 409 and "has changed since you opened this page" in answer.text
    assert 'value="absent" selected' in answer.text  # what was chosen is still there
    assert marks() == {"Ada Adeyemi": ("excused", 0, 0, "register")}


def test_what_somebody_changed_since_stays_when_a_report_is_taken_back(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    path = hand_in(client, event, content())
    save(client, path)
    mark_by_hand("Ben Archer", MarkKind.EXCUSED, tom)
    page = take_back(client, path)
    assert "1 mark was changed since, and stayed" in page.html
    assert marks() == {"Ben Archer": ("excused", 0, 0, "register")}


def test_a_closed_register_is_corrected_with_a_reason_both_ways(
    client: CheckedClient, event: Event, ann: Person
):
    add(RegisterClosing(event_id=event.id, closed_at=TODAY))
    client.sign_in(ann)
    path = hand_in(client, event, content())
    save(client, path, status=422)
    assert marks() == {}
    save(client, path, correction="the report came late")
    assert len(marks()) == 2
    take_back(client, path, status=409)
    assert len(marks()) == 2
    take_back(client, path, correction="it was another meeting")
    assert marks() == {}


def test_the_same_file_twice_changes_nothing(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    save(client, hand_in(client, event, content()))
    assert hand_in(client, event, content()).endswith("/attendance-reports")
    assert "in the register already" in client.page(f"/events/{event.id}/attendance-reports").html
    assert len(db.session.scalars(sa.select(AttendanceReport)).all()) == 1


def test_a_meeting_that_was_restarted_is_handed_in_as_two_files(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    path = hand_in(
        client, event, content(guest("Ada Adeyemi", "", 0, 80)), content(guest("Ada Adeyemi", "", 85, 180))
    )
    assert "more than one file" in client.page(path).text
    save(client, path)
    assert marks() == {"Ada Adeyemi": ("present", 0, 5, "report")}


def test_a_later_file_is_joined_and_the_reports_are_taken_back_in_turn(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    first = hand_in(client, event, content(guest("Ada Adeyemi", "", 0, 80)))
    save(client, first)
    assert marks() == {"Ada Adeyemi": ("present", 0, 100, "report")}
    second = hand_in(client, event, content(guest("Ada Adeyemi", "", 80, 180)))
    save(client, second)
    assert marks() == {"Ada Adeyemi": ("present", 0, 0, "report")}
    take_back(client, first, status=409)
    take_back(client, second)
    assert marks() == {"Ada Adeyemi": ("present", 0, 100, "report")}
    take_back(client, first)
    assert marks() == {}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04....", "This is an Excel workbook"),
        (bytes(range(256)), "This is no text"),
        (b"a,b,c\r\n1,2,3", "no attendance report"),
        (b"x" * (MOST_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_what_is_no_report_is_told_in_the_form(
    client: CheckedClient, event: Event, tom: Person, file: bytes, said: str
):
    client.sign_in(tom)
    path = f"/events/{event.id}/attendance-reports"
    token = client.page(path).form("", "Look at what it says")["csrf_token"]
    answer = client.post(path, data=multipart(token, file), content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 422 and said in answer.text and "report.csv" in answer.text
    assert db.session.scalars(sa.select(ReportFile)).all() == []


def test_far_more_than_a_file_may_be_is_told_too(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    path = f"/events/{event.id}/attendance-reports"
    sent = b"x" * (2 * MOST_BYTES + 10)
    answer = client.post(path, data=sent, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413 and "larger than 20 MB" in answer.text


def test_a_report_of_another_day_cannot_be_saved(client: CheckedClient, today: object, ann: Person):
    other = make_event(make_course("Other"), starts=TODAY - timedelta(days=40))
    client.sign_in(ann)
    path = hand_in(client, other, content())
    page = client.page(path)
    assert "Nothing of it can be saved" in page.text and "another meeting" in page.text
    assert "Save in the register" not in page.text
    token = page.form("/drop")["csrf_token"]
    client.post(f"{path}/confirm", data={"csrf_token": token, "stamp": ""})
    assert marks() == {}
    client.post(f"{path}/drop", data={"csrf_token": token})
    assert db.session.scalars(sa.select(AttendanceReport)).all() == []


def test_a_day_that_could_be_two_is_asked(client: CheckedClient, app: Flask, today: object, ann: Person):
    may = TODAY.replace(month=4, day=5, hour=8)
    event = make_event(make_course("Neglect"), starts=may)
    with changing(event.id, now=TODAY):
        later = may.replace(month=5, day=4)
        db.session.add(EventSession(event_id=event.id, starts_at=later, ends_at=later + timedelta(hours=3)))
    make_booking(event, make_person("Ada Adeyemi"))
    client.sign_in(ann)
    ada = Guest("Ada Adeyemi", "", (Stay(may, may + timedelta(hours=3)),))
    path = hand_in(
        client, event, as_teams_saves(teams_2022(Call("Neglect", (ada,), may, may + timedelta(hours=3))))
    )
    page = client.page(path)
    assert "On which day was this meeting?" in page.text and "5 April 2026" in page.text
    fields = page.form("/answers")
    order = next(e.get("name") for e in page.all("input") if (e.get("name") or "").startswith("order-"))
    client.post(f"{path}/answers", data=fields | {str(order): "day"})
    save(client, path)
    first = db.session.scalars(sa.select(EventSession.id).order_by(EventSession.starts_at)).first()
    assert db.session.execute(sa.select(Mark.session_id, Mark.mark)).all() == [(first, "present")]


def test_a_report_of_another_event_is_not_found(client: CheckedClient, event: Event, ann: Person):
    client.sign_in(ann)
    other = make_event(make_course("Other"), starts=START)
    public_id = hand_in(client, event, content()).rpartition("/")[2]
    client.page(f"/events/{other.id}/attendance-reports/{public_id}", status=404)
