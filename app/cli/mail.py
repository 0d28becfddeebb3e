"""``flask mail``: what the site writes to people, and what people write to it."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from .. import clock
from ..db import db
from ..partnerships.models import Partnership
from ..samples import gallery, table

commands = AppGroup("mail", help="What the site writes to people, and what people write to it.")


@commands.command("samples")
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--allow-missing", is_flag=True, help="Do not fail where there is no row to write a mail for.")
@click.option("--pictures/--no-pictures", default=True, help="Take a picture of each (needs Chromium).")
def samples(folder: Path, allow_missing: bool, pictures: bool) -> None:
    """Write every mail with rows of this database into a folder. Nothing is sent, and nothing is changed."""
    table.load()
    slug = current_app.config["PARTNERSHIP"]
    partnership = db.session.scalar(Partnership.by_slug(slug) if slug else Partnership.first())
    if partnership is None:
        raise click.ClickException("There is no partnership yet.")
    if pictures and not gallery.browser():
        click.echo("There is no Chromium here, so there are no pictures.")
    missing = []
    for shown in gallery.write(folder, partnership.id, now=clock.now(), pictures=pictures):
        if shown.letter is None:
            missing.append(shown.wording)
            click.echo(f"{shown.wording}: there is no row to write it for.")
    click.echo(f"{folder / 'index.html'} shows them all.")
    sys.exit(1 if missing and not allow_missing else 0)
