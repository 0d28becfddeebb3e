"""``flask work``: sends what is due in the outbox and starts what the clock starts.

Any number of workers may run; a letter belongs to one of them at a time. SIGTERM and Ctrl-C let the letter in
hand finish and give the others back.
"""

import logging
import signal
import sys
from datetime import datetime, timedelta

import click
from flask import current_app
from flask.cli import with_appcontext

from ... import clock
from ...mailbox.sources import source_for
from ...notifications.text_transports import text_transport_for
from ...notifications.transports import transport_for
from .worker import Worker

log = logging.getLogger("roundtable")


def instant(_context: click.Context, _option: click.Parameter, given: str | None) -> datetime | None:
    """An ISO time with its zone (London time, where it names none)."""
    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise click.BadParameter("write it like 2027-01-12T09:30") from None
    return found if found.tzinfo else found.replace(tzinfo=clock.LONDON)


@click.command("work", help="Send the letters that are due and do what the clock starts.")
@click.option("--once", is_flag=True, help="Stop when nothing is due any more.")
@click.option("--at", callback=instant, metavar="ISO-TIME", help="Work once as if it were that time.")
@click.option("--batch", default=10, show_default=True, help="How many letters to take at a time.")
@click.option("--lease", default=300, show_default=True, help="Seconds until others may take them over.")
@with_appcontext
def commands(once: bool, at: datetime | None, batch: int, lease: int) -> None:
    """Run one worker; exit 1 when ``--once`` or ``--at`` met due work that failed."""
    if at and not (current_app.testing or current_app.config["DEMONSTRATION"]):
        raise click.UsageError(
            "--at is for the demonstration and for tests: it would send mail before its time."
        )
    try:
        transport, texts = transport_for(current_app.config), text_transport_for(current_app.config)
        source_for(current_app.config)  # wrong settings of the mailbox are said at once
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    worker = Worker(transport, batch=batch, lease=timedelta(seconds=lease), at=at, texts=texts)
    before = {sign: signal.signal(sign, worker.stop) for sign in (signal.SIGTERM, signal.SIGINT)}
    log.info("worker started", extra={"fields": {"transport": current_app.config["MAIL_TRANSPORT"]}})
    try:
        well = worker.run(once=once or at is not None)
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    log.info("worker stopped")
    sys.exit(0 if well else 1)
