"""An address works again: what failed to it and is still of use is offered to be sent once more, in one press."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.rules import Role
from app.booking.models import Booking
from app.db import db, writing
from app.notifications import choices, history
from app.notifications.actions import post
from app.notifications.models import Letter, Unreachable
from app.notifications.unreachable import came_back, works_again
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_requirement,
)
from tests.test_outbox_pages import INVITE

pytestmark = pytest.mark.usefixtures("today")
PRIYA = "priya.practitioner@northshire.example"
STOPPED = TODAY - timedelta(days=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(client: CheckedClient) -> CheckedClient:
    """Ada the administrator's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def wrote(key: str, message: str = "joining", minutes: int = 1, **given: Any) -> Letter:
    """A letter to Priya, some minutes after her mail began to come back; it was refused."""
    at, state = STOPPED + minutes * MINUTE, given.pop("state", "failed")
    usual: dict[str, Any] = {"to_email": PRIYA, "to_name": "Priya", "partnership": make_partnership()}
    with writing():
        public_id = post("test-mail", key=key, now=at, **{**usual, "sent_as": "x", **given})
        letter = db.session.scalars(sa.select(Letter).where(Letter.public_id == public_id)).one()
        letter.subject, letter.message, letter.state = key.capitalize(), message, state
        if state == "failed":
            history.note([letter.id], "failed", at=at, detail="550 5.1.1 no such person")
    return letter


@pytest.fixture
def stopped(today: Any, ada: CheckedClient) -> None:
    """Priya's mail comes back, from a mail that tells of nothing else on."""
    first = wrote("first", minutes=0)
    with writing():
        came_back(PRIYA, why="550", now=STOPPED, letter=first)


def press_works(ada: CheckedClient) -> Page:
    """It works again, somebody says."""
    return ada.send("/outbox/unreachable/works", on="/outbox/unreachable", email=PRIYA)


def offered(ada: CheckedClient) -> set[str]:
    """What is offered once the address works again, by subject."""
    page = press_works(ada)
    return {
        key
        for key in map(str.lower, db.session.scalars(sa.select(Letter.key)))
        if key.capitalize() in page.text
    }


def missed_page() -> str:
    """The page with what Priya missed."""
    return f"/outbox/unreachable/{db.session.scalars(sa.select(Unreachable.id)).one()}/missed"


def copies() -> list[str]:
    """What was sent again, by the key of the first one."""
    again = sa.select(Letter.key).where(Letter.key.contains(":again:")).order_by(Letter.id)
    return [key.partition(":again:")[0] for key in db.session.scalars(again)]


@pytest.mark.usefixtures("stopped")
def test_all_that_failed_since_then_is_sent_again_in_one_press_and_each_once(ada: CheckedClient):
    wrote("second", "trainer-call")
    wrote("returned", state="sent")
    returned = db.session.scalars(sa.select(Letter).where(Letter.key == "returned")).one()
    with writing():
        came_back(PRIYA, why="550", now=STOPPED + 2 * MINUTE, letter=returned)
    page = press_works(ada)
    assert "works again" in page.text
    assert page.heading == "3 mails did not arrive"
    page = ada.send(missed_page(), button="Send all 3 again")
    assert f"3 mails are on the way to {PRIYA} again" in page.text
    assert copies() == ["first", "second", "returned"]
    assert ada.page(missed_page()).heading == "Nothing is left to send again"
    token = ada.token("/outbox")
    listed = db.session.scalars(sa.select(Letter.public_id)).all()
    ada.post(missed_page(), data={"csrf_token": token, "letter": listed})
    assert copies() == ["first", "second", "returned"]
    assert "can be sent again" not in ada.page("/outbox/unreachable").text


@pytest.mark.usefixtures("stopped")
def test_what_failed_before_arrived_or_went_to_somebody_else_is_not_offered(ada: CheckedClient):
    wrote("before", minutes=-60)
    wrote("arrived", state="sent")
    wrote("waiting", state="queued")
    wrote("gone", state="withdrawn")
    wrote("toms", to_email="tom@northshire.example")
    assert offered(ada) == {"first"}


@pytest.mark.usefixtures("stopped")
def test_what_is_over_stale_or_secret_is_not_offered(ada: CheckedClient):
    wrote("over", expires_at=TODAY - MINUTE)
    wrote("coming", expires_at=TODAY + MINUTE)
    wrote("secret", secret=True)
    assert offered(ada) == {"first", "coming"}


@pytest.mark.usefixtures("stopped")
def test_what_its_reader_or_the_partnership_does_not_want_any_more_is_not_offered(ada: CheckedClient):
    wrote("reminded", "follow-up")
    wrote("changed", "event-changed")
    with writing():
        choices.choose(PRIYA, "follow-up", wanted=False, now=TODAY)
        choices.switch(make_partnership().id, "changed", on=False, by="", now=TODAY)
    assert offered(ada) == {"first"}


@pytest.mark.usefixtures("stopped")
def test_of_what_was_told_anew_only_the_last_word_is_offered(ada: CheckedClient):
    wrote("waits", "waiting", about="booking:a")
    wrote("freed", "promoted", 5, about="booking:a", calendar=INVITE)
    wrote("joining", "joining", 6, about="booking:a")
    wrote("gave up", "booking-cancelled", 7, about="booking:b")
    wrote("elsewhere", "waiting", 6, about="booking:b")
    assert offered(ada) == {"first", "freed", "joining", "gave up"}


@pytest.mark.usefixtures("stopped")
def test_a_course_that_is_over_and_a_part_1_that_is_done_are_not_offered(ada: CheckedClient):
    first, second = make_course("Working Together"), make_course("Neglect")
    make_requirement(second, first)
    priya, omar = make_person("Priya Patel"), make_person("Omar Other")
    make_completion(omar, first)
    past = make_booking(make_event(second, TODAY - timedelta(days=1)), priya)
    ahead = make_event(second)
    todo, done = make_booking(ahead, priya), make_booking(ahead, omar)

    def about(booking: Booking) -> str:
        return f"booking:{booking.public_id}"

    wrote("past", "message", about=about(past))
    wrote("ahead", "message", about=about(todo))
    wrote("to finish", "part-one", about=about(todo))
    wrote("finished", "part-one", about=about(done))
    assert offered(ada) == {"first", "ahead", "to finish"}


@pytest.mark.usefixtures("stopped")
def test_whoever_says_so_themselves_is_offered_to_the_administrator_for_two_weeks(
    ada: CheckedClient, today: Any
):
    with writing():
        works_again(PRIYA, now=TODAY)
    page = ada.page("/outbox/unreachable")
    assert "1 mail can be sent again" in page.text
    assert page.link(PRIYA) == missed_page()
    today.shift(14 * 24 * 3600 + 1)
    assert "can be sent again" not in ada.page("/outbox/unreachable").text


@pytest.mark.usefixtures("stopped")
def test_nothing_is_offered_while_the_address_takes_no_mail_or_to_another_partnership(ada: CheckedClient):
    page = missed_page()
    assert ada.page(page, status=404)
    other = make_partnership(slug="southshire", name="Southshire SCP", short_name="Southshire")
    with writing() as session:
        session.execute(sa.update(Letter).values(partnership_id=other.id))
        works_again(PRIYA, now=TODAY)
    assert ada.page(page, status=404)


def test_where_nothing_was_missed_one_is_led_back_to_the_list(ada: CheckedClient):
    with writing():
        came_back(PRIYA, why="550", now=STOPPED)
    assert press_works(ada).heading == "No mail comes back"
