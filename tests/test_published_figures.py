"""What the partnership published comes out of its rows, as the dashboard and the report print it.

Annual Report 2021/22, chapter on multi-agency training, and the newsletter of May 2024. Percentages are rounded
half up to one decimal, as published.
"""

import io

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask

from app.accounts.models import Person
from app.catalogue.models import Course, Event
from app.db import db, rebuilding
from app.evaluation.models import Answer, EvaluationResponse, Question
from app.tallies.actions import differences, rebuild_all
from app.tallies.models import EventTally, ModuleTally
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.demonstration import demo_app, demo_file, lasting_demo_app  # noqa: F401
from tests.statements import count_statements

YEAR = {
    "training_opportunities": 10364,
    "pool_people": 38,
    "external_experts": 4,
}
COURSES = {
    "strategy-discussions": {
        "events": 3,
        "places_offered": 131,
        "good_before_percent": (37.8, 42, 111),
        "good_after_percent": (93.6, 117, 125),
    },
    "sudi-safer-sleep": {"events": 2, "came": 200, "outside_health_percent": (81.5, 163, 200)},
    "perplexing-presentations": {"came": 264},
    "working-together": {
        "events": 11,
        "good_before_percent": (37.8, 101, 267),
        "good_after_percent": (93.3, 249, 267),
    },
    "safeguarding-children-today": {"events": 4, "came": 400},
    "partnership-forum-neglect": {"came": 77},
    "faith-groups-engagement": {"organisations_attended": 42},
    "sports-voluntary-engagement": {
        "organisations_booked": 32,
        "organisations_attended": 24,
        "event_rating_good_percent": (100.0, None, None),
    },
}
DASHBOARD = (
    "10,364",
    "38",
    "37.8% Good or very good before 42 of 111",
    "93.6% Good or very good after 117 of 125",
    "37.8% Good or very good before 101 of 267",
    "93.3% Good or very good after 249 of 267",
    "81.5% From outside health 163 of 200",
    "264 came to Perplexing Presentations including Fabricated or Induced Illness",
    "400 came to Safeguarding Children Today",
    "77 came to Partnership Forum: Neglect Strategy launch",
    "42 of",
    "24 of 32",
    "100.0%",
)
REPORT = (
    "10,364 training opportunities were taken up across the partnership",
    "38 people of the multi-agency training pool",
    "with four external experts also commissioned",
    "Three events were delivered, offering 131 places",
    "Before the course 37.8% (42 of 111) rated their own knowledge and skills as good or very good; after it, "
    "93.6% (117 of 125) did.",
    "Before the course 37.8% (101 of 267) rated their own knowledge and skills as good or very good; after it, "
    "93.3% (249 of 267) did.",
    "200 practitioners came. 81.5% (163 of 200) of those who came were not from health.",
    "264 practitioners came",
    "400 practitioners came",
    "77 practitioners came",
    "42 of ",
    "24 of 32 organisations that had booked came",
    "100.0%",
    "particularly paediatricians",
    "I am new to safeguarding",
)


@pytest.fixture
def client(demo_app: Flask, today: object) -> CheckedClient:  # noqa: F811
    """The coordinator of the demonstration."""
    found = demo_app.test_client()
    assert isinstance(found, CheckedClient)
    who = db.session.scalars(sa.select(Person).where(Person.email == "coordinator@demo.example")).one()
    return found.sign_in(who)


def figures(client: CheckedClient, year: str, **scope: str) -> dict[str, tuple]:
    """The JSON's figures of one scope."""
    rows = client.get(f"/impact/{year}.json").get_json()["figures"]
    return {r["id"]: (r["value"], r["numerator"], r["denominator"]) for r in rows if r["scope"] == scope}


def check(client: CheckedClient) -> None:
    """Every published figure of 2021/22, in the JSON, on the dashboard, in the report and the document."""
    year = figures(client, "2021-22")
    assert {id: year[id][0] for id in YEAR} == YEAR
    events, modules = year["training_opportunities_events"][0], year["training_opportunities_e_learning"][0]
    assert events + modules == YEAR["training_opportunities"]
    for slug, wanted in COURSES.items():
        found = figures(client, "2021-22", course=slug)
        for id, value in wanted.items():
            assert found[id][0] == (value[0] if isinstance(value, tuple) else value), (slug, id)
            if isinstance(value, tuple) and value[1]:
                assert found[id][1:] == value[1:], (slug, id)
    assert figures(client, "2021-22", course="strategy-discussions")["came"][0] >= 125
    dashboard, report = client.page("/impact?year=2021-22").text, client.page("/report/2021-22").text
    document = Document(io.BytesIO(client.get("/report/2021-22.docx").data))
    written = "\n".join(p.text for p in document.paragraphs)
    assert [part for part in DASHBOARD if part not in dashboard] == []
    assert [part for part in REPORT if part not in report] == []
    assert [part for part in REPORT if part not in written] == []


def test_every_published_figure_comes_out_and_again_after_all_tallies_were_rebuilt(client: CheckedClient):
    check(client)
    with rebuilding() as session:
        session.execute(sa.delete(EventTally))
        session.execute(sa.delete(ModuleTally))
    assert client.get("/impact/2021-22.json").status_code == 404
    with rebuilding():
        assert rebuild_all(now=TODAY) > 70
    check(client)
    assert differences(now=TODAY) == []


def test_the_two_forced_marriage_events_had_110_people(client: CheckedClient):
    found = figures(client, "2023-24", course="forced-marriage")
    assert (found["events"][0], found["came"][0]) == (2, 110)


def test_one_changed_answer_moves_37_8(client: CheckedClient):
    with rebuilding() as session:
        low = session.scalars(
            sa.select(Answer)
            .join(EvaluationResponse, EvaluationResponse.id == Answer.response_id)
            .join(Question, Question.id == Answer.question_id)
            .join(Event, Event.id == EvaluationResponse.event_id)
            .join(Course, Course.id == Event.course_id)
            .where(
                Course.slug == "strategy-discussions",
                EvaluationResponse.stage == "before",
                Question.headline,
                Answer.rating <= 3,
                Event.ends_at < TODAY.replace(year=2022, month=4, day=1),
            )
            .limit(1)
        ).one()
        low.rating = 4
        session.flush()
        rebuild_all(now=TODAY)
    assert figures(client, "2021-22", course="strategy-discussions")["good_before_percent"] == (38.7, 43, 111)
    assert "38.7%" in client.page("/impact?year=2021-22").text


def test_the_dashboard_of_seventy_events_takes_at_most_ten_statements(client: CheckedClient):
    with count_statements() as found:
        client.page("/impact?year=2021-22")
    assert len(found) <= 10
