"""What a course says, the words people search with, and times as people type them. Pure: plain values in and out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

KINDS = {
    "core": "Core course",
    "subject": "Subject course",
    "seminar": "Seminar",
    "e-learning": "E-learning",
    "forum": "Forum",
}
DELIVERIES = {
    "virtual": "Virtual",
    "classroom": "In person",
    "blended": "Part virtual, part in person",
    "e-learning": "E-learning",
    "external": "Another provider",
}
STRENGTHS = ("to book", "by a deadline", "advised")
# Who has to agree before somebody is booked; "" is nobody.
APPROVALS = {
    "confirm": "They confirm that their manager agrees, and are booked at once",
    "manager": "Their line manager, by a link in a mail",
    "lead": "The agency lead of where they work",
}
# What happens at the deadline to the place of somebody who has not done what comes first.
PART_ONE = {
    "chase": "They keep the place, and the desk sees who they are",
    "release": "The place is given to the next person who waits",
}
LEVELS = range(1, 5)
REFRESH_MONTHS = range(1, 121)
LONGEST_TITLE = 200
LONGEST_SLUG = 80

# Words that say nothing about which course is meant.
# fmt: off
EMPTY_WORDS = frozenset({
    "a", "about", "an", "and", "any", "at", "course", "courses", "date", "dates", "for", "from", "in", "is",
    "of", "on", "or", "session", "sessions", "the", "to", "training", "with",
})
# fmt: on
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")


@dataclass(frozen=True)
class CourseContent:
    """Everything that a course says about itself: what a course file holds, and the form on the site."""

    title: str
    kind: str
    delivery: str
    level: int | None = None
    minutes: int | None = None
    other_names: tuple[str, ...] = ()
    summary: str = ""
    outcomes: tuple[str, ...] = ()
    audience: str = ""
    audience_groups: tuple[str, ...] = ()
    do_first: str = ""
    content_note: str = ""
    required: Mapping[str, str] = field(default_factory=dict)  # slug of a course -> strength
    equivalents: frozenset[str] = frozenset()  # slugs of courses that count as this one
    part_one: str = "chase"  # of PART_ONE
    approval: str = ""  # of APPROVALS
    copies_manager: bool = False
    several_places: bool = False
    themes: tuple[str, ...] = ()
    provider: str = ""
    provider_url: str = ""
    joining: str = ""
    refresh_every_months: int | None = None
    certificate_waits_for_after: bool = True
    published: bool = True
    description: str = ""


@dataclass(frozen=True)
class Search:
    """What somebody looks for: folded words, all of which must be there, and filters (empty: everything)."""

    words: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()
    role_group: str = ""
    month: date | None = None
    with_places: bool = False


def way_of(delivery: str, in_rooms: Sequence[bool]) -> str:
    """How a date is taught: a virtual course may meet in rooms after all (a flag for each session that does)."""
    if delivery != "virtual" or not any(in_rooms):
        return delivery
    return "classroom" if all(in_rooms) else "blended"


def stem(word: str) -> str:
    """A word without its plural or -ing, so that "babies" finds "baby" and "safeguarding" finds "safeguard"."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 6 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def folded(text: str) -> list[str]:
    """The words of a text without capitals, accents, apostrophes and endings; "self-harm" also as "selfharm"."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("\u2019", ""))
    found: list[str] = []
    for word in WORD.findall("".join(c for c in plain if not unicodedata.combining(c))):
        parts = word.split("-")
        found += [stem(part) for part in parts]
        if len(parts) > 1:
            found.append(stem("".join(parts)))
    return found


def search_text(title: str, names: Iterable[str], rest: Iterable[str]) -> str:
    """What a search looks at: a line for the title, one for the other names, one for everything else.

    Each word has a blank before it, so that a search finds the beginnings of words only.
    """
    lines = (folded(title), folded(" ".join(names)), folded(" ".join(rest)))
    return "\n".join("".join(f" {word}" for word in dict.fromkeys(line)) for line in lines)


def search_text_of(content: CourseContent) -> str:
    """The search text of a course."""
    rest = (
        content.summary,
        *content.outcomes,
        content.audience,
        *content.themes,
        content.provider,
        KINDS[content.kind],
        DELIVERIES[content.delivery],
        content.description,
    )
    return search_text(content.title, content.other_names, rest)


def query_words(query: str) -> tuple[str, ...]:
    """The words of a search that have to be found, each once; at most eight."""
    typed = " ".join(word for word in query.replace("-", " ").split() if word.casefold() not in EMPTY_WORDS)
    return tuple(dict.fromkeys(folded(typed)))[:8]


def slug_from(title: str, taken: Iterable[str]) -> str:
    """A title as it stands in addresses, with a number if it is taken."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = (
        re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[: LONGEST_SLUG - 4].strip("-")
        or "course"
    )
    used, number, found = set(taken), 1, slug
    while found in used:
        number += 1
        found = f"{slug}-{number}"
    return found


def parse_time(typed: str) -> time | None:
    """A time as people write it: 9:30, 09.30, 9:30am, 1pm, 13:00, midday. None for anything else."""
    text = typed.strip().casefold()
    if text in ("midday", "noon"):
        return time(12)
    found = TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 and (half or found[2]) else None


def months_from(first: date, last: date) -> list[date]:
    """The first day of each month from one day's month to another's."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [month_after(first, step) for step in range(max(count, 1))]


def month_after(day: date, step: int) -> date:
    """The first day of the month that many months after the day's own."""
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def month_from_slug(text: str) -> date | None:
    """The first day of a month written as 2027-01; None for anything else."""
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", text, re.ASCII):
        return None
    return date(int(text[:4]), int(text[5:]), 1)


def circle(required: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """A way from a course through what it requires back to itself; empty if there is none."""
    ways = [[start, slug] for slug in required.get(start, ())]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, slug] for slug in required.get(way[-1], ())]
    return []
