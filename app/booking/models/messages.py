"""What the desk wrote to the people on an event."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...catalogue.models import Event
from ...db import Base, new_public_id


class EventMessage(Base):
    """A mail to people on an event: a draft that can be looked at, until it was sent to ``reached`` of them.

    With a ``short_text`` it goes to their mobiles too.
    """

    __tablename__ = "event_message"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    to: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # whom: the fields of delegates.Narrowed
    subject: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]
    reached: Mapped[int | None]  # how many mails were posted
    short_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    texted: Mapped[int | None]  # how many text messages were posted

    event: Mapped[Event] = relationship()
    by: Mapped[Person] = relationship()

    @staticmethod
    def of(event_id: int) -> sa.Select[*tuple[Any, ...]]:
        """The messages to an event, newest first, each with the name of who wrote it."""
        return (
            sa.select(
                EventMessage.public_id,
                EventMessage.subject,
                EventMessage.written_at,
                EventMessage.sent_at,
                EventMessage.reached,
                EventMessage.texted,
                Person.name.label("by"),
            )
            .join(Person, Person.id == EventMessage.by_id)
            .where(EventMessage.event_id == event_id)
            .order_by(EventMessage.id.desc())
        )
