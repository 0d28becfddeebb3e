"""What the clock does about recordings: removed when their last day is over, and the coordinator is told."""

from ..catalogue.models import Event
from ..clock import Clock, london_day
from ..db import db, writing
from ..materials.actions import remove
from ..materials.recording_letters import key_of, tell_removed
from ..materials.recordings import run_out


def due(clock: Clock) -> None:
    """Remove them, each in a transaction of its own; another worker may do the same, and nobody is told twice."""
    for material in db.session.scalars(run_out(london_day(clock()))).all():
        event_id, title, key = material.event_id, material.title, key_of(material)
        with writing():
            if remove(material, by=None, now=clock()) and event_id:
                tell_removed(db.session.get_one(Event, event_id), title, key=key, now=clock())
