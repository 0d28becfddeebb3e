"""The letters about a booking, each with the invite it needs; posted in the transaction of what they tell.

One invite per session: its UID never changes, its SEQUENCE rises with the booking's ``invite_sequence``. Mail
readers take one sitting from a mail, so an event of several sessions is told in as many letters, numbered.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ..accounts.models import Person
from ..catalogue.models import Event, EventSession, Venue
from ..notifications.actions import post
from ..notifications.calendar import Invite, Method, uid_of
from ..notifications.heard import NOTHING, last_words
from ..notifications.letters import link
from ..notifications.read_back import Said
from .checks import Occasion
from .manager_links import booked_by, manager_link, refusal_link
from .models import Booking

ONLINE = "Online"


def about(booking: Booking) -> str:
    """What a letter is about, for finding and withdrawing it."""
    return f"booking:{booking.public_id}"


def place_of(session: EventSession) -> str:
    """Where a session is: "Hill House, 1 High Street, NS1 2AB"; "" when it is online."""
    return address_of(session.venue) if session.venue else ""


def address_of(venue: Venue) -> str:
    """A venue as an invite names it."""
    return ", ".join(part for part in (venue.name, venue.address, venue.postcode) if part)


def joining_link(booking: Booking) -> str:
    """The address in the invite. It leads to the joining link of the day, for as long as the place is held."""
    return link(f"/join/{booking.public_id}")


def invites(booking: Booking, occasion: Occasion, method: Method, stamp: datetime) -> Iterator[Invite]:
    """An invite (or its cancellation) for each session of the event, as this person's calendar knows it."""
    title, several = occasion.event.course.title, len(occasion.sessions) > 1
    for number, session in enumerate(occasion.sessions, 1):
        address = joining_link(booking)
        yield Invite(
            uid=uid_of(booking.public_id, session.public_id),
            sequence=booking.invite_sequence,
            method=method,
            title=f"Training: {title}" + (f" ({number} of {len(occasion.sessions)})" if several else ""),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            location=place_of(session) or ONLINE,
            description=f"Joining link, where it is and whom to ring: {address}",
            url=address,
            conference="" if session.venue else address,
            private=True,
            stamp=stamp,
        )


def post_invites(
    message: str,
    booking: Booking,
    person: Person,
    occasion: Occasion,
    *,
    method: Method,
    now: datetime,
    for_calendar: bool = False,
    **more: Any,
) -> None:
    """One letter per session, the first of which tells everything; one without an invite while there is no date.

    A calendar is told to take out what it has, and nothing else: what never left need not be taken back. Of a
    session that is over nobody is told.
    ``for_calendar``: a letter that is about nothing else.
    """
    brought = list(invites(booking, occasion, method, now))
    if method == "CANCEL":
        brought = to_take_out(booking, brought)
    if not brought and not for_calendar:
        post_without(message, booking, person, occasion, now=now, **more)
    brought = [invite for invite in brought if invite.ends_at > now]
    for number, invite in enumerate(brought, 1):
        post(
            message,
            key=f"{about(booking)}:{message}:{booking.invite_sequence}:{number}",
            to_email=person.email,
            to_name=person.name,
            partnership=occasion.event.host,
            now=now,
            about=about(booking),
            expires_at=invite.ends_at,
            calendar=invite,
            course=occasion.event.course,
            event=occasion.event,
            sessions=brought,
            session=invite,
            number=number,
            place="" if invite.location == ONLINE else invite.location,
            booking=booking,
            in_calendar=True,
            **by_whom(booking),
            **more,
        )


def to_take_out(booking: Booking, cancelled: Sequence[Invite]) -> list[Invite]:
    """Of these cancellations those whose session the calendar may have, and one for each other session it has."""
    words = last_words([about(booking)]).get(about(booking), NOTHING)
    taken = [invite for invite in cancelled if words.may_know(invite.uid)]
    here = {invite.uid for invite in cancelled}
    for uid, heard in words.last.items():
        if heard.is_there and uid not in here:  # no longer the event's, and its own cancellation never left
            taken.append(taken_back(booking, heard.said))
    return sorted(taken, key=lambda invite: invite.starts_at)


def taken_back(booking: Booking, said: Said) -> Invite:
    """The cancellation of a session as the calendar knows it."""
    return Invite(
        uid=said.uid,
        sequence=booking.invite_sequence,
        method="CANCEL",
        title=said.title,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        location=said.location,
        url=joining_link(booking),
        private=True,
    )


