"""What is done with what came in. Pure: what was read and what is known in, a verdict out.

A calendar's answer never changes a booking. An acceptance is noted, a refusal asks the person; whatever is not
clearly theirs, newest and about a place they still have is written down and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .bounces import Status
from .replies import Answer, Attendee

# What a mail was. A duplicate is not written down: the first of it is.
KINDS = ("reply", "counter", "bounce", "delayed", "auto-reply", "unknown", "refused")
Kind = Literal["reply", "counter", "bounce", "delayed", "auto-reply", "unknown", "refused", "duplicate"]
# What was done: kept for the booking, the person asked, the desk told, an address marked, handed to a person,
# written down without effect, or nothing at all.
Did = Literal["noted", "asked", "flagged", "marked", "parked", "ignored", "nothing"]
KEPT = "kept"
PARTSTATS = ("accepted", "tentative", "declined", KEPT)
ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
SAID = {
    "accepted": "They accepted.",
    "tentative": "They may come.",
    "declined": "They cannot come.",
}


@dataclass(frozen=True, kw_only=True)
class Invited:
    """What is known of the invite that a mail names: whose, its newest SEQUENCE, and how it stands."""

    delivers: bool  # a trainer's; else a delegate's
    sequence: int
    holds: bool  # they have the place, or deliver the event
    begun: bool
    answered: datetime | None = None  # the stamp of the newest answer to that sequence
    known: bool = False  # the very same answer was written down before


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a mail was, what is done with it and why. ``answer`` is written down beside the invite, if there is one."""

    kind: Kind
    did: Did
    why: str
    answer: str = ""
    open: bool = False  # a person has to look at it


def judge_answer(
    said: Answer, by: Attendee | None, invited: Invited | None, *, stamp: datetime, words: bool
) -> Verdict:
    """What is done with a mail that has a calendar part.

    ``by`` is the answer of the person who was invited; ``words``: something is written in the mail besides.
    """
    if said.fault:
        return parked("unknown", said.fault)
    if said.method == "COUNTER":
        return parked("counter", f"Another time is proposed: {said.proposed or 'which one, its text says'}.")
    if said.method != "REPLY":
        return parked("unknown", f"Its calendar part is no answer, but “{said.method}”.")
    if invited is None:
        nobody = "It answers an invite that we do not know."
        return parked("reply", nobody) if words else Verdict(kind="reply", did="ignored", why=nobody)
    if by is None:
        return parked("reply", "It does not come from the person who was invited.")
    answer = ANSWERS.get(by.partstat)
    if answer is None and by.partstat != "NEEDS-ACTION":
        return parked("reply", f"It says “{by.partstat or 'nothing'}”, which only a person can answer.")
    if answer is None:
        return Verdict(kind="reply", did="noted", why="It says that there is no answer yet.")
    if invited.known:
        return Verdict(kind="duplicate", did="nothing", why="The same answer came before.")
    return judge_invited(said, answer, invited, stamp=stamp)


def judge_invited(said: Answer, answer: str, invited: Invited, *, stamp: datetime) -> Verdict:
    """What is done with the answer of the person who was invited."""
    late = why_without_effect(said, invited, stamp=stamp)
    if late:
        return Verdict(kind="reply", did="noted", why=late, answer=answer, open=bool(said.comment))
    if answer != "declined":
        return Verdict(kind="reply", did="noted", why=SAID[answer], answer=answer, open=bool(said.comment))
    if invited.delivers:
        why = "Whoever delivers it cannot come."
        return Verdict(kind="reply", did="flagged", why=why, answer=answer, open=True)
    return Verdict(kind="reply", did="asked", why=SAID[answer], answer=answer, open=bool(said.comment))


def why_without_effect(said: Answer, invited: Invited, *, stamp: datetime) -> str:
    """Why an answer is written down and nothing more; "" when it counts."""
    if not invited.holds:
        return "They are no longer on it, or the date is off."
    if invited.begun:
        return "It had begun by then."
    if said.sequence is not None and said.sequence < invited.sequence:
        return "It answers an older invite: the date was changed since."
    if invited.answered is not None and stamp < invited.answered:
        return "A newer answer is there already."
    return ""


def sequence_answered(said: Answer, newest: int) -> int:
    """The SEQUENCE of the invite that was answered: the newest, unless an older one is named."""
    return newest if said.sequence is None else min(said.sequence, newest)


def judge_returned(status: Status | None, *, ours: bool, names_one: bool, known_reader: bool) -> Verdict:
    """What is done with a mail server's report.

    ``ours``: a mail of ours is named; ``names_one``: any is; ``status`` is what it says about that mail's reader;
    ``known_reader``: it names an address that we wrote to.
    """
    if ours and status is not None:
        if status.for_good:
            return Verdict(kind="bounce", did="marked", why=status.said or "It could not be delivered.")
        if status.for_now:
            return Verdict(kind="delayed", did="noted", why=status.said or "It is delayed.")
        return Verdict(kind="auto-reply", did="ignored", why="It says that a mail of ours arrived.")
    if ours:
        return parked("bounce", "It is about a mail of ours, but for an address that we did not send it to.")
    if not names_one and known_reader:
        return parked(
            "bounce", "It says that somebody cannot be reached, but not which mail of ours came back."
        )
    return Verdict(kind="bounce", did="ignored", why="It is not about a mail that we sent.")


def parked(kind: Kind, why: str) -> Verdict:
    """Handed to a person."""
    return Verdict(kind=kind, did="parked", why=why, open=True)
