"""Seeing the site as somebody else: read only, never with more rights than one's own, and in the trail."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role, may_see_as
from app.audit.models import Trace
from app.booking.models import Booking
from app.db import db, writing
from app.evaluation.models import EvaluationRequest, Question, Questionnaire
from tests.browser import CheckedClient, Page, words
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)

pytestmark = pytest.mark.usefixtures("today")
BEGAN, ENDED = "began to see what they see", "stopped seeing what they see"


@pytest.fixture
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


@pytest.fixture
def priya(ada: Person) -> Person:
    """Priya practises."""
    return make_person("Priya Patel")


def see(client: CheckedClient, whom: Person) -> Page:
    """Press the button on the person's page."""
    return client.send(
        f"/people/{whom.public_id}/see", on=f"/people/{whom.public_id}", button="See what they see"
    )


def bar(page: Page) -> str:
    """The words of the bar on top, "" where there is none."""
    found = [words(aside) for aside in page.all("aside") if aside.get("class") == "rt-strip rt-seeing"]
    return found[0] if found else ""


def trail() -> list[tuple[str, str, str]]:
    """Who did what to whom, looking aside."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(Trace).where(~Trace.act.startswith("looked")).order_by(Trace.id))
    return [(row.actor, row.act, row.subject) for row in rows]


def test_the_administrator_sees_the_persons_pages_with_a_bar_and_ends_it_with_one_button(
    client: CheckedClient, ada: Person, priya: Person
):
    make_booking(make_event(make_course("Neglect")), priya)
    page = see(client, priya)
    assert page.response.request.path == "/learning"
    assert "Neglect" in page.text
    for path in ("/learning", "/bookings", "/courses", "/", "/about"):
        assert bar(client.page(path)).startswith("You see what Priya Patel sees")
    assert "Desk" not in [words(a) for a in page.all("a")]
    page = client.send("/seeing/end", on="/learning", button="Back to my own pages")
    assert page.heading == "Priya Patel"
    assert bar(page) == ""
    assert client.get("/desk").status_code == 200


def test_its_beginning_and_its_end_are_in_the_trail_and_on_the_persons_page(
    client: CheckedClient, ada: Person, priya: Person
):
    see(client, priya)
    page = client.send("/seeing/end", on="/learning", button="Back to my own pages")
    assert trail() == [
        (ada.public_id, BEGAN, priya.public_id),
        (ada.public_id, ENDED, priya.public_id),
    ]
    assert "Ada Admin began to see what they see" in page.text
    assert "Ada Admin stopped seeing what they see" in page.text


@pytest.mark.usefixtures("ada")
def test_every_change_is_refused_with_a_clear_sentence(
    app: Flask, client: CheckedClient, priya: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    booking = make_booking(make_event(make_course("Neglect")), priya)
    other = make_event(make_course("Self harm"))
    see(client, priya)
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(rules) > 30
    for rule in rules:
        if rule.endpoint in ("people.stop_seeing", "sign_in.leave"):
            continue
        filled = {"public_id": booking.public_id, "event_id": other.id, "way": "on"}
        values = {name: filled.get(name, "1") for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
        answer = client.post(path)
        assert answer.status_code == 403, f"{path}: {answer.status_code}"
        if rule.endpoint not in (
            "evaluation.questions",
            "missed.why",
        ):  # which say that answers are not shown
            assert "You only see what Priya Patel sees: nothing can be changed" in Page(answer).text
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.state)).all() == ["booked"]
    assert client.delete("/learning").status_code in (403, 405)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_change_nothing_either(client: CheckedClient, priya: Person, method: str):
    see(client, priya)
    assert getattr(client, method)("/learning").status_code in (403, 405)


@pytest.mark.parametrize(
    ("own", "theirs", "may"),
    [
        ((Role.ADMINISTRATOR,), (), True),
        ((Role.ADMINISTRATOR,), (Role.TRAINER, Role.AGENCY_LEAD), True),
        ((Role.ADMINISTRATOR,), (Role.ADMINISTRATOR,), True),
        ((Role.ADMINISTRATOR,), (Role.COORDINATOR,), False),
        ((Role.ADMINISTRATOR,), (Role.COURSE_ORGANISER,), False),
        ((Role.ADMINISTRATOR,), (Role.LWD_MEMBER,), False),
        ((Role.ADMINISTRATOR,), (Role.CHAIR,), False),
        ((Role.ADMINISTRATOR, Role.LWD_MEMBER), (Role.LWD_MEMBER,), True),
        ((Role.ADMINISTRATOR, Role.LWD_MEMBER), (Role.SCRUTINEER,), False),
        ((Role.COORDINATOR,), (Role.ADMINISTRATOR,), True),
        ((Role.COORDINATOR,), (Role.SCRUTINEER, Role.COURSE_ORGANISER), True),
        ((Role.COORDINATOR,), (Role.COORDINATOR,), True),
        ((Role.TRAINER,), (), False),
        ((Role.LWD_MEMBER, Role.CHAIR), (), False),
    ],
)
def test_nobody_sees_as_somebody_with_more_rights(own: tuple[Role, ...], theirs: tuple[Role, ...], may: bool):
    assert may_see_as(frozenset(own), frozenset(theirs)) is may


def test_a_coordinators_pages_cannot_be_reached_by_seeing_as_one(
    app: Flask, client: CheckedClient, ada: Person, monkeypatch: pytest.MonkeyPatch
):
    cora = make_person("Cora Coordinator", Role.COORDINATOR)
    page = client.page(f"/people/{cora.public_id}")
    assert "See what they see" not in page.text
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    answer = client.post(f"/people/{cora.public_id}/see")
    assert answer.status_code == 409
    assert "has rights that you do not have" in Page(answer).text
    assert client.get("/courses/new").status_code == 403
    assert trail() == []


def test_somebody_who_becomes_a_coordinator_meanwhile_is_seen_no_longer(client: CheckedClient, priya: Person):
    see(client, priya)
    given = {"partnership_id": make_partnership().id, "role": Role.COORDINATOR.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=priya.id, **given))
    page = client.page("/desk")
    assert bar(page) == ""
    assert client.get("/courses/new").status_code == 403


def test_an_administrator_who_is_none_any_longer_is_only_themselves(
    client: CheckedClient, ada: Person, priya: Person
):
    see(client, priya)
    with writing() as session:
        session.execute(sa.delete(RoleGrant).where(RoleGrant.person_id == ada.id))
    assert bar(client.page("/learning")) == ""
    assert client.get("/desk").status_code == 403


@pytest.mark.parametrize("who", ["ada", "priya"])
def test_it_ends_when_either_account_is_closed(client: CheckedClient, ada: Person, priya: Person, who: str):
    see(client, priya)
    with writing():
        db.session.merge(ada if who == "ada" else priya).closed_at = TODAY
    answer = client.get("/learning")
    if who == "ada":
        assert (answer.location or "").startswith("/sign-in")
    else:
        assert bar(Page(answer)) == ""


def test_the_roles_are_those_of_the_person(client: CheckedClient, ada: Person):
    tom = make_person("Tom Trainer", Role.TRAINER)
    event = make_event(starts=TODAY - timedelta(hours=1))
    make_trainer(event, tom)
    assert client.get("/my-events").status_code == 403
    see(client, tom)
    assert client.get("/my-events").status_code == 200
    assert client.get(f"/events/{event.id}/register").status_code == 200
    for path in ("/desk", "/people", f"/people/{ada.public_id}", "/outbox", "/impact"):
        assert client.get(path).status_code == 403


def test_it_cannot_nest(app: Flask, client: CheckedClient, ada: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    other, priya = make_person("Olu Other", Role.ADMINISTRATOR), make_person("Priya Patel")
    see(client, other)
    assert client.get(f"/people/{priya.public_id}").status_code == 200
    answer = client.post(f"/people/{priya.public_id}/see")
    assert answer.status_code == 403
    assert bar(client.page("/desk")).startswith("You see what Olu Other sees")
    assert [act for _, act, _ in trail()] == [BEGAN]


def test_a_look_at_a_record_meanwhile_is_that_of_the_administrator(client: CheckedClient, ada: Person):
    other, priya = make_person("Olu Other", Role.ADMINISTRATOR), make_person("Priya Patel")
    see(client, other)
    client.page(f"/people/{priya.public_id}")
    db.session.rollback()
    looked = db.session.scalars(sa.select(Trace).where(Trace.subject == priya.public_id)).one()
    assert (looked.actor, looked.act) == (ada.public_id, "looked at record")


def test_signing_out_ends_it_and_the_administrators_own_session(
    client: CheckedClient, ada: Person, priya: Person
):
    see(client, priya)
    client.send("/sign-out", on="/learning", button="Sign out")
    assert (client.get("/learning").location or "").startswith("/sign-in")
    assert trail()[-1] == (ada.public_id, ENDED, priya.public_id)
    client.sign_in(ada)
    assert bar(client.page("/desk")) == ""


def test_it_ends_by_itself_after_half_an_hour(
    client: CheckedClient, ada: Person, priya: Person, today: time_machine.Traveller
):
    see(client, priya)
    today.move_to(TODAY + timedelta(minutes=29))
    assert bar(client.page("/learning"))
    today.move_to(TODAY + timedelta(minutes=31))
    assert bar(client.page("/desk")) == ""
    assert trail()[-1] == (ada.public_id, ENDED, priya.public_id)
    assert len(trail()) == 2


def asked_about(booking: Booking) -> EvaluationRequest:
    """The questions after the course, not answered yet."""
    questionnaire = add(Questionnaire(course_id=booking.event.course_id, stage="after"))
    add(Question(questionnaire_id=questionnaire.id, key="knowledge", number=1, text="How?", kind="rating"))
    opens_at: datetime = TODAY - timedelta(hours=1)
    return add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=opens_at))


def test_neither_answers_nor_the_links_to_questions_are_shown(client: CheckedClient, priya: Person):
    booking = make_booking(make_event(make_course("Neglect"), starts=TODAY - timedelta(hours=4)), priya)
    asked = asked_about(booking)
    see(client, priya)
    for path in ("/learning", f"/bookings/{booking.public_id}"):
        assert asked.token not in client.page(path).html
    page = client.page(f"/evaluations/{asked.token}", status=403)
    assert "answers are Priya Patel’s alone" in page.text


@pytest.mark.parametrize("closed", [True, False])
def test_who_cannot_sign_in_cannot_be_seen(
    app: Flask, client: CheckedClient, ada: Person, monkeypatch: pytest.MonkeyPatch, closed: bool
):
    gone = make_person("Gus Gone")
    with writing():
        setattr(gone, *(("closed_at", TODAY) if closed else ("is_guest", True)))
    assert "See what they see" not in client.page(f"/people/{gone.public_id}").text
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    assert client.post(f"/people/{gone.public_id}/see").status_code == 409
    assert client.post(f"/people/{ada.public_id}/see").status_code == 409
    assert trail() == []


@pytest.mark.usefixtures("priya")
def test_ending_what_has_not_begun_changes_nothing(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    assert client.post("/seeing/end").status_code == 303
    assert trail() == []
