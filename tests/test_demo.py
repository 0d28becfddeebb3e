"""The demonstration's rows: what was published comes out of them, and they hang together."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Agency, Person, RoleGrant
from app.attendance.models import HeadcountMark, Mark, RegisterClosing
from app.booking.models import Booking, BookingChange, Headcount
from app.booking.rules import ON_THE_REGISTER, State
from app.catalogue.models import Course, Event, EventSession
from app.clock import start_of_day
from app.completions.models import Completion
from app.db import Base, db, rebuilding
from app.demo.actions import build, standing
from app.elearning.models import ModuleTake
from app.evaluation.models import Answer, CommentRelease, EvaluationRequest, EvaluationResponse, Question
from app.impact.models import ReportComment
from app.notifications.models import Letter
from app.partnerships.models import Partnership, PartnershipSetting
from app.pool.models import EventTrainer, PoolMember
from app.records.models import Certificate
from app.tallies.actions import differences
from tests.conftest import build_app
from tests.demonstration import AS_OF, build_into

NOW = start_of_day(AS_OF)
YEAR = sa.and_(
    Event.ends_at >= start_of_day(date(2021, 4, 1)), Event.ends_at < start_of_day(date(2022, 4, 1))
)
NEXT_ONES = sa.and_(Event.starts_at >= NOW, Event.state == "published")
BOOKING_STATES = sorted(ON_THE_REGISTER)


def count(statement: sa.Select[tuple[int]]) -> int:
    return db.session.scalars(statement).one()


def came() -> sa.Select[tuple[int]]:
    """Delegates who were present at one session or more."""
    present = sa.select(Mark.booking_id).where(Mark.mark == "present")
    return (
        sa.select(sa.func.count(Booking.id))
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.id.in_(present))
    )


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


def person(role: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.email == f"{role}@demo.example")).one()


def booked_by(role: str) -> list[tuple[Booking, Event]]:
    rows = sa.select(Booking, Event).join(Event, Event.id == Booking.event_id)
    mine = rows.where(Booking.person_id == person(role).id).order_by(Event.starts_at)
    return [(booking, event) for booking, event in db.session.execute(mine)]


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


def test_those_who_deliver_for_the_pool_work_for_partner_or_relevant_agencies_of_the_day(demo_app: Flask):
    pool = sa.select(EventTrainer.person_id, EventTrainer.agency_id, Event.starts_at).join(Event)
    for person_id, agency_id, starts_at in db.session.execute(pool.where(EventTrainer.part == "pool")):
        works = sa.select(Affiliation.agency_id).where(
            Affiliation.person_id == person_id,
            Affiliation.from_on <= starts_at.date(),
            sa.or_(Affiliation.until_on.is_(None), Affiliation.until_on >= starts_at.date()),
        )
        assert db.session.scalars(works).all() == [agency_id]


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


def test_agencies_that_ended_have_nobody_booked_afterwards(demo_app: Flask):
    ended = (
        sa.select(Agency.slug, Agency.until_on, sa.func.max(Booking.made_at))
        .join(Booking)
        .where(Agency.until_on.is_not(None))
    )
    found = {
        slug: (until, last)
        for slug, until, last in db.session.execute(ended.group_by(Agency.slug, Agency.until_on))
    }
    assert {"nottingham-nottinghamshire-ccgs", "nhs-bassetlaw-ccg"} <= found.keys()
    assert all(last.date() <= until for until, last in found.values())
    moved = (
        sa.select(Affiliation.person_id)
        .join(Agency)
        .where(Agency.slug == "dlnr-community-rehabilitation-company")
    )
    later = sa.select(Agency.slug).distinct().select_from(Affiliation).join(Agency)
    later = later.where(Affiliation.person_id.in_(moved), Affiliation.from_on > date(2021, 6, 25))
    assert db.session.scalars(later).all() == ["national-probation-service"]


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


def test_every_past_register_is_complete_and_closed(demo_app: Flask):
    over = sa.and_(Event.ends_at < NOW, Event.took_place)
    delegates = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(Event)
        .join(EventSession, EventSession.event_id == Event.id)
    )
    wanted = count(delegates.where(over, Booking.state.in_(BOOKING_STATES)))
    assert count(sa.select(sa.func.count(Mark.id))) == wanted
    closed = sa.select(sa.func.count()).select_from(RegisterClosing)
    assert count(closed) == count(sa.select(sa.func.count(Event.id)).where(over))


def test_registers_show_everything_that_happens(demo_app: Flask):
    rows = db.session.execute(sa.select(Mark.mark, Booking.state).join(Booking).distinct())
    marks = {(mark, state) for mark, state in rows}
    assert marks == {
        ("present", "booked"),
        ("absent", "booked"),
        ("excused", "booked"),
        ("present", "walk-in"),
    }
    assert count(sa.select(sa.func.count(Mark.id)).where(Mark.left_early > 30)) > 20
    late = sa.select(sa.func.count(BookingChange.id)).where(
        BookingChange.late, BookingChange.to_state == "cancelled"
    )
    assert count(late) > 20
    states = set(db.session.scalars(sa.select(Booking.state).distinct()))
    assert states == {
        State.BOOKED,
        State.WALK_IN,
        State.CANCELLED,
        State.WAITING,
        State.CLOSED,
        State.EVENT_CANCELLED,
    }


def test_a_bookings_last_change_is_its_state_and_nothing_lies_in_the_future(demo_app: Flask):
    newest = (
        sa.select(BookingChange.booking_id, sa.func.max(BookingChange.id).label("id"))
        .group_by(BookingChange.booking_id)
        .subquery()
    )
    wrong = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(newest, newest.c.booking_id == Booking.id)
        .join(BookingChange, BookingChange.id == newest.c.id)
        .where(BookingChange.to_state != Booking.state)
    )
    assert count(wrong) == 0
    assert count(sa.select(sa.func.count(BookingChange.id))) >= count(sa.select(sa.func.count(Booking.id)))
    assert db.session.scalar(sa.select(sa.func.max(BookingChange.at))) < NOW
    assert db.session.scalar(sa.select(sa.func.max(EvaluationResponse.answered_at))) < NOW
    assert db.session.scalar(sa.select(sa.func.max(ModuleTake.completed_at))) < NOW


def test_nobody_is_twice_in_one_place(demo_app: Flask):
    same_time = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(EventSession, EventSession.event_id == Booking.event_id)
        .where(Booking.state.in_(BOOKING_STATES))
        .group_by(Booking.person_id, EventSession.starts_at)
        .having(sa.func.count() > 1)
    )
    assert db.session.execute(same_time).all() == []


def test_coming_dates_are_open_nearly_full_and_full_with_people_waiting(demo_app: Flask):
    left = {
        row.id: row
        for row in db.session.execute(
            sa.select(Event.id, Event.booking_limit, Event.places_held).where(NEXT_ONES)
        )
    }
    assert len(left) >= 20
    free = [row.booking_limit - row.places_held for row in left.values()]
    assert {0, 1, 2} & set(free) and max(free) > 10
    waiting = sa.select(Booking.event_id).distinct().where(Booking.state == State.WAITING)
    full = [left[event_id] for event_id in db.session.scalars(waiting)]
    assert full and all(row.places_held == row.booking_limit for row in full)
    places = sa.select(EventSession.joining_url, EventSession.venue_id).join(Event).where(NEXT_ONES)
    kinds = {(bool(url), venue is not None) for url, venue in db.session.execute(places)}
    assert kinds == {(True, False), (False, True)}


def test_the_practitioner_finds_something_in_every_state(demo_app: Flask):
    mine = booked_by("practitioner")
    coming = [(b, e) for b, e in mine if e.starts_at >= NOW and b.state == State.BOOKED]
    booking, event = coming[0]
    assert (event.starts_at - NOW).days < 10
    stages = {
        r.stage: r
        for r in db.session.scalars(
            sa.select(EvaluationRequest).where(EvaluationRequest.booking_id == booking.id)
        )
    }
    assert set(stages) == {"before"} and stages["before"].opens_at <= NOW < stages["before"].closes_at
    assert [b for b, e in mine if b.state == State.WAITING and e.starts_at > NOW]
    answered = sa.select(EvaluationResponse.booking_id).where(EvaluationResponse.stage == "after")
    answered = answered.where(EvaluationResponse.booking_id.is_not(None))
    asked = sa.select(EvaluationRequest.booking_id).where(EvaluationRequest.stage == "after")
    open_ones = asked.where(
        EvaluationRequest.booking_id.not_in(answered),
        EvaluationRequest.booking_id.in_([b.id for b, _ in mine]),
    )
    assert len(db.session.scalars(open_ones).all()) == 1
    certificates = sa.select(sa.func.count()).where(Certificate.booking_id.in_([b.id for b, _ in mine]))
    assert count(certificates) >= 1


def test_the_trainer_has_a_register_of_today_and_past_ones(demo_app: Flask):
    mine = sa.select(Event).join(EventTrainer).where(EventTrainer.person_id == person("trainer").id)
    events = db.session.scalars(mine.order_by(Event.starts_at)).all()
    today = [e for e in events if e.starts_at.date() == AS_OF]
    assert len(today) == 1 and today[0].places_held == 30
    assert [e for e in events if e.ends_at < NOW]
    before = sa.select(sa.func.count()).where(
        EvaluationResponse.event_id == today[0].id, EvaluationResponse.stage == "before"
    )
    assert count(before) >= 5


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("trainer", "trainer"),
        ("agency-lead", "agency lead"),
        ("administrator", "administrator"),
        ("coordinator", "coordinator"),
        ("lwd-member", "L&WD member"),
        ("scrutineer", "scrutineer"),
    ],
)
def test_there_is_somebody_to_sign_in_as(demo_app: Flask, address: str, role: str):
    grants = db.session.scalars(sa.select(RoleGrant.role).where(RoleGrant.person_id == person(address).id))
    assert grants.all() == [role]


def test_the_agency_leads_people_are_many(demo_app: Flask):
    lead = sa.select(RoleGrant.agency_id).where(RoleGrant.role == "agency lead")
    agency_id = db.session.scalars(lead).one()
    assert count(sa.select(sa.func.count()).where(Affiliation.agency_id == agency_id)) > 500


def test_completions_and_certificates_are_those_of_the_registers(demo_app: Flask):
    """80 % of the minutes complete an event; certificates wait for the answers where the course says so."""
    sessions = {s.id: s for s in db.session.scalars(sa.select(EventSession))}
    length: dict[int, int] = {}
    for session in sessions.values():
        length[session.event_id] = length.get(session.event_id, 0) + session.minutes
    there: dict[int, int] = {}
    for mark in db.session.scalars(sa.select(Mark).where(Mark.mark == "present")):
        minutes = sessions[mark.session_id].minutes - mark.minutes_late - mark.left_early
        there[mark.booking_id] = there.get(mark.booking_id, 0) + minutes
    rows = (
        sa.select(Booking.id, Booking.person_id, Event.id, Course.certificate_waits_for_after)
        .join(Event, Event.id == Booking.event_id)
        .join(Course)
    )
    answered = set(
        db.session.scalars(
            sa.select(EvaluationResponse.booking_id).where(EvaluationResponse.stage == "after")
        )
    )
    completed, earned = set(), set()
    for booking_id, person_id, event_id, waits in db.session.execute(rows):
        if there.get(booking_id, 0) >= 0.8 * length[event_id]:
            completed.add((person_id, event_id))
            earned |= {booking_id} if booking_id in answered or not waits else set()
    by_event = sa.select(Completion.person_id, Completion.event_id).where(Completion.how == "event")
    assert {tuple(row) for row in db.session.execute(by_event)} == completed
    assert set(db.session.scalars(sa.select(Certificate.booking_id))) == earned


def test_completed_modules_are_completions(demo_app: Flask):
    done = count(sa.select(sa.func.count()).where(ModuleTake.completed_at.is_not(None)))
    assert count(sa.select(sa.func.count()).where(Completion.how == "module")) == done


def test_tallies_agree_with_their_rows(demo_app: Flask):
    assert differences(now=NOW) == []


def test_no_letter_is_about_the_past(demo_app: Flask):
    assert count(sa.select(sa.func.count(Letter.id)).where(Letter.due_at < NOW)) == 0
    assert count(sa.select(sa.func.count(Letter.id))) < 20


def test_pool_members_who_deliver_may_open_their_registers(demo_app: Flask):
    members = set(db.session.scalars(sa.select(PoolMember.person_id)))
    trainers = set(db.session.scalars(sa.select(RoleGrant.person_id).where(RoleGrant.role == "trainer")))
    assert set(db.session.scalars(sa.select(EventTrainer.person_id))) <= members == trainers


def dump() -> dict[str, str]:
    """A fingerprint of every table's rows, in the order of their keys."""
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(sa.select(table).order_by(*table.primary_key.columns))
        found[table.name] = hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
    return found


