"""How each call to deliver stands, as the trainers' page shows it: the word, what else they have then, the buttons."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from ...accounts.models import Person
from ...catalogue.models import Event
from ...db import db
from ...delivery.call_letters import about_call
from ...delivery.clashes import Clash, taken_then
from ...notifications.models import Letter
from ...pool.models import TrainerCall
from ...pool.rules import ALIVE, Answer

# How a call stands, as a word with the tone of its tag.
STANDS: dict[str, tuple[str, str]] = {
    "": ("No answer yet", "warn"),
    Answer.YES: ("Yes", "good"),
    Answer.WAITS: ("Yes: waits for you", "warn"),
    Answer.RESERVE: ("Reserve", "good"),
    Answer.NO: ("Cannot", "bad"),
    Answer.TAKEN_BACK: ("Taken back", "plain"),
    Answer.FILLED: ("Not needed any more", "plain"),
    Answer.CALLED_OFF: ("Cancelled", "plain"),
    Answer.TOO_LATE: ("Did not answer", "plain"),
}
SAID = (Answer.YES, Answer.NO, Answer.WAITS, Answer.RESERVE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call as the page shows it."""

    call: TrainerCall
    word: str
    tone: str
    by: str  # who of the desk wrote the answer down
    is_open: bool
    clashes: tuple[str, ...]
    seen: str  # a fingerprint of the clashes, which the button carries

    @property
    def waits(self) -> bool:
        """Whether their yes waits for the desk."""
        return self.is_open and self.call.answer == Answer.WAITS

    @property
    def is_reserve(self) -> bool:
        """Whether they can be called up."""
        return self.is_open and self.call.answer == Answer.RESERVE


def calls_of(event: Event, now: datetime) -> list[Asked]:
    """Who was asked: whose yes waits first, then reserves, then the newest, each with what became of it."""
    calls = list(reversed(db.session.scalars(TrainerCall.of(event.id)).all()))
    alive = [call.person_id for call in calls if call.answer in ALIVE]
    failed, clashes, names = undelivered(calls), taken_then(event, alive, now), who_wrote(calls)
    over = event.has_begun(now) or event.state == "cancelled"
    found = []
    for call in calls:
        word, tone = how_it_stands(call, over, call.id in failed, now)
        theirs = clashes.get(call.person_id, []) if call.answer in ALIVE else []
        found.append(
            Asked(
                call=call,
                word=word,
                tone=tone,
                by=names.get(call.answered_by_id or 0, "") if call.answer in SAID else "",
                is_open=call.answer in ALIVE and not over,
                clashes=tuple(clash.of_them for clash in theirs),
                seen=fingerprint(theirs),
            )
        )
    return sorted(found, key=lambda one: (not one.waits, not one.is_reserve))


def how_it_stands(call: TrainerCall, over: bool, failed: bool, now: datetime) -> tuple[str, str]:
    """The word of a call and the tone of its tag."""
    if call.answer != "":
        return STANDS[call.answer]
    if failed:
        return "Mail did not arrive", "bad"
    if over or (call.closes_at is not None and call.closes_at <= now):
        return "Did not answer", "plain"
    return ("Maybe", "warn") if call.maybe_at else STANDS[""]


def who_wrote(calls: list[TrainerCall]) -> dict[int, str]:
    """The names of those of the desk who wrote answers down."""
    ids = {call.answered_by_id for call in calls if call.answer in SAID} - {None}
    return dict(db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids))).all())


def fingerprint(clashes: list[Clash]) -> str:
    """What is sent along with a button, so that nobody presses it without having seen these clashes; "" for none."""
    said = sorted({clash.of_them for clash in clashes})
    return sha256("\n".join(said).encode()).hexdigest()[:16] if said else ""


def undelivered(calls: list[TrainerCall]) -> set[int]:
    """Of these calls, those whose newest mail could not be sent."""
    abouts = {about_call(call): call.id for call in calls if call.answer == ""}
    rows = sa.select(Letter.about, Letter.state).where(
        Letter.about.in_(abouts), Letter.message == "trainer-call"
    )
    newest = {row.about: row.state for row in db.session.execute(rows.order_by(Letter.id))}
    return {abouts[about] for about, state in newest.items() if state == "failed"}
