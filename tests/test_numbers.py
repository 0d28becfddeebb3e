"""Organisations that send numbers without accounts: one row each, its link, the limit, and the tally."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Agency, Person
from app.accounts.rules import Role
from app.attendance import actions as attendance
from app.booking import headcounts
from app.booking.headcounts import Numbers
from app.booking.models import Headcount
from app.catalogue.models import Event
from app.clock import stopped_at
from app.db import db
from app.errors import Refused
from app.notifications.models import Letter
from app.records import forgetting
from app.records.actions import changing
from app.tallies.models import EventTally
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import add, make_agency, make_course, make_event, make_person, make_setting

pytestmark = pytest.mark.usefixtures("today")
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
SENT = {
    "organisation": "Hill Top Primary School",
    "expected": "3",
    "contact_name": "Holly Head",
    "contact_email": "holly@hilltop.example",
}


@pytest.fixture
def forum(app: Flask) -> Event:
    """An engagement forum in January for organisations, with room for ten people."""
    make_agency()
    return make_event(
        make_course("Engagement forum", kind="forum"), JANUARY, headcount_only=True, capacity=10
    )


@pytest.fixture
def ada(app: Flask) -> Person:
    """Ada administers."""
    return make_person("Ada Admin", Role.ADMINISTRATOR)


def send(event: Event, name: str = "Hill Top", expected: int = 3, **more: object) -> tuple[Headcount, bool]:
    """An organisation sends its numbers."""
    given = {"contact_name": "Holly", "contact_email": "holly@hilltop.example", **more}
    numbers = Numbers(organisation=name, expected=expected, **given)  # type: ignore[arg-type]
    with changing(event, now=TODAY) as locked:
        return headcounts.send_numbers(locked, numbers, network="192.0.2.1", now=TODAY)


def counts_of(event: Event) -> dict[str, object]:
    """The tally of an event."""
    db.session.expire_all()
    return db.session.scalars(sa.select(EventTally.counts).where(EventTally.event_id == event.id)).one()


def mails(message: str) -> list[Letter]:
    """The letters of a kind."""
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == message).order_by(Letter.id)))


def test_an_organisation_of_the_list_keeps_its_name_agency_setting_and_sector(forum: Event):
    school = make_setting()
    row, new = send(forum, "hill top primary school")
    assert new and (row.organisation, row.setting_id, row.sector) == (school.name, school.id, "Education")
    row, _ = send(forum, "northshire county council")
    assert (row.organisation, row.setting_id, row.sector) == (
        "Northshire County Council",
        None,
        "Local authority",
    )


def test_an_organisation_that_is_not_in_the_list_belongs_to_the_others_in_its_sector(forum: Event):
    row, _ = send(forum, "Brass Band Northshire", sector="Voluntary")
    assert db.session.get_one(Agency, row.agency_id).name == "Other organisations"
    assert (row.organisation, row.sector) == ("Brass Band Northshire", "Voluntary")
    other, _ = send(forum, "Rowing club")
    assert other.agency_id == row.agency_id and other.sector == "Other"


def test_the_second_sending_of_an_organisation_changes_nothing(forum: Event):
    first, _ = send(forum, "Hill Top", 3)
    again, new = send(forum, " hill  top ", 7, contact_email="somebody@else.example")
    assert not new and again.id == first.id
    assert (again.expected, again.contact_email) == (3, "holly@hilltop.example")
    assert len(mails("numbers-sent")) == 1


def test_numbers_beyond_the_limit_are_refused_and_fewer_than_before_always_fit(forum: Event):
    send(forum, "Hill Top", 8)
    with pytest.raises(Refused, match="Only 2 places are left: enter 2 or fewer"):
        send(forum, "Valley", 3)
    db.session.rollback()
    row, _ = send(forum, "Valley", 2)
    with changing(forum, now=TODAY) as locked:
        locked.booking_limit = 5
    with changing(forum, now=TODAY) as locked:
        fewer = Numbers(organisation="", expected=1)
        assert headcounts.change_numbers(row, locked, fewer, now=TODAY)
        with pytest.raises(Refused, match="No places are left"):
            headcounts.change_numbers(row, locked, Numbers(organisation="", expected=4), now=TODAY)


def test_cancelled_numbers_free_their_places_and_do_not_count(forum: Event):
    row, _ = send(forum, "Hill Top", 8)
    send(forum, "Valley", 2)
    assert counts_of(forum)["headcount_expected"] == 10
    assert counts_of(forum)["organisations_booked"] == ["organisation:hill top", "organisation:valley"]
    with changing(forum, now=TODAY) as locked:
        headcounts.cancel_numbers(row, locked, now=TODAY)
    assert counts_of(forum)["headcount_expected"] == 2
    assert counts_of(forum)["organisations_booked"] == ["organisation:valley"]
    assert headcounts.places_left(forum) == 8


def test_cancelled_numbers_can_be_sent_again_and_get_another_link(forum: Event):
    row, _ = send(forum)
    link = row.token
    with changing(forum, now=TODAY) as locked:
        headcounts.cancel_numbers(row, locked, now=TODAY)
    again, new = send(forum, expected=5)
    assert new and (again.id, again.expected, again.cancelled_at) == (row.id, 5, None)
    assert again.token != link and len(mails("numbers-sent")) == 2


def test_the_register_by_headcount_counts_who_came_of_those_who_did_not_cancel(
    forum: Event, today: time_machine.Traveller, ada: Person
):
    kept, _ = send(forum, "Valley", 2)
    gone, _ = send(forum, "Hill Top", 3)
    with changing(forum, now=TODAY) as locked:
        headcounts.cancel_numbers(gone, locked, now=TODAY)
    with changing(forum, now=JANUARY) as locked:
        attendance.count_organisations(locked, {kept.id: 2, gone.id: 9}, by=ada, now=JANUARY)
    assert counts_of(forum)["headcount_came"] == 2


def test_too_many_sendings_from_one_network_are_refused_for_an_hour(forum: Event):
    for number in range(headcounts.MOST_FROM_A_NETWORK):
        send(forum, f"Organisation {number}", 1, contact_email=f"{number}@b.example")
    with pytest.raises(Refused, match="last hour"):
        send(forum, "One more", 1, contact_email="x@b.example")


def test_one_address_is_not_flooded(forum: Event):
    for number in range(headcounts.MOST_TO_AN_ADDRESS):
        send(forum, f"Organisation {number}", 1)
    with pytest.raises(Refused, match="last hour"):
        send(forum, "One more", 1)


def test_nothing_can_be_sent_or_changed_once_booking_has_closed(forum: Event):
    row, _ = send(forum)
    closed = JANUARY + timedelta(minutes=1)
    assert "too late" in headcounts.why_closed(forum, closed)
    assert headcounts.why_closed(forum, closed, by_staff=True) == ""
    with changing(forum, now=closed) as locked, pytest.raises(Refused, match="too late"):
        headcounts.cancel_numbers(row, locked, now=closed)


def test_what_a_group_needs_is_wiped_thirty_days_after(forum: Event):
    send(forum, needs="A wheelchair")
    forgetting.due(stopped_at(JANUARY + timedelta(days=30)))
    assert db.session.scalars(sa.select(Headcount.needs)).one() == "A wheelchair"
    forgetting.due(stopped_at(JANUARY + timedelta(days=31)))
    db.session.expire_all()
    assert db.session.scalars(sa.select(Headcount.needs)).one() == ""


def test_a_school_sends_changes_and_cancels_its_numbers_without_an_account(
    client: CheckedClient, forum: Event
):
    make_setting()
    assert client.page(f"/events/{forum.id}").link("Send your numbers") == f"/events/{forum.id}/numbers"
    page = client.send(f"/events/{forum.id}/numbers", button="Send the numbers", **SENT)
    assert page.heading == "3 people of Hill Top Primary School will come"
    [letter] = mails("numbers-sent")
    row = db.session.scalars(sa.select(Headcount)).one()
    here = f"/numbers/{row.token}"
    assert letter.to_email == "holly@hilltop.example" and here in letter.text
    page = client.send(here, button="Save", expected="5")
    assert page.heading == "5 people of Hill Top Primary School will come"
    page = client.send(f"{here}/cancel", on=here)
    assert page.heading == "Hill Top Primary School: cancelled"


def test_a_second_sending_is_told_kindly_and_the_first_gets_the_link_again(
    client: CheckedClient, forum: Event
):
    client.send(f"/events/{forum.id}/numbers", button="Send the numbers", **SENT)
    other = {**SENT, "expected": "9", "contact_email": "new@hilltop.example"}
    page = client.send(f"/events/{forum.id}/numbers", button="Send the numbers", status=422, **other)
    assert "has sent its numbers already, and nothing was changed" in page.text
    assert "holly@" not in page.text
    [letter] = mails("numbers-link")
    assert letter.to_email == "holly@hilltop.example"
    client.send(f"/events/{forum.id}/numbers", button="Send the numbers", status=422, **other)
    assert len(mails("numbers-link")) == 1  # once an hour


def test_a_date_for_people_has_no_page_for_numbers(client: CheckedClient, forum: Event):
    assert client.get(f"/events/{make_event(make_course('Neglect')).id}/numbers").status_code == 404
    draft = make_event(forum.course, JANUARY, headcount_only=True, state="draft")
    assert client.get(f"/events/{draft.id}/numbers").status_code == 404
    assert client.get("/numbers/not-a-link").status_code == 404


def test_the_desk_sees_who_comes_adds_one_and_downloads_the_list(
    client: CheckedClient, forum: Event, ada: Person
):
    send(forum, "=Hill Top", 3, needs="A loop")
    client.sign_in(ada)
    here = f"/events/{forum.id}/organisations"
    page = client.send(here, button="Add it", organisation="Valley", expected="2")
    assert page.heading == "5 people of 2 organisations" and "5 places are left of 10" in page.text
    sheet = client.get(f"/events/{forum.id}/organisations.csv").get_data(as_text=True)
    assert "'=Hill Top,Other,3,Holly,holly@hilltop.example,A loop" in sheet
    assert client.get(f"/events/{forum.id}/organisations.xlsx").status_code == 200
    page = client.send(here, button="Add it", organisation="valley", expected="9")
    assert "Valley is there already" in page.text and page.heading == "5 people of 2 organisations"


def test_the_desk_writes_to_all_organisations_after_seeing_the_mail_and_once_only(
    client: CheckedClient, forum: Event, ada: Person
):
    send(forum, "Hill Top", 3)
    send(forum, "Valley", 2, contact_email="v@valley.example")
    client.sign_in(ada)
    here = f"/events/{forum.id}/organisations/write"
    text = {"subject": "Parking", "text": "Behind the church.\n\nBring change."}
    page = client.send(here, button="See how it looks", **text)
    assert page.heading == "2 organisations get this mail" and "Behind the church." in page.text
    assert mails("numbers-message") == []
    for _ in range(2):
        client.post(here, data={**page.form("", "See how it looks"), **text, "reaches": "2"})
    assert [letter.to_email for letter in mails("numbers-message")] == [
        "holly@hilltop.example",
        "v@valley.example",
    ]


def test_numbers_of_before_without_a_contact_are_kept_as_they_are(
    forum: Event, client: CheckedClient, ada: Person
):
    agency = make_agency()
    old = {"organisation": "Old hands", "agency_id": agency.id, "expected": 4, "booked_on": TODAY.date()}
    add(Headcount(event_id=forum.id, **old))
    client.sign_in(ada)
    assert "Nobody known" in client.page(f"/events/{forum.id}/organisations").text
