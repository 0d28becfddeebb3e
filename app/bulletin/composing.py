"""Writing a bulletin: begun, saved, tried. Inside ``writing()`` where something changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..accounts.models import Person
from ..clock import london_day, start_of_day
from ..db import db
from ..errors import Refused
from ..partnerships.models import Partnership
from .letters import post_trial
from .models import Bulletin
from .rules import NEW_FOR, Arrangement, Available, Contents, as_chosen, composed

OPENING = "These courses have places left. Press a title to see more, or to book."
CLOSING = "Is there training you miss here? Reply to this mail and tell us."
GONE = "This bulletin has been sent, so it can no longer be changed."


@dataclass(frozen=True, kw_only=True)
class Edited:
    """What its editor typed and chose."""

    subject: str
    opening: str
    closing: str
    weeks: int
    grouped_by: str
    few_first: bool
    greets: bool
    shown: Collection[int]  # the dates that were on the page: only about these has anything been said
    ticked: Collection[int]
    courses_shown: Collection[str] = ()
    courses_ticked: Collection[str] = ()


class ChangedMeanwhile(Exception):
    """Somebody saved the bulletin after this editor had opened it."""

    def __init__(self, bulletin: Bulletin) -> None:
        super().__init__(bulletin.public_id)
        self.bulletin = bulletin


def begin(partnership: Partnership, *, by: Person, now: datetime) -> Bulletin:
    """A new draft, composed already: what is coming and has places left."""
    bulletin = Bulletin(
        partnership_id=partnership.id,
        subject=f"Training with places left, {london_day(now):%B %Y}",
        opening=OPENING,
        closing=CLOSING,
        created_at=now,
        edited_at=now,
        edited_by=by.public_id,
    )
    db.session.add(bulletin)
    db.session.flush()
    return bulletin


def arrangement_of(bulletin: Bulletin) -> Arrangement:
    """How its editor wants the dates."""
    return Arrangement(
        grouped_by=bulletin.grouped_by, few_first=bulletin.few_first, ordered=tuple(bulletin.ordered)
    )


def until(bulletin: Bulletin, now: datetime) -> datetime:
    """The first day that is too far ahead for it."""
    return start_of_day(london_day(now + timedelta(weeks=bulletin.weeks, days=1)))


def contents_of(bulletin: Bulletin, available: Available, *, now: datetime) -> Contents:
    """What it announces: of a draft what its editor sees, afterwards what is still true of that."""
    if bulletin.state != "draft":
        return as_chosen(available, arrangement_of(bulletin), bulletin.chosen)[0]
    return composed(
        available,
        arrangement_of(bulletin),
        until=until(bulletin, now),
        left_out=bulletin.left_out,
        put_in=bulletin.put_in,
        courses_left_out=bulletin.courses_left_out,
    )


def locked(bulletin: Bulletin) -> Bulletin:
    """The row as it is now, nobody else's until this change ends."""
    db.session.refresh(bulletin, with_for_update=True)
    return bulletin


def save(
    bulletin: Bulletin, edited: Edited, available: Available, *, version: int, by: Person, now: datetime
) -> None:
    """Keep what was typed. Raises ChangedMeanwhile when somebody saved after this editor had opened it."""
    if locked(bulletin).state != "draft":
        raise Refused(GONE)
    if bulletin.version != version:
        raise ChangedMeanwhile(bulletin)
    for name in ("subject", "opening", "closing", "weeks", "grouped_by", "few_first", "greets"):
        setattr(bulletin, name, getattr(edited, name))
    tick(bulletin, edited, available, now=now)
    bulletin.version += 1
    bulletin.edited_at, bulletin.edited_by = now, by.public_id


def tick(bulletin: Bulletin, edited: Edited, available: Available, *, now: datetime) -> None:
    """What was taken out of the usual dates, and put in besides them; of dates not on the page nothing changes."""
    shown, ticked, end = set(edited.shown), set(edited.ticked), until(bulletin, now)
    soon = {found.event_id for found in available.dates if found.starts_at < end}
    bulletin.left_out = sorted((set(bulletin.left_out) - shown) | ((shown - ticked) & soon))
    bulletin.put_in = sorted((set(bulletin.put_in) - shown) | ((shown & ticked) - soon))
    courses_shown = set(edited.courses_shown)
    out = set(bulletin.courses_left_out) - courses_shown
    bulletin.courses_left_out = sorted(out | (courses_shown - set(edited.courses_ticked)))


def put_in_order(bulletin: Bulletin, order: Sequence[int]) -> None:
    """Keep the order somebody has put the dates in."""
    bulletin.ordered = list(order)


def throw_away(bulletin: Bulletin) -> None:
    """A draft that nobody wants."""
    if locked(bulletin).state != "draft":
        raise Refused(GONE)
    db.session.delete(bulletin)


def new_since(partnership_id: int, *, now: datetime) -> datetime:
    """From when on a course is new for the next bulletin: since the last one, at most eight weeks."""
    last = sa.select(sa.func.max(Bulletin.started_at)).where(Bulletin.partnership_id == partnership_id)
    found: datetime | None = db.session.scalar(last)
    return max(found, now - NEW_FOR) if found else now - NEW_FOR


def try_it(
    bulletin: Bulletin, contents: Contents, partnership: Partnership, *, to: Person, now: datetime
) -> bool:
    """Send it to its editor, all of it; once a minute."""
    key = f"bulletin-trial:{bulletin.public_id}:{to.public_id}:{now:%Y%m%d%H%M}"
    return post_trial(bulletin, contents, partnership, key=key, to=to, now=now)
