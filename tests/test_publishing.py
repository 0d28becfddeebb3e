"""A date is published, or a draft again: what those who deliver it hear, and what their calendars have then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.actions import note
from app.catalogue.models import Event
from app.catalogue.plans import SessionPlan
from app.db import db
from app.delivery.actions import Outcome, cancel_event, postpone, reschedule
from app.delivery.calling import ask
from app.delivery.publishing import tell_of_state
from app.notifications.models import Letter
from app.pool.models import EventTrainer, TrainerCall
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.calendar_laws import calendars_told, check_every_invite, check_order, let_mail_leave
from tests.conftest import TODAY
from tests.factories import make_booking, make_course, make_event, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("today", "calendars_read")
LATER_DAY = {"sessions-0-day": ["19", "1", "2027"], "sessions-0-starts": "1pm", "sessions-0-ends": "4pm"}
AT_ONCE = timedelta()
SOON = timedelta(minutes=1)
LATER = timedelta(minutes=11)


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada the administrator's browser."""
    return client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))


def somebody(name: str) -> Person:
    """The person of that name, made when first asked for."""
    return db.session.scalar(sa.select(Person).where(Person.name == name)) or make_person(name)


def a_date(state: str = "draft") -> Event:
    """Tom is down for it, and nobody is booked on it."""
    event = make_event(make_course("Neglect"), TODAY + timedelta(days=28), state=state)
    make_trainer(event, somebody("Tom Trainer"))
    return event


def told() -> list[tuple[str, str]]:
    """What was written and not taken back, in order."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Letter).where(Letter.state != "withdrawn").order_by(Letter.id))
    return [(letter.message, letter.calendar_method) for letter in rows]


def becomes(event: Event, state: str, at: timedelta = AT_ONCE) -> int:
    """As the desk's form does it, so long after now; how many are told."""
    by = somebody("Ada Administrator")
    with changing(event.id, now=TODAY + at) as locked:
        was, locked.state = locked.state, state
        note(locked, "state", was, state, by=by.public_id, now=TODAY + at)
        return tell_of_state(locked, was, by=by, now=TODAY + at)


def calendars() -> dict[str, str]:
    """Each UID's last METHOD."""
    return {sitting.uid: letter.calendar_method for letter, sitting in calendars_told()}


def test_who_was_named_on_a_draft_hears_when_it_is_published_and_not_again(desk: CheckedClient):
    event = a_date()
    path = f"/events/{event.id}/edit"
    page = desk.send(path, button="Save", state="published")
    assert "1 trainer gets a mail that puts it into their calendar." in page.text
    assert told() == [("trainer-named", "REQUEST")]
    let_mail_leave(TODAY)
    assert "trainer gets" not in desk.send(path, button="Save", notes="Bring a pen").text
    assert len(told()) == 1
    check_every_invite()


def test_a_date_taken_back_to_a_draft_leaves_the_calendars_of_its_trainers(desk: CheckedClient):
    event = a_date()
    becomes(event, "published")
    let_mail_leave(TODAY)
    page = desk.send(f"/events/{event.id}/edit", button="Save", state="draft")
    assert "1 trainer gets a mail that takes it out of their calendar." in page.text
    assert told() == [("trainer-named", "REQUEST"), ("trainer-unpublished", "CANCEL")]
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "trainer-unpublished")).one()
    assert "You are still down for it" in letter.text and letter.due_at == TODAY + timedelta(minutes=10)
    let_mail_leave(TODAY + LATER)
    assert becomes(event, "published", LATER) == 1
    assert list(calendars().values()) == ["REQUEST"]
    check_every_invite()


def test_a_slip_that_is_put_right_within_ten_minutes_is_told_to_nobody():
    event = a_date()
    becomes(event, "published")
    let_mail_leave(TODAY)
    assert becomes(event, "draft", SOON) == 1
    assert becomes(event, "published", 2 * SOON) == 0
    assert told() == [("trainer-named", "REQUEST")]


def test_an_invite_that_has_not_left_is_withdrawn_and_nothing_is_taken_back():
    event = a_date()
    becomes(event, "published")
    assert becomes(event, "draft", SOON) == 0
    assert told() == []


def test_a_trainer_told_before_the_outbox_was_there_is_taken_back_to():
    event = a_date("published")
    assert becomes(event, "draft") == 1
    assert told() == [("trainer-unpublished", "CANCEL")]


