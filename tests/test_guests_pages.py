"""Guest speakers and hosts of the virtual room on a date: named by their address, counted as no trainers."""

import pytest
import sqlalchemy as sa

from app.accounts.models import RoleGrant
from app.accounts.rules import Role
from app.catalogue.models import Event
from app.db import db
from app.notifications.models import Letter
from app.pool.models import EventTrainer
from tests.browser import CheckedClient
from tests.factories import make_course, make_event, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def event(client: CheckedClient) -> Event:
    """A date of Neglect; Ada sits at the browser."""
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    return make_event(make_course("Neglect"))


def on_it() -> list[tuple[str, str, int | None]]:
    """Who is on it, as what, for which agency."""
    db.session.expire_all()
    rows = db.session.scalars(sa.select(EventTrainer).order_by(EventTrainer.id))
    return [(row.person.name, row.part, row.agency_id) for row in rows]


@pytest.mark.parametrize(("part", "said"), [("guest speaker", "Guest speaker"), ("host", "Host")])
def test_anybody_is_named_by_their_address_and_told(
    client: CheckedClient, event: Event, part: str, said: str
):
    page = client.send(
        f"/events/{event.id}/guests",
        button="Put them on this date",
        part=part,
        name="Grace Guest",
        email="Grace@Elsewhere.example",
    )
    assert "Grace Guest is on this date now. A mail tells them" in page.text
    assert said in page.text
    assert on_it() == [("Grace Guest", part, None)]
    assert db.session.scalars(sa.select(Letter.to_email)).all() == ["grace@elsewhere.example"]


def test_a_guest_is_no_trainer_of_the_date_and_gets_no_role(client: CheckedClient, event: Event):
    client.send(
        f"/events/{event.id}/guests",
        button="Put them on this date",
        name="Grace",
        email="g@elsewhere.example",
    )
    trainers = sa.select(sa.func.count()).select_from(EventTrainer).where(EventTrainer.trains())
    assert (len(on_it()), db.session.scalar(trainers)) == (1, 0)
    assert db.session.scalars(sa.select(RoleGrant.role)).all() == ["administrator"]


def test_who_is_on_it_already_stays_what_they_are(client: CheckedClient, event: Event):
    tom = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, tom)
    page = client.send(
        f"/events/{event.id}/guests",
        button="Put them on this date",
        status=422,
        name="Tom",
        email="tom.trainer@northshire.example",
    )
    assert "Tom Trainer is on this date already" in page.text
    assert [row[1] for row in on_it()] == ["pool"]


def test_what_is_missing_is_said(client: CheckedClient, event: Event):
    page = client.send(f"/events/{event.id}/guests", button="Put them on this date", status=422)
    assert "Enter their name" in page.text
    assert on_it() == []
