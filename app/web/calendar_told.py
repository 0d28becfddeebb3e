"""What a calendar was last told, in sentences, and as the rows of a table for those who may read mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..notifications.heard import Heard
from .filters import day, when
from .mail_states import STATES, TONES

METHODS = {"REQUEST": "Invite (REQUEST)", "CANCEL": "Taken out (CANCEL)"}


class Invite(NamedTuple):
    """The last invite about a session: what it was, which, when, what became of it, and the mail that brought it."""

    session: str
    method: str
    sequence: int
    at: str
    state: str
    tone: str
    letter: str


class Repeatable(NamedTuple):
    """What is said of a calendar, and what the button says that tells it once more ("" where there is nothing to send)."""

    said: list[str]
    button: str


def repeatable(told: Sequence[Heard], whose: str, now: datetime, *, may_repeat: bool) -> Repeatable:
    """The sentences about a calendar, with the button."""
    button = "Send it again" if told else "Send the invite"
    return Repeatable(sentences(told, whose, now), button if may_repeat else "")


def sent_again(mails: int, email: str, *, invite: bool = True) -> str:
    """What is said once it was sent; without ``invite`` it was what takes the sessions out."""
    several = f", in {mails} mails" if mails > 1 else ""
    return f"{'The invite is' if invite else 'It is'} on its way to {email}{several}."


def invites_of(told: Sequence[Heard]) -> list[Invite]:
    """The last invites, one a session."""
    return [
        Invite(
            when(heard.said.starts_at, heard.said.ends_at),
            METHODS.get(heard.said.method, heard.said.method),
            heard.said.sequence,
            when(heard.at),
            STATES[heard.state],
            TONES.get(heard.state, "plain"),
            heard.letter,
        )
        for heard in told
    ]


def sentences(told: Sequence[Heard], whose: str, now: datetime) -> list[str]:
    """One sentence where all sessions stand alike, else one for each."""
    said = [sentence(heard, whose, now) for heard in told]
    if len(set(said)) <= 1:
        return said[:1]
    return [f"{day(heard.said.starts_at)}: {one}" for heard, one in zip(told, said, strict=True)]


def sentence(heard: Heard, whose: str, now: datetime) -> str:
    """The last word about a session: "Your calendar was last told on Fri 20 November 2026, 10am (version 1)."."""
    version, at = f"version {heard.said.sequence + 1}", when(heard.at)
    invite = "A changed invite" if heard.said.sequence else "An invite"
    what = f"{invite} for" if heard.is_there else "A mail that takes it out of"
    if heard.state in ("queued", "sending"):
        leaves = f"leaves on {at}" if heard.at > now else "is on its way"
        return f"{what} {whose} calendar {leaves} ({version})."
    if heard.state == "sent":
        calendar = f"{whose[:1].upper()}{whose[1:]} calendar"
        told = "was last told" if heard.is_there else "was told to take it out"
        return f"{calendar} {told} on {at} ({version})."
    return f"{what} {whose} calendar may not have arrived ({version})."
