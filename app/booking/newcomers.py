"""Checks 2 to 4 for somebody whom another person puts on a date, with refusals that speak of them by name."""

import re
from collections.abc import Collection
from datetime import datetime

from ..accounts.models import Person
from . import refusals
from .checks import Occasion, asker_of, claims_of
from .rules import Asked, Claim, Reason, Refusal, State
from .workplaces import Workplace

# What the checks say to somebody about themselves, said about {name} to somebody else. {first} is its first sentence.
ABOUT_OTHERS: dict[Reason, str] = {
    Reason.ALREADY: "{name} already has a place on this date, or has asked for one.",
    Reason.OTHER_DATE: "{name} has a place on another date of this course. One of the two has to go first.",
    Reason.CLASH: "{name} has a place on {title} at that time. Confirm that they come to this one too.",
    Reason.AUDIENCE: "{first} The training team can invite {name}, if that is right for them.",
    Reason.REQUIREMENT: "{name} needs {first}",
}


def why_not(
    occasion: Occasion,
    person: Person,
    workplace: Workplace,
    *,
    becomes: State,
    now: datetime,
    asked: Asked,
    but: Collection[str] = (),
) -> Refusal | None:
    """Why the person cannot have a place there, apart from whether one is free; None when they can.

    ``but`` are bookings of theirs that are about to go.
    """
    claims = [claim for claim in claims_of([person.id], now)[person.id] if claim.booking not in but]
    asker = asker_of(occasion, person, workplace, now=now, by_staff=False, leads=False)
    return refusals.about_them(occasion.wanted, asker, claims, becomes=becomes, now=now, asked=asked)


def said_of(sentence: str, *, reason: str, name: str, title: str = "another course") -> str:
    """A refusal, said to somebody else about the person; ``title`` is the course that clashes."""
    words = ABOUT_OTHERS.get(Reason(reason)) if reason else None
    first = (
        re.split(r"(?<=[.\u201d])\. |(?<=first)\. ", sentence)[0].removeprefix("You need ").rstrip(".") + "."
    )
    return words.format(name=name, title=title, first=first) if words else sentence


def about(refused: Refusal, person: Person, claims: Collection[Claim] = ()) -> str:
    """The sentence of a refusal, as it is said to somebody else about the person."""
    title = next((claim.title for claim in claims if claim.booking == refused.booking), "another course")
    return said_of(refused.sentence, reason=refused.reason, name=person.name, title=title)
