"""The register: one request saves everybody, ticks may come twice, who walked in is added, closing asks for the rest."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.attendance.models import HeadcountMark, Mark, MarkChange, RegisterClosing
from app.attendance.rules import completed, first_letter, minutes_there
from app.booking.models import Booking, Headcount
from app.catalogue.models import Event, EventSession
from app.db import db, rebuilding
from app.tallies.models import EventTally
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import make_agency, make_booking, make_event, make_person, make_trainer
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


@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, 600))
def test_nobody_is_there_longer_than_the_session(length: int, late: int, early: int):
    assert 0 <= minutes_there(length, late, early) <= length


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_who_completed_was_there_for_eighty_per_cent(there: int, whole: int):
    assert completed(there, whole) == (whole > 0 and there > 0 and 5 * there >= 4 * whole)


def test_people_are_found_by_the_first_letter_of_their_family_name():
    assert [first_letter(n) for n in ("Ada Adeyemi", "Li", "X Ærø", "12 3", "")] == ["A", "L", "Æ", "#", "#"]


def test_the_moment_of_a_mark_is_kept_in_utc(client: CheckedClient, event: Event, tom: Person):
    client.sign_in(tom).send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    assert db.session.scalars(sa.select(Mark.marked_at)).first() == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
