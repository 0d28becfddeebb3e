"""The register's pages: one request saves everybody, who walked in is added, closing asks for the rest; in a real
browser ticks survive a dead spot and a page is never left."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.attendance.models import HeadcountMark, Mark, MarkChange, RegisterClosing
from app.booking.models import Booking, Headcount
from app.catalogue.models import Event, EventSession
from app.db import db, rebuilding
from app.pages.register import marks as saving
from app.tallies.models import EventTally
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_agency,
    make_booking,
    make_event,
    make_partnership,
    make_person,
    make_setting,
    make_trainer,
)
from tests.live import Watch, serve, session_cookie, size
from tests.statements import count_statements

NAMES = ["Ada Adeyemi", "Ben Archer", "Cleo Brown", "Dev Chandra"]


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    found = make_event(starts=TODAY - timedelta(hours=1), capacity=10)
    for name in NAMES:
        make_booking(found, make_person(name))
    return found


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    person = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, person)
    return person


def marks() -> dict[str, str]:
    """The marks there are: name to mark."""
    db.session.rollback()
    rows = sa.select(Person.name, Mark.mark).join(Booking, Booking.person_id == Person.id).join(Mark)
    return dict(db.session.execute(rows).all())  # type: ignore[arg-type]


def fields(client: CheckedClient, event: Event) -> dict[str, str]:
    """The register's form as it stands."""
    return client.page(f"/events/{event.id}/register").form("", "Save the register")


def public_ids(event: Event) -> dict[str, str]:
    """Booking ids in addresses by name."""
    rows = sa.select(Person.name, Booking.public_id).join(Booking, Booking.person_id == Person.id)
    return dict(db.session.execute(rows.where(Booking.event_id == event.id)).all())  # type: ignore[arg-type]


def test_a_trainer_saves_the_whole_register_in_one_request(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    ids = public_ids(event)
    typed = {
        f"mark-{ids[n]}": m for n, m in zip(NAMES, ["present", "present", "absent", "excused"], strict=True)
    }
    page = client.send(
        f"/events/{event.id}/register", button="Save the register", **typed, **{f"late-{ids[NAMES[0]]}": "10"}
    )
    assert "2 of 4 here" in page.text
    assert marks() == dict(zip(NAMES, ["present", "present", "absent", "excused"], strict=True))
    assert db.session.scalars(sa.select(Mark.minutes_late).order_by(Mark.minutes_late.desc())).first() == 10
    tally = db.session.scalars(sa.select(EventTally.counts)).one()
    assert sum(unit.get("came", 0) for unit in tally["units"]) == 2


def test_a_tick_is_kept_without_touching_the_others_and_twice_changes_nothing(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    form, ids = fields(client, event), public_ids(event)
    sent = {"csrf_token": form["csrf_token"], "session": form["session"]}
    client.post(
        f"/events/{event.id}/register",
        data={**sent, f"mark-{ids[NAMES[0]]}": "absent"},
        headers={"X-Ticks": "1"},
    )
    tick = {**sent, f"mark-{ids[NAMES[1]]}": "present"}
    for _ in range(2):
        answer = client.post(f"/events/{event.id}/register", data=tick, headers={"X-Ticks": "1"})
        told = answer.get_json()
        assert (told["here"], told["of"], told["missing"]) == (1, 4, 2)
    assert marks() == {NAMES[0]: "absent", NAMES[1]: "present"}
    assert db.session.scalars(sa.select(MarkChange)).all() == []


def test_a_mark_that_was_changed_keeps_what_it_was(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    ids = public_ids(event)
    for mark in ("absent", "present"):
        client.send(
            f"/events/{event.id}/register", button="Save the register", **{f"mark-{ids[NAMES[0]]}": mark}
        )
    change = db.session.scalars(sa.select(MarkChange)).one()
    assert (change.was, change.became, change.by_id) == ("absent", "present", tom.id)


def test_everybody_else_is_marked_here_with_one_button(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom)
    ids = public_ids(event)
    client.send(
        f"/events/{event.id}/register", button="Save the register", **{f"mark-{ids[NAMES[3]]}": "absent"}
    )
    client.send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    assert marks() == {**dict.fromkeys(NAMES[:3], "present"), NAMES[3]: "absent"}


def test_someone_new_walks_in_and_holds_no_place(client: CheckedClient, event: Event, tom: Person):
    make_agency("Northshire Police", sector="Criminal justice")
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        name="Wanda Walker",
        email="Wanda.Walker@Police.example",
        agency="northshire-police",
    )
    assert "Wanda Walker" in page.text
    assert "1 of 5 here" in page.text
    db.session.rollback()
    booking = db.session.scalars(sa.select(Booking).where(Booking.state == "walk-in")).one()
    assert (booking.person.email, booking.sector) == ("wanda.walker@police.example", "Criminal justice")
    assert db.session.get_one(Event, event.id).places_held == 4


def test_somebody_known_walks_in_with_their_address_alone(client: CheckedClient, event: Event, tom: Person):
    known = make_person("Kit Known")
    client.sign_in(tom)
    for _ in range(2):
        client.send(
            f"/events/{event.id}/register/walk-in", on=f"/events/{event.id}/register", email=str(known.email)
        )
    assert marks() == {"Kit Known": "present"}
    assert len(db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == known.id)).all()) == 1


