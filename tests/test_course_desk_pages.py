"""The desk makes and changes courses and dates on the site."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.rules import ROLE_GROUPS, Led, Role
from app.booking import nominating
from app.booking.actions import tell_me
from app.catalogue.actions import content_of
from app.catalogue.models import (
    Course,
    CourseEquivalent,
    CourseRequirement,
    Event,
    EventChange,
    EventSession,
    Venue,
)
from app.db import db, writing
from app.evaluation.models import Questionnaire
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
DATE = {
    "sessions-0-day": ["12", "1", "2027"],
    "sessions-0-starts": "9:30am",
    "sessions-0-ends": "12:30pm",
    "sessions-0-joining_url": "https://meet.example/abc",
    "capacity": "24",
}

pytestmark = pytest.mark.usefixtures("app", "today")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Cora's browser."""
    return client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))


def mistakes(page: Page) -> list[str]:
    """The lines of the error summary."""
    lists = [ul for ul in page.all("ul") if "govuk-error-summary__list" in (ul.get("class") or "")]
    return [words(li) for ul in lists for li in ul.iter("li")]


def only(table: Any) -> Any:
    """The one row of a table."""
    return db.session.scalars(sa.select(table)).one()


def test_a_coordinator_makes_a_course(desk: CheckedClient):
    first = make_course("Part one")
    page = desk.send(
        "/courses/new",
        button="Add the course",
        title=" Child neglect ",
        kind="subject",
        delivery="virtual",
        level="2",
        minutes="90",
        other_names="NG\r\n\r\nneglected  children\nNG",
        outcomes="see it\nact",
        audience_groups=["Volunteer"],
        summary="What neglect is.",
        description="Text\r\n\r\n- one",
        **{"required-0-slug": "part-one", "required-0-strength": "to book"},
    )
    assert page.heading == "Child neglect" and "Add its first date." in page.text
    course = db.session.scalars(sa.select(Course).where(Course.slug == "child-neglect")).one()
    assert course.other_names == ["NG", "neglected children"]
    assert (course.level, course.minutes, course.outcomes) == (2, 90, ["see it", "act"])
    assert (course.audience_groups, course.description) == (["Volunteer"], "Text\n\n- one")
    assert only(CourseRequirement).required_id == first.id
    assert "Child neglect" in desk.page("/courses?q=ng").text
    stages = db.session.scalars(sa.select(Questionnaire.stage).where(Questionnaire.course_id == course.id))
    assert set(stages) == {"before", "after", "follow-up"}


def test_a_course_with_mistakes_says_what_to_do_and_keeps_what_was_typed(desk: CheckedClient):
    make_course("Taken")
    page = desk.send(
        "/courses/new",
        button="Add the course",
        status=422,
        title="",
        delivery="external",
        minutes="0",
        summary="s" * 301,
        description="# Heading",
        provider_url="harmless.example",
        outcomes="kept",
    )
    assert mistakes(page) == [
        "Enter the title",
        "Use at most 300 characters",
        "Begin headings with \u201c## \u201d",
        "Choose the kind of training",
        "Enter the length in minutes, 1 or more",
        "Enter whose course it is",
        "Enter an address that begins with https://",
    ]
    assert page.form("", "Add the course")["outcomes"].strip() == "kept"
    page = desk.send(
        "/courses/new", button="Add the course", status=422, title="TAKEN", kind="core", delivery="virtual"
    )
    assert mistakes(page) == ["Another course has this title"]


def test_a_coordinator_edits_a_course(desk: CheckedClient):
    course = make_course("Neglect", audience_groups=[ROLE_GROUPS[0]], themes=["neglect"], provider="")
    before = desk.page("/courses/neglect/edit").form("", "Save the course")
    assert (before["title"], before["level"], before["kind"]) == ("Neglect", "3", "core")
    page = desk.send(
        "/courses/neglect/edit", button="Save the course", title="Neglect and what helps", level=""
    )
    assert page.heading == "Neglect and what helps" and "The course was changed." in page.text
    db.session.refresh(course)
    assert (course.slug, course.level, course.edited_at) == ("neglect", None, TODAY)
    assert (course.themes, course.outcomes) == (
        ["neglect"],
        ["share information early", "know what to do next"],
    )


def test_saving_a_course_as_it_is_changes_nothing_it_says(desk: CheckedClient):
    first = make_course("Part one")
    course = make_course(
        "Neglect", description="One\n\nTwo", other_names=["a", "b"], audience="All", minutes=None
    )
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="by a deadline"))
    before = content_of(course)
    desk.send("/courses/neglect/edit", button="Save the course")
    db.session.refresh(course)
    assert content_of(course) == before
    assert only(CourseRequirement).strength == "by a deadline"


