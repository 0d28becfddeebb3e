"""Writing to everybody on an event: seen before it goes, to each alone, and once."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Booking, EventMessage
from app.booking.rules import State
from app.catalogue.models import CourseRequirement, Event
from app.db import db
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
)
from tests.statements import count_statements

TYPED = {
    "subject": "The car park is closed",
    "text": "Park behind the church.\r\n\r\nIt is free.\r\nBring coins.",
}


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def event() -> Event:
    """Neglect, in four weeks, with Priya and Sam booked and Wanda waiting."""
    found = make_event(make_course("Neglect"))
    make_booking(found, make_person("Priya Patel"))
    make_booking(found, make_person("Sam Smith"))
    make_booking(found, make_person("Wanda Waits"), state=State.WAITING)
    make_booking(found, make_person("Gone Already"), state=State.CANCELLED)
    return found


def write(client: CheckedClient, event: Event, query: str = "", status: int = 200, **typed: str) -> Page:
    """Write a message and look how it will be."""
    return client.send(
        f"/events/{event.id}/messages/new{query}",
        button="See how it looks",
        status=status,
        **{**TYPED, **typed},
    )


def send(client: CheckedClient, event: Event, seen: str = "") -> Page:
    """Press the button of the message that was written last."""
    at = f"/events/{event.id}/messages/{seen or last().public_id}"
    label = next(words(b) for b in client.page(at).all("button") if words(b).startswith("Send it to"))
    return client.send(f"{at}/send", on=at, button=label)


def last() -> EventMessage:
    """The message that was written last."""
    return db.session.scalars(sa.select(EventMessage).order_by(EventMessage.id.desc())).first()  # type: ignore[return-value]


def letters() -> list[Letter]:
    """The mails there are, by reader."""
    return list(db.session.scalars(sa.select(Letter).order_by(Letter.to_email)))


def test_a_message_is_looked_at_before_anything_is_sent(client: CheckedClient, event: Event):
    page = write(client, event, to="booked")
    assert page.heading == "2 people get this mail"
    assert "Nothing is sent yet" in page.text
    assert letters() == []


def test_the_preview_is_what_the_chosen_person_gets_as_text_and_as_html(client: CheckedClient, event: Event):
    write(client, event, to="on it")
    at = f"/events/{event.id}/messages/{last().public_id}"
    bookings = dict(
        db.session.execute(
            sa.select(Person.email, Booking.public_id).join(Person, Booking.person_id == Person.id)
        ).all()
    )
    seen = {}
    for address in ("priya.patel@northshire.example", "wanda.waits@northshire.example"):
        page = client.page(f"{at}?for={bookings[address]}")
        text = "".join(page.all("pre")[0].itertext())
        html = client.get(f"{at}/html?for={bookings[address]}").text.replace('<base target="_top">', "")
        seen[address] = (words(page.all("p")[-1]) and text, html)
    send(client, event)
    sent = {letter.to_email: (letter.text, letter.html) for letter in letters()}
    assert len(sent) == 3
    assert {address: sent[address] for address in seen} == seen


def test_each_gets_a_mail_of_their_own_that_names_nobody_else(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    page = send(client, event)
    assert "The message is on its way to 2 people." in page.text
    assert page.heading == "Sent to 2 people"
    priya, sam = letters()
    assert [priya.to_name, sam.to_name] == ["Priya Patel", "Sam Smith"]
    for letter, other in ((priya, "Sam"), (sam, "Priya")):
        assert other not in letter.text + letter.html + str(letter.headers)
    assert priya.subject == "The car park is closed: Neglect, Fri 18 December"


def test_the_mail_says_what_was_typed_and_restates_course_date_place_and_how_to_cancel(
    client: CheckedClient, event: Event
):
    write(client, event, to="booked")
    send(client, event)
    letter, *_ = letters()
    booking = letter.about.removeprefix("booking:")
    assert "Park behind the church.\n\nIt is free.\nBring coins." in letter.text
    assert "You have a place on Neglect." in letter.text
    assert "When: Fri 18 December 2026, 9:30am to 12:30pm" in letter.text
    assert "Where: Online" in letter.text
    assert f"/bookings/{booking}/cancel" in letter.text


def test_what_looks_like_a_sign_or_like_markup_stays_text(client: CheckedClient, event: Event):
    write(
        client,
        event,
        to="waiting",
        text="# Not <b>a</b> heading\n\n{{ 7 * 7 }} [x](https://x.example)",
        subject="{{ 1 }}",
    )
    send(client, event)
    (letter,) = letters()
    assert "# Not <b>a</b> heading" in letter.text and "{{ 7 * 7 }}" in letter.text
    assert "<b>a</b>" not in letter.html and "&lt;b&gt;a&lt;/b&gt;" in letter.html
    assert letter.subject.startswith("{{ 1 }}: Neglect")


def test_pressing_twice_sends_once(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    at = f"/events/{event.id}/messages/{last().public_id}"
    pressed = client.page(at).form(f"{at}/send")
    first = client.post(f"{at}/send", data=pressed, follow_redirects=True)
    second = client.post(f"{at}/send", data=pressed, follow_redirects=True)
    assert "is on its way to 2 people" in first.text
    assert "Nobody gets it twice" in second.text
    assert len(letters()) == 2 and last().reached == 2


def test_a_message_that_would_reach_others_than_the_page_said_is_looked_at_again(
    client: CheckedClient, event: Event
):
    write(client, event, to="booked")
    at = f"/events/{event.id}/messages/{last().public_id}"
    pressed = client.page(at).form(f"{at}/send")
    make_booking(event, make_person("Late Comer"))
    page = client.post(f"{at}/send", data=pressed, follow_redirects=True)
    assert "It would now reach 3 people" in page.text and letters() == []
    send(client, event)
    assert len(letters()) == 3


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        ("on it", {"Priya Patel", "Sam Smith", "Wanda Waits", "Olga Offer"}),
        ("booked", {"Priya Patel", "Sam Smith"}),
        ("waiting", {"Wanda Waits"}),
        ("offered", {"Olga Offer"}),
        ("part one", {"Sam Smith"}),
    ],
)
def test_a_message_goes_to_those_it_was_chosen_for(
    client: CheckedClient, event: Event, to: str, reached: set[str]
):
    make_booking(event, make_person("Olga Offer"), state=State.OFFERED)
    add(
        CourseRequirement(
            course_id=event.course_id, required_id=make_course("Part one").id, strength="by a deadline"
        )
    )
    done_by("Priya Patel")
    write(client, event, to=to)
    send(client, event)
    assert {letter.to_name for letter in letters()} == reached


def done_by(name: str) -> None:
    """Somebody has done part 1."""
    from app.completions.models import Completion

    person = db.session.scalars(sa.select(Person).where(Person.name == name)).one()
    add(
        Completion(
            person_id=person.id, course_id=make_course("Part one").id, completed_at=TODAY, how="module"
        )
    )


def test_those_whom_the_list_was_narrowed_to_can_be_written_to(client: CheckedClient, event: Event):
    make_booking(event, make_person("Pete Police", agency=make_agency("Northshire Police")))
    at = client.page(f"/events/{event.id}/bookings?agency=northshire-police").link("Write to these 1")
    page = client.page(at)
    assert "Those you have filtered (1 person)" in page.text
    fields = page.form("", "See how it looks")
    assert fields["to"] == "chosen"
    client.post(at, data={**fields, **TYPED})
    send(client, event)
    assert [letter.to_name for letter in letters()] == ["Pete Police"]


def test_somebody_without_an_address_is_named_so_that_they_can_be_told_otherwise(
    client: CheckedClient, event: Event
):
    make_booking(event, make_person("Guest One", email=None))
    page = write(client, event, to="booked")
    assert page.heading == "2 people get this mail"
    assert "No address is known of Guest One: tell them otherwise." in page.text
    assert "No address is known of Guest One." in send(client, event).text


def test_who_gives_the_place_back_before_the_mail_went_does_not_get_it(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    send(client, event)
    booking = db.session.scalars(
        sa.select(Booking).join(Person, Booking.person_id == Person.id).where(Person.name == "Sam Smith")
    ).one()
    from app.booking.actions import cancel

    with changing(event.id, now=TODAY):
        cancel(booking, by=booking.person, now=TODAY, why="ill")
    sams = [letter for letter in letters() if letter.to_name == "Sam Smith" and letter.message == "message"]
    assert [letter.state for letter in sams] == ["withdrawn"]


def test_a_message_of_before_the_course_is_not_sent_after_it(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    send(client, event)
    assert {letter.expires_at for letter in letters()} == {event.ends_at}
    over = make_event(event.course, starts=TODAY - timedelta(days=1))
    make_booking(over, make_person("Came Yesterday"))
    write(client, over, to="booked")
    send(client, over)
    late = next(letter for letter in letters() if letter.to_name == "Came Yesterday")
    assert late.expires_at is None and "/cancel" not in late.text


def test_a_message_can_be_changed_until_it_is_sent(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    at = f"/events/{event.id}/messages/{last().public_id}"
    fields = client.page(f"{at}/edit").form("", "See how it looks")
    assert (fields["to"], fields["subject"]) == ("booked", "The car park is closed")
    page = client.send(f"{at}/edit", button="See how it looks", subject="Parking", to="waiting")
    assert page.heading == "1 person gets this mail" and "Parking: Neglect" in page.text
    send(client, event)
    assert client.page(f"{at}/edit").heading == "Sent to 1 person"
    assert "Parking" in client.page(f"/events/{event.id}/messages/new").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": ""}, "Enter a subject"),
        ({"subject": "s" * 121}, "Use at most 120 characters"),
        ({"text": " "}, "Enter the message"),
        ({"text": "t" * 4001}, "Use at most 4,000 characters"),
        ({"to": "xyzzy"}, "Not a valid choice."),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_is_kept(
    client: CheckedClient, event: Event, typed: dict[str, str], said: str
):
    page = write(client, event, status=422, **{"to": "booked", **typed})
    assert said in page.text
    assert db.session.scalar(sa.select(sa.func.count(EventMessage.id))) == 0


def test_with_nobody_on_the_date_there_is_nobody_to_write_to(client: CheckedClient):
    lonely = make_event(make_course("Lonely"))
    assert "nobody to write to" in client.page(f"/events/{lonely.id}/messages/new").text


def test_messages_of_another_event_or_partnership_are_not_found(client: CheckedClient, event: Event):
    write(client, event, to="booked")
    other = make_event(event.course, starts=datetime(2027, 1, 5, 9, tzinfo=UTC))
    public_id = last().public_id
    client.page(f"/events/{other.id}/messages/{public_id}", status=404)
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    theirs = make_event(event.course, host_id=elsewhere.id)
    client.page(f"/events/{theirs.id}/messages/new", status=404)


@pytest.mark.parametrize("number", [1, 60])
def test_looking_at_a_message_takes_the_same_few_statements(client: CheckedClient, number: int):
    crowded = make_event(make_course("Crowded"), capacity=100)
    for _ in range(number):
        make_booking(crowded)
    write(client, crowded, to="booked")
    with count_statements() as statements:
        client.page(f"/events/{crowded.id}/messages/{last().public_id}")
    assert len(statements) <= 9, statements
