"""Booking a place, looking at it, giving it up: through the pages, as a person does it."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.audit.models import Trace
from app.booking.models import Booking, Interest
from app.catalogue.models import Event, EventSession, Venue
from app.db import db, rebuilding, writing
from app.evaluation.models import EvaluationRequest
from app.notifications.models import Letter
from tests.browser import CheckedClient, Page
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya, signed in."""
    person = make_person("Priya Patel")
    client.sign_in(person)
    return person


def only_booking(person: Person) -> Booking:
    """The one booking of a person."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking).where(Booking.person_id == person.id)).one()


def book(client: CheckedClient, event: Event, **typed: object) -> Page:
    """Fill in the form and press the button."""
    return client.send(f"/events/{event.id}/book", button="Book this place", **typed)


def test_somebody_not_signed_in_signs_in_first_and_comes_back(client: CheckedClient):
    event = make_event()
    response = client.get(f"/events/{event.id}/book")
    assert response.status_code == 303
    assert response.headers["Location"] == f"/sign-in?next=/events/{event.id}/book"


def test_booking_a_place_leads_to_a_page_that_says_so(client: CheckedClient, priya: Person):
    page = book(client, make_event(), needs="A hearing loop", mobile="07700 900123")
    assert page.heading == "You have a place"
    assert "Working Together to Safeguard Children, Fri 18 December 2026, 9:30am to 12:30pm" in page.text
    assert "It is on its way to priya.patel@northshire.example" in page.text
    assert "You booked the place" in page.text
    assert "A hearing loop" in page.text
    booking = only_booking(priya)
    assert (booking.state, booking.mobile) == ("booked", "07700 900123")
    assert page.link("Add to calendar") == f"/bookings/{booking.public_id}/calendar.ics"


def test_four_requests_and_a_hundred_kilobytes_lead_from_the_catalogue_to_the_confirmation(
    client: CheckedClient, priya: Person
):
    for number in range(30):
        make_event(make_course(f"Course {number}"))
    event = make_event()
    catalogue = client.page("/courses?q=working+together")
    assert f"/events/{event.id}/book" in catalogue.html
    form = client.page(f"/events/{event.id}/book")
    answer = client.post(f"/events/{event.id}/book", data=form.form(button="Book this place"))
    confirmed = client.page(answer.headers["Location"])
    assert confirmed.heading == "You have a place"
    everything = len(client.page("/courses").html) + len(form.html) + len(answer.data) + len(confirmed.html)
    assert everything < 100_000


def test_a_double_click_makes_one_booking_and_shows_it_twice(client: CheckedClient, priya: Person):
    event = make_event()
    fields = client.page(f"/events/{event.id}/book").form(button="Book this place")
    first, second = (client.post(f"/events/{event.id}/book", data=fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert only_booking(priya).state == "booked"
    assert len(db.session.scalars(sa.select(Letter)).all()) == 1


def test_opening_the_form_again_leads_to_the_booking(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    answer = client.get(f"/events/{booking.event_id}/book")
    assert answer.headers["Location"] == f"/bookings/{booking.public_id}"


def test_only_somebody_with_several_jobs_is_asked_which(client: CheckedClient, priya: Person):
    event = make_event()
    assert "Which job" not in client.page(f"/events/{event.id}/book").text
    school = make_agency("Northshire Hospitals", sector="Health")
    add(
        Affiliation(
            person_id=priya.id, agency_id=school.id, job_role="Bank nurse", role_group="", from_on=LONG_AGO
        )
    )
    page = client.send(
        f"/events/{event.id}/book", button="Book this place", status=422, mobile="07700 900123"
    )
    assert page.link("Choose which job this is for") == "#affiliation"
    fields = page.form(button="Book this place")
    assert fields["mobile"] == "07700 900123"
    job = db.session.scalars(sa.select(Affiliation.id).where(Affiliation.job_role == "Bank nurse")).one()
    client.post(f"/events/{event.id}/book", data={**fields, "affiliation": job})
    assert only_booking(priya).sector == "Health"


def test_somebody_elses_job_cannot_be_chosen(client: CheckedClient, priya: Person):
    event, other = make_event(), make_person("Omar Other", agency=make_agency("Elsewhere"))
    theirs = db.session.scalars(sa.select(Affiliation.id).where(Affiliation.person_id == other.id)).one()
    book(client, event, affiliation=theirs)
    assert only_booking(priya).agency.name == "Northshire County Council"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"mobile": "ring me"}, "Enter a telephone number, like 07700 900123"),
        ({"needs": "x" * 501}, "Use at most 500 characters"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_kept(
    client: CheckedClient, priya: Person, typed: dict[str, str], message: str
):
    event = make_event()
    page = client.send(f"/events/{event.id}/book", button="Book this place", status=422, **typed)
    assert page.link(message) == f"#{next(iter(typed))}"
    assert page.form(button="Book this place").items() >= typed.items()


def test_a_full_date_offers_the_waiting_list(client: CheckedClient, priya: Person):
    course = make_course()
    event = make_event(course, capacity=1)
    make_booking(event), make_booking(event, state="waiting")
    other = make_event(course, NOW + timedelta(days=60))
    page = client.page(f"/events/{event.id}/book")
    assert page.heading == "Join the waiting list"
    assert "1 person is waiting" in page.text
    assert "Tue 19 January 2027, 10am to 1pm" in page.text
    page = client.send(f"/events/{event.id}/book", button="Join the waiting list")
    assert page.heading == "You are number 2 on the waiting list"
    assert page.link("Tue 19 January 2027, 10am to 1pm") == f"/events/{other.id}"
    assert only_booking(priya).state == "waiting"


def test_a_date_that_fills_up_under_the_form_offers_the_list_with_everything_still_typed(
    client: CheckedClient, priya: Person
):
    event = make_event(capacity=1)
    fields = client.page(f"/events/{event.id}/book").form(button="Book this place")
    make_booking(event)
    answer = client.post(f"/events/{event.id}/book", data={**fields, "needs": "A ramp"})
    assert answer.status_code == 409
    page = Page(answer)
    assert "The last place has just gone" in page.text
    offered = page.form(button="Join the waiting list")
    assert offered["needs"] == "A ramp"
    assert db.session.scalars(sa.select(Booking).where(Booking.person_id == priya.id)).all() == []
    client.post(f"/events/{event.id}/book", data=offered)
    assert (only_booking(priya).state, only_booking(priya).needs) == ("waiting", "A ramp")


def test_a_full_page_says_how_many_places_came_free_before(client: CheckedClient, priya: Person):
    from app.booking.models import BookingChange

    course = make_course()
    for days, promoted in ((-60, 2), (-90, 1)):
        past = make_event(course, NOW + timedelta(days=days))
        for _ in range(promoted):
            booking = make_booking(past, state="waiting")
            add(BookingChange(booking_id=booking.id, at=NOW, from_state="waiting", to_state="booked"))
        make_booking(past, state="waiting")
    event = make_event(course, capacity=1)
    make_booking(event)
    assert "On this course 1.5 places came free on average" in client.page(f"/events/{event.id}/book").text


def test_a_clash_is_said_at_once_and_must_be_ticked(client: CheckedClient, priya: Person):
    make_booking(make_event(make_course("Neglect")), priya)
    event = make_event()
    page = client.send(f"/events/{event.id}/book", button="Book this place", status=422)
    assert "you have a place on Neglect" in page.text
    assert page.link("Confirm that you want this place too") == "#clash_confirmed"
    fields = page.form(button="Book this place")
    answer = client.post(f"/events/{event.id}/book", data={**fields, "clash_confirmed": "y"})
    assert answer.status_code == 303


def test_a_place_on_another_date_of_the_course_leads_to_that_booking(client: CheckedClient, priya: Person):
    course = make_course()
    booking = make_booking(make_event(course), priya)
    other = make_event(course, NOW + timedelta(days=60))
    page = client.page(f"/events/{other.id}/book")
    assert page.heading == "You already have a place on this course"
    assert page.link("Look at your booking") == f"/bookings/{booking.public_id}"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"state": "cancelled"}, "This date has been cancelled"),
        ({"by_invitation": True}, "This date is by invitation"),
        ({"headcount_only": True}, "booked by organisations"),
        ({"starts": NOW - timedelta(hours=1)}, "Booking for this date has closed"),
    ],
)
def test_a_date_that_is_not_open_says_why_and_what_to_do(
    client: CheckedClient, priya: Person, given: dict[str, object], sentence: str
):
    event = make_event(**given)
    page = client.page(f"/events/{event.id}/book")
    assert sentence in page.text
    assert page.link("Tell me when it runs again").endswith("/interest")
    form = client.page(f"/events/{make_event(make_course('Neglect')).id}/book").form(button="Book this place")
    assert client.post(f"/events/{event.id}/book", data=form).status_code == 409


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_draft_and_a_date_that_is_not_there_are_404(client: CheckedClient, priya: Person, method: str):
    draft = make_event(state="draft")
    form = client.page(f"/events/{make_event(make_course('Neglect')).id}/book").form(button="Book this place")
    for event_id in (draft.id, 999_999):
        assert client.open(f"/events/{event_id}/book", method=method, data=form).status_code == 404


def test_booking_takes_few_statements(client: CheckedClient, priya: Person):
    event = make_event()
    for _ in range(12):
        make_booking(event)
    path = f"/events/{event.id}/book"
    with count_statements() as opened:
        fields = client.page(path).form(button="Book this place")
    with count_statements() as sent:
        answer = client.post(path, data=fields)
    assert answer.status_code == 303
    with count_statements() as shown:
        client.page(answer.headers["Location"])
    assert len(opened) <= 10, opened
    assert len(sent) <= 23, sent
    assert len(shown) <= 10, shown


def test_somebody_elses_booking_is_404_and_an_administrator_sees_it(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), make_person("Omar Other"))
    for path in ("", "/cancel", "/calendar.ics"):
        assert client.get(f"/bookings/{booking.public_id}{path}").status_code == 404
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert client.page(f"/bookings/{booking.public_id}").heading == "Omar Other has a place"
    assert client.get("/bookings/nothing-like-it").status_code == 404


def test_a_link_to_questions_is_seen_by_nobody_else(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    link = add(EvaluationRequest(booking_id=booking.id, stage="before", opens_at=NOW, closes_at=None))
    assert link.token in client.page(f"/bookings/{booking.public_id}").html
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    page = client.page(f"/bookings/{booking.public_id}")
    assert "Answer the questions before the course" in page.text
    assert link.token not in page.html


def test_my_bookings_lists_places_waiting_and_what_was(client: CheckedClient, priya: Person):
    assert "No course is booked" in client.page("/bookings").text
    make_booking(make_event(make_course("Neglect")), priya)
    full = make_event(make_course("Sexual abuse"), capacity=1)
    make_booking(full, state="waiting"), make_booking(full, priya, state="waiting")
    make_booking(make_event(make_course("Self-harm"), NOW - timedelta(days=30)), priya)
    make_booking(make_event(make_course("Radicalisation")), priya, state="cancelled")
    text = client.page("/bookings").text
    assert "1 place on coming courses Neglect" in text
    assert "Waiting Sexual abuse Fri 18 December 2026, 9:30am to 12:30pm Number 2 on the list" in text
    assert text.index("Earlier") < text.index("Radicalisation") < text.index("Self-harm")
    assert "Cancelled" in text


def test_earlier_bookings_come_25_a_page(client: CheckedClient, priya: Person):
    for n in range(27):
        make_booking(make_event(make_course(f"Course {n}"), NOW - timedelta(days=n + 1)), priya)
    first = client.page("/bookings")
    assert "Course 24" in first.text and "Course 25" not in first.text
    second = client.page(first.link("Older"))
    assert "Course 26" in second.text and "Course 24" not in second.text
    assert second.link("Newer") == "/bookings?page=1"


def test_the_desk_is_told_where_no_mail_tells_somebody_that_their_place_is_gone(client: CheckedClient):
    guest = make_person("Grace Guest", email=None)
    booking = make_booking(make_event(), guest)
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    page = client.page(f"/bookings/{booking.public_id}/cancel")
    assert "No mail goes out, for Grace Guest has no address here: please tell them." in page.text
    for path in (f"/bookings/{booking.public_id}/cancel", f"/bookings/{booking.public_id}"):
        assert "None" not in client.page(path).text


def test_cancelling_says_what_will_happen_and_does_it(client: CheckedClient, priya: Person):
    event = make_event(capacity=1)
    booking = make_booking(event, priya)
    waiting = make_booking(event, state="waiting")
    path = f"/bookings/{booking.public_id}/cancel"
    page = client.page(path)
    assert page.heading == "Cancel your place?"
    assert "The place goes at once to the first of 1 person who waits" in page.text
    assert "takes the course out of your calendar" in page.text
    page = client.send(path, button="Cancel your place", why="Court")
    assert page.heading == "This place is cancelled"
    assert "You cancelled the place: Court" in page.text
    assert "Your place is cancelled." in page.text
    db.session.rollback()
    assert db.session.get_one(Booking, waiting.id).state == "booked"


def test_a_late_cancellation_says_so_and_asks_why(client: CheckedClient, priya: Person, today: Traveller):
    booking = make_booking(make_event(), priya)
    today.move_to(booking.event.starts_at - timedelta(days=1))
    client.sign_in(priya)
    path = f"/bookings/{booking.public_id}/cancel"
    assert "This counts as a late cancellation: it is less than 3 working days" in client.page(path).text
    page = client.send(path, button="Cancel your place", status=422)
    assert page.link("Say why you cannot come") == "#why"
    assert (
        "You cancelled the place, late: Ill" in client.send(path, button="Cancel your place", why="Ill").text
    )


def test_looking_at_the_cancel_page_cancels_nothing(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    client.page(f"/bookings/{booking.public_id}/cancel")
    assert only_booking(priya).state == "booked"


def test_leaving_the_waiting_list(client: CheckedClient, priya: Person):
    event = make_event(capacity=1)
    make_booking(event)
    booking = make_booking(event, priya, state="waiting")
    page = client.send(f"/bookings/{booking.public_id}/cancel", button="Leave the waiting list")
    assert page.heading == "You are no longer waiting"
    assert "You left the waiting list" in page.text


def test_a_place_that_came_in_the_meantime_is_not_given_up_by_mistake(client: CheckedClient, priya: Person):
    event = make_event()
    booking = make_booking(event, priya, state="waiting")
    path = f"/bookings/{booking.public_id}/cancel"
    fields = client.page(path).form(button="Leave the waiting list")
    with rebuilding() as session:
        session.get_one(Booking, booking.id).state = "booked"
    answer = client.post(path, data=fields, follow_redirects=True)
    assert "This booking has changed in the meantime" in Page(answer).text
    assert only_booking(priya).state == "booked"


def test_a_booking_that_is_over_cannot_be_cancelled(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(starts=NOW - timedelta(days=3)), priya)
    answer = client.get(f"/bookings/{booking.public_id}/cancel")
    assert answer.headers["Location"] == f"/bookings/{booking.public_id}"
    page = client.page(f"/bookings/{booking.public_id}")
    assert page.heading == "You had a place"
    assert "Cancel" not in page.text


def test_an_administrator_cancels_for_somebody_and_the_history_says_who(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(), priya)
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "Why can they not come?" in client.page(f"/bookings/{booking.public_id}/cancel").text
    client.send(f"/bookings/{booking.public_id}/cancel", button="Cancel Priya Patel’s place", why="She rang")
    assert "Changed your mind?" not in client.page(f"/bookings/{booking.public_id}").text
    client.sign_in(priya)
    assert "Ada Admin cancelled your place: She rang" in client.page(f"/bookings/{booking.public_id}").text


def test_the_calendar_file_has_the_invites_uid_and_our_link(client: CheckedClient, priya: Person):
    book(client, make_event())
    booking = only_booking(priya)
    answer = client.get(f"/bookings/{booking.public_id}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    text = answer.get_data(as_text=True).replace("\r\n ", "")
    invite = db.session.scalars(sa.select(Letter.calendar)).one().replace("\r\n ", "")
    uid = next(line for line in invite.splitlines() if line.startswith("UID:"))
    assert uid in text
    assert "METHOD:PUBLISH" in text
    assert f"/join/{booking.public_id}" in text


def test_nothing_private_is_in_the_calendar_or_the_letter(client: CheckedClient, priya: Person):
    book(client, make_event(), needs="A hearing loop", mobile="07700 900123")
    letter = db.session.scalars(sa.select(Letter)).one()
    assert not [s for s in ("hearing", "07700") if s in letter.text + letter.html + letter.calendar]


def test_the_joining_link_shows_from_a_day_before_without_signing_in(client: CheckedClient, today: Traveller):
    booking = make_booking(make_event())
    path = f"/join/{booking.public_id}"
    page = client.page(path)
    assert page.heading == "Your link will be here"
    assert "Come back from Thu 17 December 2026, 9:30am" in page.text
    assert "meet.example" not in page.html
    today.move_to(booking.event.starts_at - timedelta(hours=24))
    assert client.page(path).link("Join now") == "https://meet.example/abc"
    today.move_to(booking.event.ends_at)
    assert client.page(path).heading == "This course is over"


def test_the_link_leads_to_the_session_of_the_day(client: CheckedClient, today: Traveller):
    booking = make_booking(make_event())
    second = booking.event.starts_at + timedelta(days=7)
    with writing() as session:
        session.add(
            EventSession(
                event_id=booking.event_id,
                starts_at=second,
                ends_at=second + timedelta(hours=3),
                joining_url="https://meet.example/second",
            )
        )
        session.get_one(Event, booking.event_id).ends_at = second + timedelta(hours=3)
    today.move_to(booking.event.starts_at)
    assert client.page(f"/join/{booking.public_id}").link("Join now") == "https://meet.example/abc"
    today.move_to(second - timedelta(hours=1))
    assert client.page(f"/join/{booking.public_id}").link("Join now") == "https://meet.example/second"


def test_a_link_that_does_not_lead_to_the_web_is_not_shown(client: CheckedClient, today: Traveller):
    booking = make_booking(make_event(joining_url="javascript:alert(1)"))
    today.move_to(booking.event.starts_at)
    page = client.page(f"/join/{booking.public_id}")
    assert page.heading == "The link is not here yet"
    assert "javascript:" not in page.html


def test_a_classroom_course_shows_the_way_instead(client: CheckedClient):
    booking = make_booking(make_event())
    venue = add(Venue(name="Dunston Hall", address="Ipswich Road", postcode="NR14 8PQ"))
    with writing() as session:
        session.execute(sa.update(EventSession).values(venue_id=venue.id))
    page = client.page(f"/join/{booking.public_id}")
    assert "Dunston Hall" in page.text
    assert "Ipswich Road, NR14 8PQ" in page.text
    assert "NR14+8PQ" in page.link("Show on a map")


def test_who_gave_up_the_place_gets_no_link(client: CheckedClient, today: Traveller):
    booking = make_booking(make_event(), state="cancelled")
    today.move_to(booking.event.starts_at)
    page = client.page(f"/join/{booking.public_id}", status=410)
    assert "meet.example" not in page.html
    assert client.get("/join/no-such-token").status_code == 404


def test_the_events_own_link_is_for_its_trainer_and_staff(client: CheckedClient, today: Traveller):
    event = make_event()
    path = f"/join/{event.join_token}"
    assert client.get(path).headers["Location"].startswith("/sign-in")
    trainer = make_trainer(event).person
    client.sign_in(trainer)
    assert client.page(path).link("Join now") == "https://meet.example/abc"
    booking = make_booking(event)
    client.sign_in(booking.person)
    assert client.get(path).headers["Location"] == f"/join/{booking.public_id}"
    client.sign_in(make_person("Omar Other"))
    assert client.get(path).status_code == 404


def test_tell_me_when_it_runs_and_no_longer(client: CheckedClient, priya: Person):
    course = make_course()
    path = f"/courses/{course.slug}/interest"
    answer = client.post(path, data=client.page(path).form(button="Tell me when it runs"))
    assert answer.headers["Location"] == f"/courses/{course.slug}"
    assert len(db.session.scalars(Interest.open_of(priya.id)).all()) == 1
    assert client.page(f"/courses/{course.slug}").link("Say where and when would suit you") == path
    page = client.page(path)
    assert page.heading == "You will hear from us"
    answer = client.post(f"{path}/end", data=page.form("/interest/end"))
    assert answer.headers["Location"] == "/learning"
    db.session.rollback()
    assert db.session.scalars(Interest.open_of(priya.id)).all() == []


def test_somebody_not_signed_in_comes_back_to_the_button(client: CheckedClient):
    course = make_course()
    answer = client.get(f"/courses/{course.slug}/interest")
    assert answer.headers["Location"] == f"/sign-in?next=/courses/{course.slug}/interest"
    hidden = make_course("Draft course", published=False)
    client.sign_in(make_person())
    assert client.get(f"/courses/{hidden.slug}/interest").status_code == 404


def test_an_administrators_look_at_somebodys_booking_is_kept(client: CheckedClient, today: object):
    booking = make_booking(make_event(), make_person("Priya Practitioner"))
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(ada).page(f"/bookings/{booking.public_id}")
    db.session.rollback()
    trace = db.session.scalars(sa.select(Trace)).one()
    assert (trace.actor, trace.act, trace.subject) == (
        ada.public_id,
        "looked at booking",
        booking.person.public_id,
    )


def test_what_the_catalogue_hides_cannot_be_booked_by_its_address(client: CheckedClient, priya: Person):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    token = client.token(f"/events/{make_event().id}/book")
    hidden = make_event(make_course("Hidden", published=False))
    theirs = make_event(make_course("Theirs"), host_id=elsewhere.id)
    for event in (hidden, theirs, make_event(make_course("Not yet"), state="draft")):
        assert client.get(f"/events/{event.id}/book").status_code == 404
        sent = {"csrf_token": token, "want": "place"}
        assert client.post(f"/events/{event.id}/book", data=sent).status_code == 404
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking)).all() == []


def test_another_partnership_s_administrators_do_not_see_a_booking(client: CheckedClient, priya: Person):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    booking = make_booking(make_event(host_id=elsewhere.id), priya)
    assert client.get(f"/bookings/{booking.public_id}").status_code == 200
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    assert client.get(f"/bookings/{booking.public_id}").status_code == 404
