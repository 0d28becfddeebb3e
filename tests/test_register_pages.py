"""Saving marks on the register's page: one request saves everybody, and a tick touches nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.attendance.models import Mark, MarkChange
from app.catalogue.models import Event, EventSession
from app.db import db, rebuilding
from app.pages.register import marks as saving
from app.tallies.models import EventTally
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_completion,
    make_course,
    make_event,
    make_person,
    make_requirement,
    make_trainer,
)
from tests.registers import (
    NAMES,
    fields,
    make_deliverer,
    make_four,
    marks,
    public_ids,
)
from tests.statements import count_statements


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    return make_four(TODAY - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


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
    assert "Ada Adeyemi: Choose here, late, absent or excused" in page.text


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


def test_whose_mark_stands_and_what_was_said_before_is_on_the_line(
    client: CheckedClient, event: Event, tom: Person, today: object
):
    tina, ids = make_deliverer(event, "Tina Tutor"), public_ids(event)
    address = f"/events/{event.id}/register"
    client.sign_in(tom).send(address, button="Save the register", **{f"mark-{ids[NAMES[0]]}": "absent"})
    today.shift(timedelta(minutes=7))  # type: ignore[attr-defined]
    client.sign_in(tina).send(address, button="Save the register", **{f"mark-{ids[NAMES[0]]}": "late"})
    page = client.page(address)
    assert "Here, 67 minutes late: Tina Tutor, 10:07am" in page.text
    assert "Absent: Tom Trainer, 10am" in page.text
    told = client.post(
        address, data={"csrf_token": client.token(address)}, headers={"X-Ticks": "1"}
    ).get_json()
    assert told["lines"][ids[NAMES[0]]] == [
        "late",
        "67",
        "",
        "",
        "Here, 67 minutes late: Tina Tutor, 10:07am",
    ]
    assert told["earlier"] == {ids[NAMES[0]]: ["Absent: Tom Trainer, 10am"]}


def test_late_in_one_tap_counts_from_the_start_to_when_it_was_tapped(
    client: CheckedClient, event: Event, tom: Person
):
    form, ids = fields(client.sign_in(tom), event), public_ids(event)
    sent = {"csrf_token": form["csrf_token"], "session": form["session"]}
    tick = {f"mark-{ids[NAMES[0]]}": "late", f"age-{ids[NAMES[0]]}": "2700"}  # 45 minutes ago
    client.post(f"/events/{event.id}/register", data=sent | tick, headers={"X-Ticks": "1"})
    assert db.session.scalars(sa.select(Mark.minutes_late)).one() == 15
    page = client.page(f"/events/{event.id}/register").form("", "Save the register")
    assert page[f"mark-{ids[NAMES[0]]}"] == "late"


def test_part_one_is_told_to_the_trainer_of_each_person(client: CheckedClient, event: Event, tom: Person):
    first = make_course("Safeguarding foundations")
    make_requirement(event.course, first)
    done = db.session.scalars(sa.select(Person).where(Person.name == NAMES[0])).one()
    make_completion(done, first)
    page = client.sign_in(tom).page(f"/events/{event.id}/register")
    assert (page.text.count("Part 1 done"), page.text.count("Part 1 not done yet")) == (1, 3)


def test_a_register_opens_in_as_many_statements_however_many_are_on_it(
    client: CheckedClient, event: Event, tom: Person
):
    large = make_event(event.course, TODAY - timedelta(minutes=30), capacity=200)
    make_trainer(large, tom)
    for _ in range(60):
        make_booking(large)
    client.sign_in(tom).send(f"/events/{large.id}/register", button="Save the register", everybody="present")
    client.send(f"/events/{event.id}/register", button="Save the register", everybody="present")
    with count_statements() as few:
        client.page(f"/events/{event.id}/register")
    with count_statements() as many:
        client.page(f"/events/{large.id}/register")
    assert len(many) == len(few) <= 20


def test_one_tick_takes_as_many_statements_however_many_are_on_the_register(
    client: CheckedClient, event: Event, tom: Person
):
    large = make_event(event.course, TODAY - timedelta(minutes=30), capacity=200)
    make_trainer(large, tom)
    for _ in range(60):
        make_booking(large)
    client.sign_in(tom)
    numbers = []
    for of in (event, large):
        form, id = fields(client, of), next(iter(public_ids(of).values()))
        tick = {"csrf_token": form["csrf_token"], f"mark-{id}": "present"}
        with count_statements() as found:
            client.post(f"/events/{of.id}/register", data=tick, headers={"X-Ticks": "1"})
        numbers.append(len(found))
    assert numbers[0] == numbers[1]
