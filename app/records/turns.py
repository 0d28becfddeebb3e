"""One due thing at a time: each event in a transaction of its own, and a fault in one keeps no other waiting."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound

from ..catalogue.models import Event
from ..clock import Clock
from .actions import changing


def in_turn(event_ids: Iterable[int], clock: Clock, act: Callable[[Event, datetime], object]) -> None:
    """Do something about each of these events, at the instant its lock is held.

    Another worker may do the same at the same time: ``act`` looks again at what is due. Raises the first fault at
    the end, when everything else is done; what is left undone is found again the next time.
    """
    faults: list[Exception] = []
    for event_id in event_ids:
        try:
            with changing(event_id, now=clock()) as event:
                act(event, clock())
        except NotFound:
            continue  # it is gone since we looked
        except OperationalError:
            raise  # the database is away: for all of them
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
