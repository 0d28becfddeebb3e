"""Past bookings beside each other and beside what is there already: addresses, doubles, places. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .booking_rows import BOOKED, BookingPlan, PersonKey
from .naming import same_person
from .rows import Reader
from .tables import Fault

ADVICE = "Two people cannot share an address: give each their own, or leave it empty"


class PersonKnown(NamedTuple):
    """Somebody we know, by address."""

    id: int
    name: str


@dataclass(frozen=True)
class Standing:
    """What the database holds about the people and the dates of a file."""

    people: Mapping[str, PersonKnown] = field(default_factory=dict)  # by address
    on: frozenset[tuple[int, int]] = frozenset()  # (event, person) with a live booking, or made in the room
    free: Mapping[int, int] = field(default_factory=dict)  # places left on each event


def faults_between(plans: Sequence[BookingPlan], reader: Reader, standing: Standing) -> list[Fault]:
    """What is wrong with rows beside each other, and with what is there already."""
    faults: list[Fault] = []
    named: dict[str, BookingPlan] = {}
    seen: dict[tuple[int, PersonKey], int] = {}
    free = dict(standing.free)
    for plan in plans:
        wrong = address_fault(plan, reader, standing, named) or twice(plan, reader, standing, seen)
        if wrong is None and plan.state is BOOKED:
            free[plan.event.id] = free.get(plan.event.id, 0) - 1
            if free[plan.event.id] < 0:
                wrong = ("", no_place(plan, standing.free.get(plan.event.id, 0)))
        if wrong:
            faults.append(Fault(plan.line, reader.heading(wrong[0]), wrong[1]))
    return faults


def address_fault(
    plan: BookingPlan, reader: Reader, standing: Standing, named: dict[str, BookingPlan]
) -> tuple[str, str] | None:
    """Two people of one address, in the file or with somebody we know."""
    if not plan.email:
        return None
    first = named.setdefault(plan.email, plan)
    if not same_person(first.name, plan.name):
        word = reader.table.word.casefold()
        return "email", f"{plan.email} is {first.name}\u2019s address in {word} {first.line}. {ADVICE}"
    known = standing.people.get(plan.email)
    if known and known.name and not same_person(known.name, plan.name):
        return "email", f"{plan.email} belongs to {known.name}, who is known here. {ADVICE}"
    return None


def twice(
    plan: BookingPlan, reader: Reader, standing: Standing, seen: dict[tuple[int, PersonKey], int]
) -> tuple[str, str] | None:
    """The same person twice on one date."""
    line = seen.setdefault((plan.event.id, plan.person), plan.line)
    if line != plan.line:
        word = reader.table.word.casefold()
        return "", f"{plan.name} is on {plan.event.label} already, by {word} {line}. Leave one of them out"
    known = standing.people.get(plan.email)
    if known and (plan.event.id, known.id) in standing.on:
        return "", f"{plan.name} has a booking on {plan.event.label} already. Leave the row out"
    return None


def no_place(plan: BookingPlan, free: int) -> str:
    """Why a booking would overfill a date."""
    left = f"{free} {'place was' if free == 1 else 'places were'} left" if free > 0 else "no place was left"
    return (
        f"No place is free: {left} on {plan.event.label}, which takes {plan.event.limit}. Raise its booking limit "
        "first, or write walk-in for those who came without a booking"
    )
