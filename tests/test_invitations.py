"""By invitation: who is invited, who finds the date, the letter to each once, and lists that go on with a series."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions, invited
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue import invitations
from app.catalogue.invitations import Invited, is_invited
from app.catalogue.models import Event, EventInvitation
from app.db import db
from app.delivery.cloning import repeat_event
from app.errors import Refused
from app.notifications.models import Letter
from app.records.actions import changing, settle
from tests.browser import CheckedClient, words
from tests.conftest import TODAY
from tests.factories import make_agency, make_booking, make_course, make_event, make_person, make_setting

pytestmark = pytest.mark.usefixtures("app", "today")
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def forum() -> Event:
    """The schools' leads meet, by invitation, in January."""
    course = make_course("Safeguarding leads network", kind="forum")
    return make_event(course, JANUARY, by_invitation=True)


@pytest.fixture
def ada() -> Person:
    """Ada administers."""
    return make_person("Ada Admin", Role.ADMINISTRATOR)


def invite(event: Event, *wanted: Invited) -> int:
    """Invite them; returns how many were new."""
    with changing(event, now=TODAY) as locked:
        return len(invitations.invite(locked, wanted, by="", now=TODAY))


def letters() -> list[str]:
    """To whom invitations were posted, in order."""
    posted = sa.select(Letter.to_email).where(Letter.message == "invitation").order_by(Letter.id)
    return list(db.session.scalars(posted))


def test_a_person_is_invited_by_address_by_agency_or_by_setting(forum: Event):
    school, police = make_setting(), make_agency("Police")
    nobody = {"email": "sam@elsewhere.example", "agency_id": police.id, "setting_id": None}
    assert not is_invited(forum.id, **nobody)
    invite(forum, Invited(email="sam@elsewhere.example"))
    assert is_invited(forum.id, **nobody)
    assert not is_invited(forum.id, email="", agency_id=school.agency_id, setting_id=school.id)
    invite(forum, Invited(setting_id=school.id))
    assert is_invited(forum.id, email="", agency_id=school.agency_id, setting_id=school.id)
    assert not is_invited(forum.id, email="", agency_id=school.agency_id, setting_id=None)
    invite(forum, Invited(agency_id=police.id))
    assert is_invited(forum.id, email="", agency_id=police.id, setting_id=None)


def test_inviting_the_same_twice_keeps_one_invitation(forum: Event):
    school = make_setting()
    assert invite(forum, Invited(email="a@b.example"), Invited(email="a@b.example")) == 1
    assert invite(forum, Invited(email="a@b.example"), Invited(setting_id=school.id)) == 1
    assert invite(forum, Invited(setting_id=school.id)) == 0


def test_events_of_a_series_share_their_invitations_and_tell_of_each_anew(forum: Event):
    summer = make_event(forum.course, JANUARY + timedelta(days=120), by_invitation=True)
    invite(forum, Invited(email="a@b.example", name="Ann"), Invited(agency_id=make_agency("Police").id))
    add_told(forum)
    with changing(summer, now=TODAY):
        assert invitations.copy_invitations(forum.id, summer.id, now=TODAY) == 2
        assert invitations.copy_invitations(forum.id, summer.id, now=TODAY) == 0
    copied = db.session.scalars(sa.select(EventInvitation).where(EventInvitation.event_id == summer.id)).all()
    assert {row.name for row in copied} == {"Ann", ""}
    assert {row.told_at for row in copied} == {None}


def test_a_series_is_made_with_the_invitations_of_its_first_date(forum: Event, ada: Person):
    invite(forum, Invited(email="a@b.example"), Invited(agency_id=make_agency("Police").id))
    with changing(forum, now=TODAY) as locked:
        [summer] = repeat_event(locked, [date(2027, 5, 11)], by=ada, now=TODAY)
        settle(summer.id, now=TODAY)
    assert summer.by_invitation and len(invited.lines_of(summer.id)) == 2
    assert invited.readers_of(summer, TODAY) == [invited.Reader("a@b.example", "")]


def add_told(event: Event) -> None:
    """Send the letters of an event."""
    with changing(event, now=TODAY) as locked:
        invited.send(locked, invited.readers_of(locked, TODAY), now=TODAY)


def test_the_letter_reaches_each_invited_person_once_whichever_way_they_were_invited(forum: Event):
    police = make_agency("Police")
    priya = make_person("Priya", agency=police)
    make_booking(forum, make_person("Bob Booked", agency=police))
    invite(
        forum, Invited(agency_id=police.id), Invited(email=str(priya.email)), Invited(email="new@b.example")
    )
    add_told(forum)
    assert letters() == [priya.email, "new@b.example"]
    late = make_person("Joined Later", agency=police)
    add_told(forum)
    assert letters() == [priya.email, "new@b.example", late.email]


def test_no_invitation_goes_out_for_a_draft_or_for_what_has_begun(forum: Event):
    invite(forum, Invited(email="a@b.example"))
    assert invited.readers_of(forum, TODAY) == [invited.Reader("a@b.example", "")]
    assert invited.readers_of(forum, JANUARY) == []
    draft = make_event(forum.course, JANUARY, by_invitation=True, state="draft")
    invite(draft, Invited(email="a@b.example"))
    assert invited.readers_of(draft, TODAY) == []


