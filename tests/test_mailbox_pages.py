"""Mail that came in, on pages: the list, the two buttons for whoever declined, the desk and the tags."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.booking.manager_links import Holder, token_for
from app.booking.models import Booking, BookingChange
from app.booking.rules import State
from app.catalogue.models import EventSession
from app.db import db, rebuilding, writing
from app.mailbox import reading
from app.mailbox.actions import take_in
from app.mailbox.models import IncomingMail, InviteReply
from app.mailbox.sorting import read
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_event, make_partnership, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("today")
UID = "PriyasBooking001-SessionNumber001@roundtable"


def come(partstat: str, *, uid: str = UID, sender: str = "priya@northshire.example", more: str = "") -> None:
    """An answer to an invite comes in."""
    raw = (
        f"From: {sender}\nMessage-ID: <{hash((partstat, uid, more))}@c.example>\nSubject: {partstat}\n"
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n"
        f"UID:{uid}\nDTSTAMP:{TODAY:%Y%m%dT%H%M%SZ}\n{more}ATTENDEE;PARTSTAT={partstat}:mailto:{sender}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    ).encode()
    with writing():
        take_in(read(raw), raw, now=TODAY)


def written(text: str, subject: str = "Parking?") -> IncomingMail:
    """Somebody writes to us."""
    raw = f"From: Zoe <zoe@else.example>\nSubject: {subject}\nMessage-ID: <{hash(text)}@x>\n\n{text}".encode()
    with writing():
        take_in(read(raw), raw, now=TODAY)
    return db.session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id.desc())).first()  # type: ignore[return-value]


@pytest.fixture
def booking(client: CheckedClient) -> Booking:
    """Priya has a place, and her invite a UID that the mails name."""
    priya = make_person("Priya Practitioner", email="priya@northshire.example")
    found = make_booking(make_event(), priya, public_id="PriyasBooking001")
    with rebuilding() as session:
        session.execute(sa.update(EventSession).values(public_id="SessionNumber001"))
    assert client
    return found


def administrator(client: CheckedClient) -> None:
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))


def desk(client: CheckedClient) -> str:
    return client.get("/desk").get_data(as_text=True)


DECLINED = "1 person declined in their calendar and still holds a place"


def release_page(booking: Booking) -> str:
    return f"/release/{token_for(booking, Holder.PERSON)}"


def test_opening_the_link_changes_nothing_and_shows_two_buttons(client: CheckedClient, booking: Booking):
    come("DECLINED")
    page = client.get(release_page(booking)).get_data(as_text=True)
    assert "Release the place" in page
    assert "Keep the place" in page
    db.session.refresh(booking)
    assert booking.state == State.BOOKED


def test_releasing_cancels_and_says_why_without_signing_in(client: CheckedClient, booking: Booking):
    come("DECLINED")
    path = release_page(booking)
    assert client.send(path, choice="release").heading == "Your place is released"
    db.session.refresh(booking)
    assert booking.state == State.CANCELLED
    change = db.session.scalars(sa.select(BookingChange).order_by(BookingChange.id.desc())).first()
    assert change is not None
    assert (change.by_id, change.why) == (booking.person_id, "their calendar had declined the invite")
    assert "Your place is released" in client.get(path).get_data(as_text=True)


def test_keeping_takes_the_flag_away_everywhere(client: CheckedClient, booking: Booking):
    come("DECLINED")
    administrator(client)
    people = f"/events/{booking.event_id}/bookings"
    assert DECLINED in desk(client)
    assert "Declined in their calendar" in client.get(people).get_data(as_text=True)
    assert "Priya Practitioner" in client.get("/mailbox?show=declined").get_data(as_text=True)
    path = release_page(booking)
    assert client.send(path, choice="keep").heading == "You keep your place"
    assert DECLINED not in desk(client)
    assert "Declined in their calendar" not in client.get(people).get_data(as_text=True)
    db.session.refresh(booking)
    assert booking.state == State.BOOKED
    assert db.session.scalars(sa.select(InviteReply.partstat).order_by(InviteReply.id)).all() == [
        "declined",
        "kept",
    ]


@pytest.mark.parametrize("choice", ["", "both", "release"])
def test_after_the_course_began_nothing_is_released(
    client: CheckedClient, booking: Booking, choice: str, today: object
):
    path = release_page(booking)
    if choice == "release":
        today.move_to(datetime(2026, 12, 18, 9, 29, tzinfo=UTC))  # type: ignore[attr-defined]
    token = client.token(path)
    if choice == "release":
        today.move_to(datetime(2026, 12, 18, 9, 31, tzinfo=UTC))  # type: ignore[attr-defined]
    sent = {"choice": choice, "csrf_token": token}
    answer = client.post(path, data=sent, follow_redirects=True)
    assert answer.status_code == (410 if choice == "release" else 200)
    db.session.refresh(booking)
    assert booking.state == State.BOOKED


@pytest.mark.parametrize("token", ["x", "WyJuIl0.x"])
def test_a_link_that_was_not_made_here_opens_nothing(client: CheckedClient, token: str):
    make_partnership()
    assert client.get(f"/release/{token}").status_code == 404


def test_a_manager_s_link_is_not_the_person_s(client: CheckedClient, booking: Booking):
    assert client.get(f"/release/{token_for(booking, Holder.MANAGER)}").status_code == 404


def test_their_own_page_leads_to_the_two_buttons(client: CheckedClient, booking: Booking):
    come("DECLINED", more="COMMENT:In court\n")
    client.sign_in(booking.person)
    page = client.get(f"/bookings/{booking.public_id}").get_data(as_text=True)
    assert "Your calendar declined the invite" in page
    assert "/release/" in page
    assert "“In court”" in page


def test_what_a_stranger_writes_is_shown_as_plain_text(client: CheckedClient):
    administrator(client)
    written("<script>alert(1)</script>\n<b>bold</b>", "<i>Parking</i>?")
    page = client.get("/mailbox").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>bold</b>" not in page
    assert "<i>Parking" not in page
    assert 'href="mailto:zoe@else.example?subject=Re%3A%20%3Ci%3EParking' in page
    assert "1 mail waits for somebody to read it" in desk(client)


def test_done_puts_it_away_and_deletes_the_mail_itself(client: CheckedClient):
    administrator(client)
    mail = written("Is there parking?")
    raw = client.get(f"/mailbox/{mail.public_id}.eml")
    assert raw.headers["Content-Disposition"] == 'attachment; filename="mail.eml"'
    assert raw.get_data().endswith(b"Is there parking?")
    assert client.send(f"/mailbox/{mail.public_id}/done", on="/mailbox").heading == "No mail needs you"
    assert "Seen to by Ada Admin" in client.get("/mailbox?show=all").get_data(as_text=True)
    assert client.get(f"/mailbox/{mail.public_id}.eml").status_code == 404
    assert "for somebody to read it" not in desk(client)


@pytest.mark.parametrize(
    ("choice", "said"),
    [("keep", "Since then: they keep the place."), ("release", "Since then: the place is gone.")],
)
def test_what_came_of_the_question_stands_beside_the_mail(
    client: CheckedClient, booking: Booking, choice: str, said: str
):
    come("DECLINED", more="COMMENT:On leave\n")
    client.send(release_page(booking), choice=choice)
    administrator(client)
    assert said in client.page("/mailbox").text


def test_mail_about_another_partnership_s_booking_is_not_shown(client: CheckedClient, booking: Booking):
    come("DECLINED", more="COMMENT:Secret to them\n")
    other = make_partnership(slug="southshire", name="Southshire SCP", short_name="SSCP")
    mail = db.session.scalars(sa.select(IncomingMail)).one()
    assert mail.partnership_id == booking.event.host_id
    with rebuilding():
        mail.partnership_id = other.id
    administrator(client)
    assert "Secret to them" not in client.get("/mailbox?show=all").get_data(as_text=True)
    assert client.get(f"/mailbox/{mail.public_id}.eml").status_code == 404


def test_a_trainer_s_refusal_is_worse_and_leads_to_who_can(client: CheckedClient, booking: Booking):
    trainer = make_trainer(booking.event)
    tom = trainer.person
    come("DECLINED", uid=f"{trainer.public_id}-SessionNumber001@roundtable", sender=str(tom.email))
    administrator(client)
    page = desk(client)
    assert "Tom Trainer declined to deliver Working Together" in page
    assert f"/events/{booking.event_id}/trainer-ill" in page
    mail = db.session.scalars(sa.select(IncomingMail)).one()
    client.send(f"/mailbox/{mail.public_id}/done", on="/mailbox")
    assert "Tom Trainer declined" not in desk(client)


def test_a_trainer_sees_how_many_accepted(client: CheckedClient, booking: Booking):
    make_trainer(booking.event)
    come("ACCEPTED")
    client.sign_in(db.session.scalars(sa.select(type(booking.person)).filter_by(name="Tom Trainer")).one())
    assert "In their calendars: 1 accepted." in client.get("/my-events").get_data(as_text=True)


def test_a_mailbox_that_is_away_is_said_on_its_page_at_once_and_on_the_desk_after_an_hour(
    client: CheckedClient,
):
    administrator(client)
    reading.note_away("The mailbox cannot be read: refused", TODAY - timedelta(minutes=59))
    assert "The mailbox cannot be read" not in desk(client)
    assert "The mailbox cannot be read: refused." in client.get("/mailbox").get_data(as_text=True)
    reading.note_there(TODAY)
    assert "has not been read" not in client.get("/mailbox").get_data(as_text=True)
    reading.note_away("The mailbox cannot be read: refused", TODAY - timedelta(minutes=61))
    assert "The mailbox cannot be read" in desk(client)
    assert "has not been read since" in client.get("/mailbox").get_data(as_text=True)


def test_automatic_answers_are_listed_apart(client: CheckedClient):
    administrator(client)
    row = {"kind": "auto-reply", "did": "ignored", "state": "done", "message_id": "<a@b>"}
    add(IncomingMail(received_at=TODAY, subject="Out of office", **row))
    assert "Out of office" not in client.get("/mailbox?show=all").get_data(as_text=True)
    assert "Out of office" in client.get("/mailbox?show=machines").get_data(as_text=True)
