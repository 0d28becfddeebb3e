"""The desk: what needs somebody, worst first; naming trainers; and the agency lead's page."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person, RoleGrant, Team
from app.accounts.rules import Role
from app.attendance.chasing import BACK, open_registers
from app.attendance.models import Mark, RegisterClosing
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.db import db
from app.notifications.models import Letter
from app.pool.models import EventTrainer, PoolMember
from tests.browser import CheckedClient, Page, words
from tests.calendar_laws import let_mail_leave
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
    make_trainer,
)
from tests.pools import one_is_enough
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


def needs(page: Page) -> list[tuple[str, str, str]]:
    """What the desk says: the line, its button, where the button leads."""
    found = []
    for item in page.all("ol")[0] if page.all("ol") else []:
        button = [a for a in item.iter("a") if "govuk-button" in (a.get("class") or "")][0]
        line = words(item.findall(".//h2")[0])
        found.append((line, (button.text or "").strip(), button.get("href") or ""))
    return found


def in_days(days: float, title: str = "Neglect", **given: object) -> Event:
    """A date so many days from now, which needs one trainer."""
    one_is_enough()
    return make_event(make_course(title), starts=NOW + timedelta(days=days), **given)


def test_a_desk_that_nothing_needs_says_so(client: CheckedClient):
    make_trainer(in_days(3))
    page = client.page("/desk")
    assert page.heading == "Nothing needs you"
    assert needs(page) == []


def test_a_coming_date_without_trainer_or_place_needs_somebody(client: CheckedClient):
    event = in_days(10, joining_url="")
    make_booking(event)
    page = client.page("/desk")
    assert page.heading == "2 things need somebody this week"
    assert sorted(needs(page)) == [
        ("Neglect has no joining link", "Add the link", f"/events/{event.id}/edit"),
        ("Neglect has no trainer", "Name a trainer", f"/events/{event.id}/trainers"),
    ]
    assert "1 place is held" in page.text


@pytest.mark.parametrize(
    ("days", "given"),
    [
        (15, {}),
        (-1, {}),
        (5, {"state": "draft"}),
        (5, {"state": "cancelled", "took_place": False}),
    ],
)
def test_dates_far_ahead_past_or_not_published_need_nobody_yet(
    client: CheckedClient, days: int, given: dict[str, object]
):
    event = in_days(days, joining_url="", **given)
    add(RegisterClosing(event_id=event.id, closed_at=NOW))
    assert needs(client.page("/desk")) == []


def test_a_guest_speaker_alone_does_not_train(client: CheckedClient):
    make_trainer(in_days(5), part="guest speaker")
    assert [line for line, *_ in needs(client.page("/desk"))] == ["Neglect has no trainer"]


@pytest.mark.parametrize(
    ("days", "closed", "said"),
    [(-1, False, True), (-29, False, True), (-31, False, False), (-1, True, False), (-0.2, False, False)],
)
def test_a_register_left_open_needs_somebody_from_the_next_day_on(
    client: CheckedClient, days: float, closed: bool, said: bool
):
    event = in_days(days)
    make_trainer(event)
    make_booking(event)
    if closed:
        add(RegisterClosing(event_id=event.id, closed_at=NOW))
    found = needs(client.page("/desk"))
    expected = ("The register of Neglect is still open", "Open the register", f"/events/{event.id}/register")
    assert found == ([expected] if said else [])


@pytest.mark.parametrize("headcount_only", [True, False])
def test_a_register_that_nobody_can_close_needs_nobody(client: CheckedClient, headcount_only: bool):
    event = in_days(-1, headcount_only=headcount_only)
    make_trainer(event)
    if headcount_only:
        make_booking(event, state=State.WALK_IN)
    assert needs(client.page("/desk")) == []
    assert db.session.execute(open_registers([event.host_id], NOW - BACK, NOW)).all() == []


def test_a_free_place_with_people_waiting_needs_somebody(client: CheckedClient):
    event = in_days(6, capacity=3)
    make_trainer(event)
    for state in (State.BOOKED, State.WAITING, State.WAITING):
        make_booking(event, state=state)
    assert needs(client.page("/desk")) == [
        (
            "Neglect: 2 people wait, and 2 places are free",
            "See who waits",
            f"/events/{event.id}/bookings?state=waiting",
        )
    ]


def letter(state: str, *, days: int = 1, secret: bool = False, to: str = "priya@x.example") -> Letter:
    """A mail of some days ago."""
    at, number = NOW - timedelta(days=days), db.session.scalar(sa.select(sa.func.count(Letter.id))) or 0
    given = {"partnership_id": make_partnership().id, "subject": "Booked", "text": "…", "secret": secret}
    named = {"key": f"k{number}", "message": "booked", "message_id": f"<{number}@x>", "to_email": to}
    return add(Letter(**given, **named, queued_at=at, due_at=at, state=state))


def test_mail_that_could_not_be_sent_needs_somebody(client: CheckedClient):
    letter("failed")
    letter("sent", to="tom@x.example")
    assert needs(client.page("/desk")) == [
        ("A mail could not be sent", "See the mail", "/outbox?state=failed")
    ]


def test_mail_that_went_out_later_or_long_ago_or_a_sign_in_mail_needs_nobody(client: CheckedClient):
    letter("failed")
    letter("sent")
    letter("failed", days=15, to="old@x.example")
    letter("failed", secret=True, to="typo@x.example")
    assert needs(client.page("/desk")) == []


def test_the_worst_comes_first(client: CheckedClient):
    in_days(9, "Later course")
    make_booking(in_days(-2, "Past course"))
    letter("failed")
    in_days(1, "Tomorrow's course")
    assert [line for line, *_ in needs(client.page("/desk"))] == [
        "Tomorrow's course has no trainer",
        "A mail could not be sent",
        "The register of Past course is still open",
        "Later course has no trainer",
    ]


def test_the_next_seven_days_show_places_waiting_and_trainers(client: CheckedClient):
    event = in_days(4, capacity=2)
    make_trainer(event)
    for state in (State.BOOKED, State.BOOKED, State.WAITING):
        make_booking(event, state=state)
    in_days(8, "Next week but one")
    page = client.page("/desk")
    (table,) = page.all("table")
    body = table.find("tbody")
    assert body is not None
    (row,) = [[words(cell) for cell in row] for row in body]
    assert row[0] == "Neglect"
    assert row[2] == "Online" and row[3].startswith("Tom Trainer")
    assert row[4:6] == ["2 of 2: who is on Neglect", "1"]


@pytest.mark.parametrize("number", [1, 12])
def test_the_desk_takes_the_same_few_statements(client: CheckedClient, number: int):
    for place in range(number):
        in_days(place / 3 + 1, f"Course {place}", joining_url="")
        in_days(-place - 1, f"Old {place}")
    with count_statements() as statements:
        client.page("/desk")
    assert len(statements) <= 31, statements


def test_the_search_on_the_desk_finds_people(client: CheckedClient):
    make_person("Priya Patel")
    assert client.page("/desk").form("/people") == {"q": ""}
    assert "Priya Patel" in client.page("/people?q=priya").text


def test_another_partnerships_events_are_not_on_the_desk(client: CheckedClient):
    event = in_days(2)
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    make_event(event.course, starts=NOW + timedelta(days=1), host_id=elsewhere.id)
    assert [href for *_, href in needs(client.page("/desk"))] == [f"/events/{event.id}/trainers"]


# Who delivers an event.


def name(client: CheckedClient, event: Event, status: int = 200, **typed: str) -> Page:
    """Name somebody on the page."""
    return client.send(f"/events/{event.id}/trainers", button="Put them on this date", status=status, **typed)


def delivering(event: Event) -> list[tuple[str, str, int | None]]:
    """Who delivers it, as what, for which agency."""
    rows = db.session.execute(
        sa.select(Person.name, EventTrainer.part, EventTrainer.agency_id)
        .join(Person, Person.id == EventTrainer.person_id)
        .where(EventTrainer.event_id == event.id)
        .order_by(Person.name)
    )
    return [tuple(row) for row in rows]


def test_a_trainer_is_named_and_taken_off(client: CheckedClient):
    event, tom = in_days(5), make_person("Tom Trainer", Role.TRAINER)
    page = name(client, event, person=tom.public_id)
    assert "Tom Trainer is on this date now" in page.text
    assert delivering(event) == [("Tom Trainer", "pool", make_agency().id)]
    assert needs(client.page("/desk")) == []
    page = client.send(
        f"/events/{event.id}/trainers/end",
        on=f"/events/{event.id}/trainers",
        button="Take off Tom Trainer",
    )
    assert delivering(event) == []


def test_an_expert_counts_for_no_agency(client: CheckedClient):
    event, eve = in_days(5), make_person("Eve Expert")
    standing = {"partnership_id": make_partnership().id, "person_id": eve.id, "standing": "expert"}
    add(PoolMember(**standing, from_on=LONG_AGO))
    name(client, event, person=eve.public_id, part="expert")
    assert delivering(event) == [("Eve Expert", "expert", None)]


def test_only_those_who_may_train_can_be_named(client: CheckedClient):
    event, priya = in_days(5), make_person("Priya Patel")
    make_person("Tom Trainer", Role.TRAINER)
    page = name(client, event, status=422, person=priya.public_id)
    assert "Not a valid choice" in page.text
    name(client, event, status=422, person="")
    assert delivering(event) == []


def test_nobody_to_choose_is_said(client: CheckedClient):
    assert "nobody to choose" in client.page(f"/events/{in_days(5).id}/trainers").text


def test_trainers_of_another_partnerships_event_are_not_found(client: CheckedClient):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    event = in_days(5, host_id=elsewhere.id)
    client.page(f"/events/{event.id}/trainers", status=404)
    client.page("/events/999/trainers", status=404)


# My agency.


def lead(client: CheckedClient, **led: object) -> Person:
    """Lena leads, and sits at the browser."""
    person = make_person("Lena Lead")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=person.id, **{**given, **led}))
    client.sign_in(person)
    return person


def marked(event: Event, person: Person, kind: str, **given: object) -> Booking:
    """A booking with its mark."""
    booking = make_booking(event, person, **given)
    session_id = db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == event.id)).one()
    add(Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=NOW))
    return booking


def rows(page: Page) -> list[list[str]]:
    """Every event of the page's lists: what, when, and the names by what became of them."""
    events = [item for item in page.all("li") if item.get("class") == "rt-row"]
    return [[words(part) for part in item[0]] for item in events]


