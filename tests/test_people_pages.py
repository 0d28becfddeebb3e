"""Finding people, their page, their roles."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Affiliation, Person, RoleGrant, Team
from app.accounts.rules import Role
from app.attendance.models import Mark, RegisterClosing
from app.audit.models import Trace
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import Event, EventSession
from app.db import db, writing
from app.evaluation.models import EvaluationRequest
from app.pages.people.words import outcome
from app.web.headers import log
from tests.browser import CheckedClient, Page, words
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
)
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def cora(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Cora coordinates, and sits at the browser."""
    person = make_person("Cora Coordinator", Role.COORDINATOR)
    client.sign_in(person)
    return person


def names(page: Page) -> list[str]:
    """Whom a search shows."""
    return [words(h) for h in page.all("h2")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("pri pat", ["Priya Patel"]),
        ("PATEL", ["Priya Patel"]),
        ("priya.p", ["Priya Patel"]),
        ("patel@north", ["Priya Patel"]),
        ("hill top", ["Priya Patel"]),
        ("police", ["Priya Constable", "Pete Constable"]),  # hers is in the address too
        ("priya police", ["Priya Constable"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
    ],
)
@pytest.mark.usefixtures("ada")
def test_a_piece_of_name_address_or_place_of_work_finds_people(
    client: CheckedClient, asked: str, found: list[str]
):
    school = make_setting("Hill Top Primary School")
    make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    police = make_agency("Northshire Police")
    make_person("Pete Constable", agency=police)
    make_person("Priya Constable", agency=police, email="pc@police.example")
    page = client.page(f"/people?q={asked.replace('%', '%25')}")
    assert [n for n in names(page) if n != "Nobody like that"] == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sudi", ["Priya Patel"]),
        ("unexpected infant patel", ["Priya Patel"]),
        ("PATEL sudden", ["Priya Patel"]),
        ("long ago", []),
        ("neglect", ["Nell Neglect", "Nora North", "Wanda Waiting"]),
        ("wanda neglect", ["Wanda Waiting"]),
        ("patel neglect", []),
    ],
)
@pytest.mark.usefixtures("ada")
def test_a_course_they_are_booked_on_finds_people_after_those_it_names(
    client: CheckedClient, asked: str, found: list[str]
):
    priya, neglect = make_person("Priya Patel"), make_course("Neglect")
    sudi = make_course("Sudden unexpected death in infancy", other_names=["SUDI", "Unexpected infant death"])
    make_booking(make_event(sudi), priya)
    make_booking(make_event(make_course("Long ago"), starts=NOW - timedelta(days=91)), priya)
    make_booking(make_event(neglect), make_person("Wanda Waiting"), state=State.WAITING)
    make_booking(make_event(neglect, starts=NOW - timedelta(days=80)), make_person("Nora North"))
    make_person("Nell Neglect")
    assert [n for n in names(client.page(f"/people?q={asked}")) if n != "Nobody like that"] == found


@pytest.mark.parametrize(
    "typed", ["{}", "http://localhost/bookings/{}", "https://x.example/join/{}?from=mail"]
)
@pytest.mark.usefixtures("ada")
def test_the_reference_of_a_booking_or_its_link_finds_it(client: CheckedClient, typed: str):
    booking = make_booking(make_event(make_course("Neglect")), make_person("Priya Patel"))
    page = client.page("/people?" + urlencode({"q": typed.format(booking.public_id)}))
    assert "The booking of Priya Patel: Neglect, Fri 18 December 2026" in page.text
    assert page.link("The booking") == f"/bookings/{booking.public_id}"
    assert "The booking" not in client.page("/people?q=" + "x" * 16).text


@pytest.mark.usefixtures("ada")
def test_a_line_says_what_is_coming(client: CheckedClient):
    priya = make_person("Priya Patel")
    for number, title in enumerate(("Neglect", "Self harm", "Cyber safety"), 1):
        state = State.WAITING if number == 2 else State.BOOKED
        make_booking(make_event(make_course(title), starts=NOW + timedelta(days=number)), priya, state=state)
    text = client.page("/people?q=priya").text
    assert "Neglect, Sat 21 November; Self harm, Sun 22 November (waiting); and 1 more" in text


