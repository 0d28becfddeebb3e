"""Saying once who one is: name, agency or setting, team, role group."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import actions
from app.accounts.models import Affiliation, Agency, Person, Setting, Team
from app.accounts.rules import (
    ROLE_GROUPS,
)
from app.db import db, writing
from app.partnerships.models import Partnership
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import add, make_agency, make_partnership, make_person, make_setting
from tests.signing_in import (
    NEW,
    TODAY_ENDED,
    sign_in_anew,
)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def partnership(app: Flask) -> None:
    """There is a partnership to sign in to."""
    make_partnership()


def about_priya(**more: str) -> dict[str, str]:
    """What a newcomer types."""
    return {"name": "Nadia  Newcomer", "role_group": ROLE_GROUPS[1], **more}


def test_a_newcomer_says_once_who_they_are_and_lands_where_they_were(client: CheckedClient):
    council = make_agency(email_domains=["northshire.example"])
    page = sign_in_anew(client)
    assert page.heading == "Who are you?"
    assert "Northshire County Council" in page.text
    typed_in = about_priya(job_role="Social worker", manager_name="Mo", manager_email="Mo@northshire.example")
    page = client.send(
        "/sign-in/about-you",
        on="/bookings",
        button="Save and go on",
        follow=False,
        status=303,
        **typed_in,
    )
    assert page.response.location == "/bookings"
    nadia = db.session.scalars(sa.select(Person).where(Person.email == NEW)).one()
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == nadia.id)).one()
    assert nadia.name == "Nadia Newcomer"
    assert (works.agency_id, works.role_group, works.job_role) == (
        council.id,
        ROLE_GROUPS[1],
        "Social worker",
    )
    assert (works.manager_name, works.manager_email) == ("Mo", "mo@northshire.example")
    assert str(works.from_on) == "2026-11-20"
    assert client.get("/sign-in/about-you?next=/learning").location == "/learning"


@pytest.mark.parametrize("path", ["/bookings", "/people", "/desk", "/my-agency"])
def test_every_page_leads_a_newcomer_to_the_question_first(client: CheckedClient, path: str):
    make_agency(email_domains=["northshire.example"])
    sign_in_anew(client)
    assert client.get(path).location == f"/sign-in/about-you?next={path}"


def test_a_newcomer_chooses_the_agency_where_the_address_says_nothing(client: CheckedClient):
    make_agency()
    make_agency("Northshire Police", sector="Criminal justice")
    page = sign_in_anew(client, "nadia@mail.example")
    assert page.heading == "Where do you work?"
    page = client.send("/sign-in/where-you-work", button="Next", agency="", status=422)
    assert "Choose your agency" in page.text
    page = client.send(
        "/sign-in/where-you-work",
        on="/sign-in/where-you-work?next=/bookings",
        button="Next",
        agency="northshire-police",
    )
    assert page.heading == "Who are you?"
    assert "Northshire Police" in page.text


def finish(client: CheckedClient, agency: str, status: int = 303, **typed_in: str) -> Page:
    """Send the form for that agency."""
    path = f"/sign-in/about-you?agency={agency}&next=/bookings"
    form = client.page(path).form("", "Save and go on")
    response = client.post(path, data={**form, **about_priya(), **typed_in})
    assert response.status_code == status, response.get_data(as_text=True)
    return Page(response)


def works_at() -> Affiliation:
    """Where the newcomer works now."""
    return db.session.scalars(sa.select(Affiliation)).one()


def test_a_school_is_found_whatever_its_capitals_and_blanks(client: CheckedClient):
    school = make_setting("St. Mary's Primary School")
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/about-you?agency=schools-and-colleges")
    assert [o.get("value") for o in page.all("option")] == ["St. Mary's Primary School"]
    finish(client, "schools-and-colleges", setting="st marys  primary school")
    assert works_at().setting_id == school.id


def test_a_school_that_is_not_there_is_added_under_its_umbrella(client: CheckedClient):
    make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    finish(client, "schools-and-colleges", setting="Oakfield Academy")
    found = db.session.get_one(Setting, works_at().setting_id)
    assert (found.name, found.slug, found.agency.slug) == (
        "Oakfield Academy",
        "oakfield-academy",
        "schools-and-colleges",
    )


def test_a_school_typed_nearly_right_is_asked_about(client: CheckedClient):
    school = make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    page = finish(client, "schools-and-colleges", status=422, setting="Hilltop Primary School")
    assert "Choose which one you mean" in page.text
    assert page.form("", "Save and go on")["name"] == "Nadia Newcomer"
    finish(client, "schools-and-colleges", setting="Hilltop Primary School", meant="Hill Top Primary School")
    assert works_at().setting_id == school.id


def test_none_of_the_near_names_adds_a_new_school(client: CheckedClient):
    make_setting("Hill Top Primary School")
    sign_in_anew(client, "nadia@mail.example")
    finish(client, "schools-and-colleges", setting="Hilltop Primary School", meant="none of them")
    assert db.session.get_one(Setting, works_at().setting_id).name == "Hilltop Primary School"


def test_an_organisation_that_is_not_listed_becomes_a_setting_of_the_others(client: CheckedClient):
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/where-you-work")
    assert "My organisation is not in this list" in page.html
    finish(client, "not-listed", setting="Northshire Canoe Club")
    setting = db.session.get_one(Setting, works_at().setting_id)
    assert (setting.name, setting.agency.name, setting.agency.is_umbrella) == (
        "Northshire Canoe Club",
        "Other organisations",
        True,
    )


def test_a_team_is_asked_for_where_the_agency_has_teams(client: CheckedClient):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    sign_in_anew(client, "nadia@mail.example")
    finish(client, council.slug, status=422)
    finish(client, council.slug, team=str(team.id))
    assert works_at().team_id == team.id


def test_somebody_elses_team_cannot_be_chosen(client: CheckedClient):
    council, police = make_agency(), make_agency("Northshire Police")
    add(Team(agency_id=council.id, name="Early Help"))
    theirs = add(Team(agency_id=police.id, name="Public Protection"))
    sign_in_anew(client, "nadia@mail.example")
    finish(client, council.slug, status=422, team=str(theirs.id))


def test_agencies_without_a_standing_or_past_their_end_cannot_be_chosen(client: CheckedClient):
    make_agency("Gone Trust", until_on=TODAY_ENDED)
    add(Agency(slug="stranger", name="Stranger", sector="Health", email_domains=[]))
    sign_in_anew(client, "nadia@mail.example")
    page = client.page("/sign-in/where-you-work")
    assert "Gone Trust" not in page.html
    assert "Stranger" not in page.html
    client.page("/sign-in/about-you?agency=gone-trust", status=404)


def test_what_is_missing_is_said_with_everything_still_there(client: CheckedClient):
    make_agency(email_domains=["northshire.example"])
    sign_in_anew(client)
    page = client.send(
        "/sign-in/about-you", button="Save and go on", status=422, name="Nadia", manager_email="mo"
    )
    assert "Choose what comes closest to your work" in page.text
    assert "Enter an email address like" in page.text
    form = page.form("", "Save and go on")
    assert (form["name"], form["manager_email"]) == ("Nadia", "mo")
    assert not db.session.scalars(sa.select(Affiliation)).all()


def test_a_guest_who_signs_in_keeps_their_name_and_is_asked_where_they_work(client: CheckedClient):
    make_agency(email_domains=["northshire.example"])
    add(Person(name="Gita Guest", email=NEW, is_guest=True, created_at=make_person().created_at))
    page = sign_in_anew(client)
    assert page.form("", "Save and go on")["name"] == "Gita Guest"
    assert not db.session.scalars(sa.select(Person.is_guest).where(Person.email == NEW)).one()


def test_more_near_names_than_fit_ask_for_more_of_the_name(client: CheckedClient):
    for place in range(13):
        make_setting(f"St Cedd's Primary School, Town {place:02d}")
    sign_in_anew(client, "nadia@mail.example")
    page = finish(client, "schools-and-colleges", status=422, setting="St Cedds")
    assert "type more of its name" in page.text
    assert "Town 11" in page.text
    assert "Town 12" not in page.text


def in_the_same_instant(app: Flask, named: str) -> tuple[int, int]:
    """One colleague names their school and is not done yet when another does; the ids of what each was given."""
    began, ids = threading.Event(), {}

    def name_it(who: str) -> None:
        with app.app_context(), writing() as session:
            agency = actions.umbrella_of_others(session.scalars(Partnership.first()).one(), TODAY)
            ids[who] = actions.setting_called(named, agency).id
            began.set()
            time.sleep(0.4 if who == "first" else 0)

    with ThreadPoolExecutor(2) as people:
        first = people.submit(name_it, "first")
        began.wait(10)
        for done in (first, people.submit(name_it, "second")):
            done.result(20)
    return ids["first"], ids["second"]


def test_colleagues_who_name_the_same_new_school_in_the_same_instant_get_the_same(each_app: Flask):
    make_partnership()
    first, second = in_the_same_instant(each_app, "St Mary's Nursery")
    assert first == second
    db.session.rollback()  # to see what the others did
    assert len(db.session.scalars(sa.select(Setting)).all()) == 1
    assert len(db.session.scalars(sa.select(Agency)).all()) == 1
