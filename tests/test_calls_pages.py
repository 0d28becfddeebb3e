"""The trainers' page that asks, the page behind the mailed link, and what a trainer sees of it."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.rules import State
from app.catalogue.models import Event
from app.db import db, writing
from app.notifications.models import Letter
from app.pool.calls import token_of
from app.pool.models import EventTrainer, TrainerCall
from tests.browser import CheckedClient, Page
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.pools import approve, make_member
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app", "today")


@pytest.fixture
def desk(client: CheckedClient) -> CheckedClient:
    """Ada's browser."""
    return client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))


def coming(title: str = "Neglect", days: int = 30, **given: object) -> Event:
    """A date that nobody delivers yet."""
    return make_event(make_course(title), TODAY + timedelta(days=days), **given)


def tom() -> Person:
    """Who trains."""
    return make_person("Tom Trainer", Role.TRAINER)


def ask(desk: CheckedClient, event: Event, *people: Person, status: int = 200, **typed: str) -> Page:
    """Ask them on the page; they may deliver the course."""
    for one in people:
        approve(one, event.course)
    return desk.send(
        f"/events/{event.id}/trainers/ask",
        on=f"/events/{event.id}/trainers",
        button="Ask them by mail",
        status=status,
        people=[one.public_id for one in people],
        **typed,
    )