@pytest.mark.usefixtures("ada")
def test_people_come_25_a_page_with_the_search_kept(client: CheckedClient):
    for number in range(30):
        make_person(f"Sam Smith {number:02d}")
    page = client.page("/people?q=sam")
    assert len(names(page)) == 25
    assert "30 people found" in page.text
    assert len(names(client.page(page.link("Next page")))) == 5
    assert len(names(client.page("/people?q=sam&page=99"))) == 5
    assert len(names(client.page("/people?q=sam&page=x"))) == 25


@pytest.mark.parametrize("rows", [2, 25])
@pytest.mark.usefixtures("ada")
def test_the_list_takes_the_same_few_statements_for_any_number_of_rows(client: CheckedClient, rows: int):
    for _ in range(rows):
        make_person("", Role.TRAINER)
    with count_statements() as statements:
        client.page("/people?q=person")
    assert len(statements) <= 7, statements


@pytest.mark.usefixtures("ada")
def test_people_of_a_stranger_partnership_cannot_be_found_or_opened(client: CheckedClient):
    make_partnership()
    elsewhere = make_partnership(slug="southshire", name="Southshire SCP", short_name="Southshire SCP")
    stranger = add(Person(name="Sol Stranger", email="sol@south.example", created_at=NOW))
    council = make_agency("Southshire Council")
    with writing() as session:
        session.execute(sa.text("update agency_standing set partnership_id = :p where agency_id = :a"),
                        {"p": elsewhere.id, "a": council.id})  # fmt: skip
    add(Affiliation(person_id=stranger.id, agency_id=council.id, from_on=LONG_AGO))
    assert names(client.page("/people?q=sol")) == ["Nobody like that"]
    client.page(f"/people/{stranger.public_id}", status=404)
    client.page("/agencies/southshire-council", status=404)
    assert "Southshire" not in client.page("/agencies").text


@pytest.mark.usefixtures("ada")
def test_somebody_who_got_stuck_after_signing_in_is_found_by_address(client: CheckedClient):
    add(Person(name="", email="stuck@northshire.example", created_at=NOW))
    page = client.page("/people?q=stuck")
    assert names(page) == ["No name yet"]
    assert "Has not said where they work" in page.text
    assert client.page(page.link("No name yet")).heading == "No name yet"


@pytest.mark.postgresql
def test_the_pages_of_people_and_agencies_open_on_postgresql_too(
    postgresql_app: Flask, today: time_machine.Traveller
):
    school = make_setting("Hill Top Primary School")
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    make_booking(make_event(), priya)
    cora = make_person("Cora Coordinator", Role.COORDINATOR, Role.AGENCY_LEAD)
    client = postgresql_app.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(cora)
    assert names(client.page("/people?q=PRIYA hill")) == ["Priya Patel"]
    for path in (
        *(f"/people/{priya.public_id}", f"/people/{priya.public_id}/roles", "/desk", "/my-agency"),
        *("/agencies?q=schools&sector=Education&standing=relevant", "/agencies/schools-and-colleges"),
    ):
        client.page(path)
    assert db.session.scalars(sa.select(Trace.act)).all() == ["looked at record"]


def past_event(title: str, days_ago: int) -> Event:
    """An event that is over."""
    return make_event(make_course(title), starts=NOW - timedelta(days=days_ago))


def mark(booking: Booking, kind: str) -> None:
    """A mark in the event's session."""
    session_id = db.session.scalars(
        sa.select(EventSession.id).where(EventSession.event_id == booking.event_id)
    ).one()
    add(Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=NOW))


@pytest.mark.usefixtures("ada")
def test_the_page_of_a_person_shows_work_roles_and_bookings_with_their_outcome(client: CheckedClient):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    priya = make_person("Priya Patel", Role.TRAINER, team_id=team.id, job_role="Family worker")
    came, missed = past_event("Neglect", 30), past_event("Child exploitation", 20)
    mark(make_booking(came, priya), "present")
    mark(make_booking(missed, priya), "absent")
    add(RegisterClosing(event_id=missed.id, closed_at=NOW))
    make_booking(past_event("Self harm", 3), priya)
    make_booking(make_event(make_course("Cyber safety")), priya)
    make_booking(make_event(make_course("Whole family work")), priya, state=State.WAITING)
    page = client.page(f"/people/{priya.public_id}")
    assert page.heading == "Priya Patel"
    for said in ("Northshire County Council, Early Help", "Family worker", "Trainer", "priya.patel@"):
        assert said in page.text
    rows = [[words(cell) for cell in row if cell.tag in ("th", "td")] for row in page.all("tr")[1:]]
    assert sorted((row[0], row[2]) for row in rows) == [
        ("Child exploitation", "Did not come"),
        ("Neglect", "Came"),
        ("Self harm", "Register still open"),
    ]
    assert "Cyber safety Fri 18 December 2026, 9:30am to 12:30pm" in page.text
    assert "Waiting, number 1" in page.text
    assert ["Neglect", "Wed 21 October 2026", "Came"] in rows
    assert rows[-1][0] == "Neglect"


