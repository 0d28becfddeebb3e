"""The sessions that a reader's calendar has, from the letters that told of them: what is said next depends on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..notifications.calendar import readable, uid_of
from ..notifications.heard import LastWords
from ..notifications.read_back import Said, session_of
from .rules import Message, Sitting, messages

ONLINE = "Online"
NUMBERED = re.compile(r" \((\d+) of (\d+)\)$")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The sessions in a reader's calendar, and of which of them nobody can say whether the mail arrived."""

    sittings: tuple[Sitting, ...] = ()
    unsure: frozenset[str] = frozenset()

    def to_tell(self, now_are: Sequence[Sitting], now: datetime) -> list[Message]:
        """What the calendar has to be told, so that it ends with these sessions."""
        return messages(self.sittings, [tidy(sitting) for sitting in now_are], unsure=self.unsure, now=now)


def known_to(words: LastWords, whose: str, before: Sequence[Sitting]) -> Known:
    """What the calendar of somebody has, whose UIDs begin with this public id.

    ``before``: the sessions before the change, which it has where the outbox does not know better.
    """
    found = {s.session: tidy(s) for s in before if words.may_know(uid_of(whose, s.session))}
    there = [as_sitting(heard.said, whose) for heard in words.last.values() if heard.is_there]
    found |= {sitting.session: sitting for sitting in there}
    unsure = frozenset(session_of(uid, whose) for uid, heard in words.last.items() if not heard.sure)
    return Known(sittings=tuple(sorted(found.values(), key=lambda s: s.starts_at)), unsure=unsure)


def as_sitting(said: Said, whose: str) -> Sitting:
    """What an invite said, as a session."""
    number = NUMBERED.search(said.title)
    return Sitting(
        session=session_of(said.uid, whose),
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        place="" if said.location == ONLINE else said.location,
        number=int(number[1]) if number else 1,
        of=int(number[2]) if number else 1,
    )


def tidy(sitting: Sitting) -> Sitting:
    """A session as an invite can say it: to the second, and with a place that is readable."""
    starts_at, ends_at = (at.replace(microsecond=0) for at in (sitting.starts_at, sitting.ends_at))
    return replace(sitting, starts_at=starts_at, ends_at=ends_at, place=readable(sitting.place))