def test_a_course_says_who_agrees_what_counts_as_it_and_what_becomes_of_a_place(desk: CheckedClient):
    make_course("Neglect")
    make_course("Neglect elsewhere")
    desk.send(
        "/courses/neglect/edit",
        button="Save the course",
        equivalents=["neglect-elsewhere"],
        part_one="release",
        approval="manager",
        copies_manager="y",
        several_places="y",
        refresh_every_months="36",
    )
    course = db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one()
    assert (course.part_one, course.approval) == ("release", "manager")
    assert (course.copies_manager, course.several_places) == (True, True)
    assert course.refresh_every_months == 36
    assert content_of(course).equivalents == {"neglect-elsewhere"}
    typed = desk.page("/courses/neglect/edit").form("", "Save the course")
    assert (typed["part_one"], typed["approval"]) == ("release", "manager")
    page = desk.send("/courses/neglect/edit", button="Save the course", status=422, approval="the boss")
    assert mistakes(page) == ["Not a valid choice."]


def test_an_equivalent_of_another_programme_is_kept_by_saving(desk: CheckedClient):
    course = make_course("Neglect")
    neighbours = add(
        Course(
            slug="next-door",
            title="Next door",
            kind="core",
            delivery="external",
            created_at=course.created_at,
        )
    )
    add(CourseEquivalent(course_id=course.id, equivalent_id=neighbours.id))
    desk.send("/courses/neglect/edit", button="Save the course")
    assert content_of(course).equivalents == {"next-door"}


def test_a_course_cannot_come_before_itself(desk: CheckedClient):
    first, second = make_course("First"), make_course("Second")
    add(CourseRequirement(course_id=second.id, required_id=first.id, strength="to book"))
    page = desk.send(
        "/courses/first/edit", button="Save the course", status=422, **{"required-0-slug": "second"}
    )
    assert "one of these requires this course" in page.text
    assert not [option for option in page.all("option") if option.get("value") == "first"]


def test_one_more_course_that_comes_first_loses_nothing(desk: CheckedClient):
    make_course("Neglect")
    page = desk.send("/courses/neglect/edit", button="Save the course", more="required", title="Typed")
    assert mistakes(page) == []
    fields = page.form("", "Save the course")
    assert fields["title"] == "Typed" and "required-3-slug" in fields


@pytest.mark.parametrize("path", ["/courses/new", "/courses/neglect/edit"])
def test_courses_are_made_by_coordinators_only(client: CheckedClient, path: str):
    make_course("Neglect")
    assert client.get(path).status_code == 303
    for role in (Role.TRAINER, Role.ADMINISTRATOR, Role.LWD_MEMBER):
        client.sign_in(make_person("", role)).page(path, status=403)


@pytest.mark.parametrize("path", ["/courses/neglect/events/new", "/events/1/edit"])
def test_dates_are_made_by_the_desk_only(client: CheckedClient, path: str):
    make_event(make_course("Neglect"), JANUARY)
    assert client.get(path).status_code == 303
    for role in (Role.TRAINER, Role.AGENCY_LEAD, Role.LWD_MEMBER):
        client.sign_in(make_person("", role)).page(path, status=403)
    client.sign_in(make_person("Ada", Role.ADMINISTRATOR)).page(path)


def test_the_desk_publishes_a_date(desk: CheckedClient):
    course = make_course("Neglect")
    page = desk.send("/courses/neglect/events/new", button="Save the date", notes="Bring a pen.", **DATE)
    event = only(Event)
    assert "The date is published." in page.text and "24 of 24 places left" in page.text
    assert (event.course_id, event.state, event.capacity, event.booking_limit) == (
        course.id,
        "published",
        24,
        24,
    )
    assert (event.starts_at, event.ends_at) == (JANUARY, JANUARY + timedelta(hours=3))
    assert only(EventSession).joining_url == "https://meet.example/abc"
    assert event.notes == "Bring a pen." and only(EventChange).by


def test_a_date_of_the_summer_is_in_london_time(desk: CheckedClient):
    make_course("Neglect")
    typed = {
        **DATE,
        "sessions-0-day": ["12", "7", "2027"],
        "sessions-0-starts": "13.30",
        "sessions-0-ends": "4pm",
    }
    desk.send("/courses/neglect/events/new", button="Save the date", **typed)
    assert only(Event).starts_at == datetime(2027, 7, 12, 12, 30, tzinfo=UTC)


