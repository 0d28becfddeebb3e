"""What a course says, how it is found, and how courses and dates are made and changed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.booking.models import Booking
from app.catalogue import actions, rules
from app.catalogue.listing import coming_dates, listed_to, listing
from app.catalogue.models import Course, CourseRequirement, EventChange, EventSession, Venue
from app.catalogue.plans import EventPlan, SessionPlan, overlapping
from app.catalogue.rules import CourseContent, Search
from app.db import db, writing
from app.errors import Refused
from app.records.actions import changing, settle
from tests.factories import make_booking, make_course, make_event, make_partnership

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)


def content(**given: object) -> CourseContent:
    """A small course."""
    return CourseContent(**{"title": "Neglect", "kind": "subject", "delivery": "virtual", **given})  # type: ignore[arg-type]


def plan(starts: datetime = JANUARY, hours: int = 3, **given: object) -> EventPlan:
    """An event of one session with 20 places."""
    session = SessionPlan(starts_at=starts, ends_at=starts + timedelta(hours=hours))
    return EventPlan(**{"sessions": (session,), "capacity": 20, "booking_limit": 20, **given})  # type: ignore[arg-type]


def found(query: str, **filters: object) -> list[str]:
    """The titles that a search finds, in their order."""
    search = Search(words=rules.query_words(query), **filters)  # type: ignore[arg-type]
    rows = db.session.execute(
        listing(make_partnership().id, search, waiting=Booking.number_waiting), listed_to(None, now=NOW)
    )
    return [row.title for row in rows]


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("Babies", ("baby",)),
        ("safeguarding children", ("safeguard", "children")),
        ("Reducing PARENTAL conflicts", ("reduc", "parental", "conflict")),
        ("a course on the neglect of children", ("neglect", "children")),
        ("Wärning café", ("warn", "cafe")),
        ("children's", ("children",)),
        ("self-harm", ("self", "harm")),
        ("neglect neglect", ("neglect",)),
        ("the training", ()),
        ("%_", ()),
        ("", ()),
    ],
)
def test_a_search_forgives_capitals_plurals_accents_and_little_words(typed: str, searched: tuple[str, ...]):
    assert rules.query_words(typed) == searched


@given(st.text(max_size=40))
def test_every_word_of_a_title_finds_it(title: str):
    text = rules.search_text(title, [], [])
    assert all(f" {word}" in f" {text}" for word in rules.query_words(title))


@given(st.text(max_size=200))
def test_nothing_that_is_typed_reaches_the_query_as_a_pattern(typed: str):
    assert not set("%_\\'\" ") & set("".join(rules.query_words(typed)))
    assert len(rules.query_words(typed)) <= 8


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        (" 9:30AM ", time(9, 30)),
        ("1pm", time(13)),
        ("1:15 pm", time(13, 15)),
        ("12pm", time(12)),
        ("12:30am", time(0, 30)),
        ("13:00", time(13)),
        ("midday", time(12)),
        ("13pm", None),
        ("0am", None),
        ("25:00", None),
        ("9:75", None),
        ("9", None),
        ("half past nine", None),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, at: time | None):
    assert rules.parse_time(typed) == at


@pytest.mark.parametrize(
    ("text", "month"),
    [("2027-01", date(2027, 1, 1)), ("2027-13", None), ("2027-1", None), ("next", None), ("٢٠٢٧-01", None)],
)
def test_a_month_in_an_address_is_a_month_or_nothing(text: str, month: date | None):
    assert rules.month_from_slug(text) == month


def test_months_are_counted_over_the_turn_of_the_year():
    assert rules.months_from(date(2026, 11, 20), date(2027, 2, 3)) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]


def test_a_slug_that_is_taken_gets_a_number():
    assert rules.slug_from("Neglect: what's new?", ["neglect-whats-new", "neglect-whats-new-2"]) == (
        "neglect-whats-new-3"
    )
    assert rules.slug_from("\u4e2d\u6587", []) == "course"
    assert len(rules.slug_from("long " * 60, [])) <= rules.LONGEST_SLUG


def test_a_circle_of_required_courses_is_found():
    assert rules.circle({"a": ["b"], "b": ["c"], "c": ["a"]}, "a") == ["a", "b", "c", "a"]
    assert rules.circle({"a": ["b"], "b": ["c"], "c": ["b"]}, "a") == []


def test_sessions_that_overlap_are_found_in_whatever_order_they_come():
    second = plan(JANUARY + timedelta(hours=2)).sessions[0]
    assert overlapping([second, plan().sessions[0]]) == 0
    assert overlapping([plan().sessions[0], plan(JANUARY + timedelta(hours=3)).sessions[0]]) is None


def test_a_search_knows_other_names_and_puts_titles_first(each_app: Flask):
    make_course("Sudden Unexpected Death in Infancy", other_names=["SUDI", "cot death"], summary="Babies.")
    make_course("Safer Sleep", summary="Against sudden death.", delivery="e-learning", kind="e-learning")
    make_course("Death and dying", summary="Bereavement.")
    assert found("sudi") == ["Sudden Unexpected Death in Infancy"]
    assert found("cot deaths") == ["Sudden Unexpected Death in Infancy"]
    assert found("death") == ["Death and dying", "Sudden Unexpected Death in Infancy", "Safer Sleep"]
    assert found("udden") == []


def test_dates_come_soonest_first_and_courses_without_one_behind_them(each_app: Flask):
    late, early = make_course("Late"), make_course("Early")
    make_course("Any time", delivery="e-learning", kind="e-learning")
    make_course("Elsewhere", delivery="external", provider="Harmless")
    make_course("Asked for")
    make_event(late, JANUARY)
    make_event(early, JANUARY - timedelta(days=7))
    make_event(early, JANUARY + timedelta(days=7))
    assert found("") == ["Early", "Late", "Early", "Any time", "Asked for", "Elsewhere"]


def test_dates_that_have_begun_or_are_drafts_or_cancelled_are_not_listed(app: Flask):
    course = make_course("Neglect")
    make_event(course, NOW - timedelta(minutes=1))
    make_event(course, JANUARY, state="draft")
    make_event(course, JANUARY, state="cancelled")
    rows = db.session.execute(
        listing(make_partnership().id, Search(), waiting=Booking.number_waiting), listed_to(None, now=NOW)
    ).all()
    assert [(row.title, row.event_id) for row in rows] == [("Neglect", None)]


def test_courses_of_another_partnership_are_not_listed(app: Flask):
    course = make_course("Neglect")
    make_event(course, JANUARY)
    other = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    rows = db.session.execute(
        listing(other.id, Search(), waiting=Booking.number_waiting), listed_to(None, now=NOW)
    ).all()
    assert rows == []


def test_filters_narrow_the_list(each_app: Flask):
    first = make_course("First", level=1, kind="seminar", audience_groups=["Volunteer"])
    second = make_course("Second", level=2, delivery="classroom")
    full = make_event(first, JANUARY, capacity=1)
    make_booking(full)
    waited_for = make_event(second, JANUARY + timedelta(days=30), capacity=2)
    make_booking(waited_for, state="waiting")
    make_event(second, JANUARY + timedelta(days=60))
    assert found("", levels=(1,)) == ["First"]
    assert found("", kinds=("seminar", "forum")) == ["First"]
    assert found("", deliveries=("classroom",)) == ["Second", "Second"]
    assert found("", role_group="Volunteer") == ["First", "Second", "Second"]
    assert found("", role_group="Senior or strategic leader") == ["Second", "Second"]
    assert found("", month=date(2027, 1, 1)) == ["First"]
    assert found("", with_places=True) == ["Second"]


def test_a_date_at_midnight_of_a_summer_month_belongs_to_that_month_in_london(app: Flask):
    make_event(make_course("Night"), datetime(2027, 6, 30, 23, 0, tzinfo=UTC))
    assert found("", month=date(2027, 7, 1)) == ["Night"]
    assert found("", month=date(2027, 6, 1)) == []


def test_the_rows_of_a_page_say_who_waits_where_it_is_and_in_how_many_sessions(each_app: Flask):
    event = make_event(make_course("Neglect"), JANUARY, capacity=1)
    make_booking(event)
    make_booking(event, state="waiting")
    with writing() as session:
        session.add(Venue(name="Hill House"))
        session.flush()
        session.execute(sa.update(EventSession).values(venue_id=sa.select(Venue.id).scalar_subquery()))
        session.add(
            EventSession(
                event_id=event.id, starts_at=JANUARY + timedelta(days=7), ends_at=JANUARY + timedelta(days=8)
            )
        )
    row = db.session.execute(
        coming_dates(make_partnership().id, waiting=Booking.number_waiting), listed_to(None, now=NOW)
    ).one()
    assert (row.waiting, row.venue, row.sessions, row.places_left) == (1, "Hill House", 2, 0)


def test_a_course_made_on_the_site_is_found_at_once(app: Flask):
    make_course("Part one", slug="part-one")
    with writing():
        course = actions.create_course(
            content(title="Forced marriage", other_names=("HBA",), required={"part-one": "advised"}),
            partnership_id=make_partnership().id,
            now=NOW,
        )
    assert course.slug == "forced-marriage"
    assert found("hba") == ["Forced marriage"]
    assert db.session.execute(CourseRequirement.of(course.id)).one().strength == "advised"
    assert course.edited_at == NOW


def test_a_course_says_the_same_after_it_was_stored(each_app: Flask):
    make_course("Part one", slug="part-one")
    said = content(
        level=2,
        minutes=90,
        other_names=("NG",),
        outcomes=("see it", "act"),
        audience_groups=("Volunteer",),
        required={"part-one": "by a deadline"},
        themes=("neglect",),
        description="# no\n\ntext",
        certificate_waits_for_after=False,
        published=False,
    )
    with writing():
        course = actions.create_course(said, partnership_id=make_partnership().id, now=NOW)
    db.session.expire_all()
    assert actions.content_of(course) == said


def test_an_edited_course_loses_what_it_no_longer_requires(app: Flask):
    make_course("Part one", slug="part-one")
    course = make_course("Neglect")
    with writing():
        actions.edit_course(course, content(required={"part-one": "to book"}), now=NOW)
    with writing():
        actions.edit_course(course, content(), now=NOW)
    assert db.session.execute(CourseRequirement.of(course.id)).all() == []


def test_a_new_date_has_its_sessions_its_history_and_a_tally(each_app: Flask):
    course = make_course()
    with writing():
        event = actions.schedule_event(
            course,
            plan(
                sessions=(
                    SessionPlan(
                        starts_at=JANUARY,
                        ends_at=JANUARY + timedelta(hours=3),
                        venue="Hill House",
                        postcode="NS1 2AB",
                    ),
                    SessionPlan(
                        starts_at=JANUARY + timedelta(days=7),
                        ends_at=JANUARY + timedelta(days=7, hours=3),
                        venue="Hill House",
                    ),
                )
            ),
            host_id=make_partnership().id,
            by="ada",
            now=NOW,
        )
        settle(event.id, now=NOW)
    sessions = db.session.scalars(EventSession.of(event.id)).all()
    assert [session.venue and session.venue.postcode for session in sessions] == ["NS1 2AB", "NS1 2AB"]
    assert (event.starts_at, event.ends_at) == (sessions[0].starts_at, sessions[1].ends_at)
    assert [(row.what, row.now, row.by) for row in history(event.id)] == [("created", 20, "ada")]


def history(event_id: int) -> list[EventChange]:
    """What happened to an event, oldest first."""
    rows = sa.select(EventChange).where(EventChange.event_id == event_id).order_by(EventChange.id)
    return list(db.session.scalars(rows))


def change(event_id: int, wanted: EventPlan, *, fixed: bool = False) -> list[str]:
    """Change an event as the desk does."""
    with changing(event_id, now=NOW) as event:
        return actions.change_event(event, wanted, times_are_fixed=fixed, has_claims=fixed, by="ada", now=NOW)


def test_the_history_of_the_capacity_is_kept(app: Flask):
    event = make_event(starts=JANUARY, joining_url="")
    assert change(event.id, plan(capacity=30, booking_limit=33)) == ["capacity", "booking limit"]
    assert [(row.what, row.was, row.now) for row in history(event.id)] == [
        ("capacity", 20, 30),
        ("booking limit", 20, 33),
    ]
    assert change(event.id, plan(capacity=30, booking_limit=33)) == []


def test_the_capacity_may_go_below_the_places_held_and_nobody_loses_one(app: Flask):
    event = make_event(starts=JANUARY, capacity=2)
    first, second = make_booking(event), make_booking(event)
    change(event.id, plan(capacity=1, booking_limit=1), fixed=True)
    db.session.refresh(event)
    assert (event.places_held, event.booking_limit, event.places_left) == (2, 1, 0)
    assert {first.state, second.state} == {"booked"}


def test_times_move_while_nobody_has_a_claim_on_them(app: Flask):
    event = make_event(starts=JANUARY)
    later = plan(JANUARY + timedelta(days=1))
    assert change(event.id, later) == ["times"]
    db.session.refresh(event)
    assert event.starts_at == later.starts_at
    assert db.session.scalars(EventSession.of(event.id)).one().ends_at == later.ends_at


@pytest.mark.parametrize("wanted", [plan(JANUARY + timedelta(days=1)), plan(published=False)])
def test_times_and_publication_stay_while_people_are_booked(app: Flask, wanted: EventPlan):
    event = make_event(starts=JANUARY)
    with pytest.raises(Refused, match="People are booked"):
        change(event.id, wanted, fixed=True)
    db.session.refresh(event)
    assert (event.starts_at, event.state) == (JANUARY, "published")


def test_a_changed_place_is_noted_and_the_joining_link_stays_out_of_the_history(app: Flask):
    event = make_event(starts=JANUARY)
    session = SessionPlan(
        starts_at=JANUARY,
        ends_at=JANUARY + timedelta(hours=3),
        venue="Hill House",
        joining_url="https://meet.example/new",
    )
    assert change(event.id, plan(sessions=(session,))) == ["venue", "joining link"]
    assert [(row.what, row.was, row.now) for row in history(event.id)] == [
        ("venue", "", "Hill House"),
        ("joining link", None, None),
    ]


def test_a_course_is_offered_once_however_often_it_is_offered(app: Flask):
    course = make_course()
    with writing():
        actions.offer(course, make_partnership().id)
    assert db.session.scalars(Course.offered_by(make_partnership().id)).all() == [course]


@pytest.mark.parametrize(
    "path", ["/", "/courses?q=neglect&month=2027-01&places=1", "/courses/neglect", "/programme"]
)
def test_the_pages_open_on_either_database(each_app: Flask, path: str):
    event = make_event(make_course("Neglect"), JANUARY)
    make_booking(event, state="waiting")
    client = each_app.test_client()
    with time_machine.travel(NOW, tick=False):
        assert "Neglect" in client.get("/courses").text
        assert client.get(path).status_code == 200
        assert "1 person is waiting" in client.get(f"/events/{event.id}").text
