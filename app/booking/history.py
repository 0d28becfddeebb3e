"""What happened to a booking, in sentences. Pure: plain values in, a sentence out."""

from .rules import State

# {who} did it, {whom} it is for; {for_whom} names them where somebody else did it. ``why`` is added behind.
SENTENCES: dict[tuple[str, str], str] = {
    ("", State.BOOKED): "{who} booked the place{for_whom}",
    ("", State.WAITING): "{who} joined the waiting list{for_whom}",
    ("", State.REQUESTED): "{who} asked for a place{for_whom}",
    ("", State.WALK_IN): "Added to the register on the day",
    (State.WAITING, State.BOOKED): "A place came free and went to {whom}",
    (State.WAITING, State.WAITING): "A place came free and went to the next person",
    (State.WAITING, State.WITHDRAWN): "{who} left the waiting list",
    (State.WAITING, State.CLOSED): "The waiting list closed when the course began",
    (State.OFFERED, State.BOOKED): "{who} accepted the place",
    (State.REQUESTED, State.BOOKED): "The request was approved",
    (
        State.REQUESTED,
        State.WAITING,
    ): "The request was approved; no place was free, so it joined the waiting list",
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
    State.MOVED: "{who} moved to another date",
    State.SUBSTITUTED: "{who} gave the place to a colleague",
    State.RELEASED: "The place was released",
    State.EVENT_CANCELLED: "The date was cancelled",
}


def sentence(*, was: str, became: str, who: str, whom: str, why: str = "", late: bool = False) -> str:
    """One change as people say it: "You cancelled the place, late: ill".

    ``who`` is "You", a name, or "" for the clock; ``whom`` is "you" or a name.
    """
    words = SENTENCES.get((was, became)) or BY_STATE[became]
    for_whom = "" if who.lower() == whom.lower() else f" for {whom}"
    said = words.format(who=who or "The system", whom=whom, for_whom=for_whom) + (", late" if late else "")
    return f"{said}: {why}" if why else said