def test_a_draft_is_seen_by_the_desk_only(desk: CheckedClient):
    make_course("Neglect")
    page = desk.send("/courses/neglect/events/new", button="Save the date", state="draft", **DATE)
    assert "saved as a draft" in page.text and only(Event).state == "draft"
    desk.sign_in(make_person("Priya")).page(f"/events/{only(Event).id}", status=404)


def test_more_sessions_are_added_one_by_one_and_sorted(desk: CheckedClient):
    make_course("Neglect", delivery="classroom")
    add(Venue(name="Hill House"))
    later = {**DATE, "sessions-0-day": ["19", "1", "2027"], "sessions-0-venue": "Hill House"}
    page = desk.send("/courses/neglect/events/new", button="Save the date", more="session", **later)
    fields = page.form("", "Save the date")
    assert (fields["sessions-0-day"], fields["sessions-0-starts"]) == (["19", "1", "2027"], "9:30am")
    second = {
        "sessions-1-day": ["12", "1", "2027"],
        "sessions-1-starts": "1pm",
        "sessions-1-ends": "2pm",
        "sessions-1-new_venue": "Lake Hall",
        "sessions-1-address": "2 Low Road",
        "sessions-1-postcode": "NS2 3CD",
    }
    response = desk.post("/courses/neglect/events/new", data={**fields, **later, **second})
    assert response.status_code == 303, response.text
    sessions = db.session.scalars(EventSession.of(only(Event).id)).all()
    assert [s.venue and s.venue.name for s in sessions] == ["Lake Hall", "Hill House"]
    assert sessions[0].venue and sessions[0].venue.postcode == "NS2 3CD"
    assert (only(Event).starts_at, only(Event).ends_at) == (sessions[0].starts_at, sessions[1].ends_at)


def test_a_session_can_be_left_out_again(desk: CheckedClient):
    make_course("Neglect")
    page = desk.send("/courses/neglect/events/new", button="Save the date", more="session", **DATE)
    fields = page.form("", "Save the date")
    response = desk.post("/courses/neglect/events/new", data={**fields, **DATE, "sessions-1-remove": "y"})
    assert response.status_code == 303, response.text
    assert len(db.session.scalars(EventSession.of(only(Event).id)).all()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sessions-0-day": ["", "", ""]}, "Enter the day"),
        ({"sessions-0-day": ["31", "2", "2027"]}, "Enter a real day, for example 12 1 2027"),
        ({"sessions-0-day": ["12", "1", "27"]}, "Enter a real day, for example 12 1 2027"),
        ({"sessions-0-day": ["12", "1"]}, "Enter a real day, for example 12 1 2027"),
        ({"sessions-0-day": ["12", "1", "2026"]}, "Enter a day that has not gone"),
        ({"sessions-0-day": ["12", "1", "2999"]}, "Enter a day in the next three years"),
        ({"sessions-0-starts": ""}, "Enter when it starts"),
        ({"sessions-0-starts": "morning"}, "Enter a time, for example 9:30am or 13:00"),
        ({"sessions-0-ends": "9:30am"}, "Enter a time after the start"),
        ({"sessions-0-ends": "9am"}, "Enter a time after the start"),
        ({"sessions-0-day": ["20", "11", "2026"], "sessions-0-starts": "9:59am"}, "Enter a time after now"),
        (
            {"sessions-0-day": ["28", "3", "2027"], "sessions-0-starts": "1:30am"},
            "1:30am does not exist on 28 March: the clocks go forward",
        ),
        ({"sessions-0-joining_url": "meet.example"}, "Enter a link that begins with https://"),
        ({"sessions-0-joining_url": "https://a b"}, "Enter one link, without blanks"),
        ({"capacity": "0"}, "Enter 1 place or more"),
        ({"capacity": "-5"}, "Enter 1 place or more"),
        ({"capacity": ""}, "Enter the number of places"),
        ({"booking_limit": "0"}, "Enter 1 or more, or leave it empty"),
        ({"state": "cancelled"}, "Not a valid choice."),
    ],
)
def test_a_date_with_a_mistake_says_so_at_the_field(desk: CheckedClient, typed: dict[str, Any], said: str):
    make_course("Neglect")
    sent = {**DATE, "notes": "Kept", **typed}
    page = desk.send("/courses/neglect/events/new", button="Save the date", status=422, **sent)
    assert said in mistakes(page)
    linked = [a.get("href") for a in page.all("a") if words(a) == said]
    assert linked and linked[0] and linked[0][1:] in {e.get("id") for e in page.tree.iter()}
    fields = page.form("", "Save the date")
    assert fields["notes"].strip() == "Kept"
    assert fields["sessions-0-starts"] == sent["sessions-0-starts"]
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0