def test_somebody_who_waits_becomes_a_walk_in_with_their_history(
    client: CheckedClient, event: Event, tom: Person
):
    waiting = make_booking(event, make_person("Wes Waiting"), state="waiting")
    client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        email="wes.waiting@northshire.example",
    )
    db.session.rollback()
    assert db.session.get_one(Booking, waiting.id).state == "walk-in"


def test_a_walk_in_without_name_or_agency_keeps_what_was_typed(
    client: CheckedClient, event: Event, tom: Person
):
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        email="new@x.example",
        status=422,
    )
    assert "Enter their name" in page.text
    assert "Choose their agency" in page.text
    assert 'value="new@x.example"' in page.html


def test_closing_asks_for_those_without_a_mark_then_corrections_need_a_reason(
    client: CheckedClient, event: Event, tom: Person, today: object
):
    client.sign_in(tom)
    today.shift(timedelta(hours=4))  # type: ignore[attr-defined]
    address = f"/events/{event.id}/register"
    asked = client.send(f"{address}/close", on=address)
    assert asked.heading == "Close the register"
    assert "4 more marks and it is done" in asked.text
    assert db.session.scalars(sa.select(RegisterClosing)).all() == []
    client.send(address, button="Save the register", everybody="present")
    assert "The register is closed" in client.send(f"{address}/close", on=address).html
    ids = public_ids(event)
    wrong = client.send(
        address, button="Save the register", status=422, **{f"mark-{ids[NAMES[0]]}": "absent"}
    )
    assert "Say why you correct this register" in wrong.text
    assert wrong.form("", "Save the register")[f"mark-{ids[NAMES[0]]}"] == "absent"
    assert marks()[NAMES[0]] == "present"
    client.send(
        address, button="Save the register", correction="Left at once", **{f"mark-{ids[NAMES[0]]}": "absent"}
    )
    assert marks()[NAMES[0]] == "absent"
    assert db.session.scalars(sa.select(MarkChange.why)).one() == "Left at once"


def test_the_register_cannot_be_closed_before_the_end(client: CheckedClient, event: Event, tom: Person):
    form = fields(client.sign_in(tom), event)
    answer = client.post(f"/events/{event.id}/register/close", data={"csrf_token": form["csrf_token"]})
    assert answer.status_code == 409
    assert db.session.scalars(sa.select(RegisterClosing)).all() == []


