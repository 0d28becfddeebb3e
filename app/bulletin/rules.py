"""What a bulletin announces, to whom, and in which order; how often one may ask for it. Pure: plain values in and out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ..clock import from_london, in_london, london_day
from ..working_days import add_working_days, is_working_day

# A mail that asks whether an address wants the bulletin. A network may be a whole council behind one address; the
# last number is for all of them together, against a bot that comes from everywhere.
ASKED_WITHIN = timedelta(minutes=30)
MAILS_TO_ONE_ADDRESS = 3
MAILS_FROM_ONE_NETWORK = 20
MAILS_TO_ALL = 200
# An address that never confirmed is forgotten after so long, one that ended its subscription after this.
UNCONFIRMED_KEPT_FOR = timedelta(days=7)
ENDED_KEPT_FOR = timedelta(days=365)

GROUPED_BY = {"month": "By month", "course": "By course", "list": "One list"}
FEWEST_WEEKS, USUAL_WEEKS, MOST_WEEKS = 1, 8, 52
# What came with the programme's beginning is not new: everything was.
BEGINNING = timedelta(days=1)
NEW_FOR = timedelta(days=56)
# Working hours in which a bulletin is suggested to leave.
FIRST_HOUR, LAST_HOUR = time(9), time(16)


@dataclass(frozen=True)
class Wishes:
    """What a reader wants to hear about: courses that pass every filter they chose. Nothing chosen is everything."""

    levels: tuple[int, ...] = ()
    deliveries: tuple[str, ...] = ()
    role_group: str = ""

    def kept(self) -> dict[str, Any]:
        """As it is stored: only what was chosen."""
        found = {
            "levels": list(self.levels),
            "deliveries": list(self.deliveries),
            "role_group": self.role_group,
        }
        return {name: value for name, value in found.items() if value}


def wishes_from(kept: Mapping[str, Any]) -> Wishes:
    """What was stored."""
    return Wishes(
        tuple(kept.get("levels", ())), tuple(kept.get("deliveries", ())), str(kept.get("role_group", ""))
    )


@dataclass(frozen=True, kw_only=True)
class NewCourse:
    """A course that is new in the programme."""

    slug: str
    title: str
    summary: str = ""
    level: int | None = None
    delivery: str = ""
    groups: tuple[str, ...] = ()  # role groups it is for; empty is all


@dataclass(frozen=True, kw_only=True)
class OpenDate:
    """A date on which somebody could take a place right now."""

    event_id: int
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    where: str
    left: int
    booked: int
    level: int | None = None
    delivery: str = ""
    groups: tuple[str, ...] = ()

    @property
    def places(self) -> str:
        """How many places are left, in words."""
        return "1 place left" if self.left == 1 else f"{self.left:,} places left"


@dataclass(frozen=True)
class Section:
    """A part of the bulletin: its heading ("" for the only one), and its dates."""

    heading: str
    dates: tuple[OpenDate, ...]


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """How its editor wants the dates."""

    grouped_by: str = "month"
    few_first: bool = False
    ordered: tuple[int, ...] = ()


@dataclass(frozen=True)
class Contents:
    """What a bulletin announces."""

    sections: tuple[Section, ...] = ()
    courses: tuple[NewCourse, ...] = ()

    @property
    def dates(self) -> tuple[OpenDate, ...]:
        """All its dates, in their order."""
        return tuple(found for section in self.sections for found in section.dates)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.sections and not self.courses


@dataclass(frozen=True)
class Available:
    """What could be announced at an instant: dates with places left, and new courses."""

    dates: tuple[OpenDate, ...] = ()
    courses: tuple[NewCourse, ...] = ()
    gone: Mapping[int, str] = field(default_factory=dict)  # event id: why it cannot be announced any more


def is_wanted(found: OpenDate | NewCourse, wishes: Wishes) -> bool:
    """Whether a date or a course is among what a reader wants to hear about; as the catalogue's filters decide."""
    if wishes.levels and found.level not in wishes.levels:
        return False
    if wishes.deliveries and found.delivery not in wishes.deliveries:
        return False
    return not wishes.role_group or not found.groups or wishes.role_group in found.groups


