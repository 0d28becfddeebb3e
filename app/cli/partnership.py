"""``flask partnership add``: the first thing a site of one's own needs."""

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from ..accounts.addresses import fault_of
from ..db import db, writing
from ..partnerships.models import Partnership

commands = AppGroup("partnership", help="The partnerships this site serves.")


@commands.command("add")
@click.argument("slug")
@click.argument("name")
@click.option("--short", "short_name", required=True, help="What people call it, such as NSCP.")
@click.option("--email", "contact_email", default="", help="The training team's address.")
@click.option("--phone", "contact_phone", default="", help="The training team's number.")
def add(slug: str, name: str, short_name: str, contact_email: str, contact_phone: str) -> None:
    """Add a partnership; one that is there already is left alone."""
    if contact_email and fault_of(contact_email):
        raise click.UsageError(f"{fault_of(contact_email)}.")
    if db.session.scalar(Partnership.by_slug(slug)):
        click.echo(f"{slug} is there already: nothing was changed.")
        return
    with writing() as session:
        session.add(
            Partnership(
                slug=slug,
                name=name,
                short_name=short_name,
                contact_email=contact_email,
                contact_phone=contact_phone,
            )
        )
    click.echo(f"{name} is added. Next: flask --app wsgi courses load, then person add.")


def partnership_of_site() -> Partnership | None:
    """The partnership this site serves; None when it has none yet."""
    slug = current_app.config["PARTNERSHIP"]
    found: Any = db.session.scalar(Partnership.by_slug(slug) if slug else Partnership.first())
    return found if isinstance(found, Partnership) else None