def test_nobody_marks_more_than_an_hour_before_the_start(client: CheckedClient, app: Flask, today: object):
    event = make_event(starts=TODAY + timedelta(minutes=61))
    booking = make_booking(event, make_person("Ada Adeyemi"))
    tom = make_person("Tom Trainer", Role.TRAINER)
    make_trainer(event, tom)
    typed = {f"mark-{booking.public_id}": "present"}
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert "You can mark from an hour before the start" in page.text
    assert "1 person on the list" in page.text
    assert not [field for field in page.all("input") if field.get("type") == "radio"]
    sent = {"csrf_token": client.token(), **typed}
    assert client.post(f"/events/{event.id}/register", data=sent).status_code == 409
    assert marks() == {}
    today.shift(timedelta(minutes=1))  # type: ignore[attr-defined]
    client.send(f"/events/{event.id}/register", button="Save the register", **typed)
    assert marks() == {"Ada Adeyemi": "present"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [(typed, "Enter minutes as a whole number, such as 15") for typed in ("-5", "two", "1.5", "²")]
    + [("181", "Enter fewer minutes: the session has 180")],
)
def test_minutes_that_cannot_be_are_refused_and_nothing_is_lost(
    client: CheckedClient, event: Event, tom: Person, typed: str, sentence: str
):
    ids = public_ids(event)
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register",
        button="Save the register",
        status=422,
        **{
            f"mark-{ids[NAMES[0]]}": "present",
            f"late-{ids[NAMES[0]]}": typed,
            f"mark-{ids[NAMES[1]]}": "absent",
        },
    )
    assert page.link(f"Ada Adeyemi: {sentence}") == f"#late-{ids[NAMES[0]]}"
    form = page.form("", "Save the register")
    assert (form[f"late-{ids[NAMES[0]]}"], form[f"mark-{ids[NAMES[1]]}"]) == (typed, "absent")
    assert marks() == {}


def test_a_mark_that_is_none_is_refused(client: CheckedClient, event: Event, tom: Person):
    ids = public_ids(event)
    page = client.sign_in(tom).send(
        f"/events/{event.id}/register",
        button="Save the register",
        status=422,
        **{f"mark-{ids[NAMES[0]]}": "asleep"},
    )
    assert "Ada Adeyemi: Choose here, absent or excused" in page.text


def test_only_those_who_deliver_the_event_and_administrators_open_its_register(
    client: CheckedClient, event: Event, tom: Person
):
    other = make_person("Olga Other", Role.TRAINER)
    assert client.sign_in(other).get(f"/events/{event.id}/register").status_code == 403
    assert (
        client.sign_in(make_person("Priya Practitioner")).get(f"/events/{event.id}/register").status_code
        == 403
    )
    assert (
        client.sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
        .get(f"/events/{event.id}/register")
        .status_code
        == 200
    )
    assert client.sign_in(tom).get("/events/999/register").status_code == 404


def test_a_mark_for_another_events_booking_is_left_out(client: CheckedClient, event: Event, tom: Person):
    elsewhere = make_booking(make_event(event.course, TODAY + timedelta(days=9)), make_person("Else Where"))
    client.sign_in(tom).send(
        f"/events/{event.id}/register",
        button="Save the register",
        **{f"mark-{elsewhere.public_id}": "present"},
    )
    assert marks() == {}


def test_an_event_of_two_sessions_is_marked_session_by_session(
    client: CheckedClient, event: Event, tom: Person
):
    later = event.starts_at + timedelta(days=7)
    with rebuilding() as session:
        session.add(EventSession(event_id=event.id, starts_at=later, ends_at=later + timedelta(hours=3)))
        session.get_one(Event, event.id).ends_at = later + timedelta(hours=3)
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert "Session 2" in page.text
    client.send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Mark)).one() == 4
    counts = db.session.scalars(sa.select(EventTally.counts)).one()
    assert sum(unit.get("part", 0) for unit in counts["units"]) == 4


def test_organisations_are_counted_at_a_headcount_only_event(
    client: CheckedClient, app: Flask, today: object
):
    event, agency_id = make_event(starts=TODAY - timedelta(hours=2), headcount_only=True), make_agency().id
    with rebuilding() as session:
        for name in ("Hope Chapel", "St Anne"):
            row = {"event_id": event.id, "organisation": name, "agency_id": agency_id}
            session.add(Headcount(**row, expected=3, booked_on=TODAY.date()))
    admin = make_person("Ada Admin", Role.ADMINISTRATOR)
    hope, anne = (f"came-{h.id}" for h in db.session.scalars(sa.select(Headcount).order_by(Headcount.id)))
    address = f"/events/{event.id}/register"
    client.sign_in(admin).send(f"{address}/organisations", on=address, **{hope: "4", anne: ""})
    db.session.rollback()
    assert db.session.scalars(sa.select(HeadcountMark.came)).all() == [4]
    wrong = client.send(f"{address}/organisations", on=address, status=422, **{hope: "many", anne: "7"})
    assert wrong.link("Hope Chapel: enter a whole number, such as 15") == f"#{hope}"
    assert wrong.form("", "Save how many came")[anne] == "7"
    assert db.session.scalars(sa.select(HeadcountMark.came)).all() == [4]


