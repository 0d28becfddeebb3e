"""``flask demo``: a partnership's year to try things on."""

from datetime import date, datetime
from time import perf_counter

import click
from flask.cli import with_appcontext

from .. import clock
from ..db import db, rebuilding
from ..demo.actions import build, standing
from ..errors import Refused


@click.command("demo", help="Fill an empty database with the demonstration year.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day it is built for. [default: today]")
@click.option("--replace", is_flag=True, help="Empty a database that holds a demonstration, and build again.")
@with_appcontext
def commands(as_of: datetime | None, replace: bool) -> None:
    """Build the demonstration, unless one is there."""
    day: date = as_of.date() if as_of else clock.london_day(clock.now())
    there = standing(db.session())
    if there and not replace:
        print(f"This database holds the demonstration of {there}. Use --replace to build it again.")
        return
    began = perf_counter()
    try:
        with rebuilding() as session:
            rows = build(session, day)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    print(f"The demonstration is built for {day}: {rows:,} rows in {perf_counter() - began:.0f} s.")
