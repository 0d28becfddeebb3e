"""``flask db upgrade`` and its like: Flask-Migrate's own commands, loaded when one of them is asked for.

The library would otherwise be a third of the web server's start, and stay in its memory.
"""

import click
from flask import Flask, current_app, g
from flask.cli import with_appcontext

from ..config import ROOT
from ..db import db


class Later(click.Group):
    """A group that knows its commands once somebody asks for them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, for ``flask db --help``."""
        from flask_migrate.cli import db as found

        return found.list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        from flask_migrate.cli import db as found

        return found.get_command(ctx, cmd_name)


def prepare(app: Flask) -> None:
    """Tell the library where our migrations are."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)


@click.group("db", cls=Later, help="Bring the database up to date.")
@with_appcontext
def commands() -> None:
    """Prepare; what the command is asked follows."""
    prepare(current_app._get_current_object())  # type: ignore[attr-defined]
    g.directory, g.x_arg = None, ()
