"""A letter whose worker died while sending it may have left; where twice is worse than never, a person says."""

from datetime import datetime

from ..errors import Refused
from .history import note
from .models import Letter
from .rules import is_over


def settle(letter: Letter, *, left: bool, by: str, now: datetime) -> None:
    """It left, or it is to be sent again; ``by`` is a person's public id. Inside ``writing()``."""
    if letter.state != "unsure":
        raise Refused("Somebody has decided on this mail already.")
    if not left and is_over(letter.expires_at, now=now):
        raise Refused("What this mail tells is over, so it is not sent any more.")
    if left:
        letter.state, letter.sent_at = "sent", letter.handed_at or now
    else:
        letter.state, letter.due_at, letter.tries = "queued", now, 0
    letter.owner = letter.fault = ""
    letter.handed_at = None
    note([letter.id], "left" if left else "again", at=now, by=by)
