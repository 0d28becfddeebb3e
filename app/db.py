"""The database: base class, column types and the two kinds of transaction.

Reading runs in a read-only transaction, so a stray write fails at once. Every change is one block::

    with writing():
        actions.book(...)

which drops the read snapshot, takes the write lock first (SQLite) or opens a read-write transaction
(PostgreSQL), and commits once at its end. What belongs to an event is changed inside ``records.changing``,
which is such a block and settles what follows from the change; ``writing()`` alone refuses those rows.
"""

import contextlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, UOWTransaction, registry

from .config import LONGEST_WAIT_MS

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: aware going in (a naive one is refused), aware UTC coming out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn an aware instant into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}: say which zone it is in")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the stored instant back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table has in common."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING), type_annotation_map={datetime: UTCDateTime()}
    )

    # True on tables whose rows belong to an event: they change only inside ``records.changing``.
    of_an_event = False


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def new_public_id() -> str:
    """An identifier for addresses that nobody can guess: 96 random bits, 16 characters."""
    return secrets.token_urlsafe(12)


def install(engine: Engine) -> None:
    """Teach an engine the two kinds of transaction (once per engine)."""
    lite = engine.dialect.name == "sqlite"

    if lite:

        @event.listens_for(engine, "connect")
        def _connect(dbapi: Any, _record: Any) -> None:
            dbapi.isolation_level = None  # sqlite3 must not start transactions of its own
            cursor = dbapi.cursor()
            for pragma in (
                f"busy_timeout={LONGEST_WAIT_MS}",
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "foreign_keys=ON",
            ):
                cursor.execute("PRAGMA " + pragma)
            cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        write = options.get("write_tx", False)
        wait_ms = options.get("wait_ms")
        if not lite:
            if not write:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            elif wait_ms is not None:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(wait_ms)}")
            return
        # Foreign keys are off while the schema changes: rebuilding a table would otherwise delete what points at it.
        set_pragmas(connection, query_only=not write, foreign_keys=not options.get("schema_tx"))
        if write:
            take_write_lock(connection, LONGEST_WAIT_MS if wait_ms is None else wait_ms)
        else:
            connection.exec_driver_sql("BEGIN")


def set_pragmas(connection: Connection, **wanted: bool) -> None:
    """Set what differs from how this connection was set last, before BEGIN: later it would have no effect."""
    known = connection.info.setdefault("pragmas", {})
    for name, on in wanted.items():
        if known.get(name) is not on:
            connection.exec_driver_sql(f"PRAGMA {name}={'ON' if on else 'OFF'}")
            known[name] = on


def take_write_lock(connection: Connection, wait_ms: int) -> None:
    """BEGIN IMMEDIATE, asked again every two milliseconds while another change is under way, for so long.

    SQLite's own waiting sleeps longer each time, up to a tenth of a second: with many bookings at once the lock
    is then free most of the time, and whoever came first may be served last.
    """
    lite: Any = connection.connection.dbapi_connection
    lite.execute("PRAGMA busy_timeout=0")
    try:
        for _ in range(wait_ms // 2):
            try:
                lite.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(0.002)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # says what is wrong, in the words of SQLAlchemy
    finally:
        lite.execute(f"PRAGMA busy_timeout={LONGEST_WAIT_MS}")


@contextlib.contextmanager
def writing(*, wait_ms: int | None = None) -> Iterator[Session]:
    """One change: take the write lock, do it, commit once. An inner block joins the outer one.

    ``wait_ms`` is how long it waits for another's lock, in milliseconds, where that is not the usual time.
    """
    session: Session = db.session()
    if session.info.get("writing"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside writing()")
    session.rollback()  # a read snapshot may not be upgraded
    session.connection(execution_options={"write_tx": True, "wait_ms": wait_ms})
    session.info["writing"] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writing", None)


def adding_alone(table: type[Base]) -> None:
    """Let nobody else add rows to a table until this change ends, so that what is not there now is not there then.

    For rows that two people may name in the same instant. On SQLite the whole change is such a lock.
    """
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(sa.text(f'LOCK TABLE "{table.__tablename__}" IN SHARE ROW EXCLUSIVE MODE'))


def _refuse(session: Session, table: str) -> None:
    if not session.info.get("changing") and not session.info.get("rebuilding"):
        raise RuntimeError(f"rows of {table} belong to an event: change them inside records.changing(event)")


def guard_event_rows(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Refuse a flush of an event's rows outside ``changing(event)``."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if row.of_an_event and (row not in session.dirty or session.is_modified(row)):
            _refuse(session, row.__tablename__)


def guard_event_statements(state: ORMExecuteState) -> None:
    """Refuse a bulk statement on an event's rows outside ``changing(event)``."""
    if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper is not None:
        table = state.bind_mapper.class_
        if getattr(table, "of_an_event", False):
            _refuse(state.session, table.__tablename__)


event.listen(Session, "before_flush", guard_event_rows)
event.listen(Session, "do_orm_execute", guard_event_statements)


@contextlib.contextmanager
def rebuilding() -> Iterator[Session]:
    """A ``writing()`` block that may also write rows of many events at once.

    For the demonstration's bulk load and for imports, which write the tallies themselves at their end.
    """
    with writing() as session:
        session.info["rebuilding"] = True
        try:
            yield session
            session.flush()
        finally:
            session.info.pop("rebuilding", None)
