"""Breakout groups: as even as arithmetic allows, the same again from the same seed, wishes, and the wiping."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.attendance.breakout_rules import APART, TOGETHER, Member, Wish, deal, number_of_groups, unmet

houses = st.tuples(
    st.sampled_from("AB"), st.integers(1, 4), st.sampled_from([None, 1, 2]), st.sampled_from("xyz")
)
rooms = st.lists(houses, min_size=1, max_size=60).map(
    lambda found: [
        Member(booking, f"{sector}{agency % 2}", agency, setting, role)
        for booking, (sector, agency, setting, role) in enumerate(found, start=1)
    ]
)
seeds = st.integers(0, 2**31 - 1)


def share(number: int, groups: int) -> int:
    """The most of so many that one group has to take."""
    return -(-number // groups)


@given(rooms, st.integers(1, 12), seeds)
def test_sizes_differ_by_one_and_no_group_has_more_than_its_share(room: list, wanted: int, seed: int):
    number = number_of_groups(len(room), groups=wanted)
    groups = deal(room, number, seed)
    sizes = [len(group) for group in groups]
    assert len(groups) == number
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    assert sorted(one.booking for group in groups for one in group) == sorted(one.booking for one in room)
    agencies = Counter(one.agency for one in room)
    settings = Counter((one.agency, one.setting) for one in room)
    for group in groups:
        for agency, there in Counter(one.agency for one in group).items():
            assert there <= share(agencies[agency], number)
        for setting, there in Counter((one.agency, one.setting) for one in group).items():
            assert there <= share(settings[setting], number)


@given(rooms, st.integers(1, 12), seeds)
def test_sectors_are_spread_as_evenly(room: list, wanted: int, seed: int):
    room = [one._replace(sector="AB"[(one.agency or 0) % 2]) for one in room]
    number = number_of_groups(len(room), groups=wanted)
    sectors = Counter(one.sector for one in room)
    for group in deal(room, number, seed):
        for sector, there in Counter(one.sector for one in group).items():
            assert there <= share(sectors[sector], number)


@given(rooms, st.integers(1, 12), seeds, st.randoms(use_true_random=False))
def test_the_same_seed_makes_the_same_groups_in_whatever_order_people_come(room, wanted, seed, random):
    number = number_of_groups(len(room), groups=wanted)
    other = list(room)
    random.shuffle(other)
    assert deal(room, number, seed) == deal(other, number, seed)


@given(st.integers(1, 200), st.integers(1, 40))
def test_a_size_is_never_passed_unless_there_would_be_too_many_groups(people: int, size: int):
    number = number_of_groups(people, size=size)
    assert share(people, number) <= size or number == 50
    assert number_of_groups(people, groups=number) == number


def test_again_shuffles():
    room = [Member(n, "Health", n % 5, None, "x") for n in range(30)]
    assert len({str(deal(room, 6, seed)) for seed in range(10)}) == 10


def test_role_groups_of_one_agency_are_spread():
    room = [Member(n, "Health", 1, None, "nurse" if n < 6 else "doctor") for n in range(12)]
    for seed in range(20):
        for group in deal(room, 3, seed):
            assert Counter(one.role_group for one in group) == {"nurse": 2, "doctor": 2}


@given(rooms, st.integers(2, 8), seeds, st.data())
def test_one_wish_holds_wherever_it_can(room: list, wanted: int, seed: int, data: st.DataObject):
    number = number_of_groups(len(room), groups=wanted)
    if len(room) < 2:
        return
    pair = data.draw(st.lists(st.sampled_from(room), min_size=2, max_size=2, unique=True))
    kind = data.draw(st.sampled_from([APART, TOGETHER]))
    wish = Wish(kind, pair[0].booking, pair[1].booking)
    groups = deal(room, number, seed, [wish])
    sizes = [len(group) for group in groups]
    assert max(sizes) - min(sizes) <= 1
    can = number > 1 if kind == APART else max(sizes) > 1
    assert bool(unmet(groups, [wish])) != can


def test_a_wish_about_somebody_who_is_not_there_is_no_fault():
    room = [Member(n, "Health", n, None, "x") for n in range(4)]
    assert unmet(deal(room, 2, 1, [Wish(TOGETHER, 1, 99)]), [Wish(TOGETHER, 1, 99)]) == []
