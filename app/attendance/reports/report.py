"""What any report says once it is read, whatever made it: the meeting, and a row for each time somebody was in. Pure."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A row of a report that says that somebody was there. Times as they are written; ``seconds`` as stated."""

    line: int
    name: str
    other_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  # the first one is the Email column, then comes the UPN
    joined: str = ""
    left: str = ""
    seconds: int | None = None
    organises: bool = False
    # Teams lists a person twice: once with the sum, once for each time they came in. The sum is for when these lack.
    is_sum: bool = False
    left_open: bool = False  # nobody wrote down when they left; ``left`` is the last moment the file knows of


class Meeting(NamedTuple):
    """A report."""

    kind: str  # what made it, in words
    title: str
    start: str
    end: str
    people: int | None  # how many attended, as the file says
    utc: bool
    entries: tuple[Entry, ...]
    remarks: tuple[str, ...]  # what does not add up in the file itself, a sentence each
