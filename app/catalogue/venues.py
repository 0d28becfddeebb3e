"""Venues as a list of their own: adding one, changing it, closing it. Inside ``writing()``; never commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .models import Event, EventSession, Venue


@dataclass(frozen=True, kw_only=True)
class VenueContent:
    """What is known of a venue; ``places``: how many people the room takes, None where nobody said."""

    name: str
    address: str = ""
    postcode: str = ""
    area: str = ""
    notes: str = ""
    access_notes: str = ""
    contact: str = ""
    phone: str = ""
    places: int | None = None


def listed(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Every venue with how many coming dates are there, those in use first, by name."""
    coming = (
        sa.select(sa.func.count(EventSession.event_id.distinct()))
        .join(Event, Event.id == EventSession.event_id)
        .where(EventSession.venue_id == Venue.id, EventSession.ends_at > now, Event.state != "cancelled")
        .correlate(Venue)
        .scalar_subquery()
    )
    return sa.select(Venue, coming.label("coming")).order_by(Venue.closed_at.is_not(None), Venue.name)


def add_venue(content: VenueContent) -> Venue:
    """Put a venue into the list."""
    refuse_taken(content.name, None)
    venue = Venue(**vars(content))
    db.session.add(venue)
    db.session.flush()
    return venue


def change_venue(venue: Venue, content: VenueContent) -> None:
    """Change what is known of a venue, wherever it stands."""
    refuse_taken(content.name, venue.id)
    for name, value in vars(content).items():
        setattr(venue, name, value)


def refuse_taken(name: str, own_id: int | None) -> None:
    """A name stands for one venue; capitals make no difference."""
    same = sa.select(Venue.id).where(sa.func.lower(Venue.name) == name.lower(), Venue.id != (own_id or 0))
    if db.session.scalar(same):
        raise Refused("Another venue has this name.")


def close_venue(venue: Venue, *, now: datetime) -> None:
    """Offer a venue for no new date; the dates that are there stay."""
    venue.closed_at = venue.closed_at or now


def open_venue(venue: Venue) -> None:
    """Offer it again."""
    venue.closed_at = None
