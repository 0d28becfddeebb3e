"""Migrations on both databases: up, down, the same as the models, and nothing lost on a filled database."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Affiliation, Person
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db
from app.pool.models import EventTrainer
from tests.factories import make_booking, make_event, make_person, make_trainer

TRIGGERS = {
    "sqlite": {
        "event_places_guard",
        "event_places_start",
        "booking_places_insert",
        "booking_places_delete",
        "booking_places_leave",
        "booking_places_enter",
    },
    "postgresql": {"event_places_guard", "event_places_start", "booking_places"},
}
SCHEMA = {"write_tx": True, "schema_tx": True}


def triggers() -> set[str]:
    """The names of the triggers the database has."""
    name = db.engine.dialect.name
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(db.session.scalars(sa.text(query)))


def counts() -> dict[str, int]:
    """Rows of the tables that a rebuild of ``person`` or ``event`` could empty."""
    db.session.rollback()
    return {
        table.__tablename__: db.session.scalars(sa.select(sa.func.count()).select_from(table)).one()
        for table in (Person, Affiliation, Event, Booking)
    }


def test_the_migrations_make_what_the_models_say(each_app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_places_are_guarded_after_the_newest_migration(each_app: Flask):
    assert TRIGGERS[db.engine.dialect.name] <= triggers()


def test_going_down_and_up_again_keeps_every_row_and_the_guard(each_app: Flask):
    event_id = make_booking(make_event(capacity=1)).event_id
    before = counts()
    db.session.remove()
    downgrade(revision="0001")
    assert not triggers() & TRIGGERS[db.engine.dialect.name]
    db.session.remove()
    upgrade()
    assert counts() == before
    with pytest.raises(IntegrityError, match="no place is free"):
        make_booking(db.session.get_one(Event, event_id))


def test_who_delivers_an_event_already_gets_a_name_for_their_calendar(each_app: Flask):
    trainers = [make_trainer(make_event(), make_person(name)) for name in ("Tom Trainer", "Tess Trainer")]
    before = [trainer.public_id for trainer in trainers]
    db.session.remove()
    downgrade(revision="0010")
    db.session.remove()
    upgrade()
    after = db.session.scalars(sa.select(EventTrainer.public_id)).all()
    assert len(set(after)) == 2 and all(after) and not set(after) & set(before)


def test_everything_can_be_taken_down_and_built_again(each_app: Flask):
    db.session.remove()
    downgrade(revision="base")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert "booking" in sa.inspect(db.engine).get_table_names()


def test_a_rebuilt_table_keeps_the_rows_that_point_at_it(app: Flask):
    make_booking(make_event(), make_person("Priya Practitioner"))
    before = counts()
    db.session.remove()
    with db.engine.connect().execution_options(**SCHEMA) as connection, connection.begin():
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("person", recreate="always") as batch:
            batch.add_column(sa.Column("pronouns", sa.String(40), nullable=False, server_default=""))
    assert counts() == before
