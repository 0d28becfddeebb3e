"""Agencies: the list with its counts, and the page of each."""

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import AgencyStanding, Team
from app.accounts.rules import Role
from app.db import db, writing
from tests.browser import CheckedClient, Page, words
from tests.factories import add, make_agency, make_partnership, make_person, make_setting
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> None:
    """Ada administers, and sits at the browser."""
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))


def rows(page: Page, table: int = 0) -> list[list[str]]:
    """The cells of a table's body."""
    body = page.all("table")[table].find("tbody")
    assert body is not None
    return [[words(cell) for cell in row] for row in body]


def test_the_list_tells_sector_standing_settings_and_people(client: CheckedClient):
    school = make_setting("Hill Top Primary School")
    make_setting("Oakfield Academy")
    for _ in range(3):
        make_person(agency=school.agency, setting_id=school.id)
    make_person(agency=school.agency, until_on=date(2026, 11, 19))
    assert rows(client.page("/agencies")) == [
        ["Northshire County Council", "Local authority", "Partner", "–", "1"],
        ["Schools and colleges", "Education", "Relevant", "2", "3"],
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sector=Health", ["Northshire Hospitals"]),
        ("standing=reciprocal", ["Southshire Council"]),
        ("q=council", ["Northshire County Council", "Southshire Council"]),
        ("q=council&standing=partner", ["Northshire County Council"]),
    ],
)
def test_sector_standing_and_name_filter_the_list(client: CheckedClient, asked: str, found: list[str]):
    make_agency("Northshire Hospitals", sector="Health")
    make_agency("Southshire Council", standing="reciprocal")
    assert [row[0] for row in rows(client.page(f"/agencies?{asked}"))] == found


def test_filters_that_match_nothing_say_so(client: CheckedClient):
    assert "No agency like that" in client.page("/agencies?sector=Space").text


@pytest.mark.parametrize("number", [3, 30])
def test_the_list_takes_the_same_few_statements_for_any_number_of_rows(client: CheckedClient, number: int):
    for place in range(number):
        make_person(agency=make_agency(f"Agency {place}"))
    with count_statements() as statements:
        client.page("/agencies")
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("number", [3, 30])
def test_an_agencys_page_takes_the_same_few_statements(client: CheckedClient, number: int):
    for place in range(number):
        school = make_setting(f"School {place}")
        make_person(agency=school.agency, setting_id=school.id)
    with count_statements() as statements:
        client.page("/agencies/schools-and-colleges")
    assert len(statements) <= 8, statements


def test_settings_and_people_come_25_a_page_each_by_itself(client: CheckedClient):
    for place in range(30):
        school = make_setting(f"School {place:02d}")
        make_person(f"Sam {place:02d}", agency=school.agency, setting_id=school.id)
    page = client.page("/agencies/schools-and-colleges?settings=2")
    assert [row[0] for row in rows(page, 0)] == [f"School {n}" for n in range(25, 30)]
    assert page.link("Page 2").endswith(("#settings", "#people"))
    assert len(rows(page, 1)) == 25
    page = client.page("/agencies/schools-and-colleges?settings=2&page=2")
    assert len(rows(page, 0)) == len(rows(page, 1)) == 5
    client.page("/agencies/schools-and-colleges?page=3", status=404)


def test_an_agency_tells_its_standings_teams_and_people(client: CheckedClient):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    make_person("Priya Patel", team_id=team.id, job_role="Family worker")
    with writing() as session:
        held = session.scalars(sa.select(AgencyStanding)).one()
        held.until_on = date(2026, 3, 31)
    add(
        AgencyStanding(
            agency_id=council.id,
            partnership_id=make_partnership().id,
            standing="contributor",
            from_on=date(2026, 4, 1),
        )
    )
    page = client.page("/agencies/northshire-county-council")
    assert "Contributor since 1 April 2026" in page.text
    assert "Partner 1 April 2015 to 31 March 2026" in page.text
    assert "Early Help 1 person" in page.text
    assert ["Priya Patel", "Early Help", "Family worker"] in rows(page)


def test_an_agency_that_ended_names_the_one_that_followed_and_the_other_way_round(client: CheckedClient):
    board = make_agency("Northshire Board", since_on=date(2022, 7, 1))
    make_agency("Northshire CCG", until_on=date(2022, 6, 30), succeeded_by_id=board.id)
    page = client.page("/agencies/northshire-ccg")
    assert "ended on 30 June 2022 and was succeeded by Northshire Board" in page.text
    assert "took over from Northshire CCG" in client.page(page.link("Northshire Board")).text
    assert "Ended" in client.page("/agencies?q=CCG").text


def test_a_setting_leads_to_its_people(client: CheckedClient):
    school = make_setting("Hill Top Primary School")
    make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    page = client.page("/agencies/schools-and-colleges")
    assert "Priya Patel" in client.page(page.link("1 at Hill Top Primary School")).text


def test_an_unknown_agency_is_not_found(client: CheckedClient):
    client.page("/agencies/no-such-agency", status=404)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AgencyStanding))
