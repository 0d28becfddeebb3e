"""The letters about a changed event: to delegates with invites, to trainers (also those who
were asked to be one), to organisations and leads.

Nobody but the reader is named in any of them. What was not sent yet about the old date is taken back first, so that
changes within ten minutes reach people as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..accounts.models import Person
from ..booking.letters import about
from ..booking.models import Booking, Headcount, Nomination
from ..booking.rules import State
from ..catalogue.models import Event
from ..notifications.actions import post, take_back
from ..notifications.calendar import Invite
from ..notifications.heard import NOTHING, LastWords, last_words
from ..pool.models import EventTrainer, TrainerCall
from ..pool.rules import TRAINS
from .call_letters import about_call, has_heard, tell_over, write_call
from .invites import delegate_invite, trainer_invite
from .known import Known, known_to
from .reach import Reach, about_trainer
from .rules import Message, Sitting, not_over
from .texts import text_change

CHANGED = "event-changed"


@dataclass(frozen=True, kw_only=True)
class News:
    """What happened to an event: the kind of letter, and the sessions that calendars knew and are to know."""

    kind: str  # event-changed | event-postponed | event-cancelled | event-dated
    change_id: int
    due_at: datetime
    was: tuple[Sitting, ...]
    sittings: tuple[Sitting, ...]
    told_last: tuple[Sitting, ...] = ()  # what people know who have not had the letters of the last minutes
    why: str = ""
    dates: Sequence[Any] = ()
    free_until: dict[int, datetime] = field(default_factory=dict)  # by booking
    clashes: dict[int, str] = field(default_factory=dict)  # by booking: what else they have a place on then


def tell(event: Event, reach: Reach, news: News, *, now: datetime) -> int:
    """Tell everybody whom it reaches, once; returns how many people get a letter."""
    if reach.unheard_of:
        return 0
    unsent = unsent_about(reach, now)
    words = last_words([*map(about, reach.holders), *map(about_trainer, reach.trainers)])
    told = [
        tell_delegate(event, booking, person, news, unsent, words, now=now)
        for booking, person in reach.claims
    ]
    told += [tell_trainer(event, trainer, news, unsent, words, now=now) for trainer in reach.trainers]
    told += [tell_called(event, call, news, unsent, now=now) for call in reach.calls]
    told += [tell_organisation(event, row, news, now=now) for row in reach.organisations]
    told += [tell_lead(event, row, news, now=now) for row in reach.holds]
    text_change(
        event,
        reach,
        kind=news.kind,
        change_id=news.change_id,
        was=news.was,
        becomes=news.sittings,
        now=now,
    )
    return sum(told)


def unsent_about(reach: Reach, now: datetime) -> dict[str, set[str]]:
    """Take back what was not sent yet; says which messages those were, by what they are about."""
    theirs = {about(booking): person.email for booking, person in reach.claims}
    theirs |= {about_trainer(trainer): trainer.person.email for trainer in reach.trainers}
    theirs |= {about_call(call): call.person.email for call in reach.calls}
    theirs |= {about_cue_sheet(trainer): trainer.person.email for trainer in reach.trainers}
    theirs |= {about_part(trainer): trainer.person.email for trainer in reach.trainers}
    return take_back({name: email for name, email in theirs.items() if email}, now=now)


def known_until_now(news: News, withdrawn: set[str]) -> tuple[Sitting, ...]:
    """The sessions as a reader knows them who had none of the letters that were taken back."""
    return news.told_last if withdrawn and news.told_last else news.was


def tell_delegate(
    event: Event,
    booking: Booking,
    person: Person,
    news: News,
    unsent: dict[str, set[str]],
    words: dict[str, LastWords],
    *,
    now: datetime,
) -> bool:
    """One person with a claim on the event; whether they get a letter."""
    withdrawn, booked = unsent.get(about(booking), set()), booking.state == State.BOOKED
    was = known_until_now(news, withdrawn)
    known = known_to(words.get(about(booking), NOTHING), booking.public_id, was) if booked else Known()
    told = known.to_tell(news.sittings, now) if booked else []
    if withdrawn == {CHANGED} == {news.kind} and not told and (booked or was == news.sittings):
        return False  # it is as they last heard: they need not know that it was otherwise for some minutes
    more: dict[str, Any] = {
        "booking": booking,
        "state": booking.state,
        "was": known.sittings if withdrawn and known.sittings else was,
        "free_until": news.free_until.get(booking.id),
        "clash": news.clashes.get(booking.id, ""),
        "position": 0,
    }
    if not booked:
        return write(news.kind, event, person, news, about(booking), now=now, **more)
    booking.invite_sequence += 1
    calendar = [delegate_invite(event, booking, message) for message in told]
    return write_each(news.kind, event, person, news, about(booking), calendar, told, now=now, **more)


def tell_trainer(
    event: Event,
    trainer: EventTrainer,
    news: News,
    unsent: dict[str, set[str]],
    words: dict[str, LastWords],
    *,
    now: datetime,
) -> bool:
    """Somebody who delivers the event; no delegate is named to them."""
    withdrawn = unsent.get(about_trainer(trainer), set())
    was = known_until_now(news, withdrawn)
    known = known_to(words.get(about_trainer(trainer), NOTHING), trainer.public_id, was)
    told = known.to_tell(news.sittings, now)
    if withdrawn == {"trainer-" + CHANGED} == {"trainer-" + news.kind} and not told:
        return False
    trainer.invite_sequence += 1
    calendar = [trainer_invite(event, trainer, message) for message in told]
    return write_each(
        "trainer-" + news.kind,
        event,
        trainer.person,
        news,
        about_trainer(trainer),
        calendar,
        told,
        now=now,
        was=known.sittings if withdrawn and known.sittings else was,
    )


def tell_called(
    event: Event, call: TrainerCall, news: News, unsent: dict[str, set[str]], *, now: datetime
) -> bool:
    """Somebody who was asked to deliver the event: asked about the new date, or not any more.

    Whose yes waits, and who is a reserve, said so of the old date: they are asked again.
    """
    withdrawn = unsent.get(about_call(call), set())
    heard = has_heard(call) or call.answer != "" or call.maybe_at is not None
    sent: dict[str, Any] = {"change_id": news.change_id, "due_at": news.due_at, "why": news.why, "now": now}
    if news.kind in ("event-cancelled", "event-postponed"):
        return heard and tell_over(event, call, news.kind, was=news.told_last or news.was, **sent)
    if heard and withdrawn and news.told_last == news.sittings:
        return False
    ask_anew(event, call, now)
    was = (news.told_last if withdrawn and news.told_last else news.was) if heard else ()
    return write_call(event, call, news.sittings, was=was, moved=heard, **sent)


def ask_anew(event: Event, call: TrainerCall, now: datetime) -> None:
    """A call about another date is open again, and for as long as a new one would be."""
    asked_for = (call.closes_at or now) - call.asked_at
    call.answer, call.answered_at, call.answered_by_id, call.maybe_at = "", None, None, None
    starts_at, _ = event.times
    if call.closes_at is not None:
        call.closes_at = min(max(call.closes_at, now + asked_for), starts_at)
        call.again_at = None


def about_cue_sheet(trainer: EventTrainer) -> str:
    """What the letter of the evening before is about: it goes with its date, and tells no calendar."""
    return f"cue-sheet:{trainer.public_id}"


def about_part(trainer: EventTrainer) -> str:
    """What the letter is about that says in which other part they deliver."""
    return f"part:{trainer.public_id}"


def part_told(trainer: EventTrainer) -> str:
    """The part that a letter to a trainer names: lead, co or observing; "" for guests and hosts."""
    return trainer.delivers_as if trainer.part in TRAINS else ""


def tell_organisation(event: Event, row: Headcount, news: News, *, now: datetime) -> bool:
    """An organisation that sent its numbers and left an address."""
    contact = Contact(row.contact_email, row.contact_name or row.organisation)
    more: dict[str, Any] = {"whose": row.organisation, "places": row.expected, "was": news.was}
    return write("organisation-news", event, contact, news, f"headcount:{row.token}", now=now, **more)


def tell_lead(event: Event, row: Nomination, news: News, *, now: datetime) -> bool:
    """A lead who holds places for people they have not named yet."""
    more: dict[str, Any] = {"whose": row.agency.name, "places": row.places, "was": news.was}
    return write("organisation-news", event, row.by, news, f"nomination:{row.public_id}", now=now, **more)


@dataclass(frozen=True)
class Contact:
    """Somebody without an account."""

    email: str
    name: str


def write_each(
    message: str,
    event: Event,
    person: Person,
    news: News,
    about: str,
    calendar: Sequence[Invite],
    told: Sequence[Message],
    *,
    now: datetime,
    **more: Any,
) -> bool:
    """A letter per session, because mail readers take one from a mail; the first of them tells everything."""
    if not told:
        return write(message, event, person, news, about, now=now, **more)
    for number, (invite, said) in enumerate(zip(calendar, told, strict=True), 1):
        write(message, event, person, news, about, now=now, number=number, invite=invite, said=said, **more)
    return bool(person.email)


def write(
    message: str,
    event: Event,
    person: Person | Contact,
    news: News,
    about: str,
    *,
    now: datetime,
    number: int = 1,
    invite: Invite | None = None,
    said: Message | None = None,
    **more: Any,
) -> bool:
    """One letter, which names no session that is over; whether there was an address to send it to."""
    sittings, more["was"] = not_over(news.sittings, now), not_over(more["was"], now)
    ahead = [said.sitting] if said else sittings or not_over(news.was, now)
    posted = post(
        message,
        key=f"{about}:{message}:{news.change_id}:{number}",
        to_email=person.email,
        to_name=person.name,
        partnership=event.host,
        now=now,
        about=about,
        due_at=news.due_at,
        expires_at=max((sitting.ends_at for sitting in ahead), default=None),
        calendar=invite,
        course=event.course,
        event=event,
        kind=news.kind,
        sittings=sittings,
        number=number,
        said=said,
        why=news.why,
        dates=news.dates,
        **more,
    )
    return posted is not None
