"""The year's dashboard on a small made-up year that is written out here, figure by figure.

Two events of one course and one forum by headcount, in 2023/24:
event one has 10 places; 8 were expected: 6 came (4 from health, 2 from education), 1 was excused, 1 did not come;
a walk-in from health came too. Event two has 5 places and 3 expected: all came, all from education.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Agency, Person
from app.accounts.rules import Role
from app.attendance.models import HeadcountMark, Mark
from app.booking.models import Booking, Headcount
from app.catalogue.models import Course, Event, EventSession
from app.db import db, rebuilding
from app.elearning.models import ModuleTake
from app.evaluation.models import Answer, EvaluationResponse, Question, Questionnaire
from app.tallies.actions import rebuild_all
from tests.browser import CheckedClient
from tests.factories import (
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def sitting(event: Event) -> int:
    """The id of the event's only session."""
    return db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == event.id)).one()


def marked(event: Event, agency: Agency, mark: str, state: str = "booked") -> Booking:
    """A delegate of that agency with that mark."""
    booking = make_booking(event, make_person(agency=agency), state=state)
    with rebuilding() as session:
        session.add(Mark(booking_id=booking.id, session_id=sitting(event), mark=mark, marked_at=NOW))
    return booking


def questions(course: Course, stage: str) -> tuple[Questionnaire, Question]:
    """A questionnaire of one headline question."""
    with rebuilding() as session:
        questionnaire = Questionnaire(course_id=course.id, stage=stage)
        session.add(questionnaire)
        session.flush()
        question = Question(
            questionnaire_id=questionnaire.id,
            key="knowledge",
            number=1,
            text="?",
            kind="rating",
            headline=True,
        )
        session.add(question)
    return questionnaire, question


def answer(asked: tuple[Questionnaire, Question], booking: Booking, rating: int) -> None:
    """One delegate's rating."""
    questionnaire, question = asked
    with rebuilding() as session:
        response = EvaluationResponse(
            event_id=booking.event_id,
            booking_id=booking.id,
            questionnaire_id=questionnaire.id,
            stage=questionnaire.stage,
            answered_at=NOW,
        )
        session.add(response)
        session.flush()
        session.add(Answer(response_id=response.id, question_id=question.id, rating=rating))


@pytest.fixture
def small_year(app: Flask, today: object) -> Course:
    """The year of this file's first lines, with its tallies."""
    health = make_agency("Northshire Hospitals", sector="Health", standing="relevant")
    school = make_agency("Northshire College", sector="Education", standing="relevant")
    course = make_course("Neglect", kind="subject")
    one = make_event(course, datetime(2023, 6, 6, 9, 0, tzinfo=UTC), capacity=10)
    two = make_event(course, datetime(2024, 3, 5, 9, 0, tzinfo=UTC), capacity=5)
    make_trainer(one)
    make_trainer(two, make_person("Eve Expert"), part="expert")
    came = [marked(one, health, "present") for _ in range(4)] + [
        marked(one, school, "present") for _ in range(2)
    ]
    marked(one, health, "excused"), marked(one, school, "absent")
    marked(one, health, "present", state="walk-in")
    came += [marked(two, school, "present") for _ in range(3)]
    before, after = questions(course, "before"), questions(course, "after")
    for booking, (first, then) in zip(
        came, [(2, 4), (3, 5), (4, 4), (2, 3), (1, 4), (3, 4), (5, 5), (2, 4), (3, 3)], strict=True
    ):
        answer(before, booking, first)
        answer(after, booking, then)
    forum = make_course("Faith forum", kind="forum")
    visit = make_event(forum, datetime(2023, 10, 3, 9, 0, tzinfo=UTC), headcount_only=True, capacity=50)
    module = make_course("Safer Sleep", kind="e-learning", delivery="e-learning")
    with rebuilding() as session:
        for name, number in (("St Mary's", 3), ("Hope Chapel", 0)):
            row = Headcount(
                event_id=visit.id,
                organisation=name,
                agency_id=school.id,
                expected=4,
                booked_on=date(2023, 9, 1),
            )
            session.add(row)
            session.flush()
            session.add(HeadcountMark(headcount_id=row.id, came=number, marked_at=NOW))
        for booking in came[:7]:
            begun = datetime(2024, 2, 1, 9, tzinfo=UTC)
            take = ModuleTake(
                person_id=booking.person_id,
                course_id=module.id,
                partnership_id=make_partnership().id,
                year=2023,
            )
            take.agency_id, take.sector, take.begun_at = booking.agency_id, booking.sector, begun
            take.completed_at = begun + timedelta(hours=1) if booking.id % 2 else None
            session.add(take)
        rebuild_all(now=NOW)
    return course


@pytest.fixture
def grace(small_year: Course) -> Person:
    """Grace sits in the L&WD Group."""
    return make_person("Grace Group", Role.LWD_MEMBER)


def figures(client: CheckedClient, **scope: str) -> dict:
    """The JSON's figures of one scope, by identifier: (value, numerator, denominator)."""
    rows = client.get("/impact/2023-24.json").get_json()["figures"]
    return {r["id"]: (r["value"], r["numerator"], r["denominator"]) for r in rows if r["scope"] == scope}


def test_the_json_gives_every_figure_of_the_small_year(client: CheckedClient, grace: Person):
    found = figures(client.sign_in(grace))
    assert found["training_opportunities"][0] == 10 + 7
    assert found["training_opportunities_events"][0] == 10
    assert found["training_opportunities_e_learning"][0] == 7
    assert found["practitioners_reached"][0] == 10
    assert found["places_offered"][0] == 15
    assert found["expected"][0] == 11
    assert found["headcount_came"][0] == 3
    assert found["take_up"] == (66.7, 10, 15)
    assert found["attendance_rate"] == (81.8, 9, 11)
    assert found["no_show_rate"] == (9.1, 1, 11)
    assert found["days_delivered"][0] == 1.5  # three events of 3 hours
    assert (found["pool_people"][0], found["external_experts"][0]) == (1, 1)
    assert found["outside_health_percent"] == (50.0, 5, 10)


