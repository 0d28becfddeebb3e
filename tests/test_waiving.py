"""Letting somebody come without part 1; and what the pages say while it is to finish."""

from datetime import date, time

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from app.accounts.models import AgencyStanding, Person
from app.accounts.rules import Role
from app.booking.actions import book
from app.booking.models import Booking, BookingChange, RequirementWaiver
from app.booking.rules import Asked, State
from app.booking.waiving import waive
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Course
from app.clock import from_london
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_agency,
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_evidence,
    make_partnership,
    make_person,
    make_requirement,
)
from tests.test_course_desk_pages import mistakes

AFTER_THE_DEADLINE = from_london(date(2026, 12, 14), time(9))
TO_FINISH = "Part 1 to finish: Part one, by Fri 11 December 2026, 10am."

pytestmark = pytest.mark.usefixtures("today")


def part_1() -> Course:
    """What comes first."""
    return make_course("Part one", slug="part-one", delivery="e-learning")


def with_part_one(
    title: str = "Working Together", strength: str = "by a deadline", **given: object
) -> Course:
    """A course with a part 1."""
    course = make_course(title, **given)
    make_requirement(course, part_1(), strength)
    return course


def sign_in(client: CheckedClient, person: Person, today: Traveller, now=TODAY) -> CheckedClient:
    """The person's browser, at some time."""
    today.move_to(now)
    return client.sign_in(person)


def test_an_administrator_lets_somebody_come_without_part_one_with_a_reason(
    app: Flask, client: CheckedClient
):
    priya = make_person("Priya Shah")
    booking = make_booking(make_event(with_part_one()), priya)
    ada = client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    page = ada.page(f"/bookings/{booking.public_id}")
    assert TO_FINISH in page.text
    path = page.link("Let Priya Shah come without it")
    assert ada.page(path).heading == "Let Priya Shah come without Part one?"
    assert mistakes(ada.send(path, button="Let them come without it", status=422)) == [
        "Say why they need not do it"
    ]
    page = ada.send(path, button="Let them come without it", why="She wrote part one.")
    assert "Priya Shah can come without it, and is told so." in page.text
    assert "Part 1" not in page.text
    assert "Let off what comes before the course: She wrote part one. (You)" in page.text
    waiver = db.session.scalars(sa.select(RequirementWaiver)).one()
    assert (waiver.person_id, waiver.event_id, waiver.why, waiver.at) == (
        priya.id,
        booking.event_id,
        "She wrote part one.",
        TODAY,
    )
    letter = db.session.scalars(sa.select(Letter)).one()
    assert (letter.message, letter.to_email) == ("part-one-waived", priya.email)
    assert "She wrote part one." in letter.text and "Fri 18 December 2026" in letter.text
    assert "already" in ada.page(path).text  # a second time there is nothing to waive


def test_a_waiver_gives_a_free_place_to_somebody_who_waited_for_want_of_part_one(each_app: Flask):
    event = make_event(with_part_one(strength="to book"))
    booking, ada = make_booking(event, state=State.WAITING), make_person("Ada", Role.ADMINISTRATOR)
    with changing(event.id, now=TODAY):
        pass
    assert db.session.scalar(sa.select(Booking.state)) == State.WAITING
    with changing(event.id, now=TODAY):
        waive(db.session.get_one(Booking, booking.id), by=ada, now=TODAY, why="Teaches it")
    assert db.session.scalar(sa.select(Booking.state)) == State.BOOKED
    history = db.session.scalars(sa.select(BookingChange.why).order_by(BookingChange.id)).all()
    assert "let off what comes before the course: Teaches it" in history


@pytest.mark.parametrize(
    ("strength", "state", "why", "sentence"),
    [
        ("by a deadline", State.BOOKED, "  ", "Say why"),
        ("by a deadline", State.CANCELLED, "Yes", "has or waits for a place"),
        ("advised", State.BOOKED, "Yes", "Nothing has to be done before this course"),
    ],
)
def test_nothing_is_waived_without_reason_place_or_need(
    app: Flask, strength: str, state: State, why: str, sentence: str
):
    booking, ada = make_booking(make_event(with_part_one(strength=strength)), state=state), make_person()
    with pytest.raises(Refused, match=sentence), changing(booking.event_id, now=TODAY):
        waive(booking, by=ada, now=TODAY, why=why)
    assert db.session.scalars(sa.select(RequirementWaiver)).all() == []