def test_nobody_is_marked_one_by_one_where_organisations_are_counted(
    client: CheckedClient, app: Flask, today: object
):
    event = make_event(starts=TODAY - timedelta(hours=4), headcount_only=True)
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    path = f"/events/{event.id}/register"
    sent = {"csrf_token": client.token("/people"), "name": "Nia", "agency": "northshire-county-council"}
    for door in (path, f"{path}/walk-in", f"{path}/close"):
        assert client.post(door, data=sent).status_code == 404
    db.session.rollback()
    assert not db.session.scalars(sa.select(Booking)).all()
    assert not db.session.scalars(sa.select(RegisterClosing)).all()


def test_my_events_opens_with_the_next_one(client: CheckedClient, event: Event, tom: Person):
    page = client.sign_in(tom).page("/my-events")
    assert "Open the register" in page.text
    assert "Now" in page.text
    assert page.heading == "My events"
    assert (
        "No event to deliver" in client.sign_in(make_person("Nina New", Role.TRAINER)).page("/my-events").text
    )


def test_saving_two_hundred_takes_as_many_statements_as_saving_four(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    with count_statements() as few:
        client.send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    large = make_event(event.course, TODAY - timedelta(minutes=30), capacity=200)
    make_trainer(large, tom)
    for _ in range(60):
        make_booking(large)
    with count_statements() as many:
        client.send(f"/events/{large.id}/register", button="Save the register", everybody="present")
    assert len(many) == len(few)


def test_the_moment_of_a_mark_is_kept_in_utc(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom).send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    assert db.session.scalars(sa.select(Mark.marked_at)).first() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_a_page_that_was_open_for_long_undoes_nobody_elses_marks(
    client: CheckedClient, event: Event, tom: Person
):
    client.sign_in(tom)
    ids, address = public_ids(event), f"/events/{event.id}/register"
    old_page = fields(client, event)
    client.send(address, button="Save the register", **{f"mark-{ids[NAMES[0]]}": "present"})
    client.post(address, data={**old_page, f"mark-{ids[NAMES[1]]}": "absent"})
    assert marks() == {NAMES[0]: "present", NAMES[1]: "absent"}


def test_ticks_with_a_mistake_are_told_and_the_others_saved(client: CheckedClient, event: Event, tom: Person):
    form, ids = fields(client.sign_in(tom), event), public_ids(event)
    sent = {"csrf_token": form["csrf_token"], "session": form["session"]}
    ticks = {
        f"mark-{ids[NAMES[0]]}": "present",
        f"late-{ids[NAMES[0]]}": "an hour",
        f"mark-{ids[NAMES[1]]}": "present",
    }
    told = client.post(f"/events/{event.id}/register", data={**sent, **ticks}, headers={"X-Ticks": "1"})
    assert told.get_json()["faults"] == {ids[NAMES[0]]: "Enter minutes as a whole number, such as 15"}
    assert marks() == {NAMES[1]: "present"}


def test_what_another_phone_marked_meanwhile_is_told_as_it_stands(
    client: CheckedClient, event: Event, tom: Person, monkeypatch: pytest.MonkeyPatch
):
    form, ids = fields(client.sign_in(tom), event), public_ids(event)
    tick = {n: form[n] for n in ("csrf_token", "session")} | {f"mark-{ids[NAMES[0]]}": "present"}
    write = saving.write

    def another_first(event_id: int, session_id: int, wanted: Any) -> None:
        monkeypatch.setattr(saving, "write", write)
        client.post(f"/events/{event.id}/register", data=tick, headers={"X-Ticks": "1"})
        write(event_id, session_id, wanted)

    monkeypatch.setattr(saving, "write", another_first)
    told = client.post(f"/events/{event.id}/register", data=tick, headers={"X-Ticks": "1"}).get_json()
    assert (told["here"], told["marks"][ids[NAMES[0]]]) == (1, "present")


def test_ticks_of_a_closed_register_are_refused_with_a_sentence(
    client: CheckedClient, event: Event, tom: Person
):
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event.id, closed_at=TODAY, closed_by_id=tom.id))
    form, ids = fields(client.sign_in(tom), event), public_ids(event)
    tick = {"csrf_token": form["csrf_token"], f"mark-{ids[NAMES[0]]}": "present"}
    told = client.post(f"/events/{event.id}/register", data=tick, headers={"X-Ticks": "1"})
    assert (told.status_code, told.get_json()) == (
        409,
        {"refused": "Say why you correct this register: it is closed"},
    )
    assert marks() == {}


