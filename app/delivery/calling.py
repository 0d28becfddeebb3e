"""Calls to deliver: asking people of the pool, and what they answer. Inside ``changing(event)``; nothing commits."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.checks import sessions_of, settings_of
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..notifications.choices import is_on
from ..pool.actions import add_call, agency_of, end_call
from ..pool.calls import delivers, number_named, number_needed, open_calls
from ..pool.models import EventTrainer, TrainerCall
from ..pool.rules import CLOSED, Answer, why_closed
from .call_letters import take_back_letters, write_call
from .clashes import clashing
from .filling import end_for_good
from .invites import stored_sittings
from .standing_in import busy_then, stand_in

NEEDED = "trainers_needed"


def why_not(event: Event, now: datetime) -> str:
    """Why nobody can be asked to deliver an event, in a sentence; "" when people can."""
    if event.state == "cancelled":
        return "This date has been cancelled, so nobody can be asked to deliver it."
    if event.awaits_date:
        return "Give this event its date first: people are asked about a day."
    if event.state != "published":
        return "Publish this date first: who says yes gets its sessions at once."
    if event.has_begun(now):
        return "This course has begun, so nobody can be asked any more. You can still put somebody on it."
    if not is_on(event.host_id, "trainer"):
        return "Letters to trainers are switched off, so nobody can be asked by mail."
    return ""


def usually_needed(event: Event, now: datetime) -> int:
    """How many trainers an event needs in all: as it was said last, else as the partnership has it."""
    return number_needed(event.id) or int(settings_of(event.host_id, now)[NEEDED])


def ask(
    event: Event, people: Sequence[tuple[Person, str]], *, needed: int, by: Person, now: datetime
) -> list[TrainerCall]:
    """Ask each of these, as what they are known (pool or expert), by a mail with a link; who is asked already, once.

    ``needed`` is how many trainers the event is to have in all: when it has them, nobody else is asked any more.
    """
    if refused := why_not(event, now):
        raise Refused(refused)
    named = number_named(event.id)
    if needed <= named:
        raise Refused(f"This date has {named} already: enter how many it needs with the new ones.")
    busy = {call.person_id for call in open_calls(event.id)} | on_it(event)
    sittings = stored_sittings(event)
    calls = [
        add_call(event, person, part=part, needed=needed, by=by, now=now)
        for person, part in people
        if person.id not in busy and person.email
    ]
    db.session.flush()
    for call in calls:
        write_call(event, call, sittings, now=now)
    return calls


def on_it(event: Event) -> set[int]:
    """Who delivers the event, by id."""
    return set(db.session.scalars(sa.select(EventTrainer.person_id).where(EventTrainer.event_id == event.id)))


def closed(call: TrainerCall, now: datetime) -> str:
    """Why a call can no longer be answered; "" when it can."""
    event = call.event
    return why_closed(
        answer=call.answer, delivers=delivers(call), state=event.state, starts_at=event.starts_at, now=now
    )


def refuse_closed(call: TrainerCall, now: datetime) -> None:
    """Read what became of the call meanwhile; raise Refused, in the words of its page, if it is closed."""
    db.session.refresh(call, ["answer", "answered_at", "why"])
    if why := closed(call, now):
        heading, what_to_do = CLOSED[why]
        raise Refused(f"{heading}. {what_to_do}")


def say_yes(call: TrainerCall, *, now: datetime) -> None:
    """They deliver it: named and confirmed at once, with the sessions for their calendar."""
    refuse_closed(call, now)
    event, person = call.event, call.person
    agency_id = agency_of(person, now)
    stand_in(event, person, part=call.part, agency_id=agency_id, by=person, now=now, confirmed=True)


def say_no(call: TrainerCall, *, now: datetime, why: str = "", by: Person | None = None) -> None:
    """They cannot; ``by`` somebody at the desk, whom they told."""
    refuse_closed(call, now)
    take_back_letters(call, now=now)
    end_call(call, Answer.NO, by=by, now=now, why=why)


def take_back(call: TrainerCall, *, by: Person, now: datetime) -> None:
    """Ask no longer: a letter that waits is withdrawn, one that left is taken back by another."""
    refuse_closed(call, now)
    end_for_good(call.event, call, Answer.TAKEN_BACK, by=by, now=now)


def clashes_with(event: Event, person: Person, now: datetime) -> list[str]:
    """What else somebody has at the time of an event, as sentences: what they deliver, what they are booked on."""
    times = [(s.starts_at, s.ends_at) for s in sessions_of(event.id)]
    delivered = busy_then(event).get(person.id)
    found = [f"You deliver {delivered} at that time."] if delivered else []
    booked = dict.fromkeys(title for _, title in clashing(event, [person.id], times, now))
    return found + [f"You have a place on {title} at that time." for title in booked]
