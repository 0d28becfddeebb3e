"""Reading and saying what events need of trainers, and whom they have. Saying it: inside ``changing(event)``."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Agency, Person
from ..catalogue.models import Event
from ..db import db
from ..partnerships.models import PartnershipSetting
from ..partnerships.rules import DEFAULTS
from . import crew
from .crew import Crew, Need
from .models import EventTrainer, TrainerNeed

SETTINGS = ("trainers_needed", "leads_needed", "trainer_agencies_needed")


def needs_of(event_ids: Collection[int], settings: Mapping[str, Any]) -> dict[int, Need]:
    """What each of these events needs: as it was said for it last, else as the partnership has it. One statement."""
    rows = sa.select(TrainerNeed).where(TrainerNeed.event_id.in_(event_ids)).order_by(TrainerNeed.id)
    said = {
        row.event_id: Need(trainers=row.trainers, leads=row.leads, agencies=row.agencies)
        for row in db.session.scalars(rows)
    }
    usual = crew.usual(settings)
    return {event_id: said.get(event_id, usual) for event_id in event_ids}


def need_of_event(event: Event, day: date) -> Need:
    """What one event needs, in one statement."""
    said = sa.select(TrainerNeed).where(TrainerNeed.event_id == event.id)
    newest = said.order_by(TrainerNeed.id.desc()).limit(1).subquery()
    usually = [PartnershipSetting.on(key, event.host_id, day).label(key) for key in SETTINGS]
    columns = newest.c.trainers, newest.c.leads, newest.c.agencies
    found = sa.select(*columns, *usually).select_from(Event).outerjoin(newest, sa.true())
    row = db.session.execute(found.where(Event.id == event.id)).one()
    if row.trainers is not None:
        return Need(trainers=row.trainers, leads=row.leads, agencies=row.agencies)
    return crew.usual(
        {key: DEFAULTS[key] if row[3 + n] is None else row[3 + n] for n, key in enumerate(SETTINGS)}
    )


def crews_of(event_ids: Collection[int]) -> dict[int, list[Crew]]:
    """Who is on each of these events. One statement."""
    rows = (
        sa.select(EventTrainer.event_id, EventTrainer.part, EventTrainer.delivers_as, Agency.name)
        .outerjoin(Agency, Agency.id == EventTrainer.agency_id)
        .where(EventTrainer.event_id.in_(event_ids))
        .order_by(EventTrainer.id)
    )
    found: dict[int, list[Crew]] = defaultdict(list)
    for event_id, part, delivers_as, agency in db.session.execute(rows):
        found[event_id].append(Crew(part=part, delivers_as=delivers_as, agency=agency or ""))
    return found


def set_need(event: Event, need: Need, *, by: Person, now: datetime) -> None:
    """Say what an event needs, from now on."""
    numbers = {"trainers": need.trainers, "leads": need.leads, "agencies": need.agencies}
    db.session.add(TrainerNeed(event_id=event.id, set_by_id=by.id, set_at=now, **numbers))
    db.session.flush()
