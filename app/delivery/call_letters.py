"""The letters of a call to deliver: asked, asked about another date, not asked any more. Each holds no other's name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..catalogue.models import Event
from ..db import db
from ..notifications.actions import post, withdraw
from ..notifications.models import Letter
from ..pool.calls import token_of
from ..pool.models import TrainerCall
from .rules import Sitting

# Letters that reached nobody.
UNHEARD = ("queued", "withdrawn", "failed")


def about_call(call: TrainerCall) -> str:
    """What a letter of a call is about, for finding and withdrawing it."""
    return f"call:{call.public_id}"


def has_heard(call: TrainerCall) -> bool:
    """Whether a letter of the call left: only then is there something to take back."""
    left = sa.exists().where(
        Letter.about == about_call(call), Letter.message == "trainer-call", Letter.state.not_in(UNHEARD)
    )
    return bool(db.session.scalar(sa.select(left)))


def write_call(
    event: Event,
    call: TrainerCall,
    sittings: Sequence[Sitting],
    *,
    now: datetime,
    due_at: datetime | None = None,
    change_id: int = 0,
    was: Sequence[Sitting] = (),
    moved: bool = False,
    again: bool = False,
    reserve: bool = False,
    why: str = "",
) -> bool:
    """Can you deliver this? ``moved``: they were asked before, and the date is another now; ``again``: once more, before
    the call closes; ``reserve``: it has its trainers, can you stand in? Whether it is posted.
    """
    return posted(
        "trainer-call",
        event,
        call,
        key=f"{about_call(call)}:trainer-call:{'again:' if again else ''}{change_id}",
        now=now,
        due_at=due_at,
        expires_at=min([*(sitting.starts_at for sitting in sittings), *filter(None, [call.closes_at])]),
        secret=True,  # whoever has the link answers
        sittings=sittings,
        was=was,
        moved=moved,
        again=again,
        reserve=reserve,
        maybe=call.maybe_at is not None,
        delivers_as=call.delivers_as,
        by_desk=call.confirmed_by == "desk",
        closes_at=call.closes_at,
        why=why,
        token=token_of(call),
    )


def tell_over(
    event: Event,
    call: TrainerCall,
    what: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    change_id: int = 0,
    was: Sequence[Sitting] = (),
    said_yes: bool = False,
    why: str = "",
) -> bool:
    """They need not answer any more: taken back, filled, event-cancelled or event-postponed (``what``)."""
    return posted(
        "trainer-call-over",
        event,
        call,
        key=f"{about_call(call)}:trainer-call-over:{what}:{change_id}",
        now=now,
        due_at=due_at,
        expires_at=max((sitting.ends_at for sitting in was), default=None),
        secret=what == "filled",  # it leads to the page where they can be a reserve
        what=what,
        was=was,
        said_yes=said_yes,
        token=token_of(call) if what == "filled" else "",
        why=why,
    )


def posted(message: str, event: Event, call: TrainerCall, **more: Any) -> bool:
    """One letter to whoever is asked."""
    found = post(
        message,
        to_email=call.person.email,
        to_name=call.person.name,
        partnership=event.host,
        about=about_call(call),
        course=event.course,
        event=event,
        **more,
    )
    return found is not None


def take_back_letters(call: TrainerCall, *, now: datetime) -> None:
    """What was not sent yet asks nobody any more."""
    withdraw(about=about_call(call), now=now)