def test_closing_saves_the_last_marks_and_asks_again_for_those_still_missing(
    client: CheckedClient, event: Event, tom: Person, today: object
):
    client.sign_in(tom)
    today.shift(timedelta(hours=4))  # type: ignore[attr-defined]
    address = f"/events/{event.id}/register/close"
    form = client.page(address).form("", "Close the register")
    of_ada = next(f"mark-{form_session(event)}-{id}" for n, id in public_ids(event).items() if n == NAMES[0])
    page = client.send(address, button="Close the register", status=422, **{of_ada: "excused"})
    assert "Mark the 3 who are left. What you marked is saved." in page.text
    assert "asked" in form
    assert marks() == {NAMES[0]: "excused"}
    client.send(address, button="Close the register", all="absent")
    assert marks() == {NAMES[0]: "excused", **dict.fromkeys(NAMES[1:], "absent")}
    assert db.session.scalars(sa.select(RegisterClosing.closed_by_id)).one() == tom.id
    assert client.get(address).status_code == 303


def form_session(event: Event) -> str:
    """The session's id in addresses."""
    return db.session.scalars(sa.select(EventSession.public_id)).one()


def test_somebody_we_know_of_that_name_is_asked_for_before_anybody_is_written_down_twice(
    client: CheckedClient, event: Event, tom: Person
):
    kit = make_person("Kit Known", agency=make_agency("Northshire Police"))
    client.sign_in(tom)
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.send(address, on=page_of, name="Kit", status=422)
    assert "Is it one of these?" in page.text
    chosen = next(b.get("value") for b in page.all("button") if b.get("name") == "person")
    assert str(chosen).startswith(kit.public_id)
    client.send(address, on=page_of, person=chosen)
    assert marks() == {"Kit Known": "present"}
    agency = {"agency": "northshire-police"}
    client.send(address, on=page_of, name="Kit Known", email="kit@elsewhere.example", new="1", **agency)
    people = db.session.scalars(sa.select(Person).where(Person.name == "Kit Known")).all()
    assert len(people) == 2


def test_someone_without_an_address_walks_in_as_a_guest(client: CheckedClient, event: Event, tom: Person):
    school = make_setting()
    client.sign_in(tom).send(
        f"/events/{event.id}/register/walk-in",
        on=f"/events/{event.id}/register",
        name="Guy Guest",
        agency=school.agency.slug,
        setting="hill top primary school",
    )
    guest = db.session.scalars(sa.select(Person).where(Person.name == "Guy Guest")).one()
    assert (guest.is_guest, guest.email) == (True, None)
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == guest.id)).one()
    assert booking.setting_id == school.id


def test_who_works_in_two_places_says_for_which_of_them(client: CheckedClient, event: Event, tom: Person):
    school = make_setting()
    kit = make_person("Kit Known")
    with rebuilding() as session:
        works = {"person_id": kit.id, "agency_id": school.agency_id, "setting_id": school.id}
        session.add(Affiliation(**works, from_on=TODAY.date()))
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.sign_in(tom).send(address, on=page_of, email=str(kit.email), status=422)
    second = [b.get("value") for b in page.all("button") if b.get("name") == "person"][1]
    client.send(address, on=page_of, person=second)
    booking = db.session.scalars(sa.select(Booking).where(Booking.person_id == kit.id)).one()
    assert booking.setting_id == school.id


