"""Reading the mailbox: each mail in a transaction of its own, marked as read only once that is committed.

While a server is talked to no transaction is open. Whatever breaks off in the middle, nothing is lost (what was not
marked is handed out again) and nothing is done twice (its Message-ID was written down).
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import IntegrityError, OperationalError

from ..clock import Clock
from ..db import db, writing
from .actions import already, take_in
from .incoming import BUDGET, Away, Incoming, Source
from .judging import Taken
from .models import IncomingMail, MailboxState
from .sorting import Reading, read
from .sources import source_for

log = logging.getLogger("roundtable")
LONGEST_REST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=90)


def read_all(source: Source, now: Clock, *, budget: float = BUDGET) -> Iterator[tuple[str, Taken]]:
    """Take in what a source has, one mail after the other; says of each what it was and what it did."""
    until = time.monotonic() + budget
    try:
        for mail in source.mails():
            yield mail.name, taken_in(mail, now)
            db.session.rollback()
            source.taken(mail)
            if time.monotonic() > until:
                return
    finally:
        source.close()


def taken_in(mail: Incoming, now: Clock) -> Taken:
    """Take in one mail. One that breaks us is put aside for a person, and the others go on."""
    try:
        return in_one_go(mail, now)
    except OperationalError:
        raise
    except IntegrityError:  # another worker took it in at the same instant
        return in_one_go(mail, now)
    except Exception as error:
        log.error("mail unread", extra={"fields": {"error": type(error).__name__}})
        return put_aside(mail, now(), f"It could not be read: {type(error).__name__}.")


def in_one_go(mail: Incoming, now: Clock) -> Taken:
    """Read it, then write it down and do what follows."""
    found = read(mail.raw, size=mail.size)
    with writing():
        return take_in(found, mail.raw, now=now())


def put_aside(mail: Incoming, now: datetime, why: str) -> Taken:
    """Keep a mail that we cannot read for somebody who can."""
    name = f"sha256:{hashlib.sha256(mail.raw).hexdigest()}"
    kept = Reading(kind="refused", message_id=name, why=why)
    with writing() as session:
        if not already(name):
            row = {"kind": "refused", "did": "parked", "why": why, "state": "open", "raw": mail.raw}
            session.add(IncomingMail(message_id=name, received_at=now, **row))
    return Taken(message_id=name, sender="", kind=kept.kind, did="parked", why=why)


def due(now: Clock) -> None:
    """Read the mailbox, if there is one and it is not left alone for a while; called by the worker every minute."""
    forget(now())
    source = source_for(current_app.config)
    if source is None or resting(now()):
        return
    number = 0
    try:
        for _ in read_all(source, now):
            number += 1
    except Away as error:
        note_away(str(error), now())
    else:
        note_there(now())
    if number:
        log.info("mailbox read", extra={"fields": {"mails": number}})


def forget(now: datetime) -> None:
    """What people wrote to us is not kept for ever: a season after somebody saw to it, its words go."""
    old = (
        IncomingMail.state == "done",
        IncomingMail.received_at < now - FORGOTTEN_AFTER,
        IncomingMail.text != "",
    )
    there = db.session.scalar(sa.select(sa.exists().where(*old)))
    db.session.rollback()
    if there:
        with writing() as session:
            session.execute(sa.update(IncomingMail).where(*old).values(text=""))


def resting(now: datetime) -> bool:
    """Whether a mailbox that is away is left alone for now: longer each time, so that the mail need not wait for it."""
    state = db.session.scalar(MailboxState.the_one())
    db.session.rollback()
    if state is None or state.away_since_at is None:
        return False
    return now < state.tried_at + min(timedelta(minutes=2 ** min(state.tries, 8)) / 2, LONGEST_REST)


def note_away(fault: str, now: datetime) -> None:
    """Write down that the mailbox could not be read, and since when."""
    with writing() as session:
        state = session.scalar(MailboxState.the_one())
        if state is None:
            state = MailboxState(tries=0)
            session.add(state)
        state.away_since_at = state.away_since_at or now
        state.tried_at, state.tries, state.fault = now, state.tries + 1, fault
    log.error("mailbox away", extra={"fields": {"fault": fault}})


def note_there(now: datetime) -> None:
    """It was read; written down only where it was away before."""
    state = db.session.scalar(MailboxState.the_one())
    if state is None or state.away_since_at is None:
        db.session.rollback()
        return
    with writing() as session:
        state = session.scalars(MailboxState.the_one()).one()
        state.away_since_at, state.tried_at, state.tries, state.fault = None, now, 0, ""
