"""``flask mail``: what the site writes to people, and what people write to it."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from .. import clock
from ..accounts.corrections import ever_written_to
from ..db import db, writing
from ..errors import Refused
from ..mailbox.incoming import Away
from ..mailbox.judging import Taken
from ..mailbox.reading import read_all
from ..mailbox.sources import Folder, source_for
from ..notifications import switch
from ..notifications.models import Letter
from ..partnerships.models import Partnership
from ..samples import gallery, table
from ..web.filters import plural

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


@commands.command("read")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Read the .eml files of this folder instead of the mailbox. They stay where they are.",
)
@click.option("--json", "as_json", is_flag=True, help="Say it as one JSON object a line.")
def read_mail(folder: Path | None, as_json: bool) -> None:
    """Take in what came by mail, and say of each mail what it was and what it did.

    A mail that came before changes nothing, so that it may be run again. Exit 1: the mailbox is away.
    """
    try:
        source = Folder(folder, leave=True) if folder else source_for(current_app.config)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if source is None:
        raise click.UsageError("No mailbox is set up. Set MAILBOX to imap or folder, or give --folder.")
    try:
        for name, taken in read_all(source, clock.now, budget=float("inf")):
            said = as_fields(source.key, name, taken)
            click.echo(json.dumps(said, ensure_ascii=False) if as_json else in_words(name, taken))
    except Away as error:
        raise click.ClickException(str(error)) from None


def as_fields(key: str, name: str, taken: Taken) -> dict[str, Any]:
    """A mail's line as JSON."""
    return {
        key: name,
        "message_id": taken.message_id,
        "from": taken.sender,
        "kind": taken.kind,
        "uid": taken.uid,
        "partstat": taken.partstat,
        "sequence": taken.sequence,
        "booking": taken.booking,
        "did": taken.did,
        "why": taken.why,
    }


def in_words(name: str, taken: Taken) -> str:
    """A mail's line: "a.eml: reply from priya@northshire.example, asked. They cannot come." """
    sender = f" from {taken.sender}" if taken.sender else ""
    return f"{name}: {taken.kind}{sender}, {taken.did}. {taken.why}"


@commands.command("pause")
@click.option("--why", default="", help="For whoever comes after you; shown on the desk and beside the mail.")
def pause(why: str) -> None:
    """Stop all sending, sign-in mails too. What is written meanwhile waits."""
    now = clock.now()
    try:
        with writing():
            switch.pause(by="", why=why[:300], now=now)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    waiting, _ = switch.number_waiting(now)
    click.echo(f"All mail is stopped. {plural(waiting, 'letter waits', 'letters wait')}.")


@commands.command("resume")
def resume() -> None:
    """Let letters leave again. What is over by now is withdrawn, not sent."""
    now = clock.now()
    try:
        with writing():
            switch.resume(by="", now=now)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    waiting, _ = switch.number_waiting(now)
    click.echo(f"Mail goes on. {plural(waiting, 'letter leaves', 'letters leave')} now.")


@commands.command("find")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="One list, for a machine.")
def find(address: str, as_json: bool) -> None:
    """List all that was ever written to ADDRESS, newest first; also to an earlier address of its owner."""
    wanted = sa.select(Letter).where(ever_written_to(address.strip())).order_by(Letter.id.desc())
    found = [facts(letter) for letter in db.session.scalars(wanted)]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        click.echo("  ".join((one["written"][:16], f"{one['state']:9}", one["to"], one["subject"])))
    click.echo(f"{plural(len(found), 'letter')} to {address.strip()}")


def facts(letter: Letter) -> dict[str, Any]:
    """What is said about a letter; the subject of a sign-in mail holds its code."""
    return {
        "id": letter.public_id,
        "message": letter.message,
        "state": letter.state,
        "channel": letter.channel,
        "to": letter.to_phone if letter.channel == "text" else letter.to_email,
        "subject": "(for its reader alone)" if letter.secret else letter.subject,
        "reason": letter.reason,
        "written": letter.queued_at.isoformat(),
        "due": letter.due_at.isoformat(),
        "sent": letter.sent_at.isoformat() if letter.sent_at else None,
        "fault": letter.fault,
    }