def test_adding_somebody_to_a_closed_register_needs_a_reason(
    client: CheckedClient, event: Event, tom: Person
):
    with rebuilding() as session:
        session.add(RegisterClosing(event_id=event.id, closed_at=TODAY, closed_by_id=tom.id))
    kit = make_person("Kit Known")
    address, page_of = f"/events/{event.id}/register/walk-in", f"/events/{event.id}/register"
    page = client.sign_in(tom).send(address, on=page_of, email=str(kit.email), status=422)
    assert page.link("Say why you correct this register: it is closed") == "#walk-in-correction"
    client.send(address, on=page_of, email=str(kit.email), correction="On the paper list")
    assert marks() == {"Kit Known": "present"}
    assert db.session.scalars(sa.select(MarkChange.why)).one() == "On the paper list"


def test_names_are_suggested_to_whoever_marks_the_register(client: CheckedClient, event: Event, tom: Person):
    kit = make_person("Kit Known")
    address = f"/events/{event.id}/register/people"
    (found,) = client.sign_in(tom).get(f"{address}?name=kit").get_json()["people"]
    assert (found["name"], found["work"], found["waited"]) == (
        "Kit Known",
        "Northshire County Council",
        False,
    )
    assert found["value"].startswith(kit.public_id)
    assert client.get(f"{address}?name=ki").get_json() == {"people": []}


def test_needs_and_a_number_to_ring_are_there_for_the_trainer(
    client: CheckedClient, event: Event, tom: Person
):
    make_booking(event, make_person("Nina Needs"), needs="Level access", mobile="07700 900123")
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert "Needs: Level access" in page.text
    assert page.link("Ring 07700 900123") == "tel:07700900123"


def test_administrators_of_another_partnership_do_not_open_the_register(
    client: CheckedClient, event: Event, tom: Person
):
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    other = make_partnership(slug="farshire", name="Farshire SCP", short_name="Farshire SCP")
    with rebuilding() as session:
        session.get_one(Event, event.id).host_id = other.id
    assert client.sign_in(ada).get(f"/events/{event.id}/register").status_code == 403
    assert client.sign_in(tom).get(f"/events/{event.id}/register").status_code == 200


