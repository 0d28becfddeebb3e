"""Breakout groups that mix agencies: dealt out like cards, repeatable from a seed. Pure.

Everybody stands in one row: sector by sector, in it agency by agency, in that setting by setting; then one after the
other into the next group. Whoever stands side by side for so many places is spread over the groups as evenly as
arithmetic allows. So group sizes differ by at most one, and no group has more than its share of a sector, an agency or
a setting. Exchanges between groups then spread role groups and fulfil wishes; sizes stay.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

MOST_GROUPS = 50
APART, TOGETHER = "apart", "together"
ROUNDS = 4  # of exchanges; one more changes little


class Member(NamedTuple):
    """Somebody to put into a group: their booking, and whose people they are."""

    booking: int
    sector: str
    agency: int | None
    setting: int | None
    role_group: str


class Wish(NamedTuple):
    """That two people are in one group, or not in one."""

    kind: str
    one: int
    other: int


Groups = list[list[Member]]


def number_of_groups(people: int, *, groups: int | None = None, size: int | None = None) -> int:
    """How many groups: as many as were asked for, or so many that none is larger than a size; never an empty one."""
    wanted = groups if groups is not None else -(-people // max(1, size or people or 1))
    return max(1, min(wanted, people, MOST_GROUPS))


def deal(members: Iterable[Member], number: int, seed: int, wishes: Sequence[Wish] = ()) -> Groups:
    """The groups; the same people, number, seed and wishes make the same groups, in whatever order they come."""
    draw = Random(seed)
    row = in_row(of_one_sector(sorted(members)), draw)
    first = draw.randrange(number)
    groups: Groups = [[] for _ in range(number)]
    for place, member in enumerate(row):
        groups[(first + place) % number].append(member)
    spread_roles(groups)
    fulfil(groups, wishes)
    return [sorted(group, key=lambda one: one.booking) for group in groups]


def of_one_sector(members: Sequence[Member]) -> list[Member]:
    """The same people with one sector for each agency, also where one of them booked before it went to another."""
    sector: dict[int | None, str] = {}
    for one in members:
        sector.setdefault(one.agency, one.sector)
    return [one._replace(sector=sector[one.agency]) for one in members]


def in_row(members: Sequence[Member], draw: Random) -> list[Member]:
    """Everybody side by side with their own: sectors, agencies and settings each in an order that is drawn."""
    turn: dict[Hashable, float] = {}
    for key in (key for one in members for key in keys_of(one)):
        turn.setdefault(key, draw.random())
    return sorted(members, key=lambda one: (*(turn[key] for key in keys_of(one)), draw.random()))


def keys_of(one: Member) -> tuple[tuple[object, ...], ...]:
    """Whose they are, from the largest to the smallest: sector, agency, setting, role group."""
    sector, agency = (one.sector,), (one.sector, one.agency)
    setting = (*agency, one.setting)
    return sector, agency, setting, (*setting, one.role_group)


def spread_roles(groups: Groups) -> None:
    """Exchange people of one setting (or of one agency that has none) while that spreads role groups."""
    for _ in range(ROUNDS):
        better = False
        for one, other in combinations(groups, 2):
            for mine, theirs in of_one_house(one, other):
                if crowding(one, mine, theirs) + crowding(other, theirs, mine) < 0:
                    exchange(one, mine, other, theirs)
                    better = True
                    break
        if not better:
            return


def of_one_house(one: Sequence[Member], other: Sequence[Member]) -> list[tuple[Member, Member]]:
    """Pairs of two groups that may change places without an agency or setting noticing."""
    return [
        (mine, theirs)
        for mine in one
        for theirs in other
        if keys_of(mine)[:3] == keys_of(theirs)[:3] and mine.role_group != theirs.role_group
    ]


def crowding(group: Sequence[Member], goes: Member, comes: Member) -> int:
    """By how much more alike a group's role groups are after somebody goes and somebody comes; less is better."""
    there = Counter(one.role_group for one in group)
    return 2 * (there[comes.role_group] - there[goes.role_group] + 1)


def exchange(one: list[Member], mine: Member, other: list[Member], theirs: Member) -> None:
    """Two people change groups."""
    one[one.index(mine)], other[other.index(theirs)] = theirs, mine


def fulfil(groups: Groups, wishes: Sequence[Wish]) -> None:
    """Exchange people until every wish holds that can, at the least cost to the mix of agencies."""
    for _ in range(ROUNDS):
        open_now = unmet(groups, wishes)
        if not open_now:
            return
        for wish in open_now:
            best = best_exchange(groups, wishes, wish)
            if best:
                one, mine, other, theirs = best
                exchange(groups[one], mine, groups[other], theirs)


def best_exchange(
    groups: Groups, wishes: Sequence[Wish], wish: Wish
) -> tuple[int, Member, int, Member] | None:
    """The exchange of one of the two with somebody else that leaves the fewest wishes open; None where none helps."""
    where = {one.booking: number for number, group in enumerate(groups) for one in group}
    before = cost(groups, wishes)
    best = None
    for booking in (wish.one, wish.other):
        home = where.get(booking)
        for number, group in enumerate(groups):
            if home is None or number == home:
                continue
            mine = next(one for one in groups[home] if one.booking == booking)
            for theirs in list(group):
                exchange(groups[home], mine, group, theirs)
                after = cost(groups, wishes)
                exchange(groups[home], theirs, group, mine)
                if after < before:
                    before, best = after, (home, mine, number, theirs)
    return best


def cost(groups: Groups, wishes: Sequence[Wish]) -> tuple[int, int]:
    """How many wishes are open, then how far agencies crowd."""
    return len(unmet(groups, wishes)), sum(
        number * number for group in groups for number in Counter(one.agency for one in group).values()
    )


def unmet(groups: Iterable[Iterable[Member]], wishes: Iterable[Wish]) -> list[Wish]:
    """The wishes that do not hold; one about somebody who is not there holds."""
    where = {one.booking: number for number, group in enumerate(groups) for one in group}
    return [
        wish
        for wish in wishes
        if wish.one in where
        and wish.other in where
        and (where[wish.one] == where[wish.other]) != (wish.kind == TOGETHER)
    ]