def post_without(
    message: str, booking: Booking, person: Person, occasion: Occasion, *, now: datetime, **more: Any
) -> None:
    """The letter about a place of which no calendar knows: the event awaits its date, or no invite ever left."""
    post(
        message,
        key=f"{about(booking)}:{message}:{booking.invite_sequence}:1",
        to_email=person.email,
        to_name=person.name,
        partnership=occasion.event.host,
        now=now,
        about=about(booking),
        course=occasion.event.course,
        event=occasion.event,
        sessions=occasion.sessions[:1],
        session=occasion.event,
        number=1,
        place=place_of(occasion.sessions[0]) if occasion.sessions else "",
        booking=booking,
        in_calendar=False,
        **by_whom(booking),
        **more,
    )


def by_whom(booking: Booking) -> dict[str, Any]:
    """Who booked it for them, if somebody did, and the link with which they say no."""
    return {"booked_by": booked_by(booking), "no_link": refusal_link(booking)}


def tell_booked(
    booking: Booking,
    person: Person,
    occasion: Occasion,
    *,
    now: datetime,
    promoted: bool,
    say_no_by: datetime | None = None,
) -> None:
    """You have a place: at once, or because one came free. Where the course says so, the manager hears of it too."""
    message = "promoted" if promoted else "booked"
    more: dict[str, Any] = {"say_no_by": say_no_by} if promoted else {}
    post_invites(message, booking, person, occasion, method="REQUEST", now=now, **more)
    tell_manager(booking, person, occasion, now=now)


def tell_manager(booking: Booking, person: Person, occasion: Occasion, *, now: datetime) -> None:
    """Where the course says so, the manager learns of the place, without an invite."""
    if not booking.manager_email or not (occasion.event.course.copies_manager or occasion.wanted.approval):
        return
    post(
        "booked-manager",
        key=f"{about(booking)}:booked-manager:{booking.invite_sequence}",
        to_email=booking.manager_email,
        to_name=booking.manager_name,
        **usual(booking, occasion, now),
        name=person.name,
        confirmed=bool(booking.policy.get("manager_confirmed")),
        back_link=manager_link(booking),
    )


def tell_cancelled(
    booking: Booking, person: Person, occasion: Occasion, *, now: datetime, late: bool
) -> None:
    """The place was given up: every calendar that has it takes it out."""
    post_invites("booking-cancelled", booking, person, occasion, method="CANCEL", now=now, late=late)


def tell_released(booking: Booking, person: Person, occasion: Occasion, *, now: datetime, why: str) -> None:
    """The place was taken back, because what comes before the course is not done: calendars take it out."""
    post_invites("released", booking, person, occasion, method="CANCEL", now=now, why=why)


def tell_waiting(
    booking: Booking, person: Person, occasion: Occasion, *, now: datetime, position: int
) -> None:
    """You are on the waiting list, and where."""
    tell(booking, person, occasion, "waiting", now=now, position=position, **by_whom(booking))


def tell_offered(
    booking: Booking, person: Person, occasion: Occasion, *, now: datetime, first_come: bool
) -> None:
    """A place is offered: held for them, or there for the first who accepts. Each offer is a letter of its own."""
    stamp = int(now.timestamp())
    tell(booking, person, occasion, "offer", now=now, key=f"offer:{stamp}", first_come=first_come)


def tell(
    booking: Booking,
    person: Person,
    occasion: Occasion,
    message: str,
    *,
    now: datetime,
    key: str = "",
    over: bool = True,
    **more: Any,
) -> None:
    """A letter about a booking without an invite; with ``over`` it is not sent once the course has begun."""
    told = usual(booking, occasion, now)
    if not over:
        told["expires_at"] = None
    key = key or f"{message}:{booking.invite_sequence}"
    post(
        message,
        key=f"{about(booking)}:{key}",
        to_email=person.email,
        to_name=person.name,
        **told,
        **more,
    )


def usual(booking: Booking, occasion: Occasion, now: datetime) -> dict[str, Any]:
    """What every letter about a booking restates, until the course begins."""
    return {
        **restated(occasion.event, occasion.sessions),
        "now": now,
        "about": about(booking),
        "expires_at": occasion.event.starts_at,
        "booking": booking,
    }


def restated(event: Event, sessions: Sequence[EventSession]) -> dict[str, Any]:
    """What every letter about a date says again: whose it is, the course, when and where."""
    return {
        "partnership": event.host,
        "course": event.course,
        "event": event,
        "sessions": sessions,
        "place": place_of(sessions[0]) if sessions else "",
    }
