"""Places that a lead holds for people whose names come later, and naming them.

Unnamed places count as held, so nobody else can book them. A name takes one of them in the transaction that books
it: the held place goes first, so that the number never passes the limit. What is unnamed by its day goes back.
Inside ``changing``.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Agency, Person, Setting, Team
from ..accounts.rules import Led
from ..catalogue.invitations import is_invited
from ..catalogue.models import Event, EventChange
from ..clock import london_day
from ..db import db
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from ..partnerships.models import Partnership
from ..working_days import working_days_before
from . import actions, moving, newcomers, nomination_letters
from .approvers import refuse_own
from .changing_hands import ids, refuse_unless_open, take, waiting_booking
from .charging import price_for
from .checks import number_waiting, occasion_of, settings_of
from .colleagues import leads, works
from .holders import mix_of
from .mix import Unit
from .models import Booking, Nomination
from .rules import MANAGER, Asked, Reason, State
from .workplaces import Workplace

ONE_PRESS = timedelta(seconds=10)
BY_NAME = "Book your people by name: whoever finds no place joins the waiting list."
MANAGERS_AGREE = (
    "Each person’s line manager has to agree to this course. Book your people by name: we ask for each."
)

BY_INVITATION = (
    "This date is by invitation, for people by name. Whoever of yours was invited can be booked by name."
)


def name_by(event: Event, now: datetime) -> datetime:
    """Until when the places on an event have to be named: 17:00, so many working days before it starts."""
    days = settings_of(event.host_id, now)["nominate_until_working_days"]
    return working_days_before(event.times[0], days)


def most_places(partnership: Partnership, now: datetime) -> int:
    """How many places without a name one agency, setting or team may hold on a date."""
    most: int = settings_of(partnership.id, now)["nomination_places"]
    return most


def held_for(event_id: int, led: Led) -> int:
    """How many places without a name are held there already."""
    mine = Nomination.of_unit(event_id, led.agency_id, led.setting_id, led.team_id)
    found = sa.select(sa.func.coalesce(sa.func.sum(Nomination.places), 0)).where(mine)
    return db.session.scalars(found).one()


def why_not_hold(event: Event, led: Led, places: int, *, now: datetime) -> str:
    """Why so many places cannot be held for people of theirs, and what can be done instead; "" when they can."""
    if event.awaits_date:
        return "This course has no date yet. Your people can join its waiting list by name."
    if event.course.approval == MANAGER:
        return MANAGERS_AGREE
    if event.by_invitation and not is_invited(
        event.id, email="", agency_id=led.agency_id, setting_id=led.setting_id
    ):
        return BY_INVITATION
    if now >= name_by(event, now):
        return "The day by which held places need names has passed. Book your people by name instead."
    most = most_places(event.host, now)
    already = held_for(event.id, led)
    if already + places > most:
        rest = f", and you hold {already} already" if already else ""
        return f"At most {most} places without a name can be held on a date{rest}. Book the others by name."
    if places > event.places_left:
        left = f"Only {event.places_left} are left" if event.places_left else "No place is left"
        return f"{left}. {BY_NAME}"
    return no_share(event, led, places, now=now)


def no_share(event: Event, led: Led, places: int, *, now: datetime) -> str:
    """Check 7 for places without names: a cap, or places kept for others; "" when they can be held."""
    mix, unit = mix_of(event.id, now), unit_of(led)
    for number in range(places):
        why = mix.obstacle(unit, places_left=event.places_left - number)
        if why:
            instead = f"Hold {number} at most." if number else BY_NAME
            return f"{why[0].upper()}{why[1:]}. {instead}"
        mix.add(unit)
    return ""


def hold(event: Event, led: Led, places: int, *, by: Person, now: datetime) -> Nomination:
    """Hold places for people who are named later. Raises Refused with what to do instead.

    Whoever waits and could have a free place gets it first. A button pressed twice holds them once.
    """
    before = pressed_before(event, led, places, by=by, now=now)
    if before:
        return before
    occasion = occasion_of(event, now)
    refuse_unless_open(occasion, now, by_staff=False)
    if event.places_left and number_waiting(event.id):
        actions.free_places_taken(event, now, newly=False)
    refused = why_not_hold(event, led, places, now=now)
    if refused:
        raise Refused(refused)
    nomination = Nomination(
        event_id=event.id,
        agency_id=led.agency_id,
        setting_id=led.setting_id,
        team_id=led.team_id,
        asked=places,
        places=places,
        made_at=now,
        by_id=by.id,
        name_by_at=name_by(event, now),
    )
    db.session.add(nomination)
    note(event, "places held", 0, places, by=by, now=now, why=unit_name(led))
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])
    nomination_letters.tell_held(nomination, by, occasion, now=now)
    return nomination


def pressed_before(event: Event, led: Led, places: int, *, by: Person, now: datetime) -> Nomination | None:
    """The very same, held by the same person a moment ago."""
    mine = Nomination.of_unit(event.id, led.agency_id, led.setting_id, led.team_id)
    same = sa.and_(
        Nomination.by_id == by.id, Nomination.asked == places, Nomination.made_at > now - ONE_PRESS
    )
    return db.session.scalars(sa.select(Nomination).where(mine, same).limit(1)).first()


def name(
    nomination: Nomination, person: Person, workplace: Workplace, *, by: Person, now: datetime, asked: Asked
) -> Booking:
    """Give one of the held places to somebody; returns their booking. The checks hold for them; their lead agrees."""
    if not nomination.places or nomination.ended_at:
        raise Refused("No place without a name is left here.")
    if not leads(led_of(nomination), works(workplace)):
        where = unit_name(led_of(nomination))
        raise Refused(
            f"{person.email or person.name} does not work for {where}. The places are held for people there."
        )
    event = nomination.event
    if event.course.approval:
        refuse_own(person.id, by)
    db.session.refresh(person, with_for_update={"key_share": True})
    occasion = occasion_of(event, now)
    refuse_unless_open(occasion, now, by_staff=False)
    if occasion.wanted.approval == MANAGER:
        raise Refused(MANAGERS_AGREE)
    waits = waiting_booking(event.id, person.id)
    refused = newcomers.why_not(
        occasion, person, workplace, becomes=State.BOOKED, now=now, asked=asked, but=ids(waits)
    )
    if refused:
        raise moving.refusal_about(refused, person, now)
    price = price_for(event, workplace, day=london_day(now)) if occasion.has_charges else None
    if price and not (asked.charge_accepted and asked.purchase_order.strip()):
        raise Refused(f"{price.words} Agree to it and give a purchase order number.", reason=Reason.CHARGE)
    lower(nomination, 1, now=now)
    refuse_share(nomination, workplace, now=now)
    why = f"one of the places that {nomination.by.name} held"
    booking = take(occasion, person, workplace, waits, by=by, now=now, asked=asked, why=why, one_for_one=True)
    actions.follow_up(booking, person, occasion, now=now)
    return booking


def refuse_share(nomination: Nomination, workplace: Workplace, *, now: datetime) -> None:
    """Check 7 for who is named: the places were counted for what is led, which says nothing of its settings.

    Rules that came since and stand against the held places themselves take no place back.
    """
    event, mix = nomination.event, mix_of(nomination.event_id, now)
    unit = Unit(workplace.agency_id, workplace.setting_id, workplace.sector)
    why = mix.obstacle(unit, places_left=event.places_left)
    if why and not mix.obstacle(unit_of(led_of(nomination)), places_left=event.places_left):
        raise Refused(f"{why[0].upper()}{why[1:]}.")


def give_back(nomination: Nomination, places: int, *, by: Person | None, now: datetime) -> int:
    """Give places back that have no name; whoever waits gets them. Returns how many. ``by`` None is the clock."""
    given = min(places, nomination.places)
    if given > 0:
        lower(nomination, given, now=now)
        was, what = nomination.places + given, "places run out" if by is None else "places given back"
        note(
            nomination.event, what, was, nomination.places, by=by, now=now, why=unit_name(led_of(nomination))
        )
        actions.free_places_taken(nomination.event, now)
    return given


def run_out(nomination: Nomination, *, now: datetime) -> None:
    """The clock: what has no name goes back, unless the event has moved or lost its date since.

    Then names are due before the new date; a cancelled event needs none.
    """
    event = nomination.event
    if event.state == "cancelled":
        lower(nomination, nomination.places, now=now)
        return
    if event.awaits_date:
        return
    if name_by(event, now) > now:
        nomination.name_by_at = name_by(event, now)
        return
    given = give_back(nomination, nomination.places, by=None, now=now)
    nomination_letters.tell_run_out(nomination, given, occasion_of(event, now), now=now)


def lower(nomination: Nomination, places: int, *, now: datetime) -> None:
    """So many of the held places are no longer without a name; the last one ends it."""
    nomination.places -= places
    if not nomination.places:
        nomination.ended_at = now
        withdraw_letters(about=nomination_letters.about(nomination), now=now)
    db.session.flush()
    db.session.refresh(nomination.event, ["places_held", "booking_limit"])


def note(
    event: Event, what: str, was: int, became: int, *, by: Person | None, now: datetime, why: str
) -> None:
    """Write down on the event what happened to its held places."""
    actor = by.public_id if by else ""
    db.session.add(EventChange(event_id=event.id, at=now, by=actor, what=what, was=was, now=became, why=why))


def led_of(nomination: Nomination) -> Led:
    """For whom the places are."""
    return Led(nomination.agency_id, nomination.setting_id, nomination.team_id)


def unit_of(led: Led) -> Unit:
    """The same as the mix of an event counts it."""
    return Unit(led.agency_id, led.setting_id, db.session.get_one(Agency, led.agency_id).sector)


def unit_name(led: Led) -> str:
    """An agency, a setting or a team as people say it."""
    if led.setting_id:
        return db.session.get_one(Setting, led.setting_id).name
    agency = db.session.get_one(Agency, led.agency_id).name
    return f"{agency}, {db.session.get_one(Team, led.team_id).name}" if led.team_id else agency