def test_a_lead_sees_what_is_coming_and_who_came(client: CheckedClient):
    council = make_agency()
    lead(client, agency_id=council.id)
    priya, sam = make_person("Priya Patel"), make_person("Sam Smith")
    coming, past = in_days(4), in_days(-10, "Self harm")
    make_booking(coming, priya)
    make_booking(coming, sam, state=State.WAITING)
    make_booking(in_days(5, "Hidden"), sam, state=State.CANCELLED)
    marked(past, priya, "present")
    marked(past, sam, "absent")
    add(RegisterClosing(event_id=past.id, closed_at=NOW))
    page = client.page("/my-agency")
    assert rows(page) == [
        ["Neglect", "Tue 24 November 2026", "Has a place Priya Patel", "Waiting Sam Smith"],
        ["Self harm", "Tue 10 November 2026", "Came Priya Patel", "Did not come Sam Smith"],
    ]
    tiles = [words(tile) for tile in page.all("li") if "rt-tile" in (tile.get("class") or "")]
    assert [tile.split()[:3] for tile in tiles] == [
        ["Coming", "bookings", "2"],
        ["Came", "1", "in"],
        ["Did", "not", "come"],
    ]
    assert "Did not come 1 " in tiles[2]


def names_seen(client: CheckedClient) -> set[str]:
    """Whose bookings the page shows."""
    listed = [line for row in rows(client.page("/my-agency")) for line in row[2:]]
    return {name for line in listed for name in line.removeprefix("Has a place ").split(" and ")}


