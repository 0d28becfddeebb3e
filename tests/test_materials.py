"""Materials of a date and of a course: who adds them, who is given them and from when, and what no file may be."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.models import Mark
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.clock import from_london, in_london, london_day
from app.db import db, writing
from app.errors import Refused
from app.materials import actions, listing, rules
from app.materials.actions import Wanted
from app.materials.material_files import LARGEST, OF_PART, SAID, Faulty, checked, name_for
from app.materials.models import Material
from app.working_days import is_working_day
from tests.at_once import at_once
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_material,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.test_course_desk_pages import mistakes
from tests.test_evidence import JPEG, PDF, PNG

STARTS = from_london(date(2026, 12, 18), time(9, 30))  # a Friday
AFTER = STARTS + timedelta(hours=4)
pytestmark = pytest.mark.usefixtures("today")


def package(*parts: str, **said: str) -> bytes:
    """A document as office programs write it: a package of parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for part in parts:
            file.writestr(part, said.get(part, "<x/>"))
        for part, words in said.items():
            file.writestr(part, words)
    return kept.getvalue()


DOCX = package("[Content_Types].xml", "word/document.xml")
PPTX = package("[Content_Types].xml", "ppt/presentation.xml")
ODP = package(mimetype="application/vnd.oasis.opendocument.presentation")


def press(
    client: CheckedClient,
    event: Event,
    content: bytes | None = None,
    name: str = "slides.pdf",
    **typed: object,
) -> TestResponse:
    """Fill in the form and press its button."""
    path = f"/events/{event.id}/materials"
    fields = client.page(path).form("", "Add it")
    data = MultiDict({**fields, "title": "Slides", **typed})
    if content is not None:
        data["file"] = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart(data)
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=content_type, follow_redirects=True)


def day_with_tom() -> tuple[Event, Person]:
    """A date that Tom delivers."""
    event = make_event(make_course("Neglect"), starts=STARTS)
    return event, make_trainer(event).person


