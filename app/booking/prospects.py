"""What a request for a place would become now: checks 7 and 8 with the rows they ask for."""

from dataclasses import dataclass
from datetime import datetime

from . import rules
from .checks import Occasion
from .holders import mix_of
from .mix import Mix
from .promoting import newcomer_joins_the_line
from .rules import Asker, State


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """The state a request would have, and what the mix of agencies says against a place (``share``, in words)."""

    becomes: State
    share: str


def prospect_of(occasion: Occasion, asker: Asker, *, now: datetime, to_approve: bool = False) -> Prospect:
    """The prospect of somebody on an event, as its places and its waiting list stand."""
    event = occasion.event
    mix = mix_of(event.id, now) if occasion.has_mix else Mix()
    share = mix.obstacle(asker.unit, places_left=event.places_left)
    becomes = rules.outcome(
        places_left=event.places_left,
        waiting=bool(occasion.waiting) and newcomer_joins_the_line(event, now),
        awaits_date=occasion.wanted.awaits_date,
        obstacle=share,
        to_approve=to_approve,
    )
    return Prospect(becomes=becomes, share=share)