def arranged(dates: Iterable[OpenDate], arrangement: Arrangement) -> tuple[Section, ...]:
    """The dates in parts, each in its order: as somebody has put them, else the emptiest or the soonest first."""
    place = {event_id: number for number, event_id in enumerate(arrangement.ordered)}
    known = sorted(dates, key=lambda found: natural(found, few_first=arrangement.few_first))
    known.sort(key=lambda found: place.get(found.event_id, len(place)))
    parts: dict[str, list[OpenDate]] = {}
    for found in known:
        parts.setdefault(heading_of(found, arrangement.grouped_by), []).append(found)
    sections = [Section(heading, tuple(found)) for heading, found in parts.items()]
    if arrangement.grouped_by == "month":
        sections.sort(key=lambda section: month_of(min(found.starts_at for found in section.dates)))
    return tuple(sections)


def natural(found: OpenDate, *, few_first: bool) -> tuple[float, datetime, str, int]:
    """Where a date stands while nobody has put it elsewhere."""
    share = found.booked / (found.booked + found.left) if few_first else 0.0
    return share, found.starts_at, found.title, found.event_id


def heading_of(found: OpenDate, grouped_by: str) -> str:
    """The part of the bulletin a date belongs to."""
    if grouped_by == "course":
        return found.title
    return f"{in_london(found.starts_at):%B %Y}" if grouped_by == "month" else ""


def month_of(instant: datetime) -> tuple[int, int]:
    """The month in London, for sorting."""
    day = london_day(instant)
    return day.year, day.month


def moved(sections: Sequence[Section], event_id: int, step: int) -> list[int]:
    """The order of all dates after one was moved up (-1) or down (1) within its part."""
    order: list[int] = []
    for section in sections:
        ids = [found.event_id for found in section.dates]
        if event_id in ids:
            here = ids.index(event_id)
            there = min(max(here + step, 0), len(ids) - 1)
            ids.insert(there, ids.pop(here))
        order += ids
    return order


def narrowed(contents: Contents, wishes: Wishes) -> Contents:
    """What of it one reader wants to hear."""
    sections = (
        Section(part.heading, tuple(found for found in part.dates if is_wanted(found, wishes)))
        for part in contents.sections
    )
    courses = tuple(course for course in contents.courses if is_wanted(course, wishes))
    return Contents(tuple(part for part in sections if part.dates), courses)


def composed(
    available: Available,
    arrangement: Arrangement,
    *,
    until: datetime,
    left_out: Iterable[int] = (),
    put_in: Iterable[int] = (),
    courses_left_out: Iterable[str] = (),
) -> Contents:
    """What a draft holds: the dates before ``until`` but those left out, and later ones that were put in."""
    without, besides, unwanted = set(left_out), set(put_in), set(courses_left_out)
    dates = [
        found
        for found in available.dates
        if (found.starts_at < until and found.event_id not in without) or found.event_id in besides
    ]
    courses = tuple(course for course in available.courses if course.slug not in unwanted)
    return Contents(arranged(dates, arrangement), courses)


def as_chosen(
    available: Available, arrangement: Arrangement, chosen: Mapping[str, Sequence[Any]]
) -> tuple[Contents, list[str]]:
    """What is still true of what was chosen, and a sentence for each date that is not."""
    events, slugs = list(chosen.get("events", ())), set(chosen.get("courses", ()))
    dates = [found for found in available.dates if found.event_id in set(events)]
    there = {found.event_id for found in dates}
    fixed = Arrangement(grouped_by=arrangement.grouped_by, ordered=tuple(events))
    dropped = [available.gone[gone] for gone in events if gone not in there and gone in available.gone]
    courses = tuple(course for course in available.courses if course.slug in slugs)
    return Contents(arranged(dates, fixed), courses), dropped


def is_new(created_at: datetime, *, beginning: datetime, since: datetime) -> bool:
    """Whether a course is new: it came since then, and not with the beginning of the programme."""
    return created_at > since and created_at > beginning + BEGINNING


def may_ask(*, to_address: int, from_network: int, by_all: int) -> bool:
    """Whether another mail may be asked for, after so many within ``ASKED_WITHIN``."""
    return (
        to_address < MAILS_TO_ONE_ADDRESS and from_network < MAILS_FROM_ONE_NETWORK and by_all < MAILS_TO_ALL
    )


def is_at_work(instant: datetime) -> bool:
    """Whether people are at work then: a working day, from 9am to 5pm."""
    local = in_london(instant)
    return is_working_day(local.date()) and time(9) <= local.time() < time(17)


def suggested(now: datetime) -> datetime:
    """When a bulletin had best leave: 9am on the next working day."""
    day: date = add_working_days(london_day(now), 1)
    return from_london(day, FIRST_HOUR)
