"""The questions as people meet them: by a mailed link, without signing in."""

import threading
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.accounts.rules import Role
from app.attendance.models import Mark
from app.booking.models import Booking
from app.catalogue.models import EventSession
from app.clock import from_london
from app.completions.models import Completion
from app.db import db, writing
from app.evaluation.loading import load_questionnaires
from app.evaluation.models import Answer, EvaluationRequest, EvaluationResponse
from app.evaluation.questionnaire_files import QuestionText, StageText
from app.records.actions import changing
from app.records.models import Certificate
from tests.browser import CheckedClient
from tests.factories import make_booking, make_course, make_event, make_person

STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
OPEN = STARTS - timedelta(days=2)
LATER = ENDS + timedelta(hours=1)
AFTER = {"knowledge": "5", "overall": "4", "use": "Ask sooner", "comment": "Thank you"}


def mark(booking: Booking, kind: str = "present", now: datetime = LATER, **minutes: int) -> None:
    """Mark a delegate in the one session."""
    with changing(booking.event_id, now=now):
        session_id = db.session.scalars(EventSession.of(booking.event_id)).one().id
        db.session.execute(sa.delete(Mark).where(Mark.booking_id == booking.id))
        db.session.add(
            Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=now, **minutes)
        )


def link(stage: str = "before", booking: Booking | None = None, **minutes: int) -> str:
    """The address of Priya's questions, open at OPEN (before) or LATER."""
    booking = booking or make_booking(make_event(starts=STARTS), make_person("Priya Practitioner"))
    if stage == "before":
        with changing(booking.event_id, now=OPEN):
            pass
    else:
        mark(booking, **minutes)
    db.session.rollback()
    wanted = (EvaluationRequest.booking_id == booking.id, EvaluationRequest.stage == stage)
    return "/evaluations/" + db.session.scalars(sa.select(EvaluationRequest.token).where(*wanted)).one()