def stored() -> list[Material]:
    """Every material there is."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Material).order_by(Material.id)))


def status(client: CheckedClient, person: Person, material: Material) -> int:
    """How the file answers somebody."""
    client.sign_in(person)
    return client.get(f"/materials/{material.public_id}").status_code


# Files


@pytest.mark.parametrize(
    ("content", "name", "suffix"),
    [
        (PDF, "C:\\talks\\Slides.PDF", ".pdf"),
        (JPEG, "photo.jpeg", ".jpg"),
        (PNG, "picture", ".png"),
        (DOCX, "Case.docx", ".docx"),
        (PPTX, "Talk v2.final.pptx", ".pptx"),
        (package("[Content_Types].xml", "xl/workbook.xml"), "a.xlsx", ".xlsx"),
        (ODP, "a.odp", ".odp"),
    ],
)
def test_a_file_is_what_is_in_it(content: bytes, name: str, suffix: str):
    assert checked(content, name).suffix == suffix


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.pdf", "The file is empty"),
        (b"<html><script>alert(1)</script></html>", "a.pdf", "This is not a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "This is not a PDF"),
        (b"MZ\x90\x00", "setup.pdf", "This is not a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Word file", "a.doc", "This is not a PDF"),
        (b"%PDF-1.7 and then nothing", "a.pdf", "The end of this PDF file is missing"),
        (PDF, "slides.exe", "The file is called “.exe”, but what is in it is PDF"),
        (PDF, "slides.docx", "The file is called “.docx”, but what is in it is PDF"),
        (DOCX, "slides.docm", "The file is called “.docm”"),
        (DOCX[:-30], "a.docx", "This document is not whole"),
        (b"PK\x03\x04 and then nothing", "a.docx", "This document is not whole"),
        (package("holiday.jpg", "index.html"), "a.zip", "This is not a PDF"),
        (
            package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "a.docx",
            "This document holds a macro",
        ),
        (
            package("Basic/Standard/Module1.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "a.odt",
            "This document holds a macro",
        ),
        (PDF + b" " * LARGEST, "a.pdf", "The file is larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_given_says_what_to_do(content: bytes, name: str, sentence: str):
    with pytest.raises(Faulty) as said:
        checked(content, name)
    assert str(said.value).startswith(sentence)


def test_a_document_that_says_it_holds_more_than_a_disk_is_not_taken():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "")
        file.writestr("word/document.xml", "")
        for number in range(3):
            file.writestr(f"word/media/{number}", b"\0" * (200 * 1024 * 1024))
    with pytest.raises(Faulty):
        checked(kept.getvalue(), "a.docx")


@given(st.binary(max_size=300), st.text(max_size=30))
def test_whatever_bytes_come_they_are_known_or_refused_in_words(content: bytes, name: str):
    for begun in (b"", b"PK\x03\x04", b"PK\x05\x06", b"%PDF-"):
        try:
            kind = checked(begun + content, name)
        except Faulty as fault:
            assert str(fault)
        else:
            assert kind.media_type


@given(st.text(max_size=200))
def test_the_name_on_the_way_out_leads_nowhere_and_ends_as_what_it_is(title: str):
    for kind in (*OF_PART.values(), *SAID.values()):
        name = name_for(title, kind)
        assert name.endswith(kind.suffix)
        assert not set(name) & set('/\\"\r\n<>')
        assert not name.startswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://a.example/x",
        "www.example.org",
        "https://",
        "https://x",
        "https://a b.example",
        "//a.example",
        "https://[",
        "https://me:secret@a.example/x",
        "data:text/html,x",
    ],
)
def test_an_address_that_leads_nowhere_or_runs_something_is_refused(url: str):
    assert rules.fault_of_link(url)


def test_an_address_of_the_web_is_fine():
    assert rules.fault_of_link("https://learning.nspcc.org.uk/case-reviews?x=1#y") == ""


# When


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)), st.integers(0, 60))  # noqa: DTZ001
def test_so_many_working_days_before_is_the_morning_of_a_working_day_or_the_day_itself(
    at: datetime, days: int
):
    starts_at = from_london(at.date(), at.time().replace(second=0, microsecond=0))
    found = rules.shown_from(shown="before", working_days=days, starts_at=starts_at, ends_at=None)
    assert found is not None and found <= starts_at
    assert in_london(found).time() == time(0)
    assert is_working_day(london_day(found)) or days == 0


@pytest.mark.parametrize(
    ("shown", "days", "first", "last_before"),
    [
        (
            "before",
            2,
            from_london(date(2026, 12, 16), time(0)),
            from_london(date(2026, 12, 15), time(23, 59)),
        ),
        ("after", 0, STARTS + timedelta(hours=3), STARTS + timedelta(hours=2, minutes=59)),
    ],
)
def test_it_is_shown_from_the_chosen_instant_on_and_not_a_minute_before(
    client: CheckedClient,
    today: time_machine.Traveller,
    shown: str,
    days: int,
    first: datetime,
    last_before: datetime,
):
    event, _ = day_with_tom()
    booking, slides = (
        make_booking(event, make_person("Priya Practitioner")),
        make_material(event, shown=shown, working_days=days),
    )
    today.move_to(last_before)
    assert status(client, booking.person, slides) == 404
    assert "Slides" not in client.page(f"/bookings/{booking.public_id}").text
    today.move_to(first)
    assert status(client, booking.person, slides) == 200
    assert "Slides" in client.page(f"/bookings/{booking.public_id}").text
    assert "Slides" in client.page("/learning").text


def test_until_its_last_day_it_is_shown_and_then_no_longer(
    client: CheckedClient, today: time_machine.Traveller
):
    event, _ = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    slides = make_material(event, until_on=date(2026, 12, 1))
    today.move_to(from_london(date(2026, 12, 1), time(23, 59)))
    assert status(client, booking.person, slides) == 200
    today.move_to(from_london(date(2026, 12, 2), time(0)))
    assert status(client, booking.person, slides) == 404
    assert "Slides" not in client.page("/learning").text


def test_what_waits_for_the_start_is_not_shown_while_the_date_is_awaited():
    for shown in ("before", "after"):
        assert rules.shown_from(shown=shown, working_days=3, starts_at=None, ends_at=None) is None


# Who


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (State.BOOKED, 200),
        (State.WALK_IN, 200),
        (State.WAITING, 404),
        (State.OFFERED, 404),
        (State.CANCELLED, 404),
    ],
)
def test_a_file_is_for_those_with_a_place_or_who_came(client: CheckedClient, state: State, answer: int):
    event, _ = day_with_tom()
    booking, slides = make_booking(event, make_person("Priya Practitioner"), state), make_material(event)
    assert status(client, booking.person, slides) == answer


def test_a_file_is_not_there_for_others_and_is_for_the_trainer_and_the_desk(client: CheckedClient):
    event, tom = day_with_tom()
    slides = make_material(event, shown="after")
    other_date = make_event(event.course, starts=STARTS + timedelta(days=30))
    on_other_date = make_booking(other_date, make_person("Olga Other")).person
    for person in (
        on_other_date,
        make_person("Lena Lead", Role.AGENCY_LEAD),
        make_person("Any Trainer", Role.TRAINER),
    ):
        assert status(client, person, slides) == 404, person.name
    for person in (tom, make_person("Ada Administrator", Role.ADMINISTRATOR)):
        assert status(client, person, slides) == 200, person.name


def test_what_is_only_for_those_who_came_stays_shut_for_the_others(
    client: CheckedClient, today: time_machine.Traveller
):
    event, _ = day_with_tom()
    came, absent = (make_booking(event, make_person(name)) for name in ("Came Along", "Not There"))
    session_id = db.session.scalars(EventSession.of(event.id)).first().id
    for booking, mark in ((came, "present"), (absent, "absent")):
        add(Mark(booking_id=booking.id, session_id=session_id, mark=mark, marked_at=AFTER))
    slides = make_material(event, shown="after", only_who_came=True)
    today.move_to(AFTER)
    assert status(client, came.person, slides) == 200
    assert "Slides" in client.page("/learning").text
    assert status(client, absent.person, slides) == 404
    assert "Slides" not in client.page("/learning").text


def test_materials_of_the_course_are_there_on_every_date_of_its_host_and_on_no_others(client: CheckedClient):
    event, _ = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    neighbour = make_partnership(slug="neighbour", name="Neighbouring SCP", short_name="Next")
    handout = make_material(event, event_id=None, course_id=event.course_id, title="Handout")
    theirs = make_material(
        event, event_id=None, course_id=event.course_id, title="Theirs", partnership_id=neighbour.id
    )
    assert status(client, booking.person, handout) == 200
    page = client.page(f"/bookings/{booking.public_id}").text
    assert "Handout" in page
    assert "Theirs" not in page
    assert status(client, booking.person, theirs) == 404


def test_a_file_leaves_as_a_download_that_can_do_nothing_here(client: CheckedClient):
    event, _ = day_with_tom()
    booking, slides = (
        make_booking(event, make_person("Priya Practitioner")),
        make_material(event, file_name="Sl'ides ü.pdf"),
    )
    client.sign_in(booking.person)
    answer = client.get(f"/materials/{slides.public_id}")
    assert answer.get_data() == b"%PDF-1.7\n%%EOF\n"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"


# Adding and removing


def test_the_trainer_adds_a_file_and_those_booked_find_it(client: CheckedClient):
    event, tom = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(tom)
    page = Page(press(client, event, PPTX, "talk.pptx", title="Slides <b>of</b> the day", shown="booking"))
    assert "is added" in page.text
    (material,) = stored()
    assert (material.file_name, material.file_size, material.added_by_id) == (
        "Slides b of b the day.pptx",
        len(PPTX),
        tom.id,
    )
    assert status(client, booking.person, material) == 200
    assert "Slides <b>of</b> the day" in client.page(f"/bookings/{booking.public_id}").text


def test_a_link_is_added_and_leads_there(client: CheckedClient):
    event, tom = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    client.sign_in(tom)
    press(client, event, title="Case reviews", url="https://learning.nspcc.org.uk/case-reviews")
    client.sign_in(booking.person)
    assert (
        client.page(f"/bookings/{booking.public_id}").link("Case reviews")
        == "https://learning.nspcc.org.uk/case-reviews"
    )


@pytest.mark.parametrize(
    ("content", "typed", "sentence"),
    [
        (None, {}, "Choose a file, or enter an address"),
        (PDF, {"url": "https://a.example"}, "Choose a file or enter an address, not both"),
        (None, {"url": "a.example"}, "Enter the whole address"),
        (b"MZ", {}, "This is not a PDF"),
        (PDF, {"title": ""}, "Enter what it is"),
        (PDF, {"working_days": "-1"}, "Enter a number from 0 to 60"),
        (PDF, {"until_on": ["1", "1", "2020"]}, "Enter a day that is not over"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    client: CheckedClient, content: bytes | None, typed: dict, sentence: str
):
    event, tom = day_with_tom()
    client.sign_in(tom)
    answer = press(client, event, content, **typed)
    assert answer.status_code == 422
    assert any(said.startswith(sentence) for said in mistakes(Page(answer))), mistakes(Page(answer))
    assert stored() == []


def test_removing_takes_the_file_with_it_and_keeps_who_and_when(client: CheckedClient):
    event, tom = day_with_tom()
    booking, slides = make_booking(event, make_person("Priya Practitioner")), make_material(event)
    client.sign_in(tom)
    page = client.send(f"/materials/{slides.public_id}/remove", button="Remove it")
    assert "“Slides” is removed" in page.text
    db.session.rollback()
    row = db.session.execute(sa.select(Material.file, Material.removed_by_id, Material.removed_at)).one()
    assert (row.file, row.removed_by_id) == (None, tom.id)
    assert row.removed_at == TODAY
    assert status(client, booking.person, slides) == 404
    client.sign_in(tom)
    assert client.get(f"/materials/{slides.public_id}/remove").status_code == 404


def test_a_trainer_does_not_remove_what_is_for_every_date(client: CheckedClient):
    event, tom = day_with_tom()
    handout = make_material(event, event_id=None, course_id=event.course_id)
    client.sign_in(tom)
    assert client.get(f"/materials/{handout.public_id}/remove").status_code == 404
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))
    client.send(f"/materials/{handout.public_id}/remove", button="Remove it")
    assert stored()[0].removed_at is not None


def test_two_who_add_at_once_both_have_theirs(each_app: Flask):
    event, tom = day_with_tom()
    event_id, person_id = event.id, tom.id

    def give(title: str) -> None:
        with writing():
            wanted = Wanted(title=title, shown="booking", kind="file", file_name="a.pdf", content=PDF)
            own, by = db.session.get_one(Event, event_id), db.session.get_one(Person, person_id)
            actions.add(own, wanted, partnership_id=own.host_id, by=by, now=TODAY)

    db.session.rollback()
    assert at_once(each_app, *(lambda title=title: give(title) for title in "abcd")) == [""] * 4
    assert sorted(one.title for one in stored()) == list("abcd")


def test_there_is_an_end_to_how_many_there_can_be(app: Flask):
    event, tom = day_with_tom()
    for _ in range(actions.MOST):
        make_material(event)
    with pytest.raises(Refused), writing():
        actions.add(
            event,
            Wanted(title="One more", shown="booking", url="https://a.example"),
            partnership_id=event.host_id,
            by=tom,
            now=TODAY,
        )
    assert len(stored()) == actions.MOST


def test_a_cancelled_date_gives_nothing_any_more(client: CheckedClient):
    from app.records.actions import changing

    event, _ = day_with_tom()
    booking, slides = make_booking(event, make_person("Priya Practitioner")), make_material(event)
    with changing(event.id, now=TODAY) as locked:
        locked.state = "cancelled"
    assert status(client, booking.person, slides) == 404


def test_the_mail_that_tells_how_to_join_names_what_can_be_looked_at_by_then(app: Flask):
    event, _ = day_with_tom()
    make_material(event, title="Read this first")
    make_material(event, title="Slides", shown="after")
    make_material(event, title="Afterwards, for who came", only_who_came=True)
    assert listing.titles_before(event, TODAY) == ["Read this first"]


def test_no_file_is_read_to_say_what_there_is(app: Flask):
    from tests.statements import count_statements

    event, _ = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    make_material(event)
    db.session.rollback()
    person_id = db.session.scalars(sa.select(Booking.person_id)).one()
    with count_statements() as sent:
        assert len(listing.of_person(person_id, lambda: frozenset(), TODAY)) == 1
    assert len(sent) == 1
    assert "material.file," not in sent[0]
    assert booking.id


def test_the_register_is_asked_once_for_any_number_of_materials(app: Flask):
    event, _ = day_with_tom()
    booking = make_booking(event, make_person("Priya Practitioner"))
    for title in ("Slides", "Case study", "Reading list"):
        make_material(event, title=title, shown="after", only_who_came=True)
    asked: list[int] = []

    def came() -> frozenset[int]:
        asked.append(1)
        return frozenset({booking.id})

    assert len(listing.of_person(booking.person_id, came, AFTER)) == 3
    assert len(asked) == 1
    assert listing.of_person(booking.person_id, came, TODAY) == []
    assert len(asked) == 1
