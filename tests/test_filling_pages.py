"""The pages that fill an event: who is not eligible, clashes that come up meanwhile, what it needs, and the settings."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Event, EventSession, Venue
from app.db import db
from app.pool.calls import token_of
from app.pool.models import EventTrainer, TrainerCall
from app.records.actions import changing
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import make_course, make_event, make_partnership, make_person, make_trainer
from tests.pools import approve, make_member

pytestmark = pytest.mark.usefixtures("app", "today")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada's browser; she is a coordinator."""
    return client.sign_in(make_person("Ada Admin", Role.COORDINATOR))


def coming(title: str = "Neglect", days: int = 30) -> Event:
    """A date that nobody delivers yet."""
    return make_event(make_course(title), TODAY + timedelta(days=days))


def ask(desk: CheckedClient, event: Event, status: int = 200, **typed: object) -> Page:
    """Ask on the page."""
    path = f"/events/{event.id}/trainers"
    return desk.send(f"{path}/ask", on=path, button="Ask them by mail", status=status, **typed)  # type: ignore[arg-type]


def the_call() -> TrainerCall:
    """The only one there is."""
    db.session.rollback()
    return db.session.scalars(sa.select(TrainerCall)).one()


def visitor(client: CheckedClient) -> CheckedClient:
    """Somebody who follows a link without being signed in."""
    found = client.application.test_client()
    assert isinstance(found, CheckedClient)
    return found


def test_who_is_not_eligible_stands_apart_and_is_asked_only_by_who_says_why(desk: CheckedClient):
    event, tom = coming(), make_person("Tom Trainer", Role.TRAINER)
    page = desk.page(f"/events/{event.id}/trainers")
    assert "1 not eligible, and why" in page.text and "Is not in the training pool." in page.text
    page = ask(desk, event, 422, apart=[tom.public_id])
    assert "Tom Trainer is not eligible in that part: say why you ask" in page.text
    page = ask(desk, event, apart=[tom.public_id], why="He wrote the course")
    assert "Asked though not eligible: He wrote the course" in page.text


def test_who_may_co_deliver_is_asked_to_lead_only_by_who_says_why_and_who_observes_to_observe(
    desk: CheckedClient,
):
    event = coming()
    cora = approve(make_person("Cora Co"), event.course, "co")
    olu = approve(make_person("Olu Observer"), event.course, "observing")
    assert "Cora Co is not eligible" in ask(desk, event, 422, people=[cora.public_id]).text
    ask(desk, event, people=[cora.public_id], delivers_as="co")
    page = ask(desk, event, apart=[olu.public_id], delivers_as="observing")
    assert "1 person is asked by mail." in page.text


def test_a_clash_that_came_up_since_the_page_was_opened_is_shown_before_a_yes_counts(desk: CheckedClient):
    event = coming()
    tom = approve(make_person("Tom Trainer"), event.course)
    ask(desk, event, people=[tom.public_id])
    path, guest = f"/calls/{token_of(the_call())}", visitor(desk)
    sent = {"csrf_token": guest.token(path)}
    make_trainer(coming("Sleep"), tom)
    page = Page(guest.post(f"{path}/yes", data=sent, follow_redirects=True))
    assert "You have something else at that time" in page.text and "You deliver Sleep" in page.text
    assert the_call().answer == ""
    guest.send(f"{path}/yes", on=path, button="Yes, all the same")
    assert the_call().answer == "yes"


def test_a_clash_that_came_up_since_is_shown_before_the_desk_confirms(desk: CheckedClient):
    event = coming()
    tom = approve(make_person("Tom Trainer"), event.course)
    ask(desk, event, people=[tom.public_id], confirmed_by="desk")
    path, guest = f"/calls/{token_of(the_call())}", visitor(desk)
    guest.send(f"{path}/yes", on=path, button="Yes, I can")
    trainers = f"/events/{event.id}/trainers"
    confirm = f"{trainers}/calls/{the_call().public_id}/confirm"
    token = desk.token(trainers)
    make_trainer(coming("Sleep"), tom, part="host")
    page = Page(desk.post(confirm, data={"csrf_token": token, "seen": ""}, follow_redirects=True))
    assert "Look again before you decide. Tom Trainer: Hosts Sleep then." in page.text
    assert the_call().answer == "waits"
    desk.send(confirm, on=trainers, button="Confirm Tom Trainer")
    assert the_call().answer == "yes"


