"""By what rows that were found are told from those that were found before: their values, and nothing else."""

import copy
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from app.raw_rows import Found, octets_of, stamp_of

VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
INSTANTS = st.datetimes(timezones=st.just(UTC))
ROWS = st.lists(st.lists(VALUES | INSTANTS, max_size=4).map(tuple), max_size=4)


def anew(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same values, as other objects: as the next request finds them."""
    return [
        tuple("".join(list(one)) if isinstance(one, str) else copy.deepcopy(one) for one in row)
        for row in rows
    ]


@given(ROWS, ROWS)
@example([("1",)], [(1,)])
@example([("a", "b")], [("ab", "")])
@example([("a",), ("b",)], [("a", "b")])
@example([(None,)], [("None",)])
@example([("\ud800",)], [("\udfff",)])
def test_rows_have_the_same_stamp_exactly_when_they_hold_the_same(one: Any, other: Any):
    assert stamp_of([Found((), one)]) == stamp_of([Found((), anew(one))])
    same = repr(one) == repr(other)  # unlike ==, it tells 1 from True and 0.0 from -0.0
    assert (stamp_of([Found((), one)]) == stamp_of([Found((), other)])) == same


def test_which_of_the_statements_found_a_row_counts_too():
    here, there = Found((), [("a",)]), Found((), [])
    assert stamp_of([here, there]) != stamp_of([there, here])


def test_instants_which_postgresql_gives_are_stamped_too():
    rows = [(datetime(2027, 1, 12, 9, 30, tzinfo=UTC), "Neglect")]
    assert octets_of(rows) == octets_of(anew(rows)) != octets_of([(rows[0][0], "Neglect, revised")])
