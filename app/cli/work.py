"""``flask work``: sends what is due in the outbox and starts what the clock starts.

Any number of workers may run; a letter belongs to one of them at a time. SIGTERM and Ctrl-C let the letter in
hand finish and give the others back.
"""

import logging
import os
import secrets
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from .. import clock
from ..accounts import sign_in
from ..clock import Clock
from ..db import db, writing
from ..imports import drafts
from ..mailbox import reading
from ..mailbox.sources import source_for
from ..notifications import due_jobs, outgoing, switch, unreachable
from ..notifications.letters import mime
from ..notifications.models import Letter
from ..notifications.text_transports import Nowhere, TextTransport, text_transport_for
from ..notifications.transports import Transport, Unsent, transport_for
from ..records import (
    approvals,
    bulletins,
    forgetting,
    interests,
    nominations,
    part_one,
    refreshers,
    registers,
    waiting_lists,
    who_went,
)
from ..records import due as records

log = logging.getLogger("roundtable")

# What each package does when its time has come. Called once a minute, by one worker; each brings up to date
# whatever is due by then, however long nobody worked, in transactions of its own.
DUE: tuple[Callable[[Clock], None], ...] = (
    sign_in.due,
    nominations.due,
    approvals.due,
    waiting_lists.due,
    part_one.due,
    interests.due,
    records.due,
    registers.due,
    refreshers.due,
    who_went.due,
    forgetting.due,
    drafts.due,
    bulletins.due,
    reading.due,
)

IDLE = 1.5  # seconds between two looks at an empty outbox
AWAY = 10  # seconds to leave a mail server or a database alone that is away


class Worker:
    """One worker process: its name in the outbox, its way out, and whether it was asked to stop."""

    def __init__(
        self,
        transport: Transport,
        *,
        batch: int,
        lease: timedelta,
        at: datetime | None,
        texts: TextTransport | None = None,
    ) -> None:
        self.owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.transport, self.batch, self.lease = transport, batch, lease
        self.texts = texts or Nowhere()
        self.as_if = at is not None
        self.now = clock.stopped_at(at) if at else clock.now
        self.stopping = False
        self.minute = ""

    def stop(self, *_: Any) -> None:
        """Finish the letter in hand, then leave (a signal handler)."""
        self.stopping = True

    def rest(self, seconds: float) -> None:
        """Sleep in slices, so that a signal is not kept waiting."""
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            time.sleep(0.25)

    def run(self, *, once: bool) -> bool:
        """Work until asked to stop, or (``once``) until nothing is due; False when due work failed."""
        well = True
        try:
            while not self.stopping:
                try:
                    well = self.start_due_work() and well
                    pause = self.send_some()
                except OperationalError as error:
                    if once:
                        raise
                    log.error("database away", extra={"fields": {"kind": type(error).__name__}})
                    db.session.rollback()
                    pause = AWAY
                finally:
                    db.session.remove()
                if pause and once:
                    break
                if pause:
                    self.transport.close()
                    self.rest(pause)
        finally:
            self.transport.close()
        return well

    def start_due_work(self) -> bool:
        """Once a minute, by the worker that comes first: whatever the packages have due."""
        now = self.now()
        minute = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}"
        if minute == self.minute:
            return True
        self.minute = minute
        # Work done "as if" is done every time it is asked for, whoever did that minute before.
        period = f"{minute} {self.owner[-8:]}" if self.as_if else minute
        outcomes = [start(due, period, self.now) for due in DUE]
        return all(outcomes)

    def send_some(self) -> float:
        """Claim a few letters and send them; returns for how many seconds there is nothing more to do."""
        if not outgoing.any_due(now=self.now()):
            return IDLE
        with writing():
            mine = outgoing.claim(owner=self.owner, now=self.now(), limit=self.batch, lease=self.lease)
        for place, letter_id in enumerate(mine):
            if self.stopping or not self.send(letter_id):
                with writing():
                    outgoing.put_back(mine[place:], owner=self.owner)
                return AWAY
        return 0

    def send(self, letter_id: int) -> bool:
        """Send one letter if it is still ours. False when nothing may or can leave now."""
        with writing() as session:
            if not outgoing.renewed(letter_id, owner=self.owner, now=self.now(), lease=self.lease):
                return switch.paused_now() is None
            letter = session.get_one(Letter, letter_id)
        try:
            self.hand_over(letter)
        except Unsent as error:
            self.note_unsent(letter, error)
            return not error.away
        except Exception as error:
            # A letter that cannot be put together is our fault; the others must not wait for it.
            fault = f"It could not be put together: {type(error).__name__}"
            self.note_unsent(letter, Unsent(fault, for_good=True))
            tell("letter broken", letter, error=where(error))
            return True
        with writing():
            outgoing.mark_sent(letter_id, owner=self.owner, now=self.now())
        tell("letter sent", letter)
        return True

    def hand_over(self, letter: Letter) -> None:
        """Give it to the mail server, or to the provider of texts. Raises Unsent."""
        if letter.channel == "text":
            self.texts.send(letter.text, to=letter.to_phone, name=letter.public_id)
        else:
            self.transport.send(mime(letter), to=letter.to_email, name=letter.public_id)

    def note_unsent(self, letter: Letter, error: Unsent) -> None:
        """Write down that it did not leave, and when it is tried again."""
        now = self.now()
        with writing():
            if error.unsure:
                outgoing.mark_unsure(letter.id, owner=self.owner, now=now, fault=error.fault)
            elif error.blameless:
                outgoing.mark_away(letter.id, owner=self.owner, now=now, fault=error.fault)
            else:
                outgoing.mark_unsent(
                    letter.id,
                    owner=self.owner,
                    now=now,
                    tries=letter.tries,
                    fault=error.fault,
                    for_good=error.for_good,
                    away=error.away,
                )
            if error.no_such_address:
                unreachable.came_back(letter.to_email, why=error.fault, now=now, letter=letter)
        tell("letter unsent", letter, for_good=error.for_good)


def tell(message: str, letter: Letter, **more: object) -> None:
    """A log line about a letter that names nobody."""
    fields = {"letter": letter.id, "about": letter.message, "tries": letter.tries, **more}
    log.info(message, extra={"fields": fields})


def where(error: Exception) -> str:
    """What went wrong and in which line, without the message: it may hold a name."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"


def start(due: Callable[[Clock], None], period: str, now: Clock) -> bool:
    """Do the work of one package, if no other worker started it; False when it failed.

    A fault in one package is logged and keeps neither the others nor the mail from going on.
    """
    name = f"{due.__module__}.{due.__name__}"
    with writing():
        if not due_jobs.start_once(name, period, now=now()):
            return True
    try:
        due(now)
    except OperationalError:
        raise
    except Exception as error:
        db.session.rollback()
        log.error("due work failed", extra={"fields": {"work": name, "error": where(error)}})
        return False
    with writing():
        due_jobs.mark_finished(name, period, now=now())
    return True


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
