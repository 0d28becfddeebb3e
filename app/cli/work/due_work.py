"""What the clock starts: the due work of every package, each once a minute by one worker."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import OperationalError

from ...accounts import sign_in
from ...attendance import reporting
from ...clock import Clock
from ...db import db, writing
from ...imports import drafts
from ...mailbox import reading
from ...notifications import due_jobs
from ...pool import releases
from ...records import (
    approvals,
    bulletins,
    calls,
    check_ins,
    forgetting,
    interests,
    nominations,
    part_one,
    recordings,
    refreshers,
    registers,
    waiting_lists,
    who_went,
)
from ...records import due as records

log = logging.getLogger("roundtable")

# What each package does when its time has come. Called once a minute, by one worker; each brings up to date
# whatever is due by then, however long nobody worked, in transactions of its own.
DUE: tuple[Callable[[Clock], None], ...] = (
    sign_in.due,
    nominations.due,
    calls.due,
    approvals.due,
    waiting_lists.due,
    part_one.due,
    interests.due,
    records.due,
    registers.due,
    refreshers.due,
    who_went.due,
    forgetting.due,
    recordings.due,
    check_ins.due,
    drafts.due,
    reporting.due,
    bulletins.due,
    releases.due,
    reading.due,
)


def start_all(period: str, now: Clock) -> bool:
    """Do the work of every package for this period; False when any failed."""
    outcomes = [start(due, period, now) for due in DUE]
    return all(outcomes)


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


def where(error: Exception) -> str:
    """What went wrong and in which line, without the message: it may hold a name."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
