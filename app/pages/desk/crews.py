"""Coming dates that lack trainers, leads or agencies, and those that a trainer gave back: what the desk says of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...accounts.models import Person
from ...catalogue.models import Event
from ...db import db
from ...pool.crew import shortfalls
from ...pool.models import TrainerCall, TrainerChange
from ...pool.needs import crews_of, needs_of
from ...pool.rules import Answer
from ...web.filters import plural
from .finding import Columns, coming, events, soonest
from .lines import Line, sooner


def given_back(partnership_id: int, now: datetime) -> Columns:
    """Dates that a trainer gave back and for whom nobody has come since: who, why, and how many reserves there are."""
    newest = sa.select(sa.func.max(TrainerChange.id)).where(TrainerChange.event_id == Event.id)
    reserves = sa.select(sa.func.count()).where(
        TrainerCall.event_id == Event.id, TrainerCall.answer == Answer.RESERVE
    )
    return soonest(
        events(partnership_id)
        .add_columns(
            Person.name,
            TrainerChange.why,
            TrainerChange.at,
            reserves.correlate(Event).scalar_subquery().label("reserves"),
        )
        .join(TrainerChange, TrainerChange.event_id == Event.id)
        .join(Person, Person.id == TrainerChange.went_id)
        .where(
            TrainerChange.id == newest.correlate(Event).scalar_subquery(),
            TrainerChange.came_id.is_(None),
            TrainerChange.by_id == TrainerChange.went_id,
            Event.starts_at > now,
        )
    )


def lacks(rows: Collection[Any], settings: Mapping[str, Any]) -> dict[int, list[str]]:
    """What each of these dates lacks, if it lacks something. Two statements."""
    ids = [row.id for row in rows]
    if not ids:
        return {}
    needs, crews = needs_of(ids, settings), crews_of(ids)
    found = {one: shortfalls(needs[one], crews.get(one, [])) for one in ids}
    return {one: sentences for one, sentences in found.items() if sentences}


def gave_back(partnership_id: int, now: datetime, settings: Mapping[str, Any]) -> dict[int, Line]:
    """A line for each date that was given back and lacks somebody since, by event."""
    rows = db.session.execute(given_back(partnership_id, now)).all()
    short = lacks(rows, settings)
    return {row.id: gave_back_line(row, now) for row in rows if row.id in short}


def gave_back_line(row: Any, now: datetime) -> Line:
    """What is said of one."""
    can = f"{plural(row.reserves, 'reserve')} could be called up." if row.reserves else "Nobody is a reserve."
    return Line(
        rank=sooner(row, now, soon=0, later=1),
        when=row.starts_at,
        what=f"{row.name} cannot deliver {row.title}",
        why=f"“{row.why}” {can}",
        button="Call up a reserve" if row.reserves else "Ask others",
        href=f"/events/{row.id}/trainers",
    )


def short_lines(
    partnership_id: int, now: datetime, until: datetime, settings: Mapping[str, Any], *, said: Collection[int]
) -> Iterator[Line]:
    """A line for each date near enough that has somebody, but lacks something; not for those of which it is said."""
    wanted = coming(partnership_id, now, until).where(~Event.headcount_only, Event.id.not_in(said))
    rows = db.session.execute(wanted).all()
    short = lacks(rows, settings)
    for row in rows:
        if row.id in short:
            yield short_line(row, now, short[row.id])


def short_line(row: Any, now: datetime, sentences: list[str]) -> Line:
    """What is said of one: enough to deliver it, not as it should be."""
    missing = any(sentence.startswith("It needs") for sentence in sentences)
    return Line(
        rank=sooner(row, now, soon=1, later=3),
        when=row.starts_at,
        what=f"{row.title} {'lacks a trainer' if missing else 'does not have the trainers it should'}",
        why=" ".join(sentences),
        button="Ask others" if missing else "See who trains",
        href=f"/events/{row.id}/trainers",
    )