def test_a_lead_sees_their_agency_setting_or_team_and_nobody_else(client: CheckedClient):
    council, police, event = make_agency(), make_agency("Northshire Police"), in_days(4)
    team = add(Team(agency_id=council.id, name="Early Help"))
    school, other = make_setting("Hill Top Primary School"), make_setting("Oakfield Academy")
    make_booking(event, make_person("Carl Council"))
    make_booking(event, make_person("Tia Team", team_id=team.id))
    make_booking(event, make_person("Pete Police", agency=police))
    make_booking(event, make_person("Hal Hilltop", agency=school.agency, setting_id=school.id))
    make_booking(event, make_person("Olga Oakfield", agency=school.agency, setting_id=other.id))
    lead(client, agency_id=council.id)
    assert names_seen(client) == {"Carl Council", "Tia Team"}
    for led, seen in (
        ({"agency_id": council.id, "team_id": team.id}, {"Tia Team"}),
        ({"agency_id": school.agency_id, "setting_id": school.id}, {"Hal Hilltop"}),
        ({"agency_id": police.id}, {"Pete Police"}),
    ):
        person = make_person()
        given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value}
        add(RoleGrant(person_id=person.id, from_on=LONG_AGO, **given, **led))
        client.sign_in(person)
        assert names_seen(client) == seen


