"""What the headings of reports mean: compared without capitals, accents and signs. Pure.

Teams writes headings in the language of whoever downloads. Sections are found by their number, columns by these.
"""

import re
import unicodedata
from collections.abc import Iterable

from .headings import COLUMNS, FACTS

# Letters that are no letter with a sign above or below, and that people leave out all the same.
TWINS = str.maketrans(
    {"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u00e6": "ae", "\u0153": "oe", "\u0131": "i"}
)


def folded(text: str) -> str:
    """A text without accents and capitals, to compare."""
    wide = unicodedata.normalize("NFKD", text).casefold().translate(TWINS)
    return "".join(sign for sign in wide if not unicodedata.combining(sign))


def plain(text: str) -> str:
    """A heading to compare: no capitals, accents or signs, and without the zone that some builds add."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"\(utc[^)]*\)", " ", folded(text))))


def says_utc(text: str) -> bool:
    """Whether a heading says that its times are in UTC."""
    said = folded(text)
    return "(utc)" in said or said.startswith("utcevent")


MEANING = {label: column for column, labels in COLUMNS.items() for label in labels}
FACT = {label: fact for fact, labels in FACTS.items() for label in labels}


def columns_of(cells: Iterable[str]) -> dict[str, int]:
    """Which column is which, of those we know; the first of each."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        meaning = MEANING.get(plain(cell))
        if meaning is not None:
            found.setdefault(meaning, place)
    return found