@pytest.mark.parametrize("days", [-3, None])
def test_nobody_hears_of_what_is_over_or_has_no_date(days: int | None):
    event = a_date()
    with changing(event.id, now=TODAY) as locked:
        if days is None:
            locked.starts_at = locked.ends_at = None
        else:
            locked.starts_at, locked.ends_at = (
                TODAY + timedelta(days=days),
                TODAY + timedelta(days=days, hours=3),
            )
    assert becomes(event, "published") == 0
    assert told() == []


def test_other_times_of_a_draft_are_told_to_nobody_until_it_is_published():
    event = a_date()
    start = TODAY + timedelta(days=35)
    with changing(event.id, now=TODAY) as locked:
        plan = SessionPlan(starts_at=start, ends_at=start + timedelta(hours=3))
        assert reschedule(locked, [plan], by=None, now=TODAY).told == 0
    assert told() == []
    assert becomes(event, "published") == 1
    [(_, sitting)] = calendars_told()
    assert sitting.starts_at == start


@pytest.mark.parametrize("act", [cancel_event, postpone])
def test_a_draft_that_is_called_off_is_taken_from_nobody_who_never_had_it(act: Callable[..., Outcome]):
    event = a_date()
    with changing(event.id, now=TODAY) as locked:
        assert act(locked, by=None, now=TODAY, why="Nobody to deliver it").told == 0
    assert told() == []


def test_a_draft_that_was_told_once_as_published_is_called_off_without_a_second_cancellation():
    event = a_date("published")
    becomes(event, "draft")
    becomes(event, "published", LATER)
    let_mail_leave(TODAY + LATER)
    becomes(event, "draft", 2 * LATER)
    let_mail_leave(TODAY + 4 * LATER)
    before = told()
    with changing(event.id, now=TODAY + 4 * LATER) as locked:
        cancel_event(locked, by=None, now=TODAY + 4 * LATER, why="Nobody to deliver it")
    assert told() == before
    assert set(calendars().values()) == {"CANCEL"}


@pytest.mark.parametrize("page", ["postpone", "cancel"])
def test_the_page_before_says_that_nobody_hears_of_a_draft(desk: CheckedClient, page: str):
    drafted, published = a_date(), a_date("published")
    assert "1 trainer" in desk.page(f"/events/{published.id}/{page}").text
    assert "1 trainer" not in desk.page(f"/events/{drafted.id}/{page}").text


def test_the_page_before_other_times_counts_no_trainer_of_a_draft(desk: CheckedClient):
    said = {}
    for event in (a_date(), a_date("published")):
        path = f"/events/{event.id}/times"
        page = desk.send(path, button="Go on", **LATER_DAY)
        said[event.state] = "1 trainer" in page.text
    assert said == {"draft": False, "published": True}


def test_who_was_asked_to_deliver_a_date_need_not_answer_once_it_is_a_draft_again():
    event, by = a_date("published"), somebody("Ada Administrator")
    pat = make_person("Pat Practised")
    with changing(event.id, now=TODAY) as locked:
        ask(locked, [(pat, "pool")], by=by, now=TODAY)
    let_mail_leave(TODAY)
    becomes(event, "draft", SOON)
    assert db.session.scalars(sa.select(TrainerCall.answer)).one() == "taken back"
    last = db.session.scalars(
        sa.select(Letter).where(Letter.to_email == pat.email).order_by(Letter.id.desc())
    )
    assert "You need not answer any more" in last.first().text


def test_a_date_with_a_booking_never_becomes_a_draft(desk: CheckedClient):
    event = a_date("published")
    make_booking(event)
    desk.send(f"/events/{event.id}/edit", button="Save", state="draft", status=422)
    db.session.refresh(event)
    assert event.state == "published"
    assert told() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["draft", "published"]), st.integers(0, 20)), max_size=7))
def test_however_often_it_goes_to_and_fro_calendars_end_with_what_is_so(steps: list[tuple[str, int]]):
    db.session.rollback()
    event, at = a_date(), timedelta()
    for state, minutes in steps:
        at += timedelta(minutes=minutes)
        let_mail_leave(TODAY + at)
        becomes(event, state, at)
    let_mail_leave(TODAY + at + LATER)
    mine = trainer_of(event)
    last = [method for uid, method in calendars().items() if uid.startswith(mine)]
    assert last in ([["REQUEST"]] if event.state == "published" else [[], ["CANCEL"]])
    check_order()


def trainer_of(event: Event) -> str:
    """The public id that Tom's sessions of it are known by."""
    return db.session.scalars(
        sa.select(EventTrainer.public_id).where(EventTrainer.event_id == event.id)
    ).one()
