"""What the clock starts about events: links to questions, what follows from registers, the letters that ask."""

from datetime import datetime

from ..attendance.chasing import chase, events_to_chase
from ..attendance.missed import ask_why, events_with_missing
from ..booking.reminding import events_to_remind, remind
from ..catalogue.models import Event
from ..clock import Clock
from ..evaluation import letters
from ..evaluation.asking import events_to_ask
from ..evaluation.cue_sheets import events_with_cue_sheets, tell_cue_sheets
from ..evaluation.readers import events_to_tell
from .certificates import news_of
from .turns import in_turn


def due(clock: Clock) -> None:
    """Make the links that have become due, then tell people: each event in a transaction of its own."""
    in_turn(events_to_ask(clock()), clock, lambda _event, _now: None)  # settling makes links and certificates
    in_turn(events_with_letters_due(clock()), clock, tell)


def events_with_letters_due(now: datetime) -> list[int]:
    """The events about which somebody is to be written to."""
    before = (events_to_tell, events_to_remind, events_with_cue_sheets)
    after = (events_with_missing, events_to_chase)
    return sorted({event_id for find in (*before, *after) for event_id in find(now)})


def tell(event: Event, now: datetime) -> None:
    """Post whatever letters are due about an event."""
    letters.tell_joining(event, now=now)
    remind(event, now=now)
    tell_cue_sheets(event, now=now)
    if event.is_over(now):
        news = news_of(event)
        letters.tell_evaluate(event, news, now=now)
        letters.tell_again(event, news, now=now)
        letters.tell_follow_up(event, now=now)
        ask_why(event, now=now)
        chase(event, now=now)
