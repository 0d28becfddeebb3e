"""Changing an event that people know of: reschedule, postpone, give a date, cancel. For delegates and trainers alike.

Inside ``changing(event)``; nothing commits. Each act changes the rows, writes its row of the event's history, and
tells everybody whom it reaches, once. What follows from the time (links to questions, joining details) is settled
by ``changing`` itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking import actions as booking_actions
from ..booking import approving, offers
from ..booking.checks import settings_of
from ..booking.listing import other_dates
from ..booking.models import Booking, Nomination
from ..booking.rules import HOLDING, State
from ..catalogue.actions import note
from ..catalogue.models import Event, EventChange
from ..catalogue.plans import SessionPlan, overlapping
from ..catalogue.sessions import rearrange
from ..db import db
from ..errors import Refused
from ..partnerships.rules import DEFAULTS
from ..pool.actions import end_call
from ..pool.rules import Answer
from . import rules
from .clashes import clashes_of
from .invites import stored_sittings
from .reach import Reach, reach_of
from .rules import Sitting
from .telling import CHANGED, News, tell


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an act did: how many were written to, and who got a place by it."""

    told: int
    promoted: Sequence[Booking] = ()


def reschedule(
    event: Event, plans: Sequence[SessionPlan], *, by: Person | None, now: datetime, why: str = ""
) -> Outcome:
    """Give an event other times or places; calendars keep each session that goes on. Nothing changed tells nobody."""
    refuse_unless(event, now, dated=True)
    was = stored_sittings(event)
    names = fitting(was, plans, now)
    told_last = known_before(event, now)
    rearrange(event, plans, names)
    sittings = stored_sittings(event)
    if sittings == was:
        return Outcome(told=0)
    if starts(sittings) != starts(was):
        offers.withdraw_offers(event, by=by, now=now, why="the date was changed")
    change = history(event, "times", as_kept(was), as_kept(sittings), by=by, now=now, why=why)
    if rules.not_over(sittings, now) == rules.not_over(was, now):
        return Outcome(told=0)
    news = News(
        kind=CHANGED,
        change_id=change.id,
        due_at=rules.told_at(now, *rules.ahead((*was, *sittings), now)),
        was=was,
        sittings=sittings,
        told_last=told_last,
        why=why,
    )
    return tell_of_date(event, news, now=now)


def give_date(
    event: Event, plans: Sequence[SessionPlan], *, by: Person | None, now: datetime, why: str = ""
) -> Outcome:
    """Give an undated or postponed event its date: those who kept their place are asked, the list is booked in order."""
    refuse_unless(event, now, dated=False)
    names = fitting((), plans, now)
    rearrange(event, plans, names)
    sittings = stored_sittings(event)
    change = history(event, "times", None, as_kept(sittings), by=by, now=now, why=why)
    if event.state == "postponed":
        history(event, "state", "postponed", "published", by=by, now=now)
        event.state = "published"
    due_at = rules.told_at(now, *starts(sittings))
    news = News(kind="event-dated", change_id=change.id, due_at=due_at, was=(), sittings=sittings, why=why)
    return tell_of_date(event, news, now=now)


def tell_of_date(event: Event, news: News, *, now: datetime) -> Outcome:
    """Let those who wait have what is free at the new time, then tell everybody else what it is."""
    reach = reach_of(event)
    promoted = booking_actions.free_places_taken(event, now)
    fresh = {booking.id for booking in promoted}
    left = replace(reach, claims=[pair for pair in reach.claims if pair[0].id not in fresh])
    grant_grace(event, left.booked, now)
    free = {booking.id: datetime.fromisoformat(booking.policy["free_until"]) for booking, _ in left.booked}
    news = replace(news, free_until=free, clashes=clashes_of(event, left, now))
    return Outcome(told=tell(event, left, news, now=now), promoted=promoted)


def postpone(event: Event, *, by: Person | None, now: datetime, why: str) -> Outcome:
    """Take an event off its date: bookings stay, calendars lose it, a new date is awaited."""
    refuse_unless(event, now, dated=True)
    if event.has_begun(now):
        raise Refused("This course has begun, so it cannot be postponed. Change the sessions that are left.")
    offers.withdraw_offers(event, by=by, now=now, why="the date was postponed")
    was, told_last, reach = stored_sittings(event), known_before(event, now), reach_of(event)
    rearrange(event, (), ())
    change = history(event, "times", as_kept(was), None, by=by, now=now, why=why)
    history(event, "state", event.state, "postponed", by=by, now=now, why=why)
    event.state = "postponed"
    news = News(
        kind="event-postponed",
        change_id=change.id,
        due_at=now,
        was=was,
        sittings=(),
        told_last=told_last,
        why=why,
    )
    return Outcome(told=tell(event, reach, news, now=now))


