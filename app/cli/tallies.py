"""``flask tallies check``: do the stored counts still agree with the rows; ``rebuild`` writes them from nothing."""

import sys

import click
from flask.cli import AppGroup

from .. import clock
from ..db import rebuilding
from ..tallies import actions

commands = AppGroup("tallies", help="Each event and module in counts that add up.")


@commands.command("check")
@click.option("--rebuild", is_flag=True, help="Write all tallies anew first.")
def check(rebuild: bool) -> None:
    """Recompute every tally from its rows; exit 1 on a difference."""
    now = clock.now()
    if rebuild:
        with rebuilding():
            click.echo(f"{actions.rebuild_all(now=now)} tallies written.")
    found = actions.differences(now=now)
    for sentence in found:
        click.echo(sentence)
    click.echo("Every tally agrees with its rows." if not found else f"{len(found)} differ.")
    sys.exit(1 if found else 0)
