"""Rows of courses and of venues as what they will be. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..accounts.rules import ROLE_GROUPS, folded
from ..catalogue.course_files import LONGEST_MINUTES
from ..catalogue.rules import DELIVERIES, KINDS, LONGEST_TITLE, CourseContent
from . import cells
from .cells import Wrong
from .rows import Cells, Reader
from .tables import Fault

KIND_WORDS: Mapping[str, str] = {
    **{kind: kind for kind in KINDS},
    **{words.casefold(): kind for kind, words in KINDS.items()},
    "elearning": "e-learning",
    "conference": "forum",
    "network": "forum",
}
DELIVERY_WORDS: Mapping[str, str] = {
    **{way: way for way in ("classroom", "virtual", "blended", "e-learning", "external")},
    **{words.casefold(): way for way, words in DELIVERIES.items()},
    "face to face": "classroom",
    "face-to-face": "classroom",
    "f2f": "classroom",
    "online": "virtual",
    "webinar": "virtual",
    "hybrid": "blended",
    "elearning": "e-learning",
}


@dataclass(frozen=True)
class CoursePlan:
    """A course to make."""

    line: int
    content: CourseContent


@dataclass(frozen=True)
class VenuePlan:
    """A venue to make; ``values`` are its columns."""

    line: int
    values: Mapping[str, str | int | None]


def read_courses(reader: Reader, titles: Collection[str]) -> tuple[list[CoursePlan], list[Fault]]:
    """The courses of a table; ``titles`` are those there are already (also under other names)."""
    taken = {folded(title): "is in the catalogue already. Leave the row out" for title in titles}
    plans: list[CoursePlan] = []
    faults: list[Fault] = []
    for row in reader.rows():
        content = course(row)
        once(row, "title", content.title, taken)
        faults += row.faults
        if row.good:
            plans.append(CoursePlan(row.line, content))
    return plans, faults


def course(row: Cells) -> CourseContent:
    """What a row says of a course."""
    delivery = row.value("delivery", lambda text: cells.one_of(text, DELIVERY_WORDS), needed=True)
    provider = row.text("provider")
    if delivery == "external" and not provider:
        row.wrong("provider", "is empty: a course of another provider says whose it is")
    published = row.value("published", cells.yes)
    return CourseContent(
        title=row.text("title", needed=True, longest=LONGEST_TITLE),
        kind=row.value("kind", lambda text: cells.one_of(text, KIND_WORDS), needed=True) or "subject",
        delivery=delivery or "classroom",
        level=row.value("level", level),
        minutes=row.value("minutes", lambda text: cells.whole(text, least=1, most=LONGEST_MINUTES)),
        other_names=cells.entries(row.text("other_names", longest=1000, lines=True)),
        summary=row.text("summary", longest=300),
        outcomes=cells.entries(row.text("outcomes", longest=4000, lines=True)),
        audience=row.text("audience", longest=2000),
        audience_groups=row.value("role_groups", role_groups) or (),
        do_first=row.text("do_first", longest=2000, lines=True),
        themes=cells.entries(row.text("themes", longest=1000, lines=True)),
        provider=provider,
        provider_url=row.value("provider_url", cells.link) or "",
        published=True if published is None else published,
        description=row.text("description", longest=20_000, lines=True),
    )


def level(text: str) -> int:
    """3, or "Level 3"."""
    return cells.whole(text.casefold().removeprefix("level").strip(), least=1, most=4)


def role_groups(text: str) -> tuple[str, ...]:
    """Role groups of the competency framework, by their names."""
    known = {group.casefold(): group for group in ROLE_GROUPS}
    return tuple(cells.one_of(entry, known) for entry in cells.entries(text))


def once(row: Cells, key: str, name: str, taken: dict[str, str]) -> None:
    """Note a name that another row, or something that is there, has already."""
    if not name:
        return
    if folded(name) in taken:
        row.wrong(key, f"\u201c{name}\u201d {taken[folded(name)]}")
    taken.setdefault(folded(name), f"stands in {row.reader.table.word.casefold()} {row.line} already")


def read_venues(reader: Reader, names: Collection[str]) -> tuple[list[VenuePlan], list[Fault]]:
    """The venues of a table; ``names`` are those there are already."""
    taken = {folded(name): "is in the list already. Leave the row out" for name in names}
    plans: list[VenuePlan] = []
    faults: list[Fault] = []
    for row in reader.rows():
        values = venue(row)
        once(row, "name", str(values["name"]), taken)
        faults += row.faults
        if row.good:
            plans.append(VenuePlan(row.line, values))
    return plans, faults


def venue(row: Cells) -> dict[str, str | int | None]:
    """What a row says of a venue."""
    return {
        "name": row.text("name", needed=True),
        "address": row.text("address", longest=300),
        "postcode": row.value("postcode", postcode) or "",
        "places": row.value("places", lambda text: cells.whole(text, least=1)),
        "access_notes": row.text("access_notes", longest=2000, lines=True),
        "notes": row.text("notes", longest=2000, lines=True),
        "contact": row.text("contact"),
        "phone": row.text("phone", longest=40),
    }


def postcode(text: str) -> str:
    """A postcode, in capitals."""
    plain = " ".join(text.upper().split())
    if len(plain) > 10:
        raise Wrong(f"\u201c{plain[:20]}\u201d is too long for a postcode")
    return plain