@pytest.fixture
def phone(event: Event, tom: Person, app: Flask, chromium: Any) -> Iterator[Any]:
    """The register on a phone, as Tom sees it."""
    for name in ("Kit Waiting", "Kit Absent"):
        make_person(name)
    for number in range(6):
        make_booking(event, make_person(f"Filler {number} Zimmer"))
    address, session_of_tom = f"/events/{event.id}/register", f"{tom.public_id}.{tom.session_number}"
    db.session.rollback()
    with serve(app) as url:
        window = chromium.new_context(viewport=size("phone"), base_url=url, reduced_motion="reduce")
        window.add_cookies(session_cookie(app, url, _user_id=session_of_tom))
        page = window.new_page()
        watch = Watch(page, url)
        page.goto(address)
        yield page
        assert not [said for said in watch.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
        window.close()


def tap(page: Any, name: str, words: str) -> None:
    """Press one of a person's buttons."""
    page.get_by_role("radio", name=f"{name}: {words}").click(force=True)


def here(page: Any, counted: str) -> None:
    """Wait for the counter."""
    from playwright.sync_api import expect

    expect(page.locator("#counter")).to_contain_text(counted)


def wait_for(it_is_so: Callable[[], bool]) -> None:
    """Wait until something is so, 20 seconds at most."""
    until = time.monotonic() + 20
    while not it_is_so() and time.monotonic() < until:
        time.sleep(0.05)
    assert it_is_so()


def eventually(wanted: dict[str, str]) -> None:
    """Wait until these are the marks in the database."""
    wait_for(lambda: marks() == wanted)


@pytest.mark.browser
def test_a_tap_is_saved_at_once_and_a_second_tap_takes_it_back(phone: Any):
    tap(phone, NAMES[0], "Here")
    tap(phone, NAMES[1], "Absent")
    here(phone, "1 of 10 here")
    eventually({NAMES[0]: "present", NAMES[1]: "absent"})
    tap(phone, NAMES[0], "Here")
    here(phone, "0 of 10 here")
    eventually({NAMES[1]: "absent"})


@pytest.mark.browser
def test_without_signal_ticks_stay_on_the_phone_even_when_the_page_is_closed(phone: Any):
    from playwright.sync_api import expect

    phone.context.set_offline(True)
    tap(phone, NAMES[0], "Here")
    tap(phone, NAMES[2], "Here")
    band = phone.locator("[data-offline]")
    expect(band).to_contain_text("No signal: 2 ticks are kept on this phone, will send.")
    here(phone, "2 of 10 here")
    assert marks() == {}
    phone.context.set_offline(False)
    phone.reload()
    here(phone, "2 of 10 here")
    expect(band).to_be_hidden()
    eventually({NAMES[0]: "present", NAMES[2]: "present"})
    wait_for(lambda: phone.evaluate("localStorage.length") == 0)


@pytest.mark.browser
def test_back_in_signal_what_was_kept_is_sent_without_a_tap(phone: Any):
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Mark everybody else here").click()
    here(phone, "10 of 10 here")
    phone.context.set_offline(False)
    wait_for(lambda: list(marks().values()) == ["present"] * 10)


@pytest.mark.browser
def test_who_is_signed_out_meanwhile_keeps_the_ticks_until_signed_in_again(phone: Any):
    from playwright.sync_api import expect

    cookies = phone.context.cookies()
    phone.context.clear_cookies()
    tap(phone, NAMES[0], "Here")
    expect(phone.locator("[data-offline]")).to_contain_text("You are signed out")
    assert marks() == {}
    phone.context.add_cookies(cookies)
    phone.reload()
    eventually({NAMES[0]: "present"})


@pytest.mark.browser
def test_a_name_nobody_on_the_list_has_is_added_from_those_we_know(phone: Any, event: Event):
    from playwright.sync_api import expect

    phone.get_by_label("Find a name").fill("ade")
    expect(phone.locator(".rt-register > li:visible")).to_have_count(1)
    phone.get_by_label("Find a name").fill("kit")
    expect(phone.get_by_text("Nobody on the list is called “kit”")).to_be_visible()
    phone.get_by_role("button", name="Add them").click()
    phone.get_by_role("button", name="Kit Waiting").click()
    expect(phone.get_by_text("Kit Waiting is on the register, marked here.")).to_be_visible()
    here(phone, "1 of 11 here")
    tap(phone, NAMES[0], "Here")
    eventually({"Kit Waiting": "present", NAMES[0]: "present"})


@pytest.mark.browser
def test_minutes_that_cannot_be_are_said_beside_the_name(phone: Any):
    from playwright.sync_api import expect

    line = phone.locator(".rt-register > li", has_text=NAMES[0])
    line.locator(".rt-more-marks summary").click()
    line.get_by_label("Minutes late").fill("lots")
    line.get_by_label("Minutes late").blur()
    expect(line).to_contain_text("Enter minutes as a whole number, such as 15")
    line.get_by_label("Minutes late").fill("20")
    line.get_by_label("Minutes late").blur()
    expect(line).not_to_contain_text("Enter minutes")
    expect(line).to_contain_text("20 minutes late")
    here(phone, "1 of 10 here")
    eventually({NAMES[0]: "present"})


@pytest.mark.browser
def test_what_another_phone_marked_is_seen_when_this_one_is_looked_at_again(
    phone: Any, client: CheckedClient, event: Event, tom: Person
):
    from playwright.sync_api import expect

    here(phone, "0 of 10 here")
    client.sign_in(tom)
    address, ids = f"/events/{event.id}/register", public_ids(event)
    client.send(address, button="Save the register", **{f"mark-{ids[NAMES[3]]}": "present"})
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    here(phone, "1 of 10 here")
    expect(phone.get_by_role("radio", name=f"{NAMES[3]}: Here")).to_be_checked()
    client.send(f"{address}/walk-in", on=address, email="kit.waiting@northshire.example")
    tap(phone, NAMES[0], "Here")
    expect(phone.locator("[data-offline]")).to_contain_text("Somebody was added on another phone")
    phone.get_by_role("link", name="Show the list as it is").click()
    here(phone, "3 of 11 here")
