"""What a lead is told of the places they hold: how to name people, that the day comes near, what went back."""

from datetime import datetime
from typing import Any

from ..accounts.models import Person
from ..notifications.actions import post
from .checks import Occasion
from .letters import restated
from .models import Nomination


def about(nomination: Nomination) -> str:
    """What a letter is about, for finding and withdrawing it."""
    return f"nomination:{nomination.public_id}"


def tell(
    message: str, nomination: Nomination, to: Person, occasion: Occasion, *, now: datetime, **more: Any
) -> None:
    """One letter about held places; the last part of its key is what it says."""
    post(
        message,
        key=f"{about(nomination)}:{message}:{more.pop('part', '')}",
        to_email=to.email,
        to_name=to.name,
        **restated(occasion.event, occasion.sessions),
        now=now,
        about=about(nomination),
        expires_at=occasion.event.starts_at,
        nomination=nomination,
        **more,
    )


def tell_held(nomination: Nomination, by: Person, occasion: Occasion, *, now: datetime) -> None:
    """The places are held; name people by the day."""
    tell("places-held", nomination, by, occasion, now=now)


def reminder_key(nomination: Nomination, days: int) -> str:
    """The key under which a reminder is posted, so that it is posted once."""
    return f"{about(nomination)}:name-people:{days}"


def tell_name_people(nomination: Nomination, occasion: Occasion, *, days: int, now: datetime) -> None:
    """So many working days are left to name people."""
    tell("name-people", nomination, nomination.by, occasion, now=now, part=days)


def tell_run_out(nomination: Nomination, places: int, occasion: Occasion, *, now: datetime) -> None:
    """The day is over, and so many places went back."""
    tell("places-run-out", nomination, nomination.by, occasion, now=now, given=places)