def cancel_event(event: Event, *, by: Person | None, now: datetime, why: str) -> Outcome:
    """Call an event off: it counts against nobody, other dates are offered first, who waited hears of the next."""
    if not why.strip():
        raise Refused("Say why the date is cancelled: everybody who has a place is told.")
    if event.state == "cancelled":
        raise Refused("This date has been cancelled already.")
    if event.has_begun(now):
        raise Refused("This course has begun, so it cannot be cancelled any more.")
    was, told_last, reach = stored_sittings(event), known_before(event, now), reach_of(event)
    change = history(event, "state", event.state, "cancelled", by=by, now=now, why=why)
    news = News(
        kind="event-cancelled",
        change_id=change.id,
        due_at=now,
        was=was,
        sittings=(),
        told_last=told_last,
        why=why,
        dates=db.session.execute(other_dates(event.course_id, event.id, now)).all(),
    )
    told = tell(event, reach, news, now=now)
    event.state, event.took_place = "cancelled", False
    end_claims(event, reach, by=by, now=now, why=why)
    return Outcome(told=told)


def end_claims(event: Event, reach: Reach, *, by: Person | None, now: datetime, why: str) -> None:
    """No claim on a cancelled event stays open; who waited in vain is told of the course's next date."""
    for booking, person in reach.claims:
        waited = booking.state not in HOLDING
        booking_actions.move(booking, State.EVENT_CANCELLED, by=by, now=now, why=why)
        if booking.policy.get("to_approve"):
            approving.take_back(booking, now=now)
        if waited:
            booking_actions.tell_me(event.course, person, now=now, why="date cancelled")
    for call in reach.calls:
        end_call(call, Answer.CALLED_OFF, by=by, now=now)
    open_ones = sa.update(Nomination).where(Nomination.event_id == event.id, Nomination.ended_at.is_(None))
    db.session.execute(open_ones.values(places=0, ended_at=now))
    db.session.flush()


def refuse_unless(event: Event, now: datetime, *, dated: bool) -> None:
    """Only a coming event that has (or awaits) its date can get another."""
    if event.state == "cancelled":
        raise Refused("This date has been cancelled, so there is nothing to change.")
    if event.is_over(now):
        raise Refused("This date is over, so its times stay as they were.")
    if event.awaits_date == dated:
        words = "This event has no date yet: give it one." if dated else "This event has its date already."
        raise Refused(words)


def fitting(was: Sequence[Sitting], plans: Sequence[SessionPlan], now: datetime) -> list[str]:
    """Which stored session each planned one goes on from. Refused where the plan cannot be."""
    if not plans:
        raise Refused("An event needs at least one session. To take its date away, postpone it.")
    if overlapping(plans) is not None or any(plan.ends_at <= plan.starts_at for plan in plans):
        raise Refused("Two of the sessions run at the same time, or one ends before it starts.")
    names = rules.continued(was, plans)
    begun = {s.session: (s.starts_at, s.ends_at) for s in was if s.starts_at <= now}
    kept = {
        name: (plan.starts_at, plan.ends_at) for name, plan in zip(names, plans, strict=True) if name in begun
    }
    if kept != begun:
        raise Refused("A session that has begun keeps its times.")
    if any(plan.starts_at <= now and name not in begun for name, plan in zip(names, plans, strict=True)):
        raise Refused("A session cannot start in the past.")
    return names


def starts(sittings: Sequence[Sitting]) -> list[datetime]:
    """When the first of them starts."""
    return [min(sitting.starts_at for sitting in sittings)] if sittings else []


def as_kept(sittings: Sequence[Sitting]) -> list[list[str]]:
    """Sessions as they stand in the event's history: start, end, place, public id."""
    return [[s.starts_at.isoformat(), s.ends_at.isoformat(), s.place, s.session] for s in sittings]


def known_before(event: Event, now: datetime) -> tuple[Sitting, ...]:
    """The sessions before the changes of the last minutes, whose letters may not have left; () if there were none."""
    recent = (
        sa.select(EventChange.was)
        .where(
            EventChange.event_id == event.id,
            EventChange.what == "times",
            EventChange.at > now - rules.GATHERED,
        )
        .order_by(EventChange.id)
    )
    was = db.session.scalars(recent).first()
    if not was or len(was[0]) < 4:
        return ()
    read = datetime.fromisoformat
    return rules.numbered(
        Sitting(session=row[3], starts_at=read(row[0]), ends_at=read(row[1]), place=row[2]) for row in was
    )


def history(
    event: Event, what: str, was: object, becomes: object, *, by: Person | None, now: datetime, why: str = ""
) -> EventChange:
    """A row of the event's history, with its id."""
    change = note(event, what, was, becomes, by=by.public_id if by else "", now=now, why=why)
    db.session.flush()
    return change


def grant_grace(event: Event, booked: Sequence[tuple[Booking, Person]], now: datetime) -> None:
    """Nobody is late who gives up a place soon after its date was changed for them."""
    starts_at, _ = event.times
    grace = settings_of(event.host_id, now)["changed_date_working_days"]
    for booking, _person in booked:
        days = {**DEFAULTS, **booking.policy}["late_cancellation_working_days"]
        until = rules.free_until(starts_at, now, late_days=days, after_change=grace)
        booking.policy = {**booking.policy, "free_until": until.isoformat()}
