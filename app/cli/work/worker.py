"""The worker: takes letters out of the outbox, hands them over and writes down what became of them.

Any number of them may run; a letter belongs to one of them at a time.
"""

import logging
import os
import secrets
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import OperationalError

from ... import clock
from ...db import db, writing
from ...notifications import outgoing, switch, unreachable
from ...notifications.letters import mime
from ...notifications.models import Letter
from ...notifications.text_transports import Nowhere, TextTransport
from ...notifications.transports import Transport, Unsent
from . import due_work
from .due_work import where

log = logging.getLogger("roundtable")
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
        return due_work.start_all(period, self.now)

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
