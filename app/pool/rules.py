"""Calls to deliver: how one stands, and why it can no longer be answered. Pure.

Somebody of the pool is asked, and says yes, no or maybe. A yes is confirmed at once, or by the desk, as it was chosen
with the call. When as many deliver as the event needs, whoever has not answered need not any more, and can be a
reserve.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

# Who counts as a trainer of an event; guest speakers and hosts do not.
TRAINS = ("pool", "expert")
# In which part somebody delivers. Who observes learns to, and counts in no figure of who delivered.
DELIVERY_PARTS = ("lead", "co", "observing")
DELIVERING = ("lead", "co")
# Who says that a yes holds: it does at once, or the desk confirms it.
CONFIRMED_BY = ("at once", "desk")


class Answer(StrEnum):
    """What became of asking somebody; "" while they have not said, or have said maybe."""

    YES = "yes"
    WAITS = "waits"  # they said yes, and the desk has to confirm it
    RESERVE = "reserve"  # they can stand in
    NO = "no"
    TAKEN_BACK = "taken back"  # the desk no longer asks
    FILLED = "filled"  # as many deliver as are needed
    CALLED_OFF = "called off"  # the date was cancelled
    TOO_LATE = "too late"  # they did not answer by the day that was named


def trains(part: str, delivers_as: str) -> bool:
    """Whether somebody on an event is counted among those who delivered it; ``EventTrainer.trains`` asks the same."""
    return part in TRAINS and delivers_as in DELIVERING


class Minutes(NamedTuple):
    """What an event took of a trainer's time; ``delivery`` None: as long as the sessions are."""

    preparation: int
    delivery: int | None
    travel: int


def refusal_of_time(*, delivers: bool, took_place: bool, over: bool) -> str:
    """Why nobody can say what an event took of somebody's time, in a sentence; "" when they can."""
    if not delivers:
        return "Only the time of those who deliver an event is kept."
    if not took_place:
        return "This date did not take place, so there is nothing to enter."
    return "" if over else "You can enter your time once the course is over."


# Calls that somebody has not finished with: they hear of whatever becomes of the date.
ALIVE = ("", Answer.WAITS, Answer.RESERVE)


def why_closed(
    *,
    answer: str,
    delivers: bool,
    state: str,
    starts_at: datetime | None,
    now: datetime,
    closes_at: datetime | None = None,
    filled: bool = False,
) -> str:
    """Why a call can no longer be answered, in a word of ``CLOSED``; "" when it can.

    ``state`` is the event's; ``filled``: it has the trainers it needs. What they said themselves comes first, unless
    there is nothing to deliver any more.
    """
    if state == "cancelled":
        return Answer.CALLED_OFF
    if delivers:
        return Answer.YES
    if answer == Answer.YES:
        return "released"
    ahead = starts_at is not None and state == "published"
    if answer in (Answer.NO, Answer.TAKEN_BACK, Answer.TOO_LATE, Answer.CALLED_OFF):
        return answer
    if not ahead:
        return "postponed"
    assert starts_at is not None
    if starts_at <= now:
        return "begun"
    if answer:
        return answer
    if filled:
        return Answer.FILLED
    return Answer.TOO_LATE if closes_at is not None and closes_at <= now else ""


def may_say_no(why: str) -> bool:
    """Whether somebody whose call stands like that can still say that they cannot."""
    return why in ("", Answer.WAITS, Answer.RESERVE, Answer.FILLED)


# What a call that is closed says on its page, and to whoever tries to answer it: what happened, and what to do.
CLOSED: Mapping[str, tuple[str, str]] = {
    Answer.YES: (
        "You deliver this course",
        "It is confirmed. If something comes up, give the date back early, so that somebody else can be found.",
    ),
    Answer.WAITS: (
        "Thank you: you said yes",
        "The training team confirms it by mail. Please keep the day free until then.",
    ),
    Answer.RESERVE: (
        "You are a reserve",
        "If a trainer cannot come, the training team may call you up: a mail then brings it into your calendar.",
    ),
    Answer.TOO_LATE: (
        "The time to answer is over",
        "If you can deliver it, ring the training team: perhaps nobody is found yet. Thank you all the same.",
    ),
    Answer.NO: (
        "You said that you cannot",
        "Thank you for telling us. If you can after all, ring the training team: perhaps nobody else is found yet.",
    ),
    Answer.TAKEN_BACK: (
        "You need not answer any more",
        "The training team no longer asks you to deliver this date. Thank you all the same.",
    ),
    Answer.FILLED: (
        "This date has its trainers",
        "So you need not deliver it. You would help us as a reserve, in case one of them cannot come.",
    ),
    Answer.CALLED_OFF: (
        "This date was cancelled",
        "There is nothing to deliver, so you need not answer. Thank you all the same.",
    ),
    "released": (
        "You are no longer down for this date",
        "You had said yes, and were taken off since. If that is a mistake, ring the training team.",
    ),
    "postponed": (
        "This date is postponed",
        "You need not answer now. We write to you again as soon as there is a new date.",
    ),
    "begun": (
        "This course has begun or is over",
        "It is too late to answer. Thank you all the same.",
    ),
}
