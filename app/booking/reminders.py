"""When somebody with a place is reminded of the day (domain.md, "Messages"). Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ..clock import from_london, london_day, start_of_day
from ..working_days import add_working_days

# In the morning, so that who cannot come after all gives the place back while somebody can still take it.
AT = time(10)
# Who booked, was promoted or heard of the date so shortly before has just been told.
NEWS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place of somebody who was not reminded yet."""

    starts_at: datetime
    told_at: datetime  # when they got the place, or heard last that its date or venue is another
    on_since: datetime  # since when reminders are sent at all
    joining_left_at: datetime | None = None  # when their joining details left, if they did


def reminded_at(starts_at: datetime, *, working_days: int) -> datetime:
    """When who has a place is reminded: in the morning, so many working days before."""
    return from_london(add_working_days(london_day(starts_at), -working_days), AT)


def is_due(place: Place, now: datetime, *, working_days: int) -> bool:
    """Whether the reminder leaves now: from its moment until the course begins, unless it would say nothing new."""
    at = reminded_at(place.starts_at, working_days=working_days)
    if not at <= now < place.starts_at or place.on_since > at or place.told_at > at - NEWS:
        return False
    return place.joining_left_at is None or place.joining_left_at < start_of_day(london_day(at))


def left_at(state: str | None, sent_at: datetime | None, now: datetime) -> datetime | None:
    """When a letter left; one on its way leaves now; None for one that was never posted, or will not leave."""
    if state is None or state in ("withdrawn", "failed"):
        return None
    return sent_at or now
