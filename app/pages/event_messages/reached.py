"""Whom a message reaches, in numbers and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...booking import messages, texts
from ...booking.models import EventMessage
from ...notifications.texting import texts_are_sent
from ...web.filters import listed, plural


@dataclass(frozen=True)
class Reached:
    """Whom a message reaches by mail, and by text message; who gave no number, and whom neither can reach."""

    mails: int
    texts: int
    no_number: list[str]
    nobody: list[str]

    @classmethod
    def of(cls, message: EventMessage, rows: Sequence[Any]) -> "Reached":
        """As things are now."""
        by_text = bool(message.short_text and texts_are_sent())
        return cls(
            mails=len(messages.by_mail(rows)),
            texts=len(messages.by_text(message, rows)),
            no_number=[row.name for row in rows if not texts.has_mobile(row)] if by_text else [],
            nobody=[row.name for row in rows if not row.email and not (by_text and texts.has_mobile(row))],
        )

    @property
    def anybody(self) -> bool:
        """Whether it reaches somebody."""
        return bool(self.mails or self.texts)

    @property
    def as_said(self) -> str:
        """The numbers as the form carries them, so that nothing else is sent than what the page spoke of."""
        return f"{self.mails} {self.texts}" if self.texts else str(self.mails)

    @property
    def in_words(self) -> str:
        """12 people, and 7 by text message."""
        mails = plural(self.mails, "person", "people")
        return f"{mails}, and {self.texts} by text message" if self.texts else mails

    @property
    def afterwards(self) -> str:
        """Whom it reached, and who has to be told otherwise."""
        sentence = f"The message is on its way to {self.in_words}."
        return f"{sentence} No address is known of {listed(self.nobody)}." if self.nobody else sentence
