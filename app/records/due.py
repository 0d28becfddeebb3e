"""What the clock starts about events: links to questions, what follows from registers, the letters that ask."""

from datetime import datetime

from ..catalogue.models import Event
from ..clock import Clock
from ..evaluation import letters
from ..evaluation.asking import events_to_ask, events_to_tell
from .actions import changing
from .certificates import news_of


def due(clock: Clock) -> None:
    """Make the links that have become due, then tell people: each event in a transaction of its own."""
    for event_id in events_to_ask(clock()):
        with changing(event_id, now=clock()):
            pass  # settling is what makes links, completions and certificates
    for event_id in events_to_tell(clock()):
        with changing(event_id, now=clock()) as event:
            tell(event, now=clock())


def tell(event: Event, *, now: datetime) -> None:
    """Post whatever letters are due about an event."""
    letters.tell_joining(event, now=now)
    if event.is_over(now):
        news = news_of(event)
        letters.tell_evaluate(event, news, now=now)
        letters.tell_again(event, news, now=now)