def test_sessions_that_overlap_are_refused_at_the_later_one(desk: CheckedClient):
    make_course("Neglect")
    page = desk.send("/courses/neglect/events/new", button="Save the date", more="session", **DATE)
    second = {**{k.replace("-0-", "-1-"): v for k, v in DATE.items()}, "sessions-1-starts": "11am"}
    fields = page.form("", "Save the date")
    response = desk.post("/courses/neglect/events/new", data={**fields, **DATE, **second})
    assert response.status_code == 422
    assert mistakes(Page(response)) == ["Enter a time after the end of the session before"]


def test_a_classroom_date_needs_a_venue(desk: CheckedClient):
    make_course("Neglect", delivery="classroom")
    page = desk.send("/courses/neglect/events/new", button="Save the date", status=422, **DATE)
    assert mistakes(page) == ["Enter the venue"]


@pytest.mark.parametrize(("delivery", "said"), [("e-learning", "has no dates"), ("external", "its provider")])
def test_courses_that_are_not_taught_here_get_no_dates(desk: CheckedClient, delivery: str, said: str):
    make_course("Neglect", delivery=delivery, provider="Harmless")
    assert said in desk.page("/courses/neglect/events/new", status=409).text


def test_who_asked_for_a_date_is_told_once_when_it_is_published(desk: CheckedClient):
    course, priya = make_course("Neglect"), make_person("Priya", email="priya@northshire.example")
    with writing():
        tell_me(course, priya, now=TODAY)
    page = desk.send("/courses/neglect/events/new", button="Save the date", state="draft", **DATE)
    assert db.session.scalars(sa.select(Letter)).all() == []
    edit = f"/events/{only(Event).id}/edit"
    page = desk.send(edit, button="Save", state="published")
    assert "1 person who asked for a date will be told by mail." in page.text
    desk.send(edit, button="Save", state="draft")
    desk.send(edit, button="Save", state="published")
    letter = only(Letter)
    assert letter.to_email == "priya@northshire.example"
    assert letter.subject == "There is a date: Neglect, Tue 12 January"
    assert f"/events/{only(Event).id}/book" in letter.text


def test_the_desk_moves_a_date_nobody_has_booked(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY)
    path = f"/events/{event.id}/edit"
    fields = desk.page(path).form("", "Save")
    assert (fields["sessions-0-starts"], fields["sessions-0-ends"]) == ("9:30am", "12:30pm")
    page = desk.send(path, button="Save", **{**DATE, "sessions-0-day": ["13", "1", "2027"], "capacity": "20"})
    assert "Saved." in page.text and "Wed 13 January 2027" in page.text
    assert only(EventChange).what == "times"


def test_saving_a_date_as_it_is_changes_nothing(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, booking_limit=22)
    page = desk.send(f"/events/{event.id}/edit", button="Save")
    assert "Nothing was changed." in page.text
    assert db.session.scalars(sa.select(EventChange)).all() == []


def test_a_booked_date_keeps_its_times_and_says_why(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, capacity=2)
    make_booking(event)
    path = f"/events/{event.id}/edit"
    page = desk.page(path)
    assert "1 person has a place, so times and venue change on a page of their own" in page.text
    assert not [name for name in page.form("", "Save") if "starts" in name or "day" in name]
    page = desk.send(
        path,
        button="Save",
        capacity="30",
        **{"sessions-0-joining_url": "https://meet.example/other"},
    )
    assert "28" not in page.text and "29 of 30 places left" in page.text
    assert "1 person booked will find the change on their booking page." in page.text
    assert only(EventSession).starts_at == JANUARY


@pytest.mark.parametrize(
    "other", [{"sessions-0-day": ["13", "1", "2027"]}, {"sessions-0-new_venue": "Lake Hall"}]
)
def test_a_date_that_was_booked_while_the_form_was_open_keeps_its_times_and_its_venue(
    desk: CheckedClient, other: dict[str, Any]
):
    event = make_event(make_course("Neglect"), JANUARY)
    fields = desk.page(f"/events/{event.id}/edit").form("", "Save")
    make_booking(event)
    typed = {**fields, **DATE, **other, "capacity": "21"}
    response = desk.post(f"/events/{event.id}/edit", data=typed)
    assert response.status_code == 422
    assert mistakes(Page(response)) == [
        "People are booked on this date or deliver it: change its times and venue on their own page, which tells them."
    ]
    db.session.refresh(event)
    assert (event.starts_at, event.capacity) == (JANUARY, 20)


