"""Certificates: earned, checked by anybody, printed by their holder, withdrawn and given back."""

import re
import sys
import zlib
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Role
from app.attendance.models import Mark
from app.audit.models import Trace
from app.booking.models import Booking
from app.catalogue.models import EventSession
from app.clock import from_london
from app.db import db, rebuilding, writing
from app.evaluation.actions import answer
from app.evaluation.loading import load_questionnaires
from app.evaluation.models import EvaluationRequest
from app.evaluation.questionnaire_files import QuestionText, StageText
from app.records import rules
from app.records.actions import changing
from app.records.models import Certificate
from app.records.rules import Step
from tests.browser import CheckedClient
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person

STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
LATER = ENDS + timedelta(hours=2)
instants = st.datetimes(timezones=st.just(ENDS.tzinfo))


def mark(booking: Booking, kind: str = "present", *, now: datetime = LATER, **minutes: int) -> None:
    """Mark a delegate in the one session."""
    with changing(booking.event_id, now=now):
        session_id = db.session.scalars(EventSession.of(booking.event_id)).first().id
        db.session.execute(sa.delete(Mark).where(Mark.booking_id == booking.id))
        db.session.add(
            Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=now, **minutes)
        )


def reply(booking: Booking, now: datetime = LATER) -> None:
    """Answer what is asked after the course."""
    db.session.rollback()
    wanted = (EvaluationRequest.booking_id == booking.id, EvaluationRequest.stage == "after")
    request = db.session.scalars(sa.select(EvaluationRequest).where(*wanted)).one()
    with changing(booking.event_id, now=now):
        answer(request, {"knowledge": "4", "overall": "5"}, may_quote=False, now=now)


def certificates() -> list[Certificate]:
    """Every certificate there is, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Certificate).order_by(Certificate.id)))


def priya(**given_course: object) -> Booking:
    """Priya was there from beginning to end."""
    event = make_event(make_course("Neglect", **given_course), starts=STARTS)
    booking = make_booking(event, make_person("Priya Practitioner"))
    mark(booking)
    return booking


def with_certificate(**given_course: object) -> tuple[Booking, str]:
    """Priya's booking, and the number of the certificate she earned."""
    booking = priya(**given_course)
    reply(booking)
    return booking, certificates()[0].public_id


# Rules


@given(instants, st.none() | instants)
def test_a_certificate_is_never_earned_before_the_end_nor_before_the_answers(ends_at: datetime, answered_at):
    at_once = rules.earned_at(ends_at=ends_at, waits_for_after=False, answered_at=answered_at)
    waited = rules.earned_at(ends_at=ends_at, waits_for_after=True, answered_at=answered_at)
    assert at_once == ends_at
    assert waited == (None if answered_at is None else max(ends_at, answered_at))


@pytest.mark.parametrize(
    ("has_one", "withdrawn", "completed", "earned", "step"),
    [
        (False, False, True, True, Step.AWARD),
        (False, False, True, False, None),
        (False, False, False, True, None),
        (True, False, True, False, None),  # earned once, whatever the course asks for now
        (True, False, False, True, Step.WITHDRAW),
        (True, True, False, False, None),
        (True, True, True, False, Step.GIVE_BACK),
    ],
)
def test_what_becomes_of_a_certificate(has_one, withdrawn, completed, earned, step):
    found = rules.next_step(has_one=has_one, withdrawn=withdrawn, completed=completed, earned=earned)
    assert found == step


@given(st.booleans(), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=8))
def test_a_valid_certificate_always_stands_on_a_completed_register(waits: bool, happenings):
    has_one = withdrawn = False
    for completed, answered in happenings:
        step = rules.next_step(
            has_one=has_one, withdrawn=withdrawn, completed=completed, earned=answered or not waits
        )
        has_one = has_one or step is Step.AWARD
        withdrawn = {Step.WITHDRAW: True, Step.GIVE_BACK: False}.get(step, withdrawn)
        assert not has_one or withdrawn == (not completed)


# Earning


def test_a_certificate_waits_for_the_answers_after_the_course(each_app: Flask):
    booking = priya()
    assert certificates() == []
    reply(booking, LATER + timedelta(days=1))
    (found,) = certificates()
    assert (found.booking_id, found.earned_at) == (booking.id, LATER + timedelta(days=1))


def test_where_it_does_not_wait_it_is_there_when_the_course_is_over(app: Flask):
    priya(certificate_waits_for_after=False)
    assert [found.earned_at for found in certificates()] == [ENDS]


def test_it_does_not_wait_for_answers_that_the_course_never_asks_for(app: Flask):
    course = make_course("Neglect")
    text = QuestionText("knowledge", "How much do you know?", "rating")
    with writing():
        load_questionnaires([course.id], [StageText("before", "", (text,))])
    priya()
    assert len(certificates()) == 1


def test_part_of_the_course_earns_none_whatever_is_answered(app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking, minutes_late=90)
    reply(booking)
    assert certificates() == []


def test_a_corrected_register_withdraws_a_certificate_and_gives_the_same_one_back(each_app: Flask):
    booking, number = with_certificate()
    mark(booking, "absent", now=LATER + timedelta(days=1))
    assert certificates()[0].withdrawn_at == LATER + timedelta(days=1)
    mark(booking, now=LATER + timedelta(days=2))
    (found,) = certificates()
    assert (found.public_id, found.withdrawn_at) == (number, None)