def test_two_builds_for_one_date_are_the_same_to_the_byte(demo_app: Flask):
    first = dump()
    with rebuilding() as session:
        build(session, AS_OF)
    assert dump() == first


def test_the_command_leaves_a_demonstration_alone_and_replaces_it_when_asked(demo_app: Flask):
    run = demo_app.test_cli_runner()
    said = run.invoke(args=["demo", "--as-of", "2026-12-01"])
    assert said.exit_code == 0 and "Use --replace" in said.output
    assert standing(db.session()) == "2026-11-20"
    db.session.remove()
    said = run.invoke(args=["demo", "--as-of", "2026-12-01", "--replace"])
    assert said.exit_code == 0, said.output
    assert standing(db.session()) == "2026-12-01"


def test_a_database_that_is_somebodys_is_left_as_it_is(app: Flask):
    with rebuilding() as session:
        session.add(Partnership(slug="northshire", name="Northshire SCP", short_name="NSCP"))
    said = app.test_cli_runner().invoke(args=["demo", "--replace"])
    assert said.exit_code == 1 and "not a demonstration" in said.output
    assert db.session.scalars(sa.select(Partnership.slug)).all() == ["northshire"]


def test_a_day_in_the_years_it_shows_is_refused(app: Flask):
    said = app.test_cli_runner().invoke(args=["demo", "--as-of", "2022-01-10"])
    assert said.exit_code == 1 and "1 June 2024" in said.output


@pytest.mark.parametrize("as_of", [date(2027, 4, 4), date(2028, 2, 29), date(2026, 12, 25)], ids=str)
def test_it_builds_for_a_sunday_a_leap_day_and_christmas(folder: Path, template: Path, as_of: date):
    path = folder / f"demonstration-{as_of}.sqlite"
    path.write_bytes(template.read_bytes())
    assert build_into(build_app(folder, f"sqlite:///{path}"), as_of) > 50_000
    path.unlink()


@pytest.mark.postgresql
def test_it_builds_on_postgresql_and_the_next_row_gets_a_free_id(postgresql_app: Flask):
    with rebuilding() as session:
        build(session, AS_OF)
    assert count(came().where(YEAR)) == 2_553
    with rebuilding() as session:
        session.add(
            PartnershipSetting(partnership_id=1, key="smallest_group", value=6, from_on=AS_OF, set_at=NOW)
        )
        session.add(Person(name="Newcomer", email="newcomer@demo.example", created_at=NOW))
    assert standing(db.session()) == "2026-11-20"