@pytest.mark.parametrize("who", ["trainer", "places held without names"])
def test_times_change_where_they_are_told_also_to_a_trainer_or_a_lead_alone(desk: CheckedClient, who: str):
    event = make_event(make_course("Neglect"), JANUARY)
    if who == "trainer":
        make_trainer(event)
    else:
        leah = make_person("Leah Lead")
        with changing(event.id, now=TODAY) as locked:
            nominating.hold(locked, Led(make_agency().id), 2, by=leah, now=TODAY)
    page = desk.page(f"/events/{event.id}/edit")
    assert "times and venue change on a page of their own" in page.text
    fields = page.form("", "Save")
    assert ("state" in fields, "sessions-0-day" in fields) == (True, False)
    typed = {**fields, **DATE, "sessions-0-day": ["13", "1", "2027"]}
    response = desk.post(f"/events/{event.id}/edit", data=typed)
    assert response.status_code == 422
    db.session.refresh(event)
    assert event.starts_at == JANUARY


def test_what_somebody_else_changed_while_the_form_was_open_is_not_overwritten_unseen(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY)
    make_booking(event)
    path = f"/events/{event.id}/edit"
    fields = desk.page(path).form("", "Save")
    desk.send(path, button="Save", capacity="12")
    page = Page(desk.post(path, data={**fields, "notes": "Bring a pen"}))
    assert "Somebody changed this date while the form was open: it has 12 places" in mistakes(page)[0]
    db.session.refresh(event)
    assert (event.capacity, event.notes) == (12, "")
    again = page.form("", "Save")
    assert (again["notes"], desk.post(path, data={**again, "capacity": "12"}).status_code) == (
        "Bring a pen",
        303,
    )
    db.session.refresh(event)
    assert (event.capacity, event.notes) == (12, "Bring a pen")


def test_a_date_saved_by_two_presses_is_made_once(desk: CheckedClient):
    make_course("Neglect")
    path = "/courses/neglect/events/new"
    typed = {**desk.page(path).form("", "Save the date"), **DATE}
    first, second = (desk.post(path, data=typed) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 1


def test_lowering_the_places_below_what_is_held_is_allowed_and_said(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, capacity=3)
    bookings = [make_booking(event) for _ in range(3)]
    page = desk.send(f"/events/{event.id}/edit", button="Save", capacity="2")
    assert "3 places are held, more than the limit of 2. Nobody loses a place" in page.text
    assert {booking.state for booking in bookings} == {"booked"}


def test_more_places_go_to_those_who_wait(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, capacity=1)
    make_booking(event)
    first, second = make_booking(event, state="waiting"), make_booking(event, state="waiting")
    page = desk.send(f"/events/{event.id}/edit", button="Save", capacity="2")
    assert (
        "1 person from the waiting list got a place, or an offer of one, and will be told by mail."
        in page.text
    )
    db.session.expire_all()
    assert (first.state, second.state) == ("booked", "waiting")


def test_who_let_a_place_go_is_not_asked_again_because_a_note_was_changed(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, capacity=2)
    waits = make_booking(event, state="waiting", declined_at=TODAY)
    desk.send(f"/events/{event.id}/edit", button="Save", notes="Bring your badge")
    db.session.expire_all()
    assert waits.state == "waiting"
    desk.send(f"/events/{event.id}/edit", button="Save", capacity="3")
    db.session.expire_all()
    assert waits.state == "booked"


def test_a_cancelled_date_cannot_be_changed(desk: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, state="cancelled")
    assert "has been cancelled" in desk.page(f"/events/{event.id}/edit", status=409).text


def test_a_date_that_has_begun_keeps_its_times(desk: CheckedClient):
    event = make_event(make_course("Neglect"), TODAY - timedelta(hours=1))
    page = desk.page(f"/events/{event.id}/edit")
    assert "it has begun" in page.text and "sessions-0-starts" not in page.form("", "Save")


def test_dates_and_courses_of_another_partnership_are_not_found(desk: CheckedClient):
    other = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    event = make_event(make_course("Neglect"), JANUARY, host_id=other.id)
    desk.page(f"/events/{event.id}/edit", status=404)
    desk.page("/courses/nothing/edit", status=404)
    desk.page("/courses/nothing/events/new", status=404)


def test_a_form_without_its_token_changes_nothing(desk: CheckedClient):
    make_course("Neglect")
    assert desk.post("/courses/neglect/events/new", data=DATE).status_code == 400
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == 0