def test_a_course_that_begins_to_ask_takes_no_certificate_away(app: Flask):
    booking = priya(certificate_waits_for_after=False)
    with writing():
        booking.event.course.certificate_waits_for_after = True
    mark(booking)
    assert certificates()[0].withdrawn_at is None


# Pages


@pytest.fixture(autouse=True)
def later():
    """Two hours after the course."""
    with time_machine.travel(LATER, tick=False):
        yield


def test_anybody_can_check_a_certificate_and_nobody_reads_the_name(client: CheckedClient):
    _, number = with_certificate()
    page = client.page(f"/certificates/{number}")
    assert page.heading == "This certificate is valid"
    for words in (
        "Neglect",
        "18 December 2026",
        "3 hours",
        number,
        "Northshire Safeguarding Children Partnership",
    ):
        assert words in page.text
    assert "Priya" not in page.html
    client.sign_in(make_person("Ben Another"))
    assert "Priya" not in client.page(f"/certificates/{number}").html
    assert client.get(f"/certificates/{number}.pdf").status_code == 403
    client.page("/certificates/unknown", status=404)
    assert client.get("/certificates/unknown.pdf").status_code == 404


def test_its_holder_signs_in_to_open_and_print_it(client: CheckedClient):
    booking, number = with_certificate()
    response = client.get(f"/certificates/{number}.pdf")
    assert response.status_code == 303
    assert "/sign-in?next=" in response.headers["Location"]
    client.sign_in(booking.person)
    page = client.page(f"/certificates/{number}")
    assert page.heading == "Your certificate"
    assert "Priya Practitioner" in page.text
    assert page.link("Download to print (PDF)") == f"/certificates/{number}.pdf"
    assert db.session.scalars(sa.select(Trace)).all() == []


def test_an_administrator_sees_whose_it_is_and_that_is_kept(client: CheckedClient):
    booking, number = with_certificate()
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    assert client.page(f"/certificates/{number}").heading == "Certificate of Priya Practitioner"
    assert client.get(f"/certificates/{number}.pdf").status_code == 200
    db.session.rollback()
    traces = db.session.scalars(sa.select(Trace)).all()
    assert [(t.act, t.subject) for t in traces] == [("looked at certificate", booking.person.public_id)] * 2


def test_an_administrator_of_another_partnership_sees_no_name(client: CheckedClient):
    _, number = with_certificate()
    other = make_partnership(slug="southshire", name="Southshire SCP", short_name="Southshire")
    with rebuilding():
        db.session.execute(sa.text("UPDATE event SET host_id = :host"), {"host": other.id})
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    assert "Priya" not in client.page(f"/certificates/{number}").html


def test_a_withdrawn_certificate_says_so_to_everybody_and_is_printed_no_more(client: CheckedClient):
    booking, number = with_certificate()
    mark(booking, "absent")
    assert client.page(f"/certificates/{number}").heading == "This certificate was withdrawn"
    client.sign_in(booking.person)
    assert "withdrawn on 18 December 2026" in client.page(f"/certificates/{number}").text
    assert client.get(f"/certificates/{number}.pdf").status_code == 410


def streams(pdf: bytes) -> bytes:
    """Everything a PDF says, unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(unpacked(one) for one in packed)


def unpacked(stream: bytes) -> bytes:
    """One stream without its compression."""
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize(
    ("name", "title", "outcomes"),
    [
        ("Priya Practitioner", "Neglect", []),
        (
            "Wilhelmina Katarzyna Żółtowska-Featherstonehaugh of Littleborough",
            "Exploitation " * 15,
            ["x" * 300] * 9,
        ),
    ],
)
def test_the_pdf_is_one_tagged_page_in_inter(
    client: CheckedClient, name: str, title: str, outcomes: list[str]
):
    event = make_event(make_course(title, slug="neglect", outcomes=outcomes), starts=STARTS)
    booking = make_booking(event, make_person(name, email="priya@northshire.example"))
    mark(booking)
    reply(booking)
    client.sign_in(booking.person)
    response = client.get(f"/certificates/{certificates()[0].public_id}.pdf")
    assert response.mimetype == "application/pdf"
    assert 'filename="certificate-neglect.pdf"' in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "private, no-store"
    said = streams(response.get_data())
    assert said.startswith(b"%PDF-1.7")
    assert len(re.findall(rb"/Type\s*/Page\b", said)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 841\.8\d+ 595\.2\d+\]", said)
    for sign in (b"/MarkInfo", b"/StructTreeRoot", b"pdfuaid:part", b"en-GB", b"/DisplayDocTitle true"):
        assert sign in said, sign
    fonts = set(re.findall(rb"/BaseFont\s*/\w+\+([\w-]+)", said))
    assert fonts
    assert all(font.startswith(b"Inter") for font in fonts), fonts


def test_a_machine_without_pango_says_what_is_missing_and_what_brings_it(
    client: CheckedClient, tmp_path, monkeypatch
):
    booking, number = with_certificate()
    # What importing WeasyPrint does on such a machine.
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    client.sign_in(booking.person)
    page = client.page(f"/certificates/{number}.pdf", status=503)
    assert page.heading == "The PDF cannot be made"
    assert "cannot load library 'libpango-1.0-0'" in page.text
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in page.text
    assert page.response.headers["Retry-After"] == "3600"
    assert page.link("Back to the certificate") == f"/certificates/{number}"
