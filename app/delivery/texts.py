"""Text messages about a change less than two hours before the start: to those booked and the trainers who gave a mobile.

The mail goes out at the same moment and says everything; the text says what is different, and where to look.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ..booking.letters import about, joining_link
from ..catalogue.models import Event, EventSession, Venue
from ..catalogue.plans import SessionPlan
from ..db import db
from ..notifications.history import withdraw_all
from ..notifications.letters import link
from ..notifications.message_table import BY_KEY
from ..notifications.models import Letter
from ..notifications.phones import each_once, mobile_of, short_times
from ..notifications.shipped import TEXT
from ..notifications.texting import post_text, texts_are_sent
from ..pool.models import EventTrainer, PoolMember
from .reach import Reach, about_trainer, reach_of
from .rules import AT_ONCE, Sitting, continued, soonest_changed

CALLED_OFF = ("event-cancelled", "event-postponed")
OF_CHANGES = [wording for wording in BY_KEY["changed"].wordings if wording.startswith(TEXT)]


class Reader(NamedTuple):
    """Somebody who gets a text: what it is about, their number, and where its link leads."""

    about: str
    name: str
    phone: str
    join: str


def text_readers(event: Event, reach: Reach) -> list[Reader]:
    """Those booked and the trainers whose mobile is known, each number once."""
    if reach.unheard_of:
        return []
    found = [
        Reader(about(booking), person.name, mobile_of(booking.mobile), joining_link(booking))
        for booking, person in reach.booked
    ]
    phones = phones_of(event, reach.trainers)
    found += [
        Reader(
            about_trainer(trainer),
            trainer.person.name,
            phones.get(trainer.person_id, ""),
            link(f"/join/{event.join_token}"),
        )
        for trainer in reach.trainers
    ]
    return each_once(found, lambda reader: reader.phone)


def phones_of(event: Event, trainers: Sequence[EventTrainer]) -> dict[int, str]:
    """The mobile numbers of trainers, as the host's pool knows them."""
    if not trainers:
        return {}
    rows = sa.select(PoolMember.person_id, PoolMember.phone).where(
        PoolMember.partnership_id == event.host_id,
        PoolMember.person_id.in_([trainer.person_id for trainer in trainers]),
        PoolMember.phone != "",
    )
    return {row.person_id: mobile_of(row.phone) for row in db.session.execute(rows) if mobile_of(row.phone)}


def reached_by_text(
    event: Event, reach: Reach, was: Sequence[Sitting], becomes: Sequence[Sitting], now: datetime
) -> int:
    """How many people a change would be told to by text as well."""
    if not texts_are_sent() or soonest_changed(was, becomes, now) is None:
        return 0
    return len(text_readers(event, reach))


def reached_there(venue: Venue, now: datetime) -> int:
    """How many people would be told by text that a venue, where they are to be in two hours, is not what they know."""
    soon = EventSession.starts_at >= now, EventSession.starts_at < now + AT_ONCE
    there = sa.select(EventSession.event_id).where(EventSession.venue_id == venue.id, *soon)
    events = sa.select(Event).where(Event.id.in_(there), Event.state == "published")
    found = db.session.scalars(events).all() if texts_are_sent() else ()
    return sum(len(text_readers(event, reach_of(event))) for event in found)


def as_planned(was: Sequence[Sitting], plans: Sequence[SessionPlan]) -> list[Sitting]:
    """Planned sessions as calendars would know them, a venue that stays with the address it has."""
    before = {sitting.session: sitting for sitting in was}
    found = []
    for number, (plan, name) in enumerate(zip(plans, continued(was, plans), strict=True)):
        place = before[name].place if name else ""
        place = place if place.partition(",")[0] == plan.venue else plan.venue
        session = name or f"new {number}"
        found.append(Sitting(session=session, starts_at=plan.starts_at, ends_at=plan.ends_at, place=place))
    return found


def text_sentence(number: int) -> list[str]:
    """What a page says of it beforehand."""
    if not number:
        return []
    who = "1 of them gets" if number == 1 else f"{number:,} of them get"
    return [f"It starts so soon that the mails leave at once, and {who} a text message too"]


def text_change(
    event: Event,
    reach: Reach,
    *,
    kind: str,
    change_id: int,
    was: Sequence[Sitting],
    becomes: Sequence[Sitting],
    now: datetime,
) -> int:
    """Post a text to everybody whom a change reaches so soon before the start; returns to how many.

    Texts that have not left yet are taken back: what they say no longer holds, and nothing keeps texts in order.
    """
    take_back(reach, now)
    pair = soonest_changed(was, becomes, now) if texts_are_sent() else None
    if pair is None:
        return 0
    posted = [
        post_text(
            f"{TEXT}{kind}",
            key=f"{reader.about}:text:{kind}:{change_id}",
            to_phone=reader.phone,
            to_name=reader.name,
            partnership=event.host,
            now=now,
            about=reader.about,
            expires_at=max(sitting.ends_at for sitting in pair if sitting),
            course=event.course,
            our_link=leads_to(event, kind, reader.join),
            **said_of(pair, now),
        )
        for reader in text_readers(event, reach)
    ]
    return sum(posted)


def take_back(reach: Reach, now: datetime) -> None:
    """Withdraw the texts that wait for those whom a change reaches: for a provider that is away, or mail to go on.

    What the training team wrote by hand stays.
    """
    abouts = [about(booking) for booking in reach.holders]
    abouts += map(about_trainer, reach.trainers)
    waiting = sa.and_(Letter.about.in_(abouts), Letter.message.in_(OF_CHANGES))
    withdraw_all(waiting, at=now, why="The date was changed again since.")


def said_of(pair: tuple[Sitting | None, Sitting | None], now: datetime) -> dict[str, str]:
    """What is different, for the wording: as it was, as it is (empty where it is no more)."""
    was, becomes = pair
    return {
        "time_before": short_times(was.starts_at, was.ends_at, now) if was else "",
        "time_now": short_times(becomes.starts_at, becomes.ends_at, now) if becomes else "",
        "place": becomes.place if becomes else "",
    }


def leads_to(event: Event, kind: str, join: str) -> str:
    """Where the link of a text leads: to the way in, or to the date's page once it is called off."""
    return link(f"/events/{event.id}") if kind in CALLED_OFF else join
