"""A list of people as somebody pastes it, or from a table: a name and an address each. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..accounts.rules import tidy_email, tidy_name
from ..errors import Refused

MOST = 200
# "Jones, Sam <sam.jones@agency.gov.uk>": what mail programs copy.
IN_BRACKETS = re.compile(r"^(?P<name>[^<>]*)<(?P<email>[^<>]*@[^<>]*)>\s*$")
BETWEEN = ' \t,;|"'
SEPARATORS = re.compile(r'[\t,;|"<>]')
ADDRESS = re.compile(r'[^\s,;|"<>]*@[^\s,;|"<>]*')


@dataclass(frozen=True)
class Line:
    """One of the list: where it stands, and what it says."""

    number: int
    name: str
    email: str


def lines_of(text: str, *, most: int = MOST, verb: str = "Book") -> list[Line]:
    """The people of a pasted list: one a line, or a row of addresses from a mail. Raises Refused for too many.

    A line without an address is kept, so that it can be said that it lacks one.
    """
    found = []
    for number, part in enumerate(parts_of(text), 1):
        if number == 1 and "@" not in part and "mail" in part.lower():
            continue  # headings
        found.append(line_of(number, part))
    return bounded(found, most=most, verb=verb)


def parts_of(text: str) -> list[str]:
    """The entries of a text, empty lines left out."""
    whole = [line.strip() for line in text.splitlines() if line.strip()]
    parts: list[str] = []
    for line in whole:
        pieces = [piece.strip() for piece in re.split(r";|(?<=>),", line) if piece.strip()]
        parts.extend(pieces if len(pieces) > 1 and all("@" in piece for piece in pieces) else [line])
    return parts


def line_of(number: int, text: str) -> Line:
    """One entry: the piece with an @ is the address, the rest the name."""
    copied = IN_BRACKETS.match(text)
    if copied:
        last, comma, first = copied["name"].strip(BETWEEN).partition(",")
        name = f"{first} {last}" if comma else last
        return Line(number, tidy_name(name), tidy_email(copied["email"]))
    addresses = ADDRESS.findall(text)
    rest = ADDRESS.sub(" ", text)
    return Line(number, tidy_name(SEPARATORS.sub(" ", rest)), tidy_email("".join(addresses[:1])))


def lines_of_table(columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> list[Line]:
    """The people of a table: its column for addresses, and one or two for names. Raises Refused without them."""
    headings = [heading.casefold() for heading in columns]
    email = next((place for place, heading in enumerate(headings) if "mail" in heading), None)
    named = [
        place
        for place, heading in enumerate(headings)
        if place != email and ("name" in heading or heading in ("delegate", "person", "who"))
    ]
    if email is None:
        raise Refused("The file needs a column called Email, and one called Name for people who are new.")
    whole = [
        place for place in named if headings[place] in ("name", "full name", "delegate", "person", "who")
    ]
    found = [
        Line(
            line,
            tidy_name(" ".join(cells[place] for place in (whole[:1] or named))),
            tidy_email(cells[email]),
        )
        for line, cells in rows
    ]
    return bounded(found)


def bounded(lines: list[Line], *, most: int = MOST, verb: str = "Book") -> list[Line]:
    """The list, if it holds anybody and is not too long."""
    if not lines:
        raise Refused("Enter at least one person: a name and a work email.")
    if len(lines) > most:
        raise Refused(f"The list has {len(lines)} people. {verb} at most {most} at a time.")
    return lines


def as_text(lines: Iterable[Line]) -> str:
    """The list as it can be pasted again."""
    return "\n".join(f"{line.name}\t{line.email}" for line in lines)