def test_the_json_gives_a_courses_ratings_with_counts_and_interval(client: CheckedClient, grace: Person):
    rows = client.sign_in(grace).get("/impact/2023-24.json").get_json()["figures"]
    course = {r["id"]: r for r in rows if r["scope"] == {"course": "neglect"}}
    assert (course["good_before_percent"]["value"], course["good_before_percent"]["numerator"]) == (22.2, 2)
    assert (course["good_after_percent"]["value"], course["good_after_percent"]["denominator"]) == (77.8, 9)
    low, high = course["good_after_percent"]["interval"]
    assert low < 77.8 < high
    assert course["matched_change_points"]["value"] == 55.6
    forum = {r["id"]: r["value"] for r in rows if r["scope"] == {"course": "faith-forum"}}
    assert (forum["organisations_booked"], forum["organisations_attended"]) == (2, 1)
    assert forum["good_after_percent"] is None


def test_no_rating_is_given_by_sector_or_agency(client: CheckedClient, grace: Person):
    rows = client.sign_in(grace).get("/impact/2023-24.json").get_json()["figures"]
    assert {r["id"] for r in rows if "sector" in r["scope"] or "agency" in r["scope"]} == {
        "sector_came",
        "agency_came",
    }


def test_the_dashboard_prints_the_figures_and_each_leads_to_its_definition(
    client: CheckedClient, grace: Person
):
    page = client.sign_in(grace).page("/impact?year=2023-24")
    assert "17 10 at events, 7 e-learning" in page.text
    assert "22.2%" in page.text
    assert "2 of 9" in page.text
    figure = client.page("/impact/2023-24/figures/good_after_percent?course=neglect")
    assert "77.8%" in figure.text
    assert "7 of 9" in figure.text
    assert "of everybody who answered" in figure.text


def test_the_rows_behind_a_figure_are_for_those_who_may_see_them(client: CheckedClient, grace: Person):
    address = "/impact/2023-24/figures/came?course=neglect"
    assert "The events behind it" not in client.sign_in(grace).page(address).text
    cora = make_person("Cora Coordinator", Role.COORDINATOR)
    assert "The events behind it" in client.sign_in(cora).page(address).text


def test_one_changed_answer_moves_the_figure(client: CheckedClient, grace: Person):
    with rebuilding() as session:
        low = session.scalars(sa.select(Answer).where(Answer.rating == 1)).one()
        low.rating = 4
        session.flush()
        rebuild_all(now=NOW)
    assert figures(client.sign_in(grace), course="neglect")["good_before_percent"] == (33.3, 3, 9)


def test_ratings_of_fewer_than_five_people_are_not_shown(client: CheckedClient, grace: Person):
    with rebuilding() as session:
        keep = session.scalars(
            sa.select(EvaluationResponse.id).order_by(EvaluationResponse.id).limit(8)
        ).all()
        session.execute(sa.delete(Answer).where(Answer.response_id.not_in(keep)))
        session.execute(sa.delete(EvaluationResponse).where(EvaluationResponse.id.not_in(keep)))
        rebuild_all(now=NOW)
    assert figures(client.sign_in(grace), course="neglect")["good_before_percent"] == (None, None, None)
    assert "Too few to show" in client.page("/impact?year=2023-24").text


def test_what_few_people_answered_once_cannot_be_had_by_subtraction(client: CheckedClient, grace: Person):
    with rebuilding() as session:
        last = session.scalars(
            sa.select(EvaluationResponse).order_by(EvaluationResponse.id.desc()).limit(1)
        ).one()
        session.execute(sa.delete(Answer).where(Answer.response_id == last.id))
        session.delete(last)
        rebuild_all(now=NOW)
    found = figures(client.sign_in(grace), course="neglect")
    assert found["good_before_percent"][2] == 9
    assert found["matched_change_points"] == (None, None, None)


@pytest.mark.parametrize(
    "address", ["/impact?year=2023-25", "/impact?year=1999-00", "/impact/soon.json", "/impact/1999-00.json"]
)
def test_an_unknown_year_is_not_found(client: CheckedClient, grace: Person, address: str):
    assert client.sign_in(grace).get(address).status_code == 404


def test_the_current_year_without_figures_says_so(client: CheckedClient, grace: Person):
    assert "No figures yet" in client.sign_in(grace).page("/impact").text


def test_a_chart_is_drawn_once_and_kept(client: CheckedClient, grace: Person):
    page = client.sign_in(grace).page("/impact?year=2023-24")
    address = next(i.get("src") for i in page.all("img") if "change" in (i.get("src") or ""))
    answer = client.get(address)
    assert answer.mimetype == "image/svg+xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(address).data == answer.data
    assert client.get("/impact/2023-24/charts/nothing-wide.svg").status_code == 404


def test_the_dashboard_takes_at_most_ten_statements(client: CheckedClient, grace: Person):
    client.sign_in(grace).page("/impact?year=2023-24")
    with count_statements() as few:
        client.page("/impact?year=2023-24")
    course = db.session.query(Course).filter_by(slug="neglect").one()
    for month in range(1, 10):
        event = make_event(course, datetime(2023, 4 + month % 8, 2 + month, 9, tzinfo=UTC), capacity=10)
        marked(event, make_agency(f"Agency {month}"), "present")
    with rebuilding():
        rebuild_all(now=NOW)
    with count_statements() as many:
        client.page("/impact?year=2023-24")
    assert len(few) <= len(many) <= 10
