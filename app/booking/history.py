"""What happened to a booking, in sentences. Pure: plain values in, a sentence out."""

import re

from .rules import FIRST_COME_NOTE, State

# {who} did it, {whom} it is for; {for_whom} names them where somebody else did it. ``why`` is added behind.
SENTENCES: dict[tuple[str, str], str] = {
    ("", State.BOOKED): "{who} booked the place{for_whom}",
    ("", State.WAITING): "{who} joined the waiting list{for_whom}",
    ("", State.REQUESTED): "{who} asked for a place{for_whom}",
    ("", State.WALK_IN): "Added to the register on the day",
    (State.WAITING, State.BOOKED): "A place came free and went to {whom}",
    (State.WAITING, State.WAITING): "A place came free and went to the next person",
    (State.WAITING, State.OFFERED): "A place came free and is held for {whom}",
    (State.WAITING, State.DECLINED): "The request was declined",
    (State.OFFERED, State.WAITING): "{who} did not want this place and stayed on the list",
    (State.OFFERED, State.CLOSED): "The waiting list closed when the course began",
    (State.WAITING, State.WITHDRAWN): "{who} left the waiting list",
    (State.WAITING, State.CLOSED): "The waiting list closed when the course began",
    (State.OFFERED, State.BOOKED): "{who} accepted the place",
    (State.REQUESTED, State.BOOKED): "The request was approved",
    (State.REQUESTED, State.WAITING): "The request was approved and joined the waiting list",
    (State.WALK_IN, State.WITHDRAWN): "Taken off the register again",
}
BY_STATE: dict[str, str] = {
    State.BOOKED: "{who} booked the place",
    State.WAITING: "{who} kept the place in the waiting list",
    State.OFFERED: "A place was offered",
    State.DECLINED: "The request was declined",
    State.EXPIRED: "The request ran out unanswered",
    State.WITHDRAWN: "{who} withdrew",
    State.LAPSED: "The offer ran out",
    State.CLOSED: "The waiting list closed when the course began",
    State.CANCELLED: "{who} cancelled the place",
    State.MOVED: "{who} changed the date{for_whom}",
    State.SUBSTITUTED: "{who} gave the place to a colleague",
    State.RELEASED: "The place was released",
    State.EVENT_CANCELLED: "The date was cancelled",
    State.WALK_IN: "Came to the room without a place, and was added to the register",
}
# The same where somebody else did it for the person: the desk, their lead. {whose} is "your" or "Priya Patel’s".
FOR_OTHERS: dict[tuple[str, str] | str, str] = {
    ("", State.WAITING): "{who} put {whom} on the waiting list",
    (State.WAITING, State.BOOKED): "{who} gave {whom} the place",
    (State.WAITING, State.WITHDRAWN): "{who} took {whom} off the waiting list",
    (State.WALK_IN, State.WITHDRAWN): "{who} took {whom} off the register again",
    (State.OFFERED, State.BOOKED): "{who} accepted the place for {whom}",
    (State.OFFERED, State.WAITING): "{who} let this place go for {whom}, and kept the one in the list",
    State.WITHDRAWN: "{who} withdrew for {whom}",
    State.CANCELLED: "{who} cancelled {whose} place",
    State.SUBSTITUTED: "{who} gave {whose} place to a colleague",
    State.RELEASED: "{who} released {whose} place",
}

# Who did it where it was not the clock, and nobody with an account: a manager, by a link.
WITHOUT_A_NAME: dict[str, str] = {State.CANCELLED: "The manager", State.WITHDRAWN: "The manager"}
AGREED = re.compile(r"[^:]+ agreed(: .*)?", re.DOTALL)


def agreed(name: str, why: str) -> str:
    """What the history keeps of somebody who agreed while the person waits."""
    return f"{name} agreed" + (f": {why}" if why else "")


def sentence(*, was: str, became: str, who: str, whom: str, why: str = "", late: bool = False) -> str:
    """One change as people say it: "You cancelled the place, late: ill".

    ``who`` is "You", a name, or "" for the clock; ``whom`` is "you" or a name. A remark that somebody made while
    the state stayed speaks for itself.
    """
    if was == became and (who or why == FIRST_COME_NOTE or AGREED.fullmatch(why)):
        return f"{why[:1].upper()}{why[1:]}" + (f" ({who})" if who else "")
    doer = who or WITHOUT_A_NAME.get(became, "")
    own = who.lower() == whom.lower()
    words = SENTENCES.get((was, became)) or BY_STATE[became]
    if doer and not own:
        words = FOR_OTHERS.get((was, became)) or FOR_OTHERS.get(became) or words
    for_whom, whose = "" if own else f" for {whom}", "your" if whom == "you" else f"{whom}\u2019s"
    said = words.format(who=doer or "The system", whom=whom, for_whom=for_whom, whose=whose) + (
        ", late" if late else ""
    )
    return f"{said}: {why}" if why else said


# What a booking is now, as the heading of its page.
HEADLINES: dict[str, str] = {
    State.BOOKED: "{who} {have} a place",
    State.WAITING: "{who} {are} on the waiting list",
    State.REQUESTED: "{who} {have} asked for a place",
    State.OFFERED: "A place is offered to {whom}",
    State.WALK_IN: "{who} came on the day",
    State.DECLINED: "The request was declined",
    State.EXPIRED: "The request ran out unanswered",
    State.WITHDRAWN: "{who} {are} no longer waiting",
    State.LAPSED: "The offer ran out",
    State.CLOSED: "No place came free in time",
    State.CANCELLED: "This place is cancelled",
    State.MOVED: "{who} moved to another date",
    State.SUBSTITUTED: "A colleague has this place now",
    State.RELEASED: "The place was released",
    State.EVENT_CANCELLED: "This date was cancelled",
}
# The same as one word or two, for lists.
IN_SHORT: dict[str, str] = {
    State.BOOKED: "Was booked",
    State.WAITING: "Waited",
    State.WALK_IN: "Came on the day",
    State.WITHDRAWN: "Left the waiting list",
    State.CLOSED: "No place came free",
    State.CANCELLED: "Cancelled",
    State.EVENT_CANCELLED: "Date cancelled",
    State.MOVED: "Moved to another date",
    State.SUBSTITUTED: "Given to a colleague",
}


def headline(*, state: str, name: str, over: bool = False, position: int = 0) -> str:
    """What a booking is now: "You have a place"; ``name`` is "" for the reader's own booking."""
    words = HEADLINES[state]
    if state == State.WAITING and position:
        words = f"{{who}} {{are}} number {position} on the waiting list"
    if over and state == State.BOOKED:
        words = "{who} had a place"
    have, are = ("has", "is") if name else ("have", "are")
    return words.format(who=name or "You", whom=name or "you", have=have, are=are)


def in_short(state: str) -> str:
    """What became of a booking, in a word or two: "Cancelled"."""
    return IN_SHORT.get(state, state.capitalize())
