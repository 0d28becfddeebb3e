"""The training pool's list and the page of each member."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.accounts.rules import Role
from app.audit.models import Trace
from app.clock import LONDON
from app.db import db, rebuilding
from app.pool.models import EventTrainer
from tests.browser import CheckedClient, Page
from tests.factories import (
    make_agency,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.members import make_approval, make_away, make_member
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture(autouse=True)
def cora(client: CheckedClient, today: time_machine.Traveller) -> None:
    """Cora coordinates, and sits at the browser."""
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))


def spaced(cell: Any) -> str:
    """The words of a cell, its lines apart."""
    return " ".join(" ".join(cell.itertext()).split()).replace(" :", ":")


def rows(page: Page) -> list[list[str]]:
    """The cells of the list."""
    tables = page.all("table")
    body = tables[0].find("tbody") if tables else None
    return [[spaced(cell) for cell in row] for row in body] if body is not None else []


def names(page: Page) -> list[str]:
    """Whom the list shows, by first name."""
    return [row[0].split()[0] for row in rows(page)]


def at(day: int, month: int = 11) -> datetime:
    """Half past nine on a day of 2026."""
    return datetime(2026, month, day, 9, 30, tzinfo=LONDON)


def noted(trainer: EventTrainer, **given: object) -> None:
    """Write down more of what somebody did on an event."""
    with rebuilding():
        for name, value in given.items():
            setattr(trainer, name, value)


def test_an_empty_pool_says_how_people_come_into_it(client: CheckedClient):
    assert "Nobody in the training pool yet" in client.page("/pool").text


def test_a_line_tells_who_what_how_much_and_when_next(client: CheckedClient):
    tom = make_member()
    make_approval(tom, make_course("Neglect"))
    make_approval(tom, make_course("Thresholds"), delivers_as="co")
    for day, month in ((10, 11), (11, 11), (30, 3)):  # the last one is another reporting year's
        make_trainer(make_event(starts=at(day, month)), tom.person)
    make_trainer(make_event(make_course("Neglect"), starts=at(3, 12)), tom.person)
    assert rows(client.page("/pool")) == [
        [
            "Tom Trainer Northshire County Council",
            "Lead: Neglect Co-trainer: Thresholds",
            "1 of 3 days",
            "Thu 3 December Neglect",
            "–",
        ]
    ]


def test_who_observes_gave_nothing_and_minutes_that_were_put_right_count(client: CheckedClient):
    tom = make_member()
    noted(make_trainer(make_event(starts=at(11)), tom.person), delivery_minutes=270)
    olive = make_member("Olive Observer")
    noted(make_trainer(make_event(starts=at(12)), olive.person), delivers_as="observing")
    given = {row[0].split()[0]: row[2] for row in rows(client.page("/pool"))}
    assert given == {"Tom": "0.75 of 3 days", "Olive": "0 of 3 days"}


def test_guest_speakers_and_hosts_gave_nothing(client: CheckedClient):
    tom = make_member()
    make_trainer(make_event(starts=at(10)), tom.person, part="guest speaker")
    make_trainer(make_event(starts=at(11)), tom.person, part="host")
    assert rows(client.page("/pool"))[0][2] == "0 of 3 days"


def test_the_count_tells_people_agencies_and_experts_apart(client: CheckedClient):
    make_member()
    make_member("Holly Health", make_person("Holly Health", agency=make_agency("Northshire Hospitals")))
    make_member("Eve Expert", standing="expert")
    assert "2 people of 2 agencies and 1 commissioned expert" in client.page("/pool").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=tom", ["Tom"]),
        ("q=trainer+tom", ["Tom"]),
        ("course=neglect", ["Holly"]),
        ("agency=northshire-hospitals", ["Holly"]),
        ("area=Newark", ["Holly"]),
        ("how=virtual", ["Tom"]),
        ("how=room", ["Eve", "Holly", "Tom"]),
        ("show=expert", ["Eve"]),
        ("show=left", ["Lea"]),
        ("free=3&free=12&free=2026", ["Eve"]),
        ("free=&free=&free=", ["Eve", "Holly", "Tom"]),
        ("show=nonsense", []),
    ],
)
def test_filters_leave_whom_they_say(client: CheckedClient, asked: str, found: list[str]):
    tom = make_member()
    make_trainer(make_event(starts=at(3, 12)), tom.person)
    health = make_person("Holly Health", agency=make_agency("Northshire Hospitals"))
    holly = make_member("Holly Health", health, areas=["Newark"], virtual=False)
    make_approval(holly, make_course("Neglect"))
    make_away(holly, date(2026, 12, 1), date(2026, 12, 3))
    make_member("Eve Expert", standing="expert", virtual=False)
    make_member("Lea Left", until_on=date(2026, 11, 1))
    assert names(client.page(f"/pool?{asked}")) == found


def test_a_day_that_is_none_filters_nothing_and_is_said(client: CheckedClient):
    make_member()
    page = client.page("/pool?free=31&free=2&free=2027")
    assert "Enter a real day" in page.text
    assert names(page) == ["Tom"]


def test_nobody_who_matches_is_said(client: CheckedClient):
    make_member()
    assert "Nobody like that" in client.page("/pool?q=zebra").text


def test_the_list_asks_the_database_as_often_for_many_as_for_one(client: CheckedClient):
    make_approval(make_member())
    with count_statements() as one:
        client.page("/pool")
    for number in range(6):
        member = make_member(f"Member {number}")
        make_approval(member)
        make_trainer(make_event(starts=at(number + 2)), member.person)
        make_away(member, date(2026, 12, 24))
    with count_statements() as many:
        client.page("/pool")
    assert len(many) <= len(one) + 1  # how long the sessions were


def test_the_sheet_holds_whom_the_filters_leave(client: CheckedClient):
    tom = make_member(phone="01632 960222")
    make_approval(tom, make_course("Neglect"))
    make_member("Eve Expert", standing="expert")
    lines = client.get("/pool/members.csv?show=pool").get_data(as_text=True).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(
        "Tom Trainer,tom.trainer@northshire.example,01632 960222,Training pool,Northshire County Council,Neglect,"
    )


def test_members_of_another_partnership_are_not_listed_and_not_found(client: CheckedClient):
    elsewhere = make_partnership(slug="southshire", name="Southshire", short_name="SSCP")
    make_person("Somebody Here")
    stranger = make_member("Sol Stranger", partnership_id=elsewhere.id)
    assert "Nobody in the training pool yet" in client.page("/pool").text
    assert client.get(f"/pool/{stranger.person.public_id}").status_code == 404


def test_the_page_of_a_member_tells_all_and_that_somebody_looked_is_kept(client: CheckedClient):
    tom = make_member(phone="01632 960222", about="I trained social workers for ten years.")
    make_approval(tom, make_course("Neglect"), until_on=date(2027, 7, 31))
    make_away(tom, date(2026, 12, 24), date(2027, 1, 4))
    make_trainer(make_event(starts=at(10)), tom.person)
    coming = make_event(make_course("Thresholds"), starts=at(3, 12))
    make_trainer(coming, tom.person)
    text = client.page(f"/pool/{tom.person.public_id}").text
    for said in (
        *("0.5 of 3 days", "01632 960222", "ten years", "Mary Manager", "31 July 2027", "Thresholds"),
        *("Thu 24 December 2026 to Mon 4 January 2027", "14 May 2024"),
    ):
        assert said in text
    looked = db.session.query(Trace).filter_by(subject=tom.person.public_id, act="looked at record").count()
    assert looked == 1


def test_an_administrator_looks_and_a_trainer_does_not(client: CheckedClient):
    tom = make_member()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "Tom Trainer" in client.page("/pool").text
    client.sign_in(tom.person)
    assert client.get("/pool").status_code == 403
    assert client.get(f"/pool/{tom.person.public_id}").status_code == 403


def test_the_pool_stands_in_a_coordinators_navigation(client: CheckedClient):
    assert 'href="/pool"' in client.get("/desk").get_data(as_text=True)


def test_a_release_that_runs_out_shows_in_the_list(client: CheckedClient, today: time_machine.Traveller):
    make_approval(make_member(released_until=date(2026, 11, 20) + timedelta(days=30)))
    assert rows(client.page("/pool"))[0][4] == "Release ends on 20 December 2026"
