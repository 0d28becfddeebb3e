"""The two kinds of transaction, on both databases, and the places the database keeps itself."""

import sqlite3
import sys
from contextlib import closing
from threading import Timer

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from app.booking.models import Booking
from app.catalogue.models import Event
from app.config import engine_options
from app.db import db, rebuilding, writing
from app.partnerships.models import Partnership
from tests.factories import make_booking, make_event, make_partnership, make_person


def held(event_id: int) -> int:
    """Places held, as the database says."""
    db.session.rollback()
    return db.session.scalars(sa.select(Event.places_held).where(Event.id == event_id)).one()


def test_a_write_outside_writing_is_refused(each_app: Flask):
    make_partnership()
    db.session.rollback()
    with pytest.raises(DBAPIError):
        db.session.execute(sa.update(Partnership).values(name="Another"))
    db.session.rollback()


def test_a_connection_that_has_written_reads_again_without_being_able_to_write(each_app: Flask):
    with writing() as session:
        session.add(Partnership(slug="north", name="North", short_name="N"))
    for _ in range(2):
        assert db.session.scalars(sa.select(Partnership.slug)).all() == ["north"]
        with pytest.raises(DBAPIError):
            db.session.execute(sa.update(Partnership).values(name="Another"))
        db.session.rollback()
    with writing() as session:
        session.execute(sa.update(Partnership).values(name="Another"))
    assert db.session.scalars(sa.select(Partnership.name)).all() == ["Another"]


def test_foreign_keys_hold_again_after_the_schema_was_changed(app: Flask):
    with db.engine.connect().execution_options(write_tx=True, schema_tx=True) as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    with db.engine.connect().execution_options(write_tx=True) as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_change_waits_for_one_that_is_under_way(app: Flask, monkeypatch: pytest.MonkeyPatch):
    path = db.engine.url.database or ""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        Timer(0.05, other.execute, ("COMMIT",)).start()
        make_partnership()
        monkeypatch.setattr(sys.modules["app.db"], "LONGEST_WAIT_MS", 20)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), writing():
            pass


def test_rows_changed_before_the_block_are_refused(each_app: Flask):
    partnership = make_partnership()
    partnership.name = "Another"
    with pytest.raises(RuntimeError, match="outside writing"), writing():
        pass
    db.session.rollback()


def test_rows_of_an_event_need_changing(each_app: Flask):
    booking = make_booking(make_event())
    with pytest.raises(RuntimeError, match="belong to an event"), writing() as session:
        session.get_one(Booking, booking.id).needs = "a ramp"
    with pytest.raises(RuntimeError, match="belong to an event"), writing() as session:
        session.execute(sa.update(Booking).values(needs="a ramp"))


@pytest.mark.parametrize("state", ["booked", "offered", "requested"])
def test_a_raw_insert_that_would_overfill_is_refused_by_the_database(each_app: Flask, state: str):
    event = make_event(capacity=1)
    booking = make_booking(event)
    person = make_person()
    columns = {c.name: getattr(booking, c.name) for c in sa.inspect(Booking).columns if c.name != "id"}
    columns |= {"person_id": person.id, "public_id": "another", "state": state}
    with pytest.raises(IntegrityError, match="no place is free"), rebuilding() as session:
        session.connection().execute(sa.insert(Booking.__table__).values(**columns))
    assert held(event.id) == 1


def test_a_raw_update_that_would_overfill_is_refused_by_the_database(each_app: Flask):
    event = make_event(capacity=1)
    make_booking(event)
    waiting = make_booking(event, state="waiting")
    with pytest.raises(IntegrityError, match="no place is free"), rebuilding() as session:
        table = Booking.__table__
        session.connection().execute(sa.update(table).where(table.c.id == waiting.id).values(state="booked"))
    with pytest.raises(IntegrityError, match="no place is free"), rebuilding() as session:
        session.connection().execute(sa.update(Event.__table__).values(places_held=2))


def test_places_held_follow_every_change_of_the_bookings(each_app: Flask):
    event, other = make_event(capacity=3), None
    first, second = make_booking(event), make_booking(event, state="waiting")
    assert held(event.id) == 1
    with rebuilding() as session:
        session.get_one(Booking, second.id).state = "offered"
    assert held(event.id) == 2
    with rebuilding() as session:
        session.get_one(Booking, second.id).state = "booked"
        session.get_one(Booking, first.id).state = "cancelled"
    assert held(event.id) == 1
    other = make_event(event.course, capacity=1)
    with rebuilding() as session:
        session.get_one(Booking, second.id).event_id = other.id
    assert (held(event.id), held(other.id)) == (0, 1)


def test_the_limit_may_be_lowered_below_what_is_held(each_app: Flask):
    event = make_event(capacity=2)
    make_booking(event), make_booking(event)
    with writing() as session:
        session.get_one(Event, event.id).booking_limit = 1
    assert db.session.get_one(Event, event.id).places_left == 0
    with pytest.raises(IntegrityError):
        make_booking(event)


def test_a_person_has_one_live_booking_on_an_event(each_app: Flask):
    event, person = make_event(), make_person()
    make_booking(event, person, state="cancelled")
    make_booking(event, person)
    with pytest.raises(IntegrityError):
        make_booking(event, person, state="waiting")


def test_a_naive_instant_is_refused(app: Flask):
    from datetime import datetime

    with pytest.raises(sa.exc.StatementError, match="naive"):
        make_event(starts=datetime(2026, 12, 18, 9, 30))  # noqa: DTZ001
    db.session.rollback()


@pytest.mark.postgresql
def test_a_connection_that_postgresql_dropped_costs_nobody_a_page(postgresql_app: Flask):
    make_partnership()
    client = postgresql_app.test_client()
    assert client.get("/courses").status_code == 200
    db.session.remove()
    drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname='test' AND pid<>pg_backend_pid()"
    address = db.engine.url.set(drivername="postgresql", database="postgres").render_as_string(
        hide_password=False
    )
    with psycopg.connect(address, autocommit=True) as other:
        assert other.execute(drop).fetchall()
    assert client.get("/courses").status_code == 200


@pytest.mark.postgresql
def test_nothing_waits_for_a_lock_of_postgresql_without_an_end(postgresql_app: Flask):
    assert db.session.scalar(sa.text("SHOW lock_timeout")) == "15s"


def test_what_the_address_of_a_database_says_about_waiting_wins():
    given = engine_options("postgresql+psycopg://db/rt?connect_timeout=2")
    assert list(given["connect_args"]) == ["options"]
    assert engine_options("sqlite:///rt.sqlite") == {}
