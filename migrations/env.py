"""Alembic's way into our engine: one write transaction, foreign keys off on SQLite while tables are rebuilt."""

from alembic import context
from flask import current_app

from app.db import UTCDateTime

engine = current_app.extensions["migrate"].db.engine
metadata = current_app.extensions["migrate"].db.metadata


def render_item(kind, item, _autogenerate_context):
    """Write our column type as plain SQLAlchemy, so that old migrations need nothing of the app."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run():
    """Run the migrations, then look whether every foreign key still points at a row."""
    options = {"write_tx": True, "schema_tx": True}
    with engine.connect().execution_options(**options) as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"rows point at nothing: {broken[:5]}")


run()
