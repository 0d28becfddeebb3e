"""Booking many people in one go: a few colleagues, a school's twelve, a list. Inside ``changing``.

Everybody is asked for with the same ``book`` as one by one, in the order of the list and at one instant: who finds
no place waits, and they stand together. A line that is refused leaves nothing behind and stops nobody else.

A dry run is the same thing, undone: ``attempt`` raises ``Undone`` before anything is kept. So what is shown is what
would really happen, and ``fingerprint`` tells whether it still is when the button is pressed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from ..accounts.actions import person_of
from ..accounts.addresses import fault_of
from ..accounts.models import Agency, Person
from ..accounts.rules import Led
from ..catalogue.models import Event
from ..completions.rules import BY_DEADLINE, missing
from ..completions.standing import requirements_of
from ..db import db, new_public_id
from ..errors import Refused
from . import actions, newcomers
from .checks import claims_of
from .colleagues import MOST_COLLEAGUES, SomePlace, Works, is_colleague, leads, works
from .holders import mix_of
from .introducing import colleague_of
from .listed_people import Line
from .mix import Unit
from .models import Booking
from .rules import LIVE, Asked, State
from .workplaces import Workplace

# How somebody books for others.
COLLEAGUE, LEAD, STAFF = "colleague", "lead", "staff"


@dataclass(frozen=True, kw_only=True)
class Booker:
    """Who books, as what, and where people work whom we do not know yet (None: nobody new is made)."""

    by: Person
    role: str
    place: SomePlace | None
    led: tuple[Led, ...] = ()
    role_group: str = ""  # the kind of work of people who are new


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of one line. ``word`` is short ("Gets a place"), ``note`` says why or what is still to do."""

    line: Line
    name: str
    word: str
    tone: str
    note: str = ""
    booking: str = ""  # the public id, where a booking was made
    new: bool = False  # somebody we did not know

    @property
    def made(self) -> bool:
        """Whether a booking was made."""
        return bool(self.booking)


WORDS = {
    State.BOOKED: ("Gets a place", "good"),
    State.WAITING: ("Waits", "warn"),
    State.REQUESTED: ("Asks for approval", "brand"),
}
LEFT_OUT = ("Left out", "bad")


class Undone(Exception):
    """A dry run has seen what it wanted to see; raised so that nothing is kept."""


def book_lines(
    event: Event, lines: Sequence[Line], booker: Booker, *, now: datetime, asked: Asked
) -> list[Outcome]:
    """Book everybody on the list; returns what became of each line, in its order."""
    lock_everybody(lines)
    asked = replace(asked, or_wait=True, party=new_public_id() if len(lines) > 1 else "")
    seen: set[str] = set()
    outcomes: list[Outcome] = []
    room = MOST_COLLEAGUES - booked_already(event.id, booker.by) if booker.role == COLLEAGUE else len(lines)
    for line in lines:
        made = sum(outcome.made for outcome in outcomes)
        outcomes.append(one_line(event, line, booker, seen, now=now, asked=asked, room=room - made))
        seen.add(line.email)
    return outcomes


def lock_everybody(lines: Sequence[Line]) -> None:
    """Lock those we know, in one order: two lists with the same people on two dates would wait for each other."""
    known = sa.select(Person.id).where(Person.email.in_([line.email for line in lines])).order_by(Person.id)
    db.session.execute(known.with_for_update(key_share=True))


def one_line(
    event: Event, line: Line, booker: Booker, seen: set[str], *, now: datetime, asked: Asked, room: int
) -> Outcome:
    """One line, inside a savepoint: a refusal takes back whatever was written for it."""
    wrong = fault_in(line, seen)
    if wrong:
        return left_out(line, wrong)
    new, name = person_of(line.email) is None, ""
    try:
        with db.session.begin_nested():
            if room < 1:
                raise Refused(
                    f"You can book up to {MOST_COLLEAGUES} colleagues on a date. Ask your agency lead for more."
                )
            person, workplace = who(line, booker, now)
            if person.id == booker.by.id and (booker.role == COLLEAGUE or event.course.approval):
                raise Refused("This is you. Book your own place on the page of the date.")
            name = person.name
            return replace(booked(event, line, person, workplace, booker, now=now, asked=asked), new=new)
    except Refused as refused:
        return left_out(line, refused.sentence, name)


