"""What anybody sees of the catalogue: front page, search, course, date and programme."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from app.accounts.rules import Role
from app.booking.actions import tell_me
from app.catalogue.models import Course, CourseRequirement, Event, EventSession, Venue
from app.catalogue.rules import way_of
from app.clock import from_london
from app.db import db, rebuilding, writing
from app.partnerships.models import PartnershipSetting
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.statements import count_statements

JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("app", "today")


def rows(page: Page) -> list[str]:
    """The words of each row of a list of dates."""
    return [words(li) for li in page.all("li") if (li.get("class") or "") == "rt-row"]


def many_dates(count: int) -> None:
    """Coming dates of ten courses; some with a venue, some full, some waited for."""
    courses = [make_course(f"Course {n}", delivery="classroom" if n % 2 else "virtual") for n in range(10)]
    host = make_partnership().id
    people = [make_person() for _ in range(3)]
    with rebuilding() as session:
        venue = Venue(name="Hill House")
        session.add(venue)
        session.flush()
        for n in range(count):
            starts_at = TODAY + timedelta(days=10 + n // 2, hours=n % 5)
            event = Event(
                course_id=courses[n % 10].id,
                host_id=host,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
                capacity=2,
                booking_limit=2,
                created_at=TODAY,
            )
            session.add(event)
            session.flush()
            session.add(
                EventSession(event_id=event.id, starts_at=starts_at, ends_at=event.ends_at, venue_id=venue.id)
            )
            if n % 3 == 0 and n < 60:
                session.flush()
    for event in db.session.scalars(sa.select(Event).limit(6)).all():
        for person, state in zip(people, ("booked", "booked", "waiting"), strict=True):
            make_booking(event, person, state)


def test_the_front_page_says_what_this_is_and_shows_the_next_dates(client: CheckedClient):
    make_event(make_course("Neglect"), JANUARY)
    make_course("Safer Sleep", kind="e-learning", delivery="e-learning", summary="Where a baby sleeps.")
    page = client.page("/")
    assert "Northshire Safeguarding Children Partnership" in page.text
    assert rows(page)[0].startswith("Neglect Tue 12 January 2027, 9:30am to 12:30pm")
    assert "Where a baby sleeps." in page.text and "First time here?" in page.text
    assert page.form("/courses") == {"q": ""}


def test_the_front_page_without_dates_says_what_to_do(client: CheckedClient):
    make_partnership()
    assert "No dates are published yet" in client.page("/").text


@pytest.mark.parametrize(("role", "lands"), [(None, "/learning"), (Role.ADMINISTRATOR, "/desk")])
def test_somebody_signed_in_goes_on_to_their_first_page(client: CheckedClient, role: Role | None, lands: str):
    client.sign_in(make_person("Priya", *([role] if role else [])))
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, lands)


def test_a_row_says_title_date_where_level_and_places_left(client: CheckedClient):
    event = make_event(make_course("Neglect", level=2), JANUARY, capacity=20)
    make_booking(event)
    page = client.page("/courses")
    assert rows(page) == [
        "Neglect Tue 12 January 2027, 9:30am to 12:30pm Level 2 Online \u00b7 Core course "
        "19 of 20 places left Book a place: Neglect, Tue 12 January 2027, 9:30am to 12:30pm"
    ]
    assert page.link("Neglect") == f"/events/{event.id}"


def test_each_kind_of_row_says_what_one_can_do(client: CheckedClient):
    full = make_event(make_course("Full", kind="subject", level=None), JANUARY, capacity=1)
    make_booking(full)
    for _ in range(5):
        make_booking(full, state="waiting")
    make_event(make_course("Forum", kind="forum"), JANUARY + timedelta(days=1), headcount_only=True)
    make_course("Alone", kind="e-learning", delivery="e-learning")
    make_course("Asked for")
    make_course("Elsewhere", delivery="external", provider="Harmless")
    said = rows(client.page("/courses"))
    assert "Full 5 waiting Join the waiting list" in said[0]
    assert "For organisations" in said[1]
    assert "Any time" in said[2]
    assert "No date yet Tell me when this runs" in said[3]
    assert "Booked with Harmless" in said[4]


def test_more_places_are_never_left_than_there_are(client: CheckedClient):
    event = make_event(capacity=20, booking_limit=22)
    client.sign_in(make_person())
    for path in ("/courses", f"/courses/{event.course.slug}", f"/events/{event.id}"):
        assert "22 of 22 places left" in client.page(path).text
    assert "22 of 22 left" in client.page(f"/events/{event.id}/book").text


def test_places_that_others_wait_for_are_not_offered(client: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, capacity=2)
    make_booking(event, state="waiting")
    assert "Full 1 waiting" in rows(client.page("/courses"))[0]


def test_a_row_tells_the_person_what_they_have(client: CheckedClient):
    priya = make_person("Priya")
    booking = make_booking(make_event(make_course("Neglect"), JANUARY), priya)
    page = client.sign_in(priya).page("/courses")
    assert "You have a place" in rows(page)[0] and "Book a place" not in rows(page)[0]
    assert booking.public_id in page.html


def test_a_search_finds_by_other_names_and_says_how_many(client: CheckedClient):
    make_event(make_course("Sudden Unexpected Death in Infancy", other_names=["SUDI"]), JANUARY)
    make_course("Neglect")
    page = client.page("/courses?q=sudi")
    assert len(rows(page)) == 1 and "1 date" in page.text
    fields = {field.get("name"): field.get("value") for field in page.all("input")}
    assert fields["q"] == "sudi"


def test_filters_live_in_the_address_and_can_be_taken_away_one_by_one(client: CheckedClient):
    make_event(make_course("One", level=1), JANUARY)
    make_event(make_course("Two", level=2), JANUARY)
    make_event(make_course("Three", level=3), JANUARY)
    page = client.page("/courses?level=1&level=2&month=2027-01&places=1&q=")
    assert len(rows(page)) == 2
    assert page.form("/courses")["level"] == ["1", "2"]
    assert page.form("/courses")["month"] == "2027-01"
    assert page.link("Remove the filter Level 1") == "/courses?level=2&month=2027-01&places=1"
    assert len(rows(client.page(page.link("Remove the filter Level 1")))) == 1


@pytest.mark.parametrize(
    "query",
    ["level=9", "kind=x", "delivery='", "month=2027-99", "group=Nobody", "places=2", "q=%25_", "foo=bar"],
)
def test_what_nobody_could_have_chosen_is_left_out(client: CheckedClient, query: str):
    make_event(make_course("One"), JANUARY)
    assert len(rows(client.page(f"/courses?{query}"))) == 1


def test_a_month_far_ahead_stays_in_the_choice(client: CheckedClient):
    make_partnership()
    assert client.page("/courses?month=2028-03").form("/courses")["month"] == "2028-03"


def test_nothing_found_says_what_to_do(client: CheckedClient):
    make_course("Neglect")
    page = client.page("/courses?q=astronomy")
    assert "Nothing fits all of that" in page.text and page.link("See all training") == "/courses"


def test_there_are_25_rows_a_page(client: CheckedClient):
    many_dates(30)
    page = client.page("/courses")
    assert "30 dates, soonest first" in page.text and len(rows(page)) == 25
    assert len(rows(client.page(page.link("Next page")))) == 5


@pytest.mark.parametrize("number", ["0", "3", "x", "-1", "99999999999", "\u0663"])
def test_a_page_that_is_not_there_is_not_found(client: CheckedClient, number: str):
    many_dates(30)
    client.page(f"/courses?page={number}", status=404)


@pytest.mark.parametrize("count", [5, 200])
def test_the_catalogue_needs_few_statements_and_little_room(client: CheckedClient, count: int):
    many_dates(count)
    for signed_in in (False, True):
        if signed_in:
            client.sign_in(make_person("Priya"))
        for path in ("/courses", "/courses?q=course&level=3&places=1&month=2026-12"):
            db.session.remove()
            with count_statements() as sent:
                response = client.get(path)
            assert len(sent) <= 6, sent
            assert len(response.data) < 60_000


@pytest.mark.parametrize("path", ["/", "/programme"])
@pytest.mark.parametrize("count", [5, 200])
def test_front_page_and_programme_need_few_statements(client: CheckedClient, path: str, count: int):
    many_dates(count)
    db.session.remove()
    with count_statements() as sent:
        assert client.get(path).status_code == 200
    assert len(sent) <= 6, sent


@pytest.mark.parametrize("count", [5, 200])
def test_course_and_date_need_few_statements(client: CheckedClient, count: int):
    many_dates(count)
    ids = db.session.scalars(sa.select(Event.id)).all()
    for roles in (None, (), (Role.COORDINATOR,)):
        if roles is not None:
            client.sign_in(make_person("", *roles))
        for path in ("/courses/course-1", f"/events/{ids[0]}", f"/events/{ids[-1]}"):
            db.session.remove()
            with count_statements() as sent:
                assert client.get(path).status_code == 200
            at_the_desk = 3 if roles else 0  # what empty places cost, and which trainers it lacks
            assert len(sent) <= 7 + at_the_desk, (path, roles, sent)


def test_a_course_page_says_what_one_learns_and_what_comes_first(client: CheckedClient):
    first = make_course("Part one", kind="e-learning", delivery="e-learning")
    course = make_course(
        "Neglect",
        audience="Everybody",
        do_first="Read the guide.",
        description="## Why\n\n<script>x</script>",
    )
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="by a deadline"))
    make_event(course, JANUARY)
    page = client.page("/courses/neglect")
    assert page.heading == "Neglect"
    for said in ("Level 3", "3 hours", "share information early", "Everybody.", "Read the guide."):
        assert said in page.text
    assert "Part one (e-learning): you can book now; finish it before the day" in page.text
    assert page.link("Part one") == "/courses/part-one"
    assert "<script>x" not in page.html


def test_a_course_page_lists_its_dates_with_places_left(client: CheckedClient):
    course = make_course("Neglect")
    event = make_event(course, JANUARY)
    full = make_event(course, JANUARY + timedelta(days=7), capacity=1)
    make_booking(full)
    make_event(make_course("Other"), JANUARY)
    page = client.page("/courses/neglect")
    assert [("20 of 20" in row, "Full" in row) for row in rows(page)] == [(True, False), (False, True)]
    assert page.link("Book a place") == f"/events/{event.id}/book"
    assert f"/events/{full.id}/book" in page.html


def test_a_course_without_a_date_offers_to_tell(client: CheckedClient):
    course = make_course("Neglect")
    assert client.page("/courses/neglect").link("Tell me when this runs") == "/courses/neglect/interest"
    priya = make_person("Priya", email="priya@northshire.example")
    client.sign_in(priya)
    page = client.send("/courses/neglect/interest", on="/courses/neglect", button="Tell me when this runs")
    assert "We will write to priya@northshire.example" in page.text
    assert "You asked us to tell you." in page.text and "Tell me when this runs" not in page.text
    with writing():
        tell_me(course, priya, now=TODAY)


def test_e_learning_says_how_to_get_to_it(client: CheckedClient):
    make_course("Safer Sleep", kind="e-learning", delivery="e-learning")
    page = client.page("/courses/safer-sleep")
    assert "Ask the training team for the link: training@northshire.example or 01632 960001" in page.text
    assert "Book a place" not in page.text


def test_another_providers_course_says_whose_it_is(client: CheckedClient):
    make_course("Self-harm", delivery="external", provider="Harmless")
    page = client.page("/courses/self-harm")
    assert "Booked with Harmless" in page.text and "You book with them, not here." in page.text


def test_a_draft_course_is_for_the_desk_only(client: CheckedClient):
    make_course("Neglect", published=False)
    client.page("/courses/neglect", status=404)
    client.sign_in(make_person("Priya")).page("/courses/neglect", status=404)
    page = client.sign_in(make_person("Ada", Role.ADMINISTRATOR)).page("/courses/neglect")
    assert "Draft" in page.text
    assert rows(client.page("/courses")) == []


def test_an_unknown_course_or_date_is_not_found(client: CheckedClient):
    make_partnership()
    for path in ("/courses/nothing", "/events/7", "/events/99999999999999999999", "/events/x"):
        client.page(path, status=404)


def test_a_date_says_when_where_places_and_what_happens_next(client: CheckedClient):
    event = make_event(
        make_course("Neglect"), JANUARY, joining_url="https://meet.example/secret", notes="Car park B"
    )
    with writing() as session:
        session.add(
            EventSession(
                event_id=event.id,
                starts_at=JANUARY + timedelta(days=7),
                ends_at=JANUARY + timedelta(days=7, hours=2),
                venue=Venue(name="Hill House", address="1 High Street", postcode="NS1 2AB"),
            )
        )
    page = client.page(f"/events/{event.id}")
    assert page.heading == "Neglect"
    assert "20 of 20 places left" in page.text
    assert "Tue 12 January 2027, 9:30am to 12:30pm (3 hours)" in page.text
    assert "Tue 19 January 2027, 9:30am to 11:30am (2 hours)" in page.text
    assert "Hill House, 1 High Street, NS1 2AB" in page.text
    assert page.link("Book a place") == f"/events/{event.id}/book"
    assert "What happens next" in page.text
    assert "meet.example" not in page.html and "Car park B" not in page.html


def test_a_full_date_offers_the_waiting_list(client: CheckedClient):
    event = make_event(starts=JANUARY, capacity=1)
    make_booking(event)
    make_booking(event, state="waiting")
    page = client.page(f"/events/{event.id}")
    assert "Full 1 person is waiting" in page.text
    assert page.link("Join the waiting list") == f"/events/{event.id}/book"


def test_a_date_tells_the_person_what_they_have(client: CheckedClient):
    priya, event = make_person("Priya"), make_event(starts=JANUARY)
    make_booking(event, priya, state="cancelled")
    booking = make_booking(event, priya)
    page = client.sign_in(priya).page(f"/events/{event.id}")
    assert "You have a place" in page.text and "Book a place" not in page.text
    assert page.link("Your booking") == f"/bookings/{booking.public_id}"


def test_trainers_are_named_to_signed_in_people_only(client: CheckedClient):
    event = make_event(starts=JANUARY)
    make_trainer(event)
    assert "Tom Trainer" not in client.page(f"/events/{event.id}").html
    page = client.sign_in(make_person("Priya")).page(f"/events/{event.id}")
    assert "With Tom Trainer (Northshire County Council)." in page.text
    assert f"/events/{event.id}/register" not in page.html


def test_from_a_date_its_trainer_reaches_the_register_and_the_desk_who_trains(client: CheckedClient):
    event = make_event(starts=JANUARY)
    tom = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, tom)
    page = client.sign_in(tom).page(f"/events/{event.id}")
    assert page.link("Who is coming, and the register") == f"/events/{event.id}/register"
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    page = client.sign_in(ada).page(f"/events/{event.id}")
    assert page.link("Who trains on this date") == f"/events/{event.id}/trainers"
    assert page.link("Register") == f"/events/{event.id}/register"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "cancelled"}, "This date has been cancelled."),
        ({"starts": TODAY - timedelta(days=30)}, "This date is over."),
        ({"starts": TODAY - timedelta(minutes=5)}, "This course has begun."),
        ({"headcount_only": True}, "Places are for organisations."),
        ({"by_invitation": True}, "This date is by invitation."),
    ],
)
def test_a_date_that_cannot_be_booked_says_so(client: CheckedClient, given: dict[str, object], said: str):
    event = make_event(**{"starts": JANUARY, **given})  # type: ignore[arg-type]
    page = client.page(f"/events/{event.id}")
    assert said in page.text and "Book a place" not in page.text


def test_a_date_of_a_virtual_course_in_a_room_is_in_person_and_closes_as_in_a_classroom(
    client: CheckedClient, today: Traveller
):
    event = make_event(make_course("Neglect"), starts=JANUARY)
    assert "Virtual" in client.page(f"/events/{event.id}").text
    with rebuilding() as session:
        venue = Venue(name="Hill House", address="1 Hill", postcode="NG99 1AA")
        session.add(venue)
        session.flush()
        session.scalars(sa.select(EventSession)).one().venue_id = venue.id
    page = client.page(f"/events/{event.id}")
    assert "In person" in page.text and "Virtual" not in page.text and "joining link" not in page.text
    today.move_to(JANUARY - timedelta(hours=1))
    assert "Booking for this date has closed." in client.page(f"/events/{event.id}").text


@pytest.mark.parametrize(
    ("delivery", "in_rooms", "way"),
    [
        ("virtual", [], "virtual"),
        ("virtual", [False], "virtual"),
        ("virtual", [True, True], "classroom"),
        ("virtual", [True, False], "blended"),
        ("classroom", [False], "classroom"),
        ("blended", [True], "blended"),
    ],
)
def test_how_a_date_is_taught_is_said_by_where_it_meets(delivery: str, in_rooms: list[bool], way: str):
    assert way_of(delivery, in_rooms) == way


def test_booking_in_the_classroom_closes_a_working_day_before(client: CheckedClient, today: Traveller):
    course = make_course("Neglect", delivery="classroom")
    event = make_event(course, from_london(datetime(2027, 1, 12).date(), JANUARY.time()))  # noqa: DTZ001
    today.move_to(datetime(2027, 1, 11, 16, 59, tzinfo=UTC))
    assert "Book a place" in client.page(f"/events/{event.id}").text
    today.move_to(datetime(2027, 1, 11, 17, 0, tzinfo=UTC))
    page = client.page(f"/events/{event.id}")
    assert "Booking for this date has closed." in page.text and "Book a place" not in page.text
    chosen = {"classroom": 0}
    add(
        PartnershipSetting(
            partnership_id=make_partnership().id,
            key="booking_closes_working_days",
            value=chosen,
            from_on=LONG_AGO,
            set_at=TODAY,
        )
    )
    assert "Book a place" in client.page(f"/events/{event.id}").text


def test_a_draft_date_is_for_the_desk_only(client: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY, state="draft")
    client.page(f"/events/{event.id}", status=404)
    client.sign_in(make_person("Tom", Role.TRAINER)).page(f"/events/{event.id}", status=404)
    client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    assert "Only the training team sees this page." in client.page(f"/events/{event.id}").text
    assert "Draft" in rows(client.page("/courses/neglect"))[0]


def test_a_date_of_another_partnership_is_not_found(client: CheckedClient, app: Flask):
    make_partnership()
    other = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    event = make_event(starts=JANUARY, host_id=other.id)
    client.page(f"/events/{event.id}", status=404)


def test_the_desk_finds_its_links_and_others_do_not(client: CheckedClient):
    event = make_event(make_course("Neglect"), JANUARY)
    assert (
        "For the training team" not in client.sign_in(make_person("Priya")).page(f"/events/{event.id}").text
    )
    client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    assert client.page(f"/events/{event.id}").link("Edit this date") == f"/events/{event.id}/edit"
    assert client.page("/courses/neglect").link("Add a date") == "/courses/neglect/events/new"
    assert "Edit the course" not in client.page("/courses/neglect").text
    client.sign_in(make_person("Cora", Role.COORDINATOR))
    assert client.page("/courses/neglect").link("Edit the course") == "/courses/neglect/edit"
    assert client.page("/courses").link("Add a course") == "/courses/new"


def test_the_programme_is_by_month_and_ends_after_six(client: CheckedClient):
    course = make_course("Neglect", level=2)
    make_event(course, JANUARY)
    make_event(course, TODAY + timedelta(days=3))
    make_event(course, datetime(2027, 4, 30, 9, 0, tzinfo=UTC))
    make_event(course, datetime(2027, 5, 1, 9, 0, tzinfo=UTC))
    make_course("Safer Sleep", kind="e-learning", delivery="e-learning")
    page = client.page("/programme")
    assert page.heading == "Training programme, November 2026 to April 2027"
    assert [words(h) for h in page.all("h2")] == [
        "November 2026",
        "January 2027",
        "April 2027",
        "At any time: e-learning",
        "Get the bulletin by mail",
    ]
    assert "3 dates." in page.text and "Safer Sleep" in page.text and "20 left" in page.text


def test_the_programme_without_dates_says_what_to_do(client: CheckedClient):
    make_partnership()
    assert "No dates are published yet" in client.page("/programme").text


def test_a_site_without_a_partnership_has_no_catalogue(client: CheckedClient):
    assert db.session.scalar(sa.select(sa.func.count(Course.id))) == 0
    assert client.get("/courses").status_code == 404


def test_lists_offer_no_place_on_a_date_whose_booking_has_closed(client: CheckedClient, today: Traveller):
    course = make_course("Neglect", delivery="classroom")
    make_event(course, JANUARY)
    later = make_event(course, JANUARY + timedelta(days=30))
    today.move_to(JANUARY - timedelta(hours=1))
    soon, far = rows(client.page("/courses"))
    assert "Booking has closed" in soon and "Book a place" not in soon
    assert "Book a place" in far
    page = client.page("/courses/neglect")
    assert page.link("Book a place") == f"/events/{later.id}/book"
    assert "Closed" in client.page("/programme").text