def calls() -> list[TrainerCall]:
    """All there are."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(TrainerCall).order_by(TrainerCall.id)))


def called(desk: CheckedClient, event: Event | None = None) -> str:
    """Tom was asked; the address he got."""
    ask(desk, event or coming(), tom())
    return f"/calls/{token_of(calls()[-1])}"


def visitor(client: CheckedClient) -> CheckedClient:
    """Somebody who follows a link without being signed in."""
    found = client.application.test_client()
    assert isinstance(found, CheckedClient)
    return found


def test_people_are_asked_from_the_page_and_stand_there_with_the_time(desk: CheckedClient):
    event, tess = coming(), make_person("Tess Teacher", Role.TRAINER)
    page = ask(desk, event, tom(), tess)
    assert "2 people are asked by mail" in page.text
    assert page.text.count("No answer yet") == 2 and "Asked Fri 20 November 2026, 10am" in page.text
    assert "There is nobody else to ask" in page.text
    assert len(db.session.scalars(sa.select(Letter).where(Letter.message == "trainer-call")).all()) == 2
    assert {(call.delivers_as, call.confirmed_by) for call in calls()} == {("lead", "at once")}
    assert {call.closes_at for call in calls()} == {TODAY.replace(day=27, hour=17)}


def test_of_many_the_first_stand_there_and_the_others_can_be_asked_from_the_fold(desk: CheckedClient):
    event = coming()
    people = [approve(make_person(f"Person {letter}", Role.TRAINER), event.course) for letter in "ABCDEFGHI"]
    assert "3 more who can be asked" in desk.page(f"/events/{event.id}/trainers").text
    desk.send(
        f"/events/{event.id}/trainers/ask",
        on=f"/events/{event.id}/trainers",
        button="Ask them by mail",
        people=[people[0].public_id],
        others=[people[8].public_id],
    )
    assert [call.person.name for call in calls()] == ["Person A", "Person I"]


def test_an_expert_is_asked_as_one(desk: CheckedClient):
    event, eve = coming(), make_person("Eve Expert")
    make_member(eve, standing="expert")
    ask(desk, event, eve)
    assert [call.part for call in calls()] == ["expert"]


def test_choosing_nobody_or_a_day_that_is_over_is_said(desk: CheckedClient):
    event, someone = coming(), tom()
    approve(someone, event.course)
    assert "Choose at least one person" in ask(desk, event, status=422).text
    for day, said in (
        (["31", "2", "2027"], "Enter a real day"),
        (["19", "11", "2026"], "Choose a later day"),
    ):
        page = ask(desk, event, someone, status=422, answer_by=day)
        assert said in page.text
    assert calls() == []


def test_only_those_who_may_train_can_be_asked(desk: CheckedClient):
    event, priya = coming(), make_person("Priya Patel")
    tom()
    path = f"/events/{event.id}/trainers"
    typed = {"people": [priya.public_id], "why": "She is good"}
    page = desk.send(f"{path}/ask", on=path, button="Ask them by mail", status=422, **typed)
    assert "is not a valid choice" in page.text
    assert calls() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [({"state": "cancelled"}, "has been cancelled"), ({"state": "draft"}, "Publish this date first")],
)
def test_a_date_about_which_nobody_can_be_asked_says_why(
    desk: CheckedClient, given: dict[str, str], said: str
):
    event = coming(**given)
    tom()
    assert said in desk.page(f"/events/{event.id}/trainers").text


def test_the_link_shows_what_when_and_where_and_opening_it_changes_nothing(desk: CheckedClient):
    path = called(desk)
    page = visitor(desk).page(path)
    assert "Can you lead Neglect?" in page.text and "Sun 20 December 2026" in page.text
    assert "0 of 20 taken so far" in page.text and "Online" in page.text
    assert [call.answer for call in calls()] == [""]
    assert "meet.example" not in page.text  # the joining link is for those who deliver it


def test_yes_by_the_link_confirms_without_signing_in_and_stands_on_the_desks_page(desk: CheckedClient):
    event = coming()
    path, guest = called(desk, event), visitor(desk)
    page = guest.send(f"{path}/yes", on=path, button="Yes, I can")
    assert "It is confirmed" in page.text and "You deliver this course" in page.text
    page = desk.page(f"/events/{event.id}/trainers")
    assert "Said yes on Fri 20 November 2026, 10am" in page.text
    assert db.session.scalars(sa.select(EventTrainer.confirmed_at)).one() == TODAY


def test_no_by_the_link_stands_on_the_desks_page_with_the_reason(desk: CheckedClient):
    event = coming()
    path, guest = called(desk, event), visitor(desk)
    page = guest.send(f"{path}/no", on=path, button="No, I cannot", why="On leave that week")
    assert "Thank you for telling us" in page.text and "You wrote: On leave that week" in page.text
    page = desk.page(f"/events/{event.id}/trainers")
    assert (
        "Cannot" in page.text
        and "“On leave that week”" in page.text
        and "Answered Fri 20 November" in page.text
    )


def test_no_needs_no_reason_but_not_a_novel(desk: CheckedClient):
    path, guest = called(desk), visitor(desk)
    page = guest.send(f"{path}/no", on=path, button="No, I cannot", status=422, why="x" * 501)
    assert "at most 500" in page.text
    guest.send(f"{path}/no", on=path, button="No, I cannot")
    assert [call.answer for call in calls()] == ["no"]


@pytest.mark.parametrize("second", ["yes", "no"])
def test_a_page_left_open_leads_to_what_was_said(desk: CheckedClient, second: str):
    event = coming()
    path, guest = called(desk, event), visitor(desk)
    sent = {"csrf_token": guest.token(path)}
    guest.send(f"{path}/yes", on=path, button="Yes, I can")
    answer = guest.post(f"{path}/{second}", data=sent, follow_redirects=True)
    assert "You deliver this course" in answer.get_data(as_text=True)
    assert [call.answer for call in calls()] == ["yes"]


def test_a_clash_is_said_before_they_answer(desk: CheckedClient):
    event, someone = coming(), tom()
    ask(desk, event, someone)
    make_trainer(coming("Sleep"), someone)
    make_booking(coming("Forum"), someone, state=State.BOOKED)
    text = visitor(desk).page(f"/calls/{token_of(calls()[0])}").text
    assert "You deliver Sleep at that time." in text and "You have a place on Forum at that time." in text
    assert text.index("Sleep") < text.index("Yes, all the same")


def test_a_link_that_was_never_given_out_says_what_to_do(client: CheckedClient):
    page = client.page("/calls/not-a-link", status=404)
    assert "This link does not work" in page.text


def test_the_link_of_a_past_date_says_so(desk: CheckedClient, today: time_machine.Traveller):
    path = called(desk)
    today.shift(timedelta(days=30))
    page = visitor(desk).page(path, status=410)
    assert "This course has begun or is over" in page.text and "button" not in page.text.lower()


def test_the_link_of_a_filled_and_of_a_cancelled_date_says_so_kindly(desk: CheckedClient):
    event = coming()
    path, thea = called(desk, event), make_person("Thea First", Role.TRAINER)
    make_trainer(event, make_person("Olu Other"))
    desk.send(f"/events/{event.id}/trainers", button="Put them on this date", person=thea.public_id)
    page = visitor(desk).page(path)
    assert "This date has its trainers" in page.text and "Yes, I can be a reserve" in page.text
    other = coming("Sleep", days=31)
    path = f"/calls/{token_of((ask(desk, other, thea), calls()[-1])[1])}"
    desk.send(f"/events/{other.id}/cancel", button="Cancel it and tell them", why="Too few people")
    assert "This date was cancelled" in visitor(desk).page(path, status=410).text


def test_the_page_before_cancelling_says_that_who_was_asked_is_told(desk: CheckedClient):
    event = coming()
    called(desk, event)
    for act in ("cancel", "postpone", "times"):
        assert "1 person who was asked to deliver it is told" in desk.page(f"/events/{event.id}/{act}").text


def test_a_call_is_taken_back_or_a_no_on_the_telephone_written_down(desk: CheckedClient):
    event, tess = coming(), make_person("Tess Teacher", Role.TRAINER)
    ask(desk, event, tom(), tess)
    path = f"/events/{event.id}/trainers"
    first, second = calls()
    page = desk.send(
        f"{path}/calls/{first.public_id}", on=path, button=f"Take back the call to {first.person.name}"
    )
    assert "need not answer any more" in page.text and "Taken back" in page.text
    page = desk.send(f"{path}/calls/{second.public_id}", on=path, button=f"Said no : {second.person.name}")
    assert "written down by Ada Admin" in page.text
    assert [call.answer for call in calls()] == ["taken back", "no"]


def test_a_mail_that_did_not_arrive_is_said(desk: CheckedClient):
    event = coming()
    called(desk, event)
    with writing():
        db.session.execute(sa.update(Letter).values(state="failed"))
    assert "Mail did not arrive" in desk.page(f"/events/{event.id}/trainers").text


def test_the_desk_says_that_nobody_who_was_asked_can(desk: CheckedClient):
    event = coming(days=40)
    path = called(desk, event)
    assert "Neglect" not in desk.page("/desk").text
    visitor(desk).send(f"{path}/no", on=path, button="No, I cannot", why="On leave")
    page = desk.page("/desk")
    assert "Nobody who was asked can deliver Neglect" in page.text
    assert page.link("Ask others: Nobody who was asked can deliver Neglect") == f"/events/{event.id}/trainers"


def test_the_desk_says_that_nobody_has_answered_for_three_working_days(
    desk: CheckedClient, today: time_machine.Traveller
):
    called(desk, coming(days=40))
    today.move_to(TODAY.replace(day=25, hour=16))  # Wednesday: two working days and a bit
    assert "Neglect" not in desk.page("/desk").text
    today.move_to(TODAY.replace(day=25, hour=17, minute=1))
    assert "Nobody has answered whether they can deliver Neglect" in desk.page("/desk").text


def test_the_line_about_a_date_without_a_trainer_says_who_was_asked(desk: CheckedClient):
    event = coming(days=5)
    path, tess = called(desk, event), make_person("Tess Teacher", Role.TRAINER)
    ask(desk, event, tess)
    visitor(desk).send(f"{path}/no", on=path, button="No, I cannot")
    page = desk.page("/desk")
    assert "Neglect has no trainer" in page.text
    assert "2 were asked: 1 cannot and 1 has not answered" in page.text
    assert page.text.count("deliver Neglect") == 0


def test_a_trainer_sees_on_their_own_page_what_they_are_asked(desk: CheckedClient):
    path = called(desk)
    person = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    page = visitor(desk).sign_in(person).page("/my-events")
    assert "You are asked" in page.text
    assert page.link("Answer: Neglect, Sun 20 December 2026") == path


def test_calls_of_another_partnership_are_not_found(desk: CheckedClient):
    event = coming()
    called(desk, event)
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    foreign = make_event(event.course, TODAY + timedelta(days=60), host_id=elsewhere.id)
    sent = {"csrf_token": desk.token(f"/events/{event.id}/trainers")}
    for number in (foreign.id, event.id + 1000, coming("Sleep").id):
        path = f"/events/{number}/trainers/calls/{calls()[0].public_id}"
        assert desk.post(path, data=sent).status_code == 404
    assert desk.post(f"/events/{foreign.id}/trainers/ask", data=sent).status_code == 404
    assert calls()[0].answer == ""


def test_the_page_asks_no_more_of_the_database_however_many_were_asked(desk: CheckedClient):
    event = coming()
    people = [make_person(f"Person {letter}", Role.TRAINER) for letter in "ABCDEFGH"]
    ask(desk, event, *people[:2])
    with count_statements() as few:
        desk.page(f"/events/{event.id}/trainers")
    ask(desk, event, *people[2:7])
    with count_statements() as many:
        desk.page(f"/events/{event.id}/trainers")
    assert len(many) == len(few)


def test_no_address_of_a_mail_holds_anything_but_the_link(desk: CheckedClient):
    path = called(desk)
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "trainer-call")).one()
    [address] = [found for found in re.findall(r"https?://\S+", letter.text) if "/calls/" in found]
    assert address.endswith(path)