def fault_in(line: Line, seen: set[str]) -> str:
    """What is wrong with a line by itself."""
    if not line.email:
        return "There is no address on this line."
    if line.email in seen:
        return "This address is in the list twice. It counts once."
    return f"{fault_of(line.email)}." if fault_of(line.email) else ""


def left_out(line: Line, why: str, name: str = "") -> Outcome:
    """Nothing happens for this line; ``name`` is known of somebody whom the booker may book."""
    word, tone = LEFT_OUT
    return Outcome(line=line, name=name or line.name, word=word, tone=tone, note=why)


def who(line: Line, booker: Booker, now: datetime) -> tuple[Person, Workplace]:
    """The person of a line and where they work. Raises Refused for somebody the booker may not book."""
    if booker.place is None and person_of(line.email) is None:
        raise Refused("We do not know this address. Choose where people work whom we do not know yet.")
    place = booker.place or Works(0)
    person, workplace = colleague_of(
        place, email=line.email, name=line.name, now=now, role_group=booker.role_group
    )
    if not may_book(booker, workplace):
        raise Refused(NOT_THEIRS[booker.role].format(email=line.email))
    return person, workplace


NOT_THEIRS = {
    COLLEAGUE: "{email} does not work where you work, so you cannot book for them. They can book themselves.",
    LEAD: "{email} is not of the agency, school or team you lead. They can book themselves.",
}


def may_book(booker: Booker, workplace: Workplace) -> bool:
    """Whether somebody who works there may be booked: staff book anybody, a lead theirs, others near colleagues."""
    there = works(workplace)
    if booker.role == STAFF:
        return True
    if booker.role == LEAD:
        return any(leads(led, there) for led in booker.led)
    if booker.place is None:
        return False
    umbrella = db.session.get_one(Agency, booker.place.agency_id).is_umbrella
    return is_colleague(works(booker.place), there, umbrella=umbrella, near=True)


def booked(
    event: Event,
    line: Line,
    person: Person,
    workplace: Workplace,
    booker: Booker,
    *,
    now: datetime,
    asked: Asked,
) -> Outcome:
    """Book one person; refusals speak of them by name."""
    claims = claims_of([person.id], now)[person.id]
    if any(claim.event_id == event.id for claim in claims):
        raise Refused(f"{person.name} already has a place on this date, or waits for one.")
    try:
        booking = actions.book(
            event,
            person,
            workplace,
            by=booker.by,
            now=now,
            asked=asked,
            by_staff=booker.role == STAFF,
            leads=booker.role == LEAD,
        )
    except Refused as refused:
        title = next((claim.title for claim in claims if claim.title in refused.sentence), "another course")
        said = newcomers.said_of(refused.sentence, reason=refused.reason, name=person.name, title=title)
        raise Refused(said, reason=refused.reason) from None
    db.session.flush()
    db.session.refresh(event, ["places_held", "booking_limit"])  # for the next on the list
    word, tone = WORDS[State(booking.state)]
    note = " ".join(part for part in (why_waiting(event, booking, now), still_to_do(event, person)) if part)
    return Outcome(line=line, name=person.name, word=word, tone=tone, note=note, booking=booking.public_id)


def why_waiting(event: Event, booking: Booking, now: datetime) -> str:
    """Why a place was not theirs at once."""
    if booking.state != State.WAITING:
        return ""
    unit = Unit(booking.agency_id, booking.setting_id, booking.sector)
    share = mix_of(event.id, now).obstacle(unit, places_left=event.places_left)
    if share:
        return f"{share[0].upper()}{share[1:]}."
    if event.awaits_date:
        return "The course has no date yet."
    return "Others wait before them." if event.places_left else "No place is left."


def still_to_do(event: Event, person: Person) -> str:
    """What comes before the course and is not done yet, where that does not stop them."""
    required = missing(requirements_of(event.course_id, [person.id])[person.id], BY_DEADLINE)
    return " ".join(f"Still to do before the deadline: {item.title}." for item in required)


def booked_already(event_id: int, by: Person) -> int:
    """How many others somebody has booked on an event."""
    return db.session.scalars(
        sa.select(sa.func.count())
        .select_from(Booking)
        .where(
            Booking.event_id == event_id,
            Booking.made_by_id == by.id,
            Booking.person_id != by.id,
            Booking.state.in_(LIVE),
        )
    ).one()


def fingerprint(outcomes: Iterable[Outcome]) -> str:
    """The same for the same outcomes only: what was shown is what is done."""
    said = "\n".join(f"{o.line.email}\t{o.word}\t{o.note}" for o in outcomes)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