@pytest.mark.parametrize(
    ("state", "days", "came", "excused", "closed", "said"),
    [
        ("booked", 1, False, False, False, "Has a place"),
        ("booked", -1, True, False, False, "Came"),
        ("booked", -1, True, True, True, "Came"),
        ("booked", -1, False, True, True, "Excused"),
        ("booked", -1, False, False, True, "Did not come"),
        ("booked", -1, False, False, False, "Register still open"),
        ("walk-in", -1, True, False, False, "Came"),
        ("waiting", 1, False, False, False, "Waiting"),
        ("waiting", -1, False, False, True, "Waited in vain"),
        ("cancelled", 1, False, False, False, "Cancelled"),
        ("event cancelled", -1, False, False, False, "Event cancelled"),
    ],
)
def test_each_booking_has_a_word(state: str, days: int, came: bool, excused: bool, closed: bool, said: str):
    word, _ = outcome(
        state=state,
        ends_at=NOW + timedelta(days=days),
        now=NOW,
        came=came,
        excused=excused,
        register_closed=closed,
    )
    assert word == said


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("rows", [1, 30])
def test_a_persons_page_takes_the_same_few_statements(client: CheckedClient, rows: int):
    priya = make_person("Priya Patel", Role.TRAINER)
    course = make_course()
    for number in range(rows):
        make_booking(make_event(course, starts=NOW - timedelta(days=number + 1)), priya)
    path = f"/people/{priya.public_id}"
    with count_statements() as statements:
        client.page(path)
    shown = [s for s in statements if "INSERT" not in s]
    assert len(shown) <= 15, shown


def test_a_look_at_a_record_is_kept_and_shown(client: CheckedClient, ada: Person):
    priya = make_person("Priya Patel")
    assert "Nobody else so far" in client.page(f"/people/{priya.public_id}").text
    kept = db.session.scalars(sa.select(Trace)).one()
    assert (kept.actor, kept.act, kept.subject, kept.at) == (
        ada.public_id,
        "looked at record",
        priya.public_id,
        NOW,
    )
    assert "Ada Admin looked at this record" in client.page(f"/people/{priya.public_id}").text


@pytest.mark.usefixtures("ada")
def test_a_busy_database_does_not_keep_a_persons_page_waiting_and_the_log_is_told(
    client: CheckedClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    priya = make_person("Priya Patel")
    monkeypatch.setattr(log, "propagate", True)
    with closing(sqlite3.connect(db.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.perf_counter()
        assert client.page(f"/people/{priya.public_id}").heading == "Priya Patel"
        assert time.perf_counter() - began < 3
    assert "a look at a record was not written down" in caplog.text
    assert not db.session.scalars(sa.select(Trace)).all()


def test_a_look_at_ones_own_record_or_at_nothing_is_not_kept(client: CheckedClient, ada: Person):
    client.page(f"/people/{ada.public_id}")
    client.page("/people/nobody", status=404)
    assert not db.session.scalars(sa.select(Trace)).all()


@pytest.mark.usefixtures("ada")
def test_no_answers_links_or_needs_stand_on_a_persons_page(client: CheckedClient):
    priya = make_person("Priya Patel")
    booking = make_booking(past_event("Neglect", 3), priya, needs="a hearing loop", mobile="07700 900123")
    asked = add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=NOW))
    page = client.page(f"/people/{priya.public_id}")
    for hidden in ("hearing loop", "900123", asked.token):
        assert hidden not in page.html


def roles_held(person: Person) -> list[str]:
    """What they may do today."""
    grants = db.session.scalars(RoleGrant.held_by(person.id, make_partnership().id, NOW.date()))
    return sorted(grant.role for grant in grants)


def give(client: CheckedClient, person: Person, status: int = 200, **typed: str) -> Page:
    """Give a role on the page."""
    path = f"/people/{person.public_id}/roles"
    form = client.page(path).form("", "Give this role")
    days = typed.pop("until_on", "").split() or ["", "", ""]
    data = {**form, **typed, "until_on": days}
    response = client.post(path, data=data, follow_redirects=True)
    assert response.status_code == status, response.get_data(as_text=True)
    return Page(response)


def test_a_coordinator_gives_a_role_and_ends_it(client: CheckedClient, cora: Person):
    priya = make_person("Priya Patel")
    page = give(client, priya, role="trainer")
    assert "Priya Patel is now a trainer" in page.text
    assert roles_held(priya) == ["trainer"]
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == priya.id)).one()
    assert (grant.from_on, grant.granted_by) == (date(2026, 11, 20), cora.public_id)
    page = client.send(
        f"/people/{priya.public_id}/roles/end",
        on=f"/people/{priya.public_id}/roles",
        button="End it now the role of Trainer",
    )
    assert "no longer a trainer" in page.text
    assert roles_held(priya) == []
    page = client.page(f"/people/{priya.public_id}")
    assert "ended the same day" in page.text
    assert "Cora Coordinator gave the role of trainer" in page.text
    assert "Cora Coordinator ended the role of trainer" in page.text


