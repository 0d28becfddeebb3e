"""Certificates from elsewhere: what can be handed in, who sees it, what accepting and refusing do."""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.accounts.rules import Role
from app.booking.models import Booking
from app.booking.rules import State
from app.clock import london_day, stopped_at
from app.completions import evidence as actions
from app.completions.evidence_files import KINDS, LARGEST, fault_of, kind_of, shown_name
from app.completions.models import Completion, Evidence
from app.completions.standing import requirements_of
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.records import evidence as records
from app.records import waiting_lists
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_evidence,
    make_person,
    make_requirement,
)
from tests.test_course_desk_pages import mistakes

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0photo\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\npixels\x00\x00\x00\x00IEND\xaeB`\x82"
PART_1 = "working-together-part-1"

pytestmark = pytest.mark.usefixtures("today")


def part_one() -> tuple[object, object]:
    """A course and its part 1, which has to be done by a deadline."""
    course, first = make_course(), make_course("Working Together part 1", slug=PART_1, delivery="e-learning")
    make_requirement(course, first)
    return course, first


def send(
    client: CheckedClient, content: bytes = PDF, name: str = "mine.pdf", **typed: object
) -> TestResponse:
    """Fill in the page and press its button."""
    path = f"/courses/{PART_1}/evidence"
    fields = client.page(path).form("", "Hand it in")
    usual = {"provider": "Derbyshire SCP", "completed_on": ["4", "5", "2026"]}
    file = FileStorage(io.BytesIO(content), filename=name)
    data = MultiDict({**fields, **usual, **typed, "file": file})
    boundary, body = encode_multipart(data)
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=content_type, follow_redirects=True)


def only_evidence() -> Evidence:
    """The one certificate that was handed in."""
    db.session.rollback()
    return db.session.scalars(sa.select(Evidence)).one()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(PDF, "C:\\papers\\My certificate.PDF", ".pdf"), (JPEG, "photo.png", ".jpg"), (PNG, "x", ".png")],
)
def test_a_pdf_a_jpeg_and_a_png_can_be_handed_in_and_what_counts_is_the_content(
    app: Flask, client: CheckedClient, content: bytes, name: str, kind: str
):
    part_one()
    client.sign_in(make_person("Priya Shah"))
    page = Page(send(client, content, name))
    assert page.heading == "Your certificate is being checked"
    assert "We have your certificate." in page.text
    evidence = only_evidence()
    assert (evidence.state, evidence.provider, evidence.completed_on) == (
        "waiting",
        "Derbyshire SCP",
        date(2026, 5, 4),
    )
    assert evidence.file_name.endswith(kind) and "\\" not in evidence.file_name
    assert db.session.scalar(sa.select(Evidence.file)) == content
    assert "Being checked" in client.page("/learning").text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.pdf", "The file is empty"),
        (b"<html><script>alert(1)</script></html>", "a.pdf", "This is not a PDF, JPEG or PNG file"),
        (b"MZ\x90\x00", "certificate.pdf", "This is not a PDF, JPEG or PNG file"),
        (b"%PDF-1.7 and then nothing", "a.pdf", "The end of this PDF file is missing"),
        (JPEG[:-2], "a.jpg", "The end of this JPEG file is missing"),
        (PNG[:-4], "a.png", "The end of this PNG file is missing"),
        (PDF + b" " * LARGEST, "a.pdf", "The file is larger than 5 MB"),
    ],
)
def test_a_wrong_file_says_what_to_do_and_what_was_typed_is_kept(
    app: Flask, client: CheckedClient, content: bytes, name: str, sentence: str
):
    part_one()
    client.sign_in(make_person())
    answer = send(client, content, name)
    page = Page(answer)
    assert answer.status_code == 422
    assert mistakes(page)[0].startswith(sentence)
    assert page.form("", "Hand it in")["provider"] == "Derbyshire SCP"
    assert db.session.scalars(sa.select(Evidence)).all() == []


def test_no_file_no_provider_and_a_day_to_come_are_said(app: Flask, client: CheckedClient):
    part_one()
    client.sign_in(make_person())
    path = f"/courses/{PART_1}/evidence"
    page = client.send(path, button="Hand it in", status=422)
    assert mistakes(page) == [
        "Enter who ran the course",
        "Enter the day on the certificate",
        "Choose the file of your certificate",
    ]
    tomorrow = london_day(TODAY) + timedelta(days=1)
    page = Page(send(client, completed_on=[str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)]))
    assert mistakes(page) == [
        "Enter a day that is not in the future",
        "Choose the file once more: your browser does not keep it",
    ]


def test_more_than_the_page_can_take_is_refused_in_words(app: Flask, client: CheckedClient):
    part_one()
    client.sign_in(make_person())
    answer = send(client, PDF + b" " * 13 * 1024 * 1024)
    assert answer.status_code == 413
    assert "choose a smaller file" in Page(answer).text


def test_while_a_certificate_waits_no_second_one_is_taken(app: Flask, client: CheckedClient):
    _, first = part_one()
    priya = make_person("Priya Shah")
    make_evidence(priya, first)
    assert (
        client.sign_in(priya).page(f"/courses/{PART_1}/evidence").heading
        == "Your certificate is being checked"
    )
    with pytest.raises(Refused, match="being checked already"), writing():
        hand_in(priya, first)
    assert only_evidence().file_name == "certificate.pdf"


def hand_in(person, course) -> Evidence:
    """Hand in a good certificate, without the page."""
    from tests.factories import make_partnership

    told = {"provider": "Here", "completed_on": date(2026, 1, 5), "file_name": "a.pdf", "content": PDF}
    return actions.hand_in(person, course, make_partnership(), **told, now=TODAY)


def test_a_certificate_is_for_the_person_and_the_administrators_of_their_host_only(
    app: Flask, client: CheckedClient
):
    _, first = part_one()
    priya, colleague = make_person("Priya Shah"), make_person("Vera")
    evidence = make_evidence(priya, first)
    path = f"/evidence/{evidence.public_id}"
    for other, status in ((priya, 200), (colleague, 404), (make_person("Tom", Role.TRAINER), 404)):
        client.sign_in(other)
        assert client.get(path).status_code == status
        assert client.get(f"{path}/file").status_code == status
    assert client.sign_in(priya).get(f"/desk{path}").status_code == 403
    ada = client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    assert ada.page(path).heading == "Priya Shah\u2019s certificate"
    assert "1 certificate to check" in ada.page("/desk/evidence").text
    elsewhere = make_evidence(priya, first, partnership_id=other_partnership())
    assert ada.get(f"/evidence/{elsewhere.public_id}/file").status_code == 404
    assert ada.get(f"/desk/evidence/{elsewhere.public_id}").status_code == 404
    assert "1 certificate to check" in ada.page("/desk/evidence").text


def other_partnership() -> int:
    """A neighbour on the same site."""
    from tests.factories import make_partnership

    return make_partnership(slug="southshire", short_name="Southshire SCP").id


def test_the_file_is_a_download_that_can_do_nothing_on_our_site(app: Flask, client: CheckedClient):
    _, first = part_one()
    priya = make_person("Priya Shah")
    evidence = make_evidence(priya, first, file_name='Zoë "mine".pdf')
    answer = client.sign_in(priya).get(f"/evidence/{evidence.public_id}/file")
    assert answer.data == b"%PDF-1.7\n%%EOF\n"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content_type == "application/pdf"


def test_accepting_makes_a_completion_and_tells_the_person(app: Flask, client: CheckedClient):
    course, first = part_one()
    priya = make_person("Priya Shah")
    evidence = make_evidence(priya, first)
    ada = client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    page = ada.send(f"/desk/evidence/{evidence.public_id}", button="Decide", decision="accept")
    assert page.heading == "No certificate needs checking"
    row = db.session.scalars(sa.select(Completion)).one()
    assert (row.person_id, row.course_id, row.how) == (priya.id, first.id, "evidence")
    assert london_day(row.completed_at) == date(2026, 5, 4)
    decided = only_evidence()
    assert (decided.state, decided.completion_id, decided.decided_at) == ("accepted", row.id, TODAY)
    assert requirements_of(course.id, [priya.id])[priya.id][0].done
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.message, letter.to_email) == ("evidence-accepted", priya.email)
    assert "From evidence you sent" in client.sign_in(priya).page("/learning").text


def test_refusing_needs_a_reason_which_the_person_reads(app: Flask, client: CheckedClient):
    _, first = part_one()
    priya = make_person("Priya Shah")
    evidence = make_evidence(priya, first)
    ada = client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    path = f"/desk/evidence/{evidence.public_id}"
    assert mistakes(ada.send(path, button="Decide", status=422)) == ["Choose whether it counts"]
    page = ada.send(path, button="Decide", status=422, decision="refuse", why="  ")
    assert mistakes(page) == ["Say why it does not count"]
    ada.send(path, button="Decide", decision="refuse", why="It is for level 1 only.")
    assert only_evidence().state == "refused"
    letter = db.session.scalars(sa.select(Letter)).one()
    assert letter.message == "evidence-refused" and "It is for level 1 only." in letter.text
    assert db.session.scalars(sa.select(Completion)).all() == []
    priyas = client.sign_in(priya)
    assert "It is for level 1 only." in priyas.page(f"/evidence/{evidence.public_id}").text
    assert Page(send(priyas)).heading == "Your certificate is being checked"  # another one can follow


def test_a_certificate_is_decided_once(each_app: Flask):
    _, first = part_one()
    priya, ada = make_person("Priya Shah"), make_person("Ada", Role.ADMINISTRATOR)
    evidence = make_evidence(priya, first)
    with writing():
        actions.refuse(evidence, by=ada, now=TODAY, why="Too old")
    with pytest.raises(Refused, match="decided about this certificate already"), writing():
        records.accept(evidence, by=ada, clock=stopped_at(TODAY))
    assert db.session.scalars(sa.select(Completion)).all() == []


def test_accepting_a_certificate_frees_every_booking_it_was_missing_for_at_once(each_app: Flask):
    first = make_course("Part one", slug="part-one")
    priya, ada = make_person("Priya Shah"), make_person("Ada", Role.ADMINISTRATOR)
    waiting = []
    for days, title in ((20, "Neglect"), (40, "Sexual abuse")):
        make_requirement(make_course(title), first, "to book")
        event = make_event(make_course(title), TODAY + timedelta(days=days))
        waiting.append(make_booking(event, priya, State.WAITING))
    evidence = make_evidence(priya, first)
    waiting_lists.due(stopped_at(TODAY))
    assert states_of(waiting) == {State.WAITING}  # places are free, but something is missing
    with writing():
        records.accept(evidence, by=ada, clock=stopped_at(TODAY))
    assert states_of(waiting) == {State.BOOKED}


def states_of(bookings: list[Booking]) -> set[str]:
    """What these bookings are now."""
    db.session.rollback()
    found = sa.select(Booking.state).where(Booking.id.in_([booking.id for booking in bookings]))
    return set(db.session.scalars(found))


def test_a_completion_that_is_there_already_is_no_obstacle(app: Flask):
    _, first = part_one()
    priya = make_person()
    make_completion(priya, first)
    evidence = make_evidence(priya, first)
    with writing():
        records.accept(evidence, by=make_person("Ada", Role.ADMINISTRATOR), clock=stopped_at(TODAY))
    assert only_evidence().state == "accepted"


@given(st.binary(max_size=200))
def test_only_three_kinds_of_file_are_ever_taken(content: bytes):
    if not fault_of(content):
        assert kind_of(content) in KINDS


@given(st.text(max_size=300), st.sampled_from(KINDS))
def test_whatever_a_file_is_called_its_shown_name_is_short_plain_and_says_what_it_is(name: str, kind):
    shown = shown_name(name, kind)
    assert shown.endswith(kind.suffix) and len(shown) <= 104
    assert not set(shown) & set('/\\:*?"<>|\n\r\t')
