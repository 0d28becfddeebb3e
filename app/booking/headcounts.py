"""Organisations that send numbers to a headcount-only event: one row each, changed by whoever has its link.

Inside ``changing(event)``, whose lock keeps the limit; nothing commits. A second sending of the same organisation
changes nothing without the link, which goes once more to the address of the first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..accounts.actions import umbrella_of_others
from ..accounts.agencies import choosable
from ..accounts.models import Agency, Setting
from ..accounts.rules import same_name
from ..accounts.tokens import hash_of_network
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db, new_public_id
from ..errors import Refused
from ..notifications.actions import withdraw as withdraw_letters
from .checks import occasion_of
from .headcount_letters import about, tell
from .models import Headcount

MOST = 500  # people of one organisation
WITHIN = timedelta(hours=1)
MOST_FROM_A_NETWORK, MOST_TO_AN_ADDRESS = 10, 5
TOO_MANY = "Many numbers were sent from here in the last hour. Wait a little, or ring the training team."
SENT_BEFORE = (
    "{name} has sent its numbers already, and nothing was changed. We have mailed the link to change them to the "
    "person who sent them. If that is nobody you know, ring the training team."
)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What an organisation sends; ``sector`` only counts where the organisation is not in the list."""

    organisation: str
    expected: int
    sector: str = ""
    contact_name: str = ""
    contact_email: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Organisation:
    """An organisation as it is written down."""

    name: str
    agency_id: int
    setting_id: int | None
    sector: str


def coming(event_id: int) -> sa.Select[Headcount]:
    """The organisations that come, by name; those that cancelled are left out."""
    return (
        sa.select(Headcount)
        .where(Headcount.event_id == event_id, Headcount.cancelled_at.is_(None))
        .order_by(sa.func.lower(Headcount.organisation))
    )


