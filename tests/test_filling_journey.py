"""What the issue is done when: the pool fills an event from call to calendar, through the pages.

A worker runs in between and writes each mail as a file; two readers of calendars read the invites.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from app.accounts.models import Person
from app.accounts.rules import Role
from app.db import db
from app.notifications.models import Letter
from app.pool.models import TrainerCall
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import make_agency, make_course, make_event, make_person
from tests.pools import approve
from tests.test_invite_journey import Someone, World

pytestmark = pytest.mark.usefixtures("calendars_read")
NAMES = {
    "Lea Lead": "Hill NHS Trust",
    "Hal Hill": "Hill NHS Trust",
    "Vic Vale": "Vale Police",
    "Ria Reserve": "Dale Council",
}


class Pool(World):
    """A date, four of the pool who may lead it, and Ada at the desk."""

    def __init__(self, client: CheckedClient, clock: Traveller, folder: Path) -> None:
        self.client, self.clock, self.folder, self.read = client, clock, folder, set()
        ada = make_person("Ada Administrator", Role.ADMINISTRATOR)
        self.ada = Someone(ada.public_id, ada.email or "", ada.name, ada.session_number)
        event = make_event(make_course("Neglect"), starts=TODAY + timedelta(days=40))
        self.event_id, self.people = event.id, {}
        for name, agency in NAMES.items():
            made = approve(make_person(name, Role.TRAINER, agency=make_agency(agency)), event.course)
            self.people[name] = Someone(made.public_id, made.email or "", name, made.session_number)

    @property
    def path(self) -> str:
        """The desk's page of who trains."""
        return f"/events/{self.event_id}/trainers"

    def link_of(self, name: str) -> str:
        """The link in somebody's newest mail that left."""
        db.session.rollback()
        mine = sa.select(Letter.text).where(Letter.to_name == name, Letter.state == "sent")
        found = re.search(r"/calls/\w+", db.session.scalars(mine.order_by(Letter.id.desc())).first() or "")
        assert found
        return found[0]

    def press(self, name: str, button: str, end: str = "yes", **typed: str) -> Page:
        """Somebody follows their link, signed in as nobody, and presses a button."""
        guest = self.client.application.test_client()
        assert isinstance(guest, CheckedClient)
        path = self.link_of(name)
        return guest.send(f"{path}/{end}", on=path, button=button, **typed)

    def told(self) -> list[tuple[str, str, int]]:
        """What calendars were told since the last look: to whom, method, SEQUENCE."""
        return [(word.to.split("@")[0], word.method, word.sitting.sequence) for word in self.news()]


def test_from_call_to_calendar_with_a_reserve_and_a_substitute(
    client: CheckedClient, today: Traveller, tmp_path: Path
):
    pool = Pool(client, today, tmp_path)
    desk = pool.as_(pool.ada)
    page = desk.page(pool.path)
    assert "It needs 2 trainers and has none." in page.text
    everybody = [one.public_id for one in pool.people.values()]
    page = desk.send(
        f"{pool.path}/ask", on=pool.path, button="Ask them by mail", people=everybody, confirmed_by="desk"
    )
    assert "4 people are asked by mail" in page.text
    pool.wait(1)
    assert pool.told() == []  # a question is no entry in a calendar
    pool.press("Lea Lead", "Yes, I can")
    pool.press("Hal Hill", "Yes, I can")
    pool.press("Vic Vale", "Maybe", "maybe", why="If my leave is moved")
    desk = pool.as_(pool.ada)
    page = desk.page("/desk")
    assert "2 people have said yes to Neglect" in page.text
    page = desk.page(pool.path)
    assert "Maybe" in page.text and "“If my leave is moved”" in page.text
    for name in ("Lea Lead", "Hal Hill"):
        page = confirmed(pool, name)
    assert "Both trainers come from Hill NHS Trust: 2 agencies are wanted." in page.text
    pool.wait(1)
    assert pool.told() == [("hal.hill", "REQUEST", 0), ("lea.lead", "REQUEST", 0)]
    said = pool.press("Ria Reserve", "Yes, I can be a reserve", "reserve")
    assert "You are a reserve for this date" in said.text
    # Hal becomes the second instead of the lead; then gives it back, and a reserve is called up.
    desk = pool.as_(pool.ada)
    part = f"{pool.path}/part"
    assert "co-delivers now" in desk.send(part, on=pool.path, button="Co-delivers instead : Hal Hill").text
    hal = pool.as_(pool.people["Hal Hill"])
    page = hal.send(f"/my-events/{pool.event_id}/give-back", button="Give it back", why="I am ill")
    assert "A mail takes it out of your calendar" in page.text
    desk = pool.as_(pool.ada)
    page = desk.page("/desk")
    assert "Hal Hill cannot deliver Neglect" in page.text and "1 reserve could be called up" in page.text
    page = desk.send(call_path(pool, "Ria Reserve", "call-up"), on=pool.path, button="Call up Ria Reserve")
    assert "Ria Reserve stands in for Hal Hill." in page.text
    pool.wait(1)
    assert pool.told() == [("hal.hill", "CANCEL", 1), ("ria.reserve", "REQUEST", 0)]
    # And one trainer for another.
    lea, vic = pool.people["Lea Lead"], pool.people["Vic Vale"]
    page = pool.as_(pool.ada).send(
        f"{pool.path}/{lea.public_id}/substitute",
        button="Put them on this date instead",
        instead=vic.public_id,
        why="Lea has left the Trust",
    )
    assert "Vic Vale stands in for Lea Lead." in page.text and "“Lea has left the Trust”" in page.text
    pool.wait(1)
    assert pool.told() == [("lea.lead", "CANCEL", 1), ("vic.vale", "REQUEST", 0)]
    pool.wait(20)
    assert pool.told() == []


def confirmed(pool: Pool, name: str) -> Page:
    """Ada confirms somebody's yes."""
    desk = pool.as_(pool.ada)
    return desk.send(call_path(pool, name, "confirm"), on=pool.path, button=f"Confirm {name}")


def call_path(pool: Pool, name: str, end: str) -> str:
    """Where a button about somebody's call leads."""
    db.session.rollback()
    wanted = (
        sa.select(TrainerCall).join(Person, Person.id == TrainerCall.person_id).where(Person.name == name)
    )
    return f"{pool.path}/calls/{db.session.scalars(wanted).one().public_id}/{end}"
