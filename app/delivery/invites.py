"""The invites of delegates and trainers, changed or taken back: the UID of a session stays, the SEQUENCE rises."""

from collections.abc import Iterable
from typing import Any

from ..booking.checks import sessions_of
from ..booking.letters import joining_link, place_of
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..notifications.calendar import Invite, uid_of
from ..notifications.letters import link
from ..pool.models import EventTrainer
from .rules import Message, Sitting, numbered


def sittings_of(sessions: Iterable[EventSession]) -> tuple[Sitting, ...]:
    """Stored sessions as calendars know them."""
    return numbered(
        Sitting(session=s.public_id, starts_at=s.starts_at, ends_at=s.ends_at, place=place_of(s))
        for s in sessions
    )


def stored_sittings(event: Event) -> tuple[Sitting, ...]:
    """The event's sessions as calendars know them."""
    return sittings_of(sessions_of(event.id))


def delegate_invite(event: Event, booking: Booking, message: Message) -> Invite:
    """The invite as the first one of this booking and session was, changed or taken back."""
    address = joining_link(booking)
    return Invite(
        **shared(event, message),
        uid=uid_of(booking.public_id, message.sitting.session),
        sequence=booking.invite_sequence,
        title=f"Training: {title_of(event, message.sitting)}",
        description=f"Joining link, where it is and whom to ring: {address}",
        url=address,
        conference="" if message.sitting.place else address,
        private=True,
    )


def trainer_invite(event: Event, trainer: EventTrainer, message: Message) -> Invite:
    """A session in a trainer's calendar, under the name it has in the file of My calendar."""
    address = link(f"/join/{event.join_token}")
    return Invite(
        **shared(event, message),
        uid=uid_of(trainer.public_id, message.sitting.session),
        sequence=trainer.invite_sequence,
        title=f"Deliver: {title_of(event, message.sitting)}",
        description=f"Joining link and where it is: {address}",
        url=address,
        conference="" if message.sitting.place else address,
    )


def shared(event: Event, message: Message) -> dict[str, Any]:
    """What the invites of delegates and trainers have in common."""
    sitting = message.sitting
    return {
        "method": message.method,
        "starts_at": sitting.starts_at,
        "ends_at": sitting.ends_at,
        "location": sitting.place or "Online",
    }


def title_of(event: Event, sitting: Sitting) -> str:
    """The course, and which of its sessions."""
    several = f" ({sitting.number} of {sitting.of})" if sitting.of > 1 else ""
    return f"{event.course.title}{several}"
