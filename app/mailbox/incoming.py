"""What mail is read from: it hands out one mail after the other, and is told when one was taken in for good.

Until then it hands it out again the next time. None of it knows the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

A_ROUND = 200  # mails; the next round takes the next
BUDGET = 45  # seconds for a whole round, however slowly a server answers


class Away(Exception):
    """The mailbox cannot be read now; what was not taken in stays in it."""


@dataclass(frozen=True)
class Incoming:
    """A mail as its source hands it out: its name there, its bytes, and how large it is."""

    name: str
    raw: bytes
    size: int


class Source(Protocol):
    """What mail is read from."""

    key: str  # what a mail's name is called: "file" or "imap_uid"

    def mails(self) -> Iterator[Incoming]:
        """Every mail that was not taken in yet. Raises Away."""

    def taken(self, mail: Incoming) -> None:
        """It is taken in for good. Raises Away."""

    def close(self) -> None:
        """Let go."""