@pytest.mark.usefixtures("cora")
def test_the_same_role_is_given_once(client: CheckedClient):
    priya = make_person("Priya Patel")
    give(client, priya, role="trainer")
    give(client, priya, role="trainer")
    assert roles_held(priya) == ["trainer"]


@pytest.mark.usefixtures("cora")
def test_a_lead_leads_where_they_work_and_until_when_it_says(client: CheckedClient):
    school = make_setting("Hill Top Primary School")
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    page = give(client, priya, status=422, role="agency-lead")
    assert "Choose what this agency lead leads" in page.text
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == priya.id)).one()
    page = give(client, priya, role="agency-lead", led=str(works.id), until_on="31 3 2027")
    assert "Agency lead of Hill Top Primary School" in page.text
    assert "to 31 March 2027" in page.text
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == priya.id)).one()
    assert (grant.agency_id, grant.setting_id, grant.team_id) == (school.agency_id, school.id, None)


@pytest.mark.usefixtures("cora")
def test_a_lead_of_a_team_leads_the_team_only(client: CheckedClient):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    priya = make_person("Priya Patel", team_id=team.id)
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == priya.id)).one()
    give(client, priya, role="agency-lead", led=f"{works.id}-team")
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == priya.id)).one()
    assert (grant.agency_id, grant.team_id) == (council.id, team.id)


@pytest.mark.usefixtures("cora")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose a role"),
        ({"role": "king"}, "Choose a role"),
        ({"role": "practitioner"}, "Choose a role"),
        ({"role": "trainer", "until_on": "19 11 2026"}, "not in the past"),
        ({"role": "trainer", "until_on": "31 2 2027"}, "Enter a day, month and year"),
        ({"role": "agency-lead", "led": "999"}, "Not a valid choice"),
    ],
)
def test_a_role_is_not_given_by_mistake(client: CheckedClient, typed: dict[str, str], said: str):
    priya = make_person("Priya Patel")
    page = give(client, priya, status=422, **typed)
    assert said in page.text or "Not a valid choice" in page.text
    assert roles_held(priya) == []


def test_a_coordinator_cannot_end_their_own_role(client: CheckedClient, cora: Person):
    page = client.send(
        f"/people/{cora.public_id}/roles/end",
        on=f"/people/{cora.public_id}/roles",
        button="End it now the role of Coordinator",
        status=409,
    )
    assert "Ask another coordinator" in page.text
    assert roles_held(cora) == ["coordinator"]


def test_a_role_of_somebody_else_is_not_ended_by_its_number(client: CheckedClient, cora: Person):
    priya, tom = make_person("Priya Patel", Role.TRAINER), make_person("Tom Trainer", Role.TRAINER)
    theirs = db.session.scalars(sa.select(RoleGrant.id).where(RoleGrant.person_id == tom.id)).one()
    form = client.page(f"/people/{priya.public_id}/roles").form("/end")
    answer = client.post(f"/people/{priya.public_id}/roles/end", data={**form, "grant": theirs})
    assert answer.status_code == 404
    assert roles_held(tom) == ["trainer"]


def test_an_administrator_gives_no_roles(app: Flask, client: CheckedClient, ada: Person):
    client.page(f"/people/{ada.public_id}/roles", status=403)
    assert "Give or end a role" not in client.page(f"/people/{ada.public_id}").text
