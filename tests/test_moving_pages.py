"""Giving a place to a colleague, changing the date, saying no by a link: through the pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Affiliation, Person, RoleGrant
from app.accounts.rules import Role
from app.booking.manager_links import Holder, token_for
from app.booking.models import Booking, MixRule
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db, rebuilding
from app.notifications.models import Letter
from tests.browser import CheckedClient
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_policy,
    make_setting,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today", "calendars_read")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def make_lead(**led: object) -> Person:
    """Leah leads what is given."""
    leah = make_person("Leah Lead")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=leah.id, **given, **led))
    return leah


def state_of(booking: Booking) -> str:
    """The state of a booking in the database."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


def another_date(event: Event, **given: object) -> Event:
    """A later date of the same course."""
    return make_event(event.course, starts=event.starts_at + timedelta(days=21), **given)


def test_somebody_gives_their_place_to_a_colleague_we_know(client: CheckedClient, priya: Person):
    booking, sam = make_booking(make_event(), priya), make_person("Sam Jones")
    path = client.page(f"/bookings/{booking.public_id}").link("Give the place to a colleague")
    page = client.send(path, button="Give them the place", email=" Sam.Jones@northshire.example ")
    assert page.heading == "A colleague has this place now"
    assert "Sam Jones has the place now. Mail about it is on its way to both." in page.text
    assert "You gave the place to a colleague: now Sam Jones" in page.text
    new = db.session.scalars(sa.select(Booking).where(Booking.person_id == sam.id)).one()
    assert (new.state, state_of(booking)) == ("booked", "substituted")
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "place-taken-over")).one()
    assert "Priya Patel has given you the place" in letter.text
    assert "/give-back/" in letter.text


def test_a_colleague_new_to_the_site_is_made_from_name_and_address_where_the_giver_works(
    client: CheckedClient, priya: Person
):
    school = make_setting("Hill Top Primary School")
    with rebuilding():
        works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == priya.id)).one()
        works.agency_id, works.setting_id = school.agency_id, school.id
    booking = make_booking(make_event(), priya)
    path = f"/bookings/{booking.public_id}/substitute"
    page = client.send(path, button="Give them the place", status=409, email="nia@northshire.example")
    assert "We do not know nia@northshire.example yet. Enter the name too." in page.text
    client.send(path, button="Give them the place", email="nia@northshire.example", name=" Nia  New ")
    nia = db.session.scalars(sa.select(Person).where(Person.email == "nia@northshire.example")).one()
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == nia.id)).one()
    assert (nia.name, works.agency_id, works.setting_id) == ("Nia New", school.agency_id, school.id)


def test_a_refused_substitute_leaves_nobody_behind(client: CheckedClient, priya: Person):
    event = make_event()
    booking = make_booking(event, priya)
    pete = make_person("Pete Police", agency=make_agency("Northshire Police"))
    page = client.send(
        f"/bookings/{booking.public_id}/substitute",
        button="Give them the place",
        status=409,
        email=pete.email,
    )
    assert "does not work for Northshire County Council" in page.text
    assert state_of(booking) == "booked"
    assert db.session.scalars(sa.select(Letter)).all() == []


@pytest.mark.parametrize("typed", ["", "nobody", "a@b"])
def test_a_substitute_needs_an_address_that_mail_can_reach(client: CheckedClient, priya: Person, typed: str):
    booking = make_booking(make_event(), priya)
    path = f"/bookings/{booking.public_id}/substitute"
    page = client.send(path, button="Give them the place", status=422, email=typed)
    assert "There is a problem" in page.text


def test_a_clash_of_the_colleague_is_asked_about(client: CheckedClient, priya: Person):
    event, sam = make_event(), make_person("Sam Jones")
    booking = make_booking(event, priya)
    make_booking(make_event(make_course("Neglect"), starts=event.starts_at), sam)
    path = f"/bookings/{booking.public_id}/substitute"
    page = client.send(path, button="Give them the place", status=409, email=sam.email)
    assert "Sam Jones has a place on Neglect at that time" in page.text
    client.send(path, button="Give them the place", email=sam.email, clash_confirmed="y")
    assert state_of(booking) == "substituted"


def test_the_other_dates_say_what_each_means_and_one_is_chosen(client: CheckedClient, priya: Person):
    event = make_event()
    free, full = (
        another_date(event),
        make_event(event.course, starts=event.starts_at + timedelta(days=40), capacity=1),
    )
    make_booking(full)
    booking = make_booking(event, priya)
    path = client.page(f"/bookings/{booking.public_id}").link("Change the date")
    page = client.page(path)
    assert "20 places left: the place there is certain at once" in page.text
    assert "Full: join its waiting list, and keep this place until one there is accepted" in page.text
    page = client.send(path, button="Change the date", date=str(free.id))
    assert page.heading == "You have a place"
    assert "Your place is on the new date now." in page.text
    assert state_of(booking) == "moved"
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "moved")).one()
    assert "Your place on Fri 18 December 2026, 9:30am to 12:30pm is given up" in letter.text