def number_coming(event_id: int) -> int:
    """How many people the organisations send together."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Headcount.expected), 0))
    return (
        db.session.scalar(total.where(Headcount.event_id == event_id, Headcount.cancelled_at.is_(None))) or 0
    )


def places_left(event: Event) -> int:
    """How many more people may come."""
    return max(0, event.booking_limit - number_coming(event.id))


def by_token(token: str) -> Headcount | None:
    """The row of a mailed link."""
    return db.session.scalar(sa.select(Headcount).where(Headcount.token == token))


def why_closed(event: Event, now: datetime, *, by_staff: bool = False) -> str:
    """Why no numbers can be sent or changed any more, in words; "" while they can."""
    if event.state == "cancelled":
        return "This date has been cancelled."
    if by_staff:
        return "This date is over." if event.is_over(now) else ""
    if event.state not in ("published", "postponed"):
        return "Numbers for this date cannot be sent yet."
    closes_at = occasion_of(event, now).wanted.closes_at
    if closes_at is not None and now >= closes_at:
        return "It is too late to send or change numbers here. Ring the training team."
    return ""


def organisation_of(typed: str, sector: str, event: Event, now: datetime) -> Organisation:
    """Who that is: an agency or setting of that name; any other belongs to the umbrella of others, in its sector."""
    listed = choosable(event.host_id, london_day(now))
    agencies = {agency.name: agency for agency, _ in db.session.execute(listed)}
    agency = agencies.get(same_name(typed, list(agencies)))
    if agency:
        return Organisation(agency.name, agency.id, None, agency.sector)
    ours = [agency.id for agency in agencies.values()]
    rows = sa.select(Setting, Agency.sector).join(Agency, Agency.id == Setting.agency_id)
    settings = {s.name: (s, of) for s, of in db.session.execute(rows.where(Setting.agency_id.in_(ours)))}
    found = settings.get(same_name(typed, list(settings)))
    if found:
        return Organisation(found[0].name, found[0].agency_id, found[0].id, found[1])
    others = umbrella_of_others(event.host, now)
    return Organisation(typed, others.id, None, sector or others.sector)


def send_numbers(
    event: Event, numbers: Numbers, *, network: str | None, now: datetime, by_staff: bool = False
) -> tuple[Headcount, bool]:
    """Write down how many an organisation sends, and mail the link that changes it; False: it had sent them before.

    Raises Refused when it is too late, when so many do not fit, and when too much comes from one place.
    """
    refuse(why_closed(event, now, by_staff=by_staff))
    sent_from = "" if by_staff else hash_of_network(network or "")
    if not by_staff:
        refuse_too_many(sent_from, numbers.contact_email, now)
    who = organisation_of(numbers.organisation, numbers.sector, event, now)
    row = sent_before(event.id, who.name)
    if row and row.cancelled_at is None:
        return row, False
    refuse(why_not_so_many(event, numbers.expected, already=0))
    row = row or Headcount(event_id=event.id)
    row.organisation, row.agency_id, row.setting_id, row.sector = (
        who.name,
        who.agency_id,
        who.setting_id,
        who.sector,
    )
    row.token, row.cancelled_at, row.sent_from = new_public_id(), None, sent_from
    row.booked_on = london_day(now)
    fill(row, numbers, now)
    db.session.add(row)
    db.session.flush()
    tell(row, event, "numbers-sent", now=now)
    return row, True


def sent_before(event_id: int, name: str) -> Headcount | None:
    """The row of that organisation, cancelled or not."""
    rows = db.session.scalars(sa.select(Headcount).where(Headcount.event_id == event_id))
    known = {row.organisation: row for row in rows}
    return known.get(same_name(name, list(known)))


def remind(row: Headcount, event: Event, *, now: datetime) -> None:
    """Mail the link once more to whoever sent the numbers; at most once an hour."""
    tell(row, event, "numbers-link", now=now, key=f"link:{now:%Y%m%d%H}")


def change_numbers(
    row: Headcount, event: Event, numbers: Numbers, *, now: datetime, by_staff: bool = False
) -> bool:
    """Change how many come, who answers for them and what they need; False when nothing is new.

    Raises Refused when it is too late or so many do not fit.
    """
    db.session.refresh(row)
    refuse(why_closed(event, now, by_staff=by_staff))
    if row.cancelled_at is not None:
        raise Refused("These numbers were cancelled. Send them again from the page of the date.")
    refuse(why_not_so_many(event, numbers.expected, already=row.expected))
    was = (row.expected, row.contact_name, row.contact_email, row.needs)
    fill(row, numbers, now)
    db.session.flush()
    return was != (row.expected, row.contact_name, row.contact_email, row.needs)


def cancel_numbers(row: Headcount, event: Event, *, now: datetime, by_staff: bool = False) -> None:
    """Nobody of the organisation comes. Raises Refused when it is too late."""
    db.session.refresh(row)
    refuse(why_closed(event, now, by_staff=by_staff))
    if row.cancelled_at is None:
        row.cancelled_at = now
        withdraw_letters(about=about(row), now=now)


def fill(row: Headcount, numbers: Numbers, now: datetime) -> None:
    """Everything of it that can be changed."""
    row.expected, row.needs = numbers.expected, numbers.needs
    row.contact_name, row.contact_email = numbers.contact_name, numbers.contact_email
    row.sent_at = now


def refuse(why: str) -> None:
    """Raises Refused where there is a reason."""
    if why:
        raise Refused(why)


def why_not_so_many(event: Event, expected: int, *, already: int) -> str:
    """That so many do not fit, in words; fewer than before always do."""
    left = max(0, event.booking_limit - number_coming(event.id) + already)
    if expected <= left or expected <= already:
        return ""
    if not left:
        return "No places are left on this date. Ring the training team."
    return f"Only {left} {'place is' if left == 1 else 'places are'} left: enter {left} or fewer, or ring the training team."


def refuse_too_many(sent_from: str, email: str, now: datetime) -> None:
    """Raises Refused when one network, or one address, was used too often in the last hour."""
    of_network = sa.and_(Headcount.sent_from == sent_from, Headcount.sent_from != "")
    of_address = sa.and_(Headcount.contact_email == email, Headcount.contact_email != "")
    counts = sa.select(sa.func.count(sa.case((of_network, 1))), sa.func.count(sa.case((of_address, 1))))
    from_network, to_address = db.session.execute(counts.where(Headcount.sent_at > now - WITHIN)).one()
    if from_network >= MOST_FROM_A_NETWORK or to_address >= MOST_TO_AN_ADDRESS:
        raise Refused(TOO_MANY)