def test_a_role_that_ended_or_that_leads_nothing_shows_nobody(client: CheckedClient):
    council = make_agency()
    make_booking(in_days(4), make_person("Carl Council"))
    lead(client)
    assert "does not say yet which agency" in client.page("/my-agency").text
    assert names_seen(client) == set()
    ended = make_person("Una Until")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "agency_id": council.id}
    add(RoleGrant(person_id=ended.id, from_on=LONG_AGO, until_on=LONG_AGO, **given))
    client.sign_in(ended)
    client.page("/my-agency", status=403)


def test_another_role_of_a_lead_does_not_widen_what_they_lead(client: CheckedClient):
    council, police = make_agency(), make_agency("Northshire Police")
    make_booking(in_days(4), make_person("Pete Police", agency=police))
    person = lead(client, agency_id=council.id)
    given = {"partnership_id": make_partnership().id, "role": Role.TRAINER.value, "agency_id": police.id}
    add(RoleGrant(person_id=person.id, from_on=LONG_AGO, **given))
    assert names_seen(client) == set()


@pytest.mark.parametrize("number", [1, 30])
def test_my_agency_takes_the_same_few_statements_and_25_a_page(client: CheckedClient, number: int):
    council, event, past = make_agency(), in_days(4, capacity=40), in_days(-4, capacity=40)
    for _ in range(number):
        person = make_person()
        make_booking(event, person)
        marked(past, person, "present")
    lead(client, agency_id=council.id)
    with count_statements() as statements:
        page = client.page("/my-agency")
    assert len(statements) <= 11, statements
    assert [line.count("Person ") for _, _, line in rows(page)] == [min(number, 25)] * 2


def test_who_is_named_and_who_is_taken_off_hear_of_it_with_their_calendar(client: CheckedClient):
    event, tom = in_days(5), make_person("Tom Trainer", Role.TRAINER)
    page = name(client, event, person=tom.public_id)
    assert "A mail tells them, with the sessions for their calendar." in page.text
    let_mail_leave(NOW)
    client.send(
        f"/events/{event.id}/trainers/end",
        on=f"/events/{event.id}/trainers",
        button="Take off Tom Trainer",
    )
    told = db.session.scalars(sa.select(Letter).order_by(Letter.id)).all()
    assert [(letter.message, letter.calendar_method) for letter in told] == [
        ("trainer-named", "REQUEST"),
        ("trainer-released", "CANCEL"),
    ]


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(-3, "published", "No mail went out: tell them."), (5, "draft", "When you publish this date, a mail")],
)
def test_who_trained_on_what_is_over_or_not_announced_is_written_down_without_a_mail(
    client: CheckedClient, days: int, state: str, said: str
):
    event, tom = in_days(days, state=state), make_person("Tom Trainer", Role.TRAINER)
    assert said in name(client, event, person=tom.public_id).text
    assert db.session.scalars(sa.select(Letter)).all() == []
