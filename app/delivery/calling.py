"""Calls to deliver: asking people of the pool, and what they answer. Inside ``changing(event)``; nothing commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking.checks import settings_of
from ..catalogue.models import Event
from ..clock import from_london, london_day
from ..db import db
from ..errors import Refused
from ..notifications.choices import is_on
from ..pool.actions import add_call, agency_of, end_call
from ..pool.calls import alive_calls, delivers
from ..pool.crew import Need, is_filled
from ..pool.models import EventTrainer, TrainerCall
from ..pool.needs import crews_of, needs_of
from ..pool.rules import CLOSED, Answer, may_say_no, why_closed
from ..working_days import END_OF_DAY, add_working_days
from .call_letters import take_back_letters, write_call
from .clashes import taken_then
from .filling import end_for_good
from .invites import stored_sittings
from .standing_in import stand_in

ASKED_AGAIN_AT = time(9, 0)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How people are asked: in which part, until when, who confirms a yes, and why somebody who is not eligible."""

    delivers_as: str = "lead"
    closes_at: datetime | None = None  # None: as the setting says
    confirmed_by: str = ""  # at once | desk; "": as the setting says
    why: str = ""


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


def need_of(event: Event, now: datetime) -> Need:
    """What an event needs."""
    return needs_of([event.id], settings_of(event.host_id, now))[event.id]


def filled(event: Event, now: datetime) -> bool:
    """Whether an event has the trainers it needs."""
    return is_filled(need_of(event, now), crews_of([event.id]).get(event.id, ()))


def usual_close(event: Event, now: datetime) -> datetime:
    """Until when a call can be answered by the setting; at the latest on the working day before the event, if that is left."""
    days = settings_of(event.host_id, now)["call_closes_working_days"]
    starts_at, _ = event.times
    day = min(add_working_days(london_day(now), days), add_working_days(london_day(starts_at), -1))
    found = closing(event, day)
    return found if found > now else starts_at


def closing(event: Event, day: date) -> datetime:
    """The end of that working day, or when the event begins, whichever is first."""
    starts_at, _ = event.times
    return min(from_london(day, END_OF_DAY), starts_at)


def again(event: Event, closes_at: datetime, now: datetime) -> datetime | None:
    """When somebody is asked once more: in the morning, so many working days before; None where that is too soon."""
    days = settings_of(event.host_id, now)["call_again_working_days"]
    at = from_london(add_working_days(london_day(closes_at), -days), ASKED_AGAIN_AT)
    return at if days and london_day(at) > london_day(now) else None


def ask(
    event: Event,
    people: Sequence[tuple[Person, str]],
    *,
    by: Person,
    now: datetime,
    how: Asking | None = None,
) -> list[TrainerCall]:
    """Ask each of these, as what they are known (pool or expert), by a mail with a link; who is asked already, once.

    Where the event has the trainers it needs they are asked to be reserves.
    """
    if refused := why_not(event, now):
        raise Refused(refused)
    how = how or Asking()
    closes_at = how.closes_at or usual_close(event, now)
    if closes_at <= now:
        raise Refused("Choose a later day: until then nobody could answer.")
    asked = {
        "delivers_as": how.delivers_as,
        "confirmed_by": how.confirmed_by or settings_of(event.host_id, now)["call_confirmed_by"],
        "closes_at": closes_at,
        "again_at": again(event, closes_at, now),
        "asked_why": how.why.strip(),
    }
    busy = {call.person_id for call in alive_calls(event.id)} | on_it(event)
    calls = [
        add_call(event, person, part=part, by=by, now=now, **asked)
        for person, part in people
        if person.id not in busy and person.email
    ]
    db.session.flush()
    sittings, reserve = stored_sittings(event), as_reserve(event, how.delivers_as, now)
    for call in calls:
        write_call(event, call, sittings, now=now, reserve=reserve)
    return calls


def as_reserve(event: Event, delivers_as: str, now: datetime) -> bool:
    """Whether there is nothing left to deliver in that part but to stand in."""
    return delivers_as != "observing" and filled(event, now)


def on_it(event: Event) -> set[int]:
    """Who delivers the event, by id."""
    return set(db.session.scalars(sa.select(EventTrainer.person_id).where(EventTrainer.event_id == event.id)))


def closed(call: TrainerCall, now: datetime) -> str:
    """Why a call can no longer be answered; "" when it can."""
    event = call.event
    return why_closed(
        answer=call.answer,
        delivers=delivers(call),
        state=event.state,
        starts_at=event.starts_at,
        now=now,
        closes_at=call.closes_at,
        filled=call.answer == "" and as_reserve(event, call.delivers_as, now),
    )


def refuse_closed(call: TrainerCall, now: datetime, *, but: Sequence[str] = ()) -> str:
    """Read what became of the call meanwhile; raise Refused, in the words of its page, if it is closed.

    Returns why it is closed, where that is one of ``but``.
    """
    db.session.refresh(call)
    why = closed(call, now)
    if why and why not in but:
        heading, what_to_do = CLOSED[why]
        raise Refused(f"{heading}. {what_to_do}")
    return why


def say_yes(call: TrainerCall, *, now: datetime) -> None:
    """They deliver it: named and confirmed at once, with the sessions for their calendar; or the desk confirms."""
    refuse_closed(call, now)
    if call.confirmed_by == "desk":
        take_back_letters(call, now=now)
        end_call(call, Answer.WAITS, by=None, now=now)
    else:
        deliver(call, by=call.person, now=now)


def deliver(call: TrainerCall, *, by: Person, now: datetime) -> None:
    """Put whoever was asked on the event, as they were asked."""
    stand_in(
        call.event,
        call.person,
        part=call.part,
        delivers_as=call.delivers_as,
        agency_id=agency_of(call.person, now),
        by=by,
        now=now,
        confirmed=True,
    )


def confirm(call: TrainerCall, *, by: Person, now: datetime) -> None:
    """The desk confirms a yes that waits."""
    if refuse_closed(call, now, but=(Answer.WAITS,)) != Answer.WAITS:
        raise Refused(f"{call.person.name} has not said yes to this date.")
    deliver(call, by=by, now=now)


def say_maybe(call: TrainerCall, *, now: datetime, why: str = "") -> None:
    """They do not know yet: the call stays open, and the desk sees it."""
    refuse_closed(call, now)
    call.maybe_at, call.why = now, why.strip()


def say_no(call: TrainerCall, *, now: datetime, why: str = "", by: Person | None = None) -> None:
    """They cannot, or no longer, though they had said yes or were a reserve; ``by`` somebody at the desk, whom they told."""
    db.session.refresh(call)
    if not may_say_no(closed(call, now)):
        refuse_closed(call, now)
    take_back_letters(call, now=now)
    end_call(call, Answer.NO, by=by, now=now, why=why)


def take_back(call: TrainerCall, *, by: Person, now: datetime) -> None:
    """Ask no longer: a letter that waits is withdrawn, one that left is taken back by another."""
    refuse_closed(call, now, but=(Answer.WAITS, Answer.RESERVE, Answer.FILLED, Answer.TOO_LATE))
    end_for_good(call.event, call, Answer.TAKEN_BACK, by=by, now=now)


def clashes_with(event: Event, person: Person, now: datetime) -> list[str]:
    """What else somebody has at the time of an event, as sentences to them."""
    return [clash.to_them for clash in taken_then(event, [person.id], now).get(person.id, ())]