def test_the_other_dates_say_what_a_place_costs_there(client: CheckedClient, priya: Person):
    make_policy(half_day=4500, late=2000, exempt=[])
    booking = make_booking(make_event(), priya)
    make_event(starts=NOW + timedelta(days=60))
    page = client.page(f"/bookings/{booking.public_id}/date")
    assert "A place on this date costs £45. Cancelling late costs £20 more." in page.text


def test_a_full_date_is_waited_for_and_the_place_is_kept(client: CheckedClient, priya: Person):
    event = make_event()
    full = another_date(event, capacity=1)
    make_booking(full)
    booking = make_booking(event, priya)
    page = client.send(f"/bookings/{booking.public_id}/date", button="Change the date", date=str(full.id))
    assert page.heading == "You are number 1 on the waiting list"
    assert "It is kept until a place here is accepted, and given up then." in page.text
    assert state_of(booking) == "booked"


def test_a_date_on_which_a_cap_is_reached_can_be_waited_for(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    other = another_date(booking.event)
    add(MixRule(event_id=other.id, kind="cap", of="agency", places=1))
    make_booking(other)
    path = f"/bookings/{booking.public_id}/date"
    page = client.send(path, button="Change the date", status=409, date=str(other.id))
    assert "Any one agency may have 1 place on this date, and has it already." in page.text
    assert "Press the button again to wait for a place there" in page.text
    typed = page.form("", "Change the date")
    answer = client.post(path, data={**typed, "date": str(other.id)}, follow_redirects=True)
    assert "You wait for the other date now" in answer.text
    assert state_of(booking) == "booked"


def test_a_date_changed_late_needs_a_reason(client: CheckedClient, priya: Person):
    event = make_event(starts=NOW + timedelta(days=3))
    other, booking = another_date(event), make_booking(event, priya)
    path = f"/bookings/{booking.public_id}/date"
    assert "This counts as late" in client.page(path).text
    page = client.send(path, button="Change the date", status=409, date=str(other.id))
    assert "Say why you change the date so close to the day." in page.text
    client.send(path, button="Change the date", date=str(other.id), why="Court moved to that day")
    assert state_of(booking) == "moved"


def test_a_date_that_is_not_offered_cannot_be_sent(client: CheckedClient, priya: Person):
    event = make_event()
    another_date(event)
    elsewhere = make_event(make_course("Neglect"))
    booking = make_booking(event, priya)
    path = f"/bookings/{booking.public_id}/date"
    client.send(path, button="Change the date", status=422, date=str(elsewhere.id))
    assert state_of(booking) == "booked"


def test_without_another_date_the_page_offers_to_tell(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    page = client.page(f"/bookings/{booking.public_id}/date")
    assert "There is no other date yet" in page.text


def test_a_lead_acts_for_their_people_and_for_nobody_else(client: CheckedClient):
    council, police = make_agency(), make_agency("Northshire Police")
    client.sign_in(make_lead(agency_id=council.id))
    event = make_event()
    ours = make_booking(event, make_person("Carl Council"), needs="A hearing loop", mobile="07700 900123")
    theirs = make_booking(event, make_person("Pete Police", agency=police))
    page = client.page(f"/my-agency/bookings/{ours.public_id}")
    assert page.heading == "Carl Council has a place"
    assert "hearing loop" not in page.text
    assert "07700" not in page.text
    for part in ("substitute", "date", "cancel"):
        client.page(f"/bookings/{ours.public_id}/{part}")
        client.page(f"/bookings/{theirs.public_id}/{part}", status=404)
    client.page(f"/my-agency/bookings/{theirs.public_id}", status=404)
    client.page(f"/bookings/{ours.public_id}", status=404)
    page = client.send(f"/bookings/{ours.public_id}/cancel", button="Cancel Carl Council’s place")
    assert page.heading == "This place is cancelled"
    assert "Carl Council’s place is cancelled. A mail takes it out of their calendar." in page.text


def test_a_lead_does_not_read_the_reasons_that_people_wrote_for_the_training_team(client: CheckedClient):
    council = make_agency()
    client.sign_in(make_person("Carl Council"))
    carl = db.session.scalars(sa.select(Person).where(Person.name == "Carl Council")).one()
    booking = make_booking(make_event(starts=NOW + timedelta(days=2)), carl)
    client.send(f"/bookings/{booking.public_id}/cancel", button="Cancel your place", why="My own illness")
    client.sign_in(make_lead(agency_id=council.id))
    page = client.page(f"/my-agency/bookings/{booking.public_id}")
    assert "Carl Council cancelled the place, late" in page.text
    assert "illness" not in page.text


def test_a_manager_gives_the_place_back_by_a_link_that_changes_nothing_when_opened(client: CheckedClient):
    carl = make_person("Carl Council")
    booking = make_booking(make_event(), carl, manager_name="Mo Boss", manager_email="mo@northshire.example")
    path = f"/give-back/{token_for(booking, Holder.MANAGER)}"
    page = client.page(path)
    assert page.heading == "Give back Carl Council’s place?"
    assert state_of(booking) == "booked"
    page = client.send(path, button="Give the place back", why="Needed on the ward")
    assert page.heading == "The place is given back"
    assert state_of(booking) == "cancelled"
    again = client.post(path, data={"csrf_token": client.token("/sign-in")}, follow_redirects=True)
    assert (again.status_code, state_of(booking)) == (200, "cancelled")
    client.sign_in(carl)
    said = "The manager cancelled your place: Mo Boss, by the link in a mail: Needed on the ward"
    assert said in client.page(f"/bookings/{booking.public_id}").text


def test_the_copy_that_a_manager_gets_holds_the_link(client: CheckedClient, priya: Person):
    event = make_event(make_course(copies_manager=True, approval="confirm"))
    said = {"manager_confirmed": "y", "manager_name": "Mo Boss", "manager_email": "mo@northshire.example"}
    client.send(f"/events/{event.id}/book", button="Book this place", **said)
    copy = db.session.scalars(sa.select(Letter).where(Letter.message == "booked-manager")).one()
    found = re.search(r"/give-back/[\w.\-]+", copy.text)
    assert found is not None, copy.text
    page = client.page(found.group().rstrip("."))
    assert page.heading == "Give back Priya Patel’s place?"


def test_a_managers_link_stops_when_the_booking_names_another_manager(client: CheckedClient):
    booking = make_booking(make_event(), manager_email="mo@northshire.example")
    path = f"/give-back/{token_for(booking, Holder.MANAGER)}"
    with rebuilding():
        booking.manager_email = "other@northshire.example"
    client.page(path, status=404)


def test_who_was_booked_by_a_colleague_says_no_by_a_link_without_signing_in(client: CheckedClient):
    event = make_event(capacity=1)
    sam = make_person("Sam Jones")
    booking = make_booking(event, sam, made_by_id=make_person("Priya Patel").id)
    waits = make_booking(event, state=State.WAITING)
    page = client.send(f"/give-back/{token_for(booking, Holder.PERSON)}", button="Give the place back")
    assert page.heading == "The place is given back"
    assert (state_of(booking), state_of(waits) != "waiting") == ("cancelled", True)
    client.sign_in(sam)
    said = "You cancelled the place: said no to what Priya Patel booked"
    assert said in client.page(f"/bookings/{booking.public_id}").text


def test_who_waits_because_a_colleague_said_so_leaves_the_list_by_the_link(client: CheckedClient):
    booking = make_booking(make_event(), state=State.WAITING)
    page = client.send(f"/give-back/{token_for(booking, Holder.PERSON)}", button="Leave the list")
    assert page.heading == "No longer on the waiting list"
    assert state_of(booking) == "withdrawn"


def test_a_manager_who_takes_somebody_off_the_list_is_named_with_their_reason(client: CheckedClient):
    carl = make_person("Carl Council")
    given = {"manager_name": "Mo Boss", "manager_email": "mo@northshire.example"}
    booking = make_booking(make_event(), carl, state=State.WAITING, **given)
    path = f"/give-back/{token_for(booking, Holder.MANAGER)}"
    client.send(path, button="Leave the list", why="Needed on the ward")
    client.sign_in(carl)
    said = "The manager took you off the waiting list: Mo Boss, by the link in a mail: Needed on the ward"
    assert said in client.page(f"/bookings/{booking.public_id}").text


def test_a_link_works_until_the_course_begins(client: CheckedClient):
    booking = make_booking(make_event(starts=NOW - timedelta(minutes=1)))
    page = client.page(f"/give-back/{token_for(booking, Holder.PERSON)}", status=410)
    assert page.heading == "The course has begun"


@pytest.mark.parametrize("token", ["x", "WyJhIiwicCIsIiJd.forged", "{other}"])
def test_a_link_that_was_not_made_here_opens_nothing(client: CheckedClient, token: str):
    one, other = make_booking(make_event()), make_booking(make_event())
    signature = token_for(one, Holder.PERSON).rpartition(".")[2]
    forged = f"{token_for(other, Holder.PERSON).rpartition('.')[0]}.{signature}"
    client.page(f"/give-back/{token.format(other=forged)}", status=404)