def test_only_the_invited_can_book(forum: Event):
    priya, asked = make_person("Priya"), Asked()

    def book() -> str:
        with changing(forum, now=TODAY) as locked:
            place = workplaces_of(priya.id, TODAY.date())[0]
            return actions.book(locked, priya, place, by=priya, now=TODAY, asked=asked).state

    with pytest.raises(Refused, match="invitation"):
        book()
    db.session.rollback()
    invite(forum, Invited(email=str(priya.email)))
    assert book() == State.BOOKED


@pytest.mark.parametrize("path", ["/courses?q=network", "/programme"])
def test_only_the_invited_and_the_desk_find_the_date(
    client: CheckedClient, forum: Event, path: str, ada: Person
):
    def dated() -> bool:
        return "12 January 2027" in client.page(path).text

    priya, other = make_person("Priya"), make_person("Other")
    assert not dated()
    invite(forum, Invited(email=str(priya.email)))
    client.sign_in(priya)
    assert dated()
    client.sign_in(other)
    assert not dated()
    client.sign_in(ada)
    assert dated() is (path != "/programme")


def test_a_visitor_who_follows_the_letter_is_asked_to_sign_in_and_then_books(
    client: CheckedClient, forum: Event
):
    page = client.page(f"/events/{forum.id}")
    assert (
        "by invitation" in page.text and page.link("Sign in to book") == f"/sign-in?next=/events/{forum.id}"
    )
    priya = make_person("Priya")
    client.sign_in(priya)
    assert f"You were not invited at {priya.email}" in client.page(f"/events/{forum.id}").text
    invite(forum, Invited(email=str(priya.email)))
    assert client.page(f"/events/{forum.id}").link("Book a place") == f"/events/{forum.id}/book"


def test_the_desk_invites_a_pasted_list_sends_the_letter_and_sees_who_booked(
    client: CheckedClient, forum: Event, ada: Person
):
    client.sign_in(ada)
    here = f"/events/{forum.id}/invitations"
    page = client.send(here, button="Invite them", people="Priya <priya@northshire.example>\nsam@b.example")
    assert "Invited: 2." in page.text and "2 people have not been told" in page.text
    page = client.send(f"{here}/send", on=here, button="Send it to 2 people")
    assert "on its way to 2 people" in page.text and "Send it" not in page.text
    assert letters() == ["priya@northshire.example", "sam@b.example"]
    make_booking(forum, make_person("Priya"))
    [said] = [words(row) for row in client.page(here).all("tr") if "priya@" in words(row)]
    assert "Has a place" in said and "Not booked" not in said


def test_a_list_with_faults_invites_nobody_and_names_each_line(
    client: CheckedClient, forum: Event, ada: Person
):
    client.sign_in(ada)
    here = f"/events/{forum.id}/invitations"
    page = client.send(here, button="Invite them", status=422, people="Ann ann@b.example\nSam\nbob@bob")
    assert "Line 2, \u201cSam\u201d: enter an email address" in page.text
    assert "Line 3, \u201cbob@bob\u201d" in page.text
    assert not db.session.scalars(sa.select(EventInvitation)).all()
    assert "ann@b.example" in page.text  # what was pasted is still there


def test_the_desk_invites_a_whole_school_and_takes_the_invitation_back(
    client: CheckedClient, forum: Event, ada: Person
):
    school = make_setting()
    client.sign_in(ada)
    here = f"/events/{forum.id}/invitations"
    page = client.send(
        f"{here}/organisations", on=here, button="Invite everybody there", organisation=f"setting:{school.id}"
    )
    assert "everybody of 1 organisation" in page.text and school.name in page.text
    [row] = db.session.scalars(sa.select(EventInvitation)).all()
    page = client.send(f"{here}/{row.id}/take-back", on=here)
    assert "Nobody yet." in page.text


def test_a_letter_that_would_reach_others_than_the_page_said_is_not_sent(
    client: CheckedClient, forum: Event, ada: Person
):
    client.sign_in(ada)
    invite(forum, Invited(email="a@b.example"))
    here = f"/events/{forum.id}/invitations"
    form = client.page(here).form("/send")
    invite(forum, Invited(email="c@b.example"))
    client.post(f"{here}/send", data=form)
    assert "It would now reach 2 people" in client.page(here).text and letters() == []


def test_the_desk_makes_a_date_by_invitation_with_its_form(
    client: CheckedClient, ada: Person, today: time_machine.Traveller
):
    event = make_event(make_course("Network"), JANUARY)
    client.sign_in(ada)
    client.send(f"/events/{event.id}/edit", button="Save", open_to="invited")
    db.session.expire_all()
    assert db.session.get_one(Event, event.id).by_invitation
    assert "12 January" not in client.page("/programme").text


def test_whether_organisations_send_numbers_stays_while_people_are_on_the_date(
    client: CheckedClient, ada: Person
):
    event = make_event(make_course("Network"), JANUARY)
    make_booking(event)
    client.sign_in(ada)
    page = client.send(f"/events/{event.id}/edit", button="Save", status=422, open_to="organisations")
    assert "stays as it is" in page.text