def test_what_a_date_needs_is_said_for_it_and_warned_of_on_its_pages(desk: CheckedClient):
    event = coming(days=5)
    make_trainer(event)
    for path in (f"/events/{event.id}", f"/events/{event.id}/trainers", "/desk"):
        assert "It needs 2 trainers and has 1." in desk.page(path).text
    path = f"/events/{event.id}/trainers/needs"
    page = desk.send(path, button="Save", status=422, trainers="1", leads="2", agencies="2")
    assert "No more can lead than there are trainers" in page.text
    desk.send(path, button="Save", trainers="1", leads="1", agencies="1")
    for path in (f"/events/{event.id}", f"/events/{event.id}/trainers"):
        assert "It needs 2 trainers" not in desk.page(path).text
    assert desk.page("/desk").heading == "Nothing needs you"


def test_what_dates_usually_need_holds_from_a_day_on(desk: CheckedClient):
    event = coming(days=5)
    make_trainer(event)
    tomorrow = ["21", "11", "2026"]
    typed = {"trainers_needed": "1", "trainer_agencies_needed": "1", "from_on": tomorrow}
    page = desk.send("/desk/filling", button="Save", **typed)  # type: ignore[arg-type]
    assert "Trainers a date needs: 1, from Sat 21 November 2026" in page.text
    assert "It needs 2 trainers and has 1." in desk.page(f"/events/{event.id}/trainers").text
    desk.send("/desk/filling", button="Save", trainers_needed="1", trainer_agencies_needed="1")
    assert "It needs 1 trainer to lead." in desk.page(f"/events/{event.id}/trainers").text
    yesterday = ["19", "11", "2026"]
    page = desk.send("/desk/filling", button="Save", status=422, from_on=yesterday, leads_needed="0")
    assert "Choose today or a later day" in page.text


def test_who_observes_is_no_trainer_to_the_desk(desk: CheckedClient):
    event = coming(days=5)
    make_trainer(event)
    desk.send(
        f"/events/{event.id}/trainers/part",
        on=f"/events/{event.id}/trainers",
        button="Observes instead : Tom Trainer",
    )
    assert db.session.scalars(sa.select(EventTrainer.delivers_as)).one() == "observing"
    assert "Neglect has no trainer" in desk.page("/desk").text


def test_what_somebody_is_asked_and_delivers_stands_on_a_page_of_theirs_and_nobody_elses(desk: CheckedClient):
    event = coming()
    tom = approve(make_person("Tom Trainer", Role.TRAINER), event.course)
    ask(desk, event, people=[tom.public_id])
    mine = desk.sign_in(tom)
    assert "Neglect" in mine.page("/calls").text
    link = mine.page("/calls").link("Answer: Neglect, Sun 20 December 2026")
    assert link == f"/calls/{token_of(the_call())}"
    mine.send(f"{link}/yes", on=link, button="Yes, I can")
    page = mine.page("/calls")
    assert (
        page.link("I cannot after all: Neglect, Sun 20 December 2026") == f"/my-events/{event.id}/give-back"
    )
    page = mine.send(f"/my-events/{event.id}/give-back", button="Give it back", status=422, why=" ")
    assert "Say why" in page.text
    other = desk.sign_in(make_person("Priya Patel"))
    assert "Neglect" not in other.page("/calls").text
    assert other.get(f"/my-events/{event.id}/give-back").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(EventTrainer.id))) == 1


def test_a_trainer_of_another_partnerships_date_is_not_changed(desk: CheckedClient):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    foreign = make_event(make_course("Neglect"), TODAY + timedelta(days=30), host_id=elsewhere.id)
    tom = make_person("Tom Trainer")
    make_trainer(foreign, tom)
    make_member(tom)
    sent = {"csrf_token": desk.token(f"/events/{coming('Sleep').id}/trainers"), "person": tom.public_id}
    for end in ("part", "needs", f"{tom.public_id}/substitute"):
        answer = desk.post(f"/events/{foreign.id}/trainers/{end}", data={**sent, "delivers_as": "co"})
        assert answer.status_code == 404
    assert db.session.scalars(sa.select(Person.id).where(Person.name == "Tom Trainer")).one() == tom.id


def test_who_does_not_travel_to_the_area_of_the_venue_stands_apart(desk: CheckedClient):
    typed = {"name": "Hill House", "address": "1 Hill Road", "area": "Mansfield"}
    desk.send("/venues/new", button="Save the venue", **typed)
    event = coming()
    with changing(event.id, now=TODAY):
        session = db.session.scalars(sa.select(EventSession)).one()
        session.venue_id = db.session.scalars(sa.select(Venue.id)).one()
    for name, areas in (("Near By", ["mansfield"]), ("Far Off", ["Rushcliffe"])):
        approve(make_person(name), event.course, areas=areas)
    text = desk.page(f"/events/{event.id}/trainers").text
    assert "1 not eligible, and why" in text and "Does not travel to Mansfield." in text
    assert text.index("Near By") < text.index("not eligible, and why") < text.index("Far Off")