def test_a_waiver_before_booking_lets_the_desk_book_somebody_without_part_one(
    app: Flask, client: CheckedClient
):
    event, priya = make_event(with_part_one(strength="to book")), make_person("Priya Shah")
    ada = make_person("Ada", Role.ADMINISTRATOR)
    path = f"/people/{priya.public_id}/book/{event.id}"
    page = client.sign_in(ada).page(path)
    assert page.heading == "No place for Priya Shah here"
    assert page.link("Let Priya Shah come without it") == f"{path}/waive"
    assert "Then you can book the place for Priya Shah." in client.page(f"{path}/waive").text
    form = client.page(f"{path}/waive").form("", "Let them come without it")
    answer = client.post(f"{path}/waive", data={**form, "why": "Teaches it"})
    assert (answer.status_code, answer.location) == (303, path)
    assert client.send(path, button="Book this place").heading == "Priya Shah has a place"
    works = workplaces_of(priya.id, TODAY.date())[0]
    vera = make_person("Vera Dunn")
    with pytest.raises(Refused, match="You need Part one first"), changing(event.id, now=TODAY) as locked:
        book(locked, vera, works, by=ada, now=TODAY, asked=Asked())


def test_people_of_a_stranger_partnership_are_not_let_off_anything(client: CheckedClient):
    event, council = make_event(with_part_one()), make_agency("Southshire Council")
    elsewhere = make_partnership(slug="southshire", short_name="SSCP")
    with writing() as session:
        moved = sa.update(AgencyStanding).where(AgencyStanding.agency_id == council.id)
        session.execute(moved.values(partnership_id=elsewhere.id))
    stranger = make_person("Stella Stranger", agency=council)
    client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    assert client.get(f"/people/{stranger.public_id}/book/{event.id}/waive").status_code == 404


def test_somebody_who_lacks_part_one_is_led_to_it_and_to_handing_in_a_certificate(
    app: Flask, client: CheckedClient
):
    event = make_event(with_part_one(strength="to book"))
    page = client.sign_in(make_person("Priya Shah")).page(f"/events/{event.id}/book")
    assert page.heading == "Something comes first"
    assert page.link("Go to Part one") == "/courses/part-one"
    assert page.link("Hand in your certificate") == "/courses/part-one/evidence"


def test_the_booking_page_and_both_lists_say_that_part_one_is_to_finish_and_how(
    app: Flask, client: CheckedClient
):
    priya = make_person("Priya Shah")
    make_booking(make_event(make_course("Neglect"), starts=from_london(date(2026, 12, 1), time(9))), priya)
    booking = make_booking(make_event(with_part_one(part_one="release")), priya)
    page = client.sign_in(priya).page(f"/bookings/{booking.public_id}")
    assert f"{TO_FINISH} If it is not done by then, the place goes to somebody who waits." in page.text
    assert page.link("Do Part one first") == "/courses/part-one"
    assert page.link("Hand in your certificate") == "/courses/part-one/evidence"
    assert "come without" not in page.text
    for path in ("/learning", "/bookings"):
        assert "Part 1 to finish by Fri 11 December" in client.page(path).text
    make_completion(priya, part_1())
    for path in ("/learning", "/bookings", f"/bookings/{booking.public_id}"):
        assert "Part 1" not in client.page(path).text


def test_while_a_certificate_is_checked_the_pages_say_that_the_place_is_safe(
    app: Flask, client: CheckedClient
):
    priya = make_person("Priya Shah")
    booking = make_booking(make_event(with_part_one()), priya)
    make_evidence(priya, part_1())
    page = client.sign_in(priya).page(f"/bookings/{booking.public_id}")
    assert "While we check your certificate, the place is safe." in page.text
    assert page.link("We are checking your certificate for Part one") == "/courses/part-one/evidence"


def test_after_the_deadline_the_page_says_that_part_one_is_still_missing(
    app: Flask, client: CheckedClient, today: Traveller
):
    priya = make_person("Priya Shah")
    booking = make_booking(make_event(with_part_one()), priya)
    page = sign_in(client, priya, today, AFTER_THE_DEADLINE).page(f"/bookings/{booking.public_id}")
    assert (
        "Part 1 is still missing: Part one, which had to be done by Fri 11 December 2026, 10am." in page.text
    )


def test_the_page_keeps_to_the_deadline_the_place_was_booked_under(app: Flask, client: CheckedClient):
    priya = make_person("Priya Shah")
    booking = make_booking(make_event(with_part_one()), priya, policy={"part_one_working_days": 3})
    page = client.sign_in(priya).page(f"/bookings/{booking.public_id}")
    assert "by Tue 15 December 2026, 10am" in page.text


def test_my_learning_opens_with_what_to_finish_and_until_when(app: Flask, client: CheckedClient):
    priya = make_person("Priya Shah")
    make_booking(make_event(with_part_one()), priya)
    page = client.sign_in(priya).page("/learning")
    assert "Do Part one first, by Fri 11 December 2026, 10am. Done it elsewhere?" in page.text
    assert page.link("Hand in your certificate") == "/courses/part-one/evidence"


def test_a_waiver_takes_part_one_off_my_learning(app: Flask, client: CheckedClient):
    priya, ada = make_person("Priya Shah"), make_person("Ada", Role.ADMINISTRATOR)
    booking = make_booking(make_event(with_part_one()), priya)
    with writing(), changing(booking.event_id, now=TODAY):
        waive(booking, by=ada, now=TODAY, why="Teaches it")
    assert "Part one" not in client.sign_in(priya).page("/learning").text
