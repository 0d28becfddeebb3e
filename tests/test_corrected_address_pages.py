"""An address put right takes the mail along: what waits, and what is sent again."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.rules import Role
from app.clock import now
from app.db import db, writing
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import Letter
from app.pages.desk.mail import unsent_mails
from tests.browser import CheckedClient
from tests.factories import make_partnership, make_person
from tests.signing_in import another, ask

pytestmark = pytest.mark.usefixtures("today")
OLD, NEW = "priya.patel@northshire.example", "priya.sharma@northshire.example"


@pytest.fixture
def priya(client: CheckedClient) -> Person:
    """Priya rings; Ada is at the desk."""
    make_partnership()
    client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    return make_person("Priya Patel")


def mail_to(email: str) -> list[tuple[str, str]]:
    """Message and state of what was written to an address."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Letter.message, Letter.state).where(Letter.to_email == email).order_by(Letter.id)
    )
    return [(row.message, row.state) for row in rows]


def written(priya: Person, key: str, **given: Any) -> str:
    """A letter with an invite to Priya, and its address."""
    with writing():
        found = post(
            "test-mail",
            key=key,
            to_email=OLD,
            to_name=priya.name,
            partnership=make_partnership(),
            now=now(),
            sent_as="x",
            calendar=Invite(
                uid="a@roundtable",
                sequence=0,
                title="Neglect",
                starts_at=now() + timedelta(days=9),
                ends_at=now() + timedelta(days=9, hours=1),
            ),
            **given,
        )
    assert found
    return found


def correct(client: CheckedClient, person: Person, **typed: str) -> None:
    """Put a record right."""
    client.send(f"/people/{person.public_id}/correct", button="Save", **typed)


def test_mail_that_has_not_gone_out_follows_a_corrected_address(client: CheckedClient, priya: Person):
    written(priya, "first")
    correct(client, priya, email=NEW)
    assert mail_to(OLD) == [("address-changed", "queued")]
    assert mail_to(NEW) == [("test-mail", "queued"), ("address-changed", "queued")]
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "test-mail")).one()
    assert f"mailto:{NEW}" in unfolded(letter.calendar) and OLD not in unfolded(letter.calendar)


def unfolded(calendar: str) -> str:
    """Its long lines in one piece."""
    return calendar.replace("\r\n ", "")


def test_a_sign_in_mail_stays_with_the_address_it_was_asked_for_from(client: CheckedClient, priya: Person):
    ask(another(client.application), OLD)
    correct(client, priya, email=NEW)
    assert ("sign-in", "queued") in mail_to(OLD)


def test_what_was_sent_to_the_old_address_is_offered_and_sent_again_to_the_new_one(
    client: CheckedClient, priya: Person
):
    public_id = written(priya, "first")
    with writing():
        db.session.scalars(sa.select(Letter)).one().state = "failed"
    correct(client, priya, email=NEW)
    page = client.page(f"/people/{priya.public_id}")
    assert f"/outbox/{public_id}/again" in page.html
    assert f"a copy goes to {NEW}" in client.page(f"/outbox/{public_id}").text
    client.send(f"/outbox/{public_id}/again", on=f"/outbox/{public_id}")
    assert ("test-mail", "queued") in mail_to(NEW)
    copy = db.session.scalars(sa.select(Letter).where(Letter.key == "first:again:1")).one()
    assert f"mailto:{NEW}" in unfolded(copy.calendar) and OLD not in unfolded(copy.calendar)
    unsent = unsent_mails(make_partnership().id, now() - timedelta(days=1))
    assert db.session.execute(unsent).one()[0] == 0


def test_mail_to_whoever_has_the_old_address_next_is_not_shown_with_the_corrected_person(
    client: CheckedClient, priya: Person
):
    correct(client, priya, email=NEW)
    with writing():
        db.session.add(Person(name="Paul Next", email=OLD, created_at=now()))
    public_id = written(priya, "to Paul")
    assert public_id not in client.page(f"/people/{priya.public_id}").html
    assert "a copy goes to" not in client.page(f"/outbox/{public_id}").text


def test_nobody_is_shown_mail_written_to_their_address_when_it_was_somebody_elses(
    client: CheckedClient, priya: Person
):
    public_id = written(priya, "to Priya")
    correct(client, priya, email=NEW)
    omar = make_person("Omar Other")
    correct(client, omar, email=OLD)
    correct(client, omar, email="omar@northshire.example")
    assert public_id in client.page(f"/people/{priya.public_id}").html
