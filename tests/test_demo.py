"""What the partnership published about 2021/22 and 2023/24 comes out of the demonstration's rows."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import HeadcountMark
from app.booking.models import Booking, Headcount
from app.catalogue.models import Course, Event
from app.clock import start_of_day
from app.db import db
from app.elearning.models import ModuleTake
from app.evaluation.models import Answer, CommentRelease, EvaluationResponse, Question
from app.impact.models import ReportComment
from app.pool.models import EventTrainer
from tests.demonstration import YEAR, came, count


def of_year(slug: str) -> sa.Select[tuple[int]]:
    return came().where(YEAR, Course.slug == slug)


def held(slug: str, *columns: sa.ColumnElement[int]) -> sa.Row[tuple[int, ...]]:
    chosen = columns or (sa.func.count(),)
    found = sa.select(*chosen).select_from(Event).join(Course).where(YEAR, Course.slug == slug)
    return db.session.execute(found.where(Event.took_place)).one()


def rated(slug: str, stage: str, key: str = "knowledge") -> tuple[int, int]:
    """Good or very good, and all, of those who answered a question about the year's events of a course."""
    found = (
        sa.select(sa.func.sum(sa.case((Answer.rating >= 4, 1), else_=0)), sa.func.count())
        .join(EvaluationResponse, EvaluationResponse.id == Answer.response_id)
        .join(Question, Question.id == Answer.question_id)
        .join(Event, Event.id == EvaluationResponse.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(YEAR, Course.slug == slug, EvaluationResponse.stage == stage, Question.key == key)
        .where(Answer.rating.is_not(None))
    )
    good, answered = db.session.execute(found).one()
    return good, answered


def test_10364_training_opportunities_are_attendances_and_modules_begun(demo_app: Flask):
    begun = count(sa.select(sa.func.count()).where(ModuleTake.year == 2021))
    assert count(came().where(YEAR)) + begun == 10_364


def test_38_people_of_the_pool_and_4_experts_delivered(demo_app: Flask):
    found = (
        sa.select(EventTrainer.part, sa.func.count(EventTrainer.person_id.distinct()))
        .join(Event, Event.id == EventTrainer.event_id)
        .where(YEAR, Event.took_place)
        .group_by(EventTrainer.part)
    )
    assert dict(db.session.execute(found).all()) == {"pool": 38, "expert": 4}


def test_about_70_events_for_3000_people(demo_app: Flask):
    assert count(sa.select(sa.func.count(Event.id)).where(YEAR, Event.took_place)) == 70
    taking_part = sa.union(
        sa.select(ModuleTake.person_id).where(ModuleTake.year == 2021),
        sa.select(Booking.person_id).join(Event).where(YEAR),
    ).subquery()
    assert 2_950 <= count(sa.select(sa.func.count()).select_from(taking_part)) <= 3_100


def test_strategy_discussions_had_3_events_131_places_and_both_ratings(demo_app: Flask):
    slug = "strategy-discussions"
    assert held(slug, sa.func.count(), sa.func.sum(Event.capacity)) == (3, 131)
    assert count(of_year(slug)) >= 125
    assert rated(slug, "before") == (42, 111)
    assert rated(slug, "after") == (117, 125)


def test_163_of_200_at_the_sudi_events_were_not_from_health(demo_app: Flask):
    slug = "sudi-safer-sleep"
    assert held(slug) == (2,)
    assert count(of_year(slug)) == 200
    assert count(of_year(slug).where(Booking.sector != "Health")) == 163
    assert count(of_year(slug).where(Booking.sector == "")) == 0


def test_264_practitioners_came_to_perplexing_presentations(demo_app: Flask):
    assert count(of_year("perplexing-presentations")) == 264


def test_working_together_had_11_events_and_both_ratings(demo_app: Flask):
    assert held("working-together") == (11,)
    assert rated("working-together", "before") == (101, 267)
    assert rated("working-together", "after") == (249, 267)


def test_400_came_to_4_seminars(demo_app: Flask):
    assert held("safeguarding-children-today") == (4,)
    assert count(of_year("safeguarding-children-today")) == 400


def test_77_came_to_the_neglect_forum_in_may(demo_app: Flask):
    assert count(of_year("partnership-forum-neglect")) == 77
    days = db.session.scalars(
        sa.select(Event.starts_at).join(Course).where(Course.slug == "partnership-forum-neglect")
    )
    assert [f"{day:%Y-%m}" for day in days] == ["2021-05"]


@pytest.mark.parametrize(
    ("slug", "booked", "attended"),
    [("faith-groups-engagement", 49, 42), ("sports-voluntary-engagement", 32, 24)],
)
def test_engagement_events_of_october_count_organisations(
    demo_app: Flask, slug: str, booked: int, attended: int
):
    found = (
        sa.select(
            sa.func.count(),
            sa.func.sum(sa.case((HeadcountMark.came > 0, 1), else_=0)),
            sa.func.min(Event.starts_at),
        )
        .select_from(Headcount)
        .join(HeadcountMark)
        .join(Event)
        .join(Course)
        .where(Course.slug == slug, Event.headcount_only)
    )
    organisations, came_there, starts_at = db.session.execute(found).one()
    assert (organisations, came_there) == (booked, attended)
    assert (starts_at.year, starts_at.month) == (2021, 10)


def test_everybody_who_answered_rated_the_sports_event_good_or_very_good(demo_app: Flask):
    good, answered = rated("sports-voluntary-engagement", "after", "overall")
    assert good == answered >= 5
    unmatched = sa.select(sa.func.count()).where(EvaluationResponse.booking_id.is_(None))
    assert count(unmatched) == answered


def test_110_came_to_the_two_forced_marriage_events(demo_app: Flask):
    bounds = (start_of_day(date(2023, 4, 1)), start_of_day(date(2024, 4, 1)))
    there = came().where(Event.ends_at.between(*bounds), Course.slug == "forced-marriage")
    assert count(there) == 110
    starts = sa.select(Event.starts_at).where(Event.ends_at.between(*bounds)).order_by(Event.starts_at)
    assert [f"{at:%Y-%m}" for at in db.session.scalars(starts)] == ["2023-11", "2024-02"]


def test_understanding_diversity_did_not_run_before_27_april_2022(demo_app: Flask):
    first = (
        sa.select(sa.func.min(Event.starts_at)).join(Course).where(Course.slug == "understanding-diversity")
    )
    assert db.session.scalars(first).one().date() >= date(2022, 4, 27)


def test_the_published_comments_are_released_and_chosen_for_their_courses(demo_app: Flask):
    chosen = (
        sa.select(Course.slug)
        .join(Event, Event.course_id == Course.id)
        .join(EvaluationResponse, EvaluationResponse.event_id == Event.id)
        .join(Answer, Answer.response_id == EvaluationResponse.id)
        .join(CommentRelease, CommentRelease.answer_id == Answer.id)
        .join(ReportComment, ReportComment.answer_id == Answer.id)
        .where(EvaluationResponse.may_quote)
    )
    assert set(db.session.scalars(chosen)) == {
        "strategy-discussions",
        "perplexing-presentations",
        "working-together",
        "forced-marriage",
    }
    quotable = sa.select(sa.func.count()).where(EvaluationResponse.may_quote)
    assert count(quotable) > count(sa.select(sa.func.count(CommentRelease.answer_id)))
