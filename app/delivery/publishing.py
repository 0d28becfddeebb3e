"""What those who deliver a date hear when it is published, and when it is a draft again.

On a draft nobody is written to: it may never be. Who was named on it has its sessions as soon as it is published; taken
back to a draft, it leaves their calendars. Nobody can be booked on a draft. Inside ``changing(event)``; nothing commits.
"""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..catalogue.models import Event, EventChange
from ..catalogue.plans import DRAFT
from ..db import db
from ..notifications.actions import withdraw
from ..notifications.heard import NOTHING, LastWords, last_words
from ..pool.calls import alive_calls
from ..pool.models import EventTrainer
from ..pool.rules import Answer
from .filling import end_for_good
from .invites import stored_sittings, trainer_invite
from .known import known_to
from .reach import about_trainer, reach_of
from .rules import ahead, told_at
from .taking_off import forget, keep_while_draft
from .telling import News, about_cue_sheet, part_told, write_each


def tell_of_state(event: Event, was: str, *, by: Person, now: datetime) -> int:
    """Tell the trainers that a draft is published, or the other way round; returns how many get a mail."""
    if (was == DRAFT) == (event.state == DRAFT):
        return 0
    db.session.flush()
    if event.state != DRAFT:
        forget(reach_of(event).trainers)
    if event.awaits_date or event.is_over(now):
        return 0
    if event.state == DRAFT:
        for call in alive_calls(event.id):
            end_for_good(event, call, Answer.TAKEN_BACK, by=by, now=now)
    trainers, news = reach_of(event).trainers, news_of(event, now)
    for about in (about_trainer, about_cue_sheet):
        for trainer in trainers:
            withdraw(about=about(trainer), now=now)
    words = last_words([about_trainer(trainer) for trainer in trainers])
    told = sum(
        tell(event, trainer, news, words.get(about_trainer(trainer), NOTHING), now=now)
        for trainer in trainers
    )
    if event.state == DRAFT:
        for trainer in trainers:
            keep_while_draft(trainer, news.was, now=now)
    return told


def news_of(event: Event, now: datetime) -> News:
    """What happened: a mail that takes something out of calendars waits ten minutes, as it may be a slip."""
    sittings, back = stored_sittings(event), event.state == DRAFT
    changes = sa.select(sa.func.max(EventChange.id)).where(
        EventChange.event_id == event.id, EventChange.what == "state"
    )
    return News(
        kind="trainer-unpublished" if back else "trainer-named",
        change_id=db.session.scalar(changes) or 0,
        due_at=told_at(now, *ahead(sittings, now)) if back else now,
        was=sittings if back else (),
        sittings=() if back else sittings,
    )


def tell(event: Event, trainer: EventTrainer, news: News, words: LastWords, *, now: datetime) -> bool:
    """One of them; nothing is said to a calendar that has it so."""
    told = known_to(words, trainer.public_id, news.was).to_tell(news.sittings, now)
    if not told:
        return False
    trainer.invite_sequence += 1
    calendar = [trainer_invite(event, trainer, message) for message in told]
    more = {"was": news.was, "confirmed": trainer.confirmed_at is not None, "delivers_as": part_told(trainer)}
    return write_each(
        news.kind, event, trainer.person, news, about_trainer(trainer), calendar, told, now=now, **more
    )
