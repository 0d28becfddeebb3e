"""Whom a row of a report is: by exact address, then by a unique exact name; never by likeness. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .attendees import Attendee


class Found(StrEnum):
    """What is known of an attendee."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    STAFF = "staff"  # delivers the event or ran the meeting, and is not booked
    LEFT_OUT = "left out"  # a person said so


class Delegate(NamedTuple):
    """Somebody on the register: their booking, their normalised name, their addresses, known ones of old included."""

    booking_id: int
    name: str
    addresses: frozenset[str]


class Deliverer(NamedTuple):
    """Somebody who delivers the event."""

    name: str
    address: str


class Match(NamedTuple):
    """An attendee and whom they are. ``candidates`` are the bookings that an ambiguous one could be."""

    attendee: Attendee
    found: Found
    booking_id: int | None = None
    how: str = ""
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Index:
    """Delegates and deliverers by address and by name."""

    by_address: Mapping[str, frozenset[int]]
    by_name: Mapping[str, frozenset[int]]
    staff_names: frozenset[str]
    staff_addresses: frozenset[str]


def index(delegates: Iterable[Delegate], deliverers: Iterable[Deliverer] = ()) -> Index:
    """Put people where they are looked up."""
    addresses, names = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for one in delegates:
        for address in one.addresses:
            addresses[address].add(one.booking_id)
        if one.name:
            names[one.name].add(one.booking_id)
    staff = list(deliverers)
    return Index(
        {address: frozenset(ids) for address, ids in addresses.items()},
        {name: frozenset(ids) for name, ids in names.items()},
        frozenset(person.name for person in staff) - {""},
        frozenset(person.address for person in staff) - {""},
    )


def match(attendee: Attendee, people: Index) -> Match:
    """Find an attendee: exact addresses first (Email, then UPN), then the name, if it is exactly one delegate's.

    Whatever could be two people is ambiguous: addresses of two, a name of two, or an address of one and the name of
    another.
    """
    by_address = union(people.by_address, attendee.addresses)
    by_name = union(people.by_name, attendee.names)
    delivers = bool(people.staff_addresses & set(attendee.addresses))
    both = by_address | by_name
    if len(by_address) == 1 and (by_address == by_name or not by_name):
        return Match(attendee, Found.MATCHED, next(iter(by_address)), "address")
    if len(by_address) == 1 and by_address < by_name:  # two of that name, and the address says which
        return Match(attendee, Found.MATCHED, next(iter(by_address)), "address")
    if by_address:
        how = "addresses of two people" if len(by_address) > 1 else "the address of one, the name of another"
        return Match(attendee, Found.AMBIGUOUS, how=how, candidates=tuple(sorted(both)))
    if delivers:
        return Match(attendee, Found.STAFF, how="delivers")
    named_staff = bool(people.staff_names & set(attendee.names))
    if len(by_name) > 1:
        return Match(attendee, Found.AMBIGUOUS, how="a name of two people", candidates=tuple(sorted(by_name)))
    if by_name and named_staff:
        how = "the name of a delegate and of a trainer"
        return Match(attendee, Found.AMBIGUOUS, how=how, candidates=tuple(sorted(by_name)))
    if by_name:
        return Match(attendee, Found.MATCHED, next(iter(by_name)), "name")
    if named_staff or attendee.organises:
        return Match(attendee, Found.STAFF, how="delivers" if named_staff else "ran the meeting")
    return Match(attendee, Found.UNKNOWN)


def union(where: Mapping[str, frozenset[int]], keys: Iterable[str]) -> frozenset[int]:
    """Everybody found under any of these keys."""
    return frozenset[int]().union(*(where.get(key, frozenset()) for key in keys))


def match_all(people: Iterable[Attendee], known: Index, decided: Mapping[str, int | None]) -> list[Match]:
    """Everybody; what a person decided (a booking, or None: nobody) holds over what was found."""
    bookings = frozenset[int]().union(*known.by_name.values(), *known.by_address.values())
    found = []
    for attendee in people:
        one = match(attendee, known)
        if attendee.key in decided:
            chosen = decided[attendee.key]
            if chosen is None:
                one = Match(attendee, Found.LEFT_OUT)
            elif chosen in bookings:
                one = Match(attendee, Found.MATCHED, chosen, "decided")
        found.append(one)
    return found
