"""My learning and My calendar: the next course first, then everything else a person has here."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from app.accounts.models import Person
from app.booking.models import Interest
from app.catalogue.models import CourseRequirement, Event, EventSession, Venue
from app.completions.models import Completion
from app.db import rebuilding, writing
from app.evaluation.models import EvaluationRequest
from app.pages.learning import how_soon
from app.records.models import Certificate
from tests.browser import CheckedClient, Page, words
from tests.factories import add, make_booking, make_course, make_event, make_person
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def part(page: Page, heading: str) -> str:
    """The words of a page from one heading to the next of its level."""
    everything = page.text
    headings = [words(h) for h in page.all("h2")]
    after = everything.split(heading, 1)[1]
    ends = [after.find(h) for h in headings if h != heading and h in after]
    return after[: min(ends)] if ends else after


def test_without_a_booking_the_page_says_what_to_do(client: CheckedClient, priya: Person):
    page = client.page("/learning")
    assert "No course is booked" in page.text
    assert page.link("Find training") == "/courses"


def test_the_next_course_comes_first_with_when_where_and_whom_to_ring(client: CheckedClient, priya: Person):
    make_booking(make_event(make_course("Neglect"), NOW + timedelta(days=40)), priya)
    booking = make_booking(make_event(), priya)
    page = client.page("/learning")
    first = words(page.all("section")[0])
    assert first.startswith("In 4 weeks Working Together to Safeguard Children Fri 18 December 2026, 9:30am")
    assert "Online" in first
    assert "01632 960001" in first
    assert page.link("Joining link") == f"/join/{booking.public_id}"
    assert "Neglect" in part(page, "Also coming")


def test_a_course_in_a_room_shows_the_way(client: CheckedClient, priya: Person):
    make_booking(make_event(), priya)
    venue = add(Venue(name="Dunston Hall", address="Ipswich Road", postcode="NR14 8PQ"))
    with writing() as session:
        session.execute(sa.update(EventSession).values(venue_id=venue.id))
    page = client.page("/learning")
    assert "Dunston Hall, Ipswich Road, NR14 8PQ" in page.text
    assert "NR14" in page.link("Show on a map")


def test_what_is_still_to_do_stands_there_until_it_is_done(client: CheckedClient, priya: Person):
    course = make_course(do_first="Bring your notes.")
    first = make_course("Safeguarding children today", delivery="e-learning")
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="by a deadline"))
    booking = make_booking(make_event(course), priya)
    link = add(EvaluationRequest(booking_id=booking.id, stage="before", opens_at=NOW, closes_at=None))
    page = client.page("/learning")
    assert page.link("Do Safeguarding children today first") == "/courses/safeguarding-children-today"
    assert page.link("Answer the questions before the course") == f"/evaluations/{link.token}"
    assert "Bring your notes." in page.text
    assert page.html.count("Bring your notes.") == 1
    add(Completion(person_id=priya.id, course_id=first.id, completed_at=NOW, how="module"))
    assert "Do Safeguarding" not in client.page("/learning").text


def test_a_second_session_is_the_next_one_once_the_first_is_over(
    client: CheckedClient, priya: Person, today: Traveller
):
    event = make_event()
    second = event.starts_at + timedelta(days=7)
    with writing() as session:
        session.add(EventSession(event_id=event.id, starts_at=second, ends_at=second + timedelta(hours=3)))
        session.get_one(Event, event.id).ends_at = second + timedelta(hours=3)
    make_booking(event, priya)
    today.move_to(event.starts_at + timedelta(days=2))
    client.sign_in(priya)
    assert words(client.page("/learning").all("section")[0]).startswith(
        "In 5 days Working Together to Safeguard Children Fri 25 December 2026"
    )


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(0), "Now"),
        (timedelta(hours=3), "Today"),
        (timedelta(hours=14), "Tomorrow"),
        (timedelta(days=2), "In 2 days"),
        (timedelta(days=13), "In 13 days"),
        (timedelta(days=14), "In 2 weeks"),
    ],
)
def test_how_soon_it_is(ahead: timedelta, said: str):
    assert how_soon(NOW + ahead, NOW) == said


def test_questions_after_a_course_are_asked_until_they_are_answered(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(make_course("Neglect"), NOW - timedelta(days=2)), priya)
    link = add(
        EvaluationRequest(
            booking_id=booking.id, stage="after", opens_at=NOW - timedelta(days=2), closes_at=None
        )
    )
    later = make_booking(make_event(make_course("Radicalisation"), NOW - timedelta(days=9)), priya)
    add(
        EvaluationRequest(
            booking_id=later.id, stage="follow-up", opens_at=NOW + timedelta(days=9), closes_at=None
        )
    )
    page = client.page("/learning")
    assert page.link("Answer") == f"/evaluations/{link.token}"
    assert "Radicalisation" not in page.text and "certificate" not in page.text


def test_who_completed_a_course_reads_that_answers_bring_the_certificate(
    client: CheckedClient, priya: Person
):
    event = make_event(make_course("Neglect"), NOW - timedelta(days=2))
    booking = make_booking(event, priya)
    add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=event.ends_at, closes_at=None))
    done = {"completed_at": event.ends_at, "how": "event"}
    add(Completion(person_id=priya.id, course_id=event.course_id, event_id=event.id, **done))
    said = "it takes two minutes, and then your certificate is ready"
    assert said in client.page("/learning").text
    add(Certificate(booking_id=booking.id, earned_at=NOW))
    assert said not in client.page("/learning").text


def test_what_was_completed_comes_with_its_certificate(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect"), NOW - timedelta(days=30))
    booking = make_booking(event, priya)
    certificate = add(Certificate(booking_id=booking.id, earned_at=NOW))
    for course, event_id in ((event.course, event.id), (make_course("Module"), None)):
        how = "event" if event_id else "module"
        add(Completion(person_id=priya.id, course_id=course.id, event_id=event_id, completed_at=NOW, how=how))
    page = client.page("/learning")
    assert page.link("Certificate") == f"/certificates/{certificate.public_id}"
    assert "Module" in part(page, "Completed")
    assert "E-learning" in part(page, "Completed")
    with rebuilding() as session:
        session.execute(sa.update(Certificate).values(withdrawn_at=NOW))
    assert "Certificate" not in client.page("/learning").text


def test_waiting_and_interests_have_their_place(client: CheckedClient, priya: Person):
    full = make_event(make_course("Sexual abuse"), capacity=1)
    make_booking(full, state="waiting"), make_booking(full, priya, state="waiting")
    course = make_course("Self-harm")
    add(Interest(course_id=course.id, person_id=priya.id, asked_at=NOW))
    page = client.page("/learning")
    assert "Number 2 on the list" in part(page, "Waiting")
    client.post("/courses/self-harm/interest/end", data=page.form("/interest/end"))
    assert "Self-harm" not in part(client.page("/learning"), "Waiting")


def test_what_is_offered_or_asked_for_is_no_place_yet(client: CheckedClient, priya: Person):
    ends_at = NOW + timedelta(days=2)
    held = make_booking(make_event(make_course("Neglect")), priya, state="offered", offer_ends_at=ends_at)
    quick = make_booking(make_event(make_course("Self-harm")), priya, state="waiting", offer_ends_at=ends_at)
    make_booking(make_event(make_course("Radicalisation")), priya, state="requested")
    for path in ("/learning", "/bookings"):
        page = client.page(path)
        assert (
            not page.all("section")
            and "on coming courses" not in page.text
            and "Also coming" not in page.text
        )
        offered = part(page, "Places are offered to you")
        assert "Neglect" in offered and "Self-harm" in offered
        answers = [a.get("href") for a in page.all("a") if words(a) == "Answer the offer"]
        assert answers == [f"/bookings/{one.public_id}/offer" for one in (held, quick)]
        assert "Asked for, no answer yet" in part(page, "Waiting")
        assert "Number" not in page.text
    assert "Held until Sun 22 November 2026, 10am" in client.page("/learning").text
    assert "For the first who accepts" in client.page("/learning").text


def test_nobody_sees_what_others_have(client: CheckedClient, priya: Person):
    event = make_event(make_course("Neglect"))
    booking = make_booking(event)
    add(Completion(person_id=booking.person_id, course_id=event.course_id, completed_at=NOW, how="module"))
    add(Interest(course_id=event.course_id, person_id=booking.person_id, asked_at=NOW))
    add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=NOW, closes_at=None))
    for path in ("/learning", "/bookings", "/calendar"):
        assert "Neglect" not in client.page(path).text
    assert "Neglect" not in client.get("/calendar.ics").text


def test_my_learning_takes_eleven_statements_whatever_there_is(client: CheckedClient, priya: Person):
    for n in range(6):
        make_booking(make_event(make_course(f"Coming {n}"), NOW + timedelta(days=20 + n)), priya)
        make_booking(
            make_event(make_course(f"Full {n}"), NOW + timedelta(days=40 + n)), priya, state="waiting"
        )
        past = make_event(make_course(f"Past {n}"), NOW - timedelta(days=20 + n))
        booking = make_booking(past, priya)
        add(
            Completion(
                person_id=priya.id, course_id=past.course_id, event_id=past.id, completed_at=NOW, how="event"
            )
        )
        add(Certificate(booking_id=booking.id, earned_at=NOW))
        add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=NOW, closes_at=None))
        add(Interest(course_id=past.course_id, person_id=priya.id, asked_at=NOW))
    with count_statements() as found:
        client.page("/learning")
    assert len(found) <= 11, found
    for path in ("/bookings", "/calendar"):
        with count_statements() as found:
            client.page(path)
        assert len(found) <= 6, found


@pytest.mark.parametrize("path", ["/learning", "/calendar", "/calendar.ics", "/bookings"])
def test_these_pages_are_for_people_who_are_signed_in(client: CheckedClient, path: str):
    assert client.get(path).headers["Location"] == f"/sign-in?next={path}"
