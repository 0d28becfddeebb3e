"""Mails to trainers and about registers: asked, not asked any more, the evening before, the register left open."""

from datetime import datetime, timedelta

from ..attendance import chasing, digests
from ..booking.checks import sessions_of
from ..booking.letters import restated
from ..catalogue.models import Event
from ..clock import london_day
from ..db import db, new_public_id
from ..delivery.call_letters import tell_over, write_call
from ..delivery.invites import stored_sittings
from ..delivery.standing_in import tell_part
from ..evaluation import cue_sheets
from ..pool.listing import RUN_THE_DAY
from ..pool.models import EventTrainer, TrainerCall
from .changes import to_come
from .kinds import EVENT, TRAINER, Condition
from .table import ours, sample


def a_call(row: EventTrainer) -> TrainerCall:
    """A call to whoever delivers the date, with a link that is nobody's. It is never stored."""
    with db.session.no_autoflush:
        return TrainerCall(
            public_id=new_public_id(),
            event=row.event,
            person=row.person,
            part="pool",
            delivers_as="lead",
            confirmed_by="at once",
            answer="",
        )


@sample("trainer-call", kind=TRAINER, where=to_come, anybody=True)
def is_asked_to_deliver(row: EventTrainer, now: datetime) -> None:
    """Somebody is asked whether they can deliver a date."""
    write_call(row.event, a_call(row), stored_sittings(row.event), now=now)


@sample("trainer-call-over", kind=TRAINER, where=to_come, anybody=True)
def need_not_answer(row: EventTrainer, now: datetime) -> None:
    """Others answered first."""
    tell_over(row.event, a_call(row), "filled", now=now, was=stored_sittings(row.event))


@sample("trainer-part", kind=TRAINER, where=to_come, anybody=True)
def delivers_in_another_part(row: EventTrainer, now: datetime) -> None:
    """Somebody else leads now."""
    tell_part(row.event, row, 0, due_at=now, now=now)


def soon(now: datetime) -> list[Condition]:
    """Trainers of a date that is near, with people on it."""
    return [
        Event.state == "published",
        Event.starts_at > now,
        Event.starts_at < now + timedelta(days=14),
        Event.places_held > 5,
        EventTrainer.part.in_(RUN_THE_DAY),
    ]


def just_over(now: datetime) -> list[Condition]:
    """Dates that ended some days ago."""
    return [
        Event.state == "published",
        Event.took_place.is_(True),
        ~Event.headcount_only,
        Event.ends_at < now,
        Event.ends_at > now - timedelta(days=60),
    ]


@sample("cue-sheet", kind=TRAINER, where=soon, anybody=True)
def delivers_tomorrow(row: EventTrainer, now: datetime) -> None:
    """The evening before."""
    event = row.event
    others = [person.name for _, person in cue_sheets.readers_of([event.id]) if person.id != row.person_id]
    shared = cue_sheets.of_day(event, london_day(event.times[0]), now)
    cue_sheets.tell(event, row, row.person, f"sample:{row.public_id}", now, others=others, **shared)


@sample("register-open", kind=TRAINER, where=just_over, anybody=True)
def left_it_open(row: EventTrainer, now: datetime) -> None:
    """The register of the day before is open."""
    shared = restated(row.event, sessions_of(row.event_id))
    chasing.tell(row, row.person, alone=False, missing=3, now=now, **shared)


@sample("register-open-desk", kind=EVENT, where=just_over, anybody=True)
def desk_hears_of_it(row: Event, now: datetime) -> None:
    """It stays open, and the administrators get their list."""
    partnership, line = ours(), {"id": row.id, "title": row.course.title, "starts_at": row.starts_at}
    line |= {"trainers": digests.trainers_of([row.id])[row.id], "listed": row.places_held, "came": 0}
    digests.tell(partnership, digests.readers_of(partnership, now)[0], [line], now)