def ratings() -> list[tuple[str, int | None]]:
    """What is stored: stage and rating."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(EvaluationResponse.stage, Answer.rating)
        .join(Answer, Answer.response_id == EvaluationResponse.id)
        .where(Answer.rating.is_not(None))
        .order_by(Answer.id)
    )
    return [(row.stage, row.rating) for row in rows]


def test_before_the_course_one_question_is_answered_without_signing_in(client: CheckedClient):
    path = link()
    with time_machine.travel(OPEN):
        page = client.page(path)
        assert page.heading == "Before the course"
        assert "Working Together to Safeguard Children, Fri 18 December 2026" in page.text
        for words in (
            "confidential",
            "have to pass it on",
            "particular child or family",
            "Very poor",
            "Very good",
        ):
            assert words in page.text
        assert "quote" not in page.text
        thanks = client.send(path, knowledge="2")
    assert thanks.heading == "Thank you"
    assert "What happens next" in thanks.text
    assert "Online" in thanks.text
    assert ratings() == [("before", 2)]


def test_after_the_course_the_certificate_is_a_link_away(client: CheckedClient):
    path = link("after")
    with time_machine.travel(LATER):
        thanks = client.send(path, **AFTER, **{"may-quote": "y"})
        number = db.session.scalars(sa.select(Certificate.public_id)).one()
        assert thanks.link("Open your certificate") == f"/certificates/{number}"
        assert client.page(path).heading == "Thank you"
    response = db.session.scalars(sa.select(EvaluationResponse)).one()
    assert response.may_quote
    assert ratings() == [("after", 5), ("after", 4)]


def test_without_consent_nothing_may_be_quoted(client: CheckedClient):
    path = link("after")
    with time_machine.travel(LATER):
        client.send(path, **AFTER)
    assert not db.session.scalars(sa.select(EvaluationResponse.may_quote)).one()


def test_who_was_there_for_part_of_the_time_reads_what_is_missing(client: CheckedClient):
    path = link("after", minutes_late=90)
    with time_machine.travel(LATER):
        thanks = client.send(path, **AFTER)
    assert "you were there for 1 hour 30 minutes of 3 hours" in thanks.text
    assert "training@northshire.example" in thanks.text
    assert db.session.scalars(sa.select(Completion)).all() == []


def test_the_questions_eight_weeks_on_are_thanked_for(client: CheckedClient):
    booking = make_booking(make_event(starts=STARTS))
    late = LATER + timedelta(weeks=8)
    mark(booking, now=late)
    db.session.rollback()
    token = db.session.scalars(
        sa.select(EvaluationRequest.token).where(EvaluationRequest.stage == "follow-up")
    ).one()
    path = f"/evaluations/{token}"
    with time_machine.travel(late):
        assert client.page(path).heading == "Eight weeks on"
        assert client.send(path, knowledge="4", changed="I ask sooner").heading == "Thank you"
    assert ratings() == [("follow-up", 4)]


@pytest.mark.parametrize(
    ("typed", "sentence", "where"),
    [
        ({}, 'Answer "Overall, how was it?"', "answer-overall"),
        ({"overall": "6"}, 'Choose one of the five answers to "Overall, how was it?"', "answer-overall"),
        ({"overall": "0"}, 'Choose one of the five answers to "Overall, how was it?"', "answer-overall"),
        (
            {"overall": "4", "comment": "x" * 2001},
            'Shorten your answer to "Is there anything you would like to say about the course?" to 2,000 characters',
            "answer-comment",
        ),
    ],
)
def test_a_mistake_is_named_at_the_top_and_everything_typed_is_still_there(
    client: CheckedClient, typed: dict[str, str], sentence: str, where: str
):
    path = link("after")
    with time_machine.travel(LATER):
        page = client.send(path, status=422, knowledge="5", use="Ask sooner", **{"may-quote": "y"}, **typed)
    assert page.link(sentence) == f"#{where}"
    assert where in {element.get("id") for element in page.tree.iter()}
    fields = page.form(button="Send my answers")
    assert (fields["knowledge"], fields["use"], fields["may-quote"]) == ("5", "Ask sooner", "y")
    assert "Error: " in page.html
    assert ratings() == []


def test_a_question_that_is_not_asked_is_refused_by_name(client: CheckedClient):
    path = link()
    with time_machine.travel(OPEN):
        page = client.send(path, status=422, knowledge="4", shoe_size="9")
    assert 'There is no question "shoe_size" here' in page.text
    assert ratings() == []


def test_a_choice_is_one_of_its_options(client: CheckedClient):
    event = make_event(make_course("Neglect"), starts=STARTS)
    pace = QuestionText("pace", "How was the pace?", "choice", options=("too slow", "right"))
    with writing():
        load_questionnaires([event.course_id], [StageText("after", "", (pace,))])
    path = link("after", make_booking(event))
    with time_machine.travel(LATER):
        assert (
            'Choose one of the answers to "How was the pace?"'
            in client.send(path, status=422, pace="racing").text
        )
        assert client.send(path, pace="right").heading == "Thank you"
    assert db.session.scalars(sa.select(Answer.text)).all() == ["right"]


def test_a_mail_scanner_that_asks_for_the_head_of_the_page_answers_nothing(client: CheckedClient):
    event = make_event(make_course("Neglect"), starts=STARTS)
    pace = QuestionText("pace", "How was the pace?", "choice", options=("too slow", "right"))
    with writing():
        load_questionnaires([event.course_id], [StageText("after", "", (pace,))])
    path = link("after", make_booking(event))
    with time_machine.travel(LATER):
        assert FlaskClient.open(client, path, method="HEAD").status_code == 200
        assert db.session.scalar(sa.select(sa.func.count()).select_from(EvaluationResponse)) == 0
        assert FlaskClient.open(client, path, method="HEAD", data={"pace": "right"}).status_code == 200
        assert db.session.scalar(sa.select(sa.func.count()).select_from(EvaluationResponse)) == 0
        assert client.send(path, pace="right").heading == "Thank you"
        assert FlaskClient.open(client, path, method="HEAD").status_code == 200


def test_a_double_click_counts_once_and_other_answers_later_are_refused(each_app: Flask):
    client = each_app.test_client()
    assert isinstance(client, CheckedClient)
    path = link()
    with time_machine.travel(OPEN):
        fields = client.page(path).form(button="Send my answer") | {"knowledge": "2"}
        for _ in range(2):
            assert client.post(path, data=fields).status_code == 303
        refused = client.post(path, data=fields | {"knowledge": "5"})
        assert refused.status_code == 409
        assert "Your first answers stand" in refused.get_data(as_text=True)
        assert client.post(path, data=fields | {"knowledge": "9"}).status_code == 409
    assert ratings() == [("before", 2)]


@pytest.mark.parametrize(
    ("now", "heading", "sentence"),
    [
        (STARTS - timedelta(days=40), "Not open yet", "open on Fri 4 December 2026, 5pm"),
        (STARTS + timedelta(minutes=30), "There is nothing to answer now", "These questions have closed"),
    ],
)
def test_outside_its_time_a_link_says_so(client: CheckedClient, now: datetime, heading: str, sentence: str):
    path = link()
    with time_machine.travel(now):
        page = client.page(path, status=409)
        assert page.heading == heading
        assert sentence in page.text
        client.sign_in(db.session.scalars(sa.select(Person)).one())
        fields = {"knowledge": "2", "csrf_token": client.token()}
        assert client.post(path, data=fields).status_code == 409
    assert ratings() == []


def test_somebody_elses_link_is_refused_to_who_is_signed_in(client: CheckedClient):
    path = link()
    with time_machine.travel(OPEN):
        fields = client.page(path).form(button="Send my answer") | {"knowledge": "2"}
        client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
        assert client.page(path, status=409).heading == "This link is not yours"
        token = client.token()
        assert client.post(path, data=fields | {"csrf_token": token}).status_code == 409
    assert ratings() == []


def test_who_did_not_come_after_all_is_told_so(client: CheckedClient):
    booking = make_booking(make_event(starts=STARTS))
    path = link("after", booking)
    mark(booking, "absent")
    with time_machine.travel(LATER):
        assert "The register says that you were not there" in client.page(path, status=409).text


def test_an_unknown_link_is_not_found_and_a_form_without_its_token_is_refused(client: CheckedClient):
    client.page("/evaluations/not-a-link", status=404)
    path = link()
    with time_machine.travel(OPEN):
        assert client.post(path, data={"knowledge": "4"}).status_code == 400
    assert ratings() == []


def test_a_course_whose_register_is_unfinished_says_that_the_certificate_comes(client: CheckedClient):
    booking = make_booking(make_event(starts=STARTS))
    with changing(booking.event_id, now=LATER):
        db.session.add(
            EventSession(
                event_id=booking.event_id,
                starts_at=STARTS - timedelta(hours=4),
                ends_at=STARTS - timedelta(hours=1),
            )
        )
        session = db.session.scalars(sa.select(EventSession).where(EventSession.starts_at == STARTS)).one()
        db.session.add(Mark(booking_id=booking.id, session_id=session.id, mark="present", marked_at=LATER))
    db.session.rollback()
    token = db.session.scalars(sa.select(EvaluationRequest.token)).one()
    with time_machine.travel(LATER):
        thanks = client.send(f"/evaluations/{token}", **AFTER)
    assert "The register of the course is not finished yet" in thanks.text


def test_four_clicks_at_the_same_moment_are_one_answer(each_app: Flask):
    path = link()
    with time_machine.travel(OPEN, tick=False):
        client = each_app.test_client()
        assert isinstance(client, CheckedClient)
        fields = client.page(path).form(button="Send my answer") | {"knowledge": "2"}
        cookie = client.get_cookie("session")
        assert cookie is not None
        start, answers = threading.Barrier(4), []

        def click() -> None:
            browser = FlaskClient(each_app)
            browser.set_cookie("session", cookie.value)
            start.wait()
            answers.append(browser.post(path, data=fields).status_code)

        clicks = [threading.Thread(target=click) for _ in range(4)]
        for one in clicks:
            one.start()
        for one in clicks:
            one.join()
    assert answers == [303] * 4
    assert ratings() == [("before", 2)]
