"""Course files: TOML between two lines of +++, then the description in CommonMark. Pure: text in, content or faults out.

The folder's name is the course's slug. ``courses/managing-allegations/course.md`` shows every usual key.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..accounts.rules import ROLE_GROUPS
from .rules import (
    APPROVALS,
    DELIVERIES,
    KINDS,
    LONGEST_SLUG,
    LONGEST_TITLE,
    PART_ONE,
    REFRESH_MONTHS,
    STRENGTHS,
    CourseContent,
    circle,
)
from .toml_text import CONTROL, NOBODY_TYPES, Entries, Fault, Path, TomlFile, written

FENCE = "+++"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
STRENGTH_KEYS = dict(zip(("requires", "requires_by_deadline", "requires_advised"), STRENGTHS, strict=True))
KEY_OF = {strength: key for key, strength in STRENGTH_KEYS.items()}
LONGEST_MINUTES = 60 * 24 * 10


@dataclass(frozen=True)
class CourseFile:
    """A course as its file has it, with the lines of its keys (for faults that only show beside other files)."""

    slug: str
    name: str
    content: CourseContent
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False, repr=False)

    def fault(self, key: str, sentence: str) -> Fault:
        """Something wrong with a key of this file."""
        return Fault(self.name, self.lines.get((key,), 0) + 1, key, sentence)


def parse_course(slug: str, name: str, text: str) -> CourseFile | list[Fault]:
    """Read a course file strictly; every fault names its line and key, and a file with one gives nothing else."""
    front, description = split(text)
    if front is None:
        return [Fault(name, 1, "", f"must begin with {FENCE}, then the keys, then a line {FENCE}")]
    file = TomlFile(name, front, shift=1)
    table = file.root()
    content = read_content(table, description) if not file.faults else None
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        file.faults.append(
            Fault(name, 0, "", "its folder must be named in small letters, figures and hyphens")
        )
    if CONTROL.search(description):
        file.faults.append(Fault(name, 0, "", NOBODY_TYPES))
    heading = re.search(r"^# ", description, re.MULTILINE)
    if heading:
        line = text.replace("\r\n", "\n")[: -len(description)].count("\n") if description else 0
        line += description[: heading.start()].count("\n") + 1
        file.faults.append(
            Fault(name, line, "", 'begin headings with "## " (the page has its own first heading)')
        )
    if file.faults or content is None:
        return sorted(file.faults)
    return CourseFile(slug, name, content, file.lines)


def split(text: str) -> tuple[str | None, str]:
    """The front matter and the description of a file; None when it does not begin as it must."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        return None, ""
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return "\n".join(lines[1:number]) + "\n", "\n".join(lines[number + 1 :]).strip()
    return None, ""


def read_content(table: Entries, description: str) -> CourseContent:
    """Take every key that a course has; note what is wrong in the file's faults."""
    content = CourseContent(
        title=table.line("title", needed=True, longest=LONGEST_TITLE),
        other_names=table.texts("other_names"),
        kind=table.one_of("kind", KINDS),
        delivery=table.one_of("delivery", DELIVERIES),
        level=table.whole("level", 1, 4),
        minutes=table.whole("minutes", 1, LONGEST_MINUTES),
        summary=table.text("summary", longest=300),
        outcomes=table.texts("outcomes"),
        audience=table.text("audience"),
        audience_groups=table.texts("audience_groups", known=ROLE_GROUPS),
        do_first=table.text("do_first"),
        content_note=table.text("content_note"),
        required=read_required(table),
        equivalents=frozenset(table.texts("equivalents")),
        part_one=table.one_of("part_one", PART_ONE, usual="chase"),
        approval=table.one_of("approval", APPROVALS, usual=""),
        copies_manager=table.yes("copies_manager", usual=False),
        several_places=table.yes("several_places", usual=False),
        refresh_every_months=table.whole("refresh_every_months", REFRESH_MONTHS[0], REFRESH_MONTHS[-1]),
        themes=table.texts("themes"),
        provider=table.line("provider", longest=200),
        provider_url=table.line("provider_url", longest=500),
        joining=table.line("joining", longest=200),
        certificate_waits_for_after=table.yes("certificate_waits_for_after", usual=True),
        published=table.yes("published", usual=True),
        description=description,
    )
    if content.provider_url and not content.provider_url.startswith(("https://", "http://")):
        table.fault("provider_url", "must begin with https://")
    if content.delivery == "external" and not content.provider:
        table.fault("provider", "is missing: a course of delivery external says whose it is")
    table.finish()
    return content


def read_required(table: Entries) -> dict[str, str]:
    """The courses that come before, each with its strength; a course may stand under one strength only."""
    found: dict[str, str] = {}
    for key, strength in STRENGTH_KEYS.items():
        for slug in table.texts(key):
            if slug in found:
                table.fault(key, f'names "{slug}", which is required in another strength already')
            found.setdefault(slug, strength)
    return found


def faults_between(files: Iterable[CourseFile], slugs: Iterable[str]) -> list[Fault]:
    """What is wrong only beside other courses. ``slugs``: those that a course may require."""
    courses, known, titles = list(files), set(slugs), dict[str, str]()
    required = {course.slug: list(course.content.required) for course in courses}
    faults = []
    for course in courses:
        title = course.content.title.casefold()
        if title in titles:
            faults.append(course.fault("title", f"is also the title of {titles[title]}"))
        titles.setdefault(title, course.name)
        for slug, strength in course.content.required.items():
            if slug not in known:
                faults.append(course.fault(KEY_OF[strength], f'there is no course "{slug}"'))
        faults += [
            course.fault(
                "equivalents",
                "names the course itself" if slug == course.slug else f'there is no course "{slug}"',
            )
            for slug in sorted(course.content.equivalents - (known - {course.slug}))
        ]
        if way := circle(required, course.slug):
            key = KEY_OF[course.content.required[way[1]]]
            faults.append(course.fault(key, "goes round in a circle: " + " \u2192 ".join(way)))
    return sorted(faults)


def write_course(content: CourseContent) -> str:
    """A course as a file; reading it gives the same content again."""
    table: dict[str, object] = {
        "title": content.title,
        "other_names": content.other_names,
        "kind": content.kind,
        "delivery": content.delivery,
        "level": content.level,
        "minutes": content.minutes,
        "summary": content.summary,
        "outcomes": content.outcomes,
        "audience": content.audience,
        "audience_groups": content.audience_groups,
        "do_first": content.do_first,
        "content_note": content.content_note,
        **{
            key: tuple(sorted(slug for slug, found in content.required.items() if found == strength))
            for key, strength in STRENGTH_KEYS.items()
        },
        "equivalents": tuple(sorted(content.equivalents)),
        "part_one": None if content.part_one == "chase" else content.part_one,
        "approval": content.approval,
        "copies_manager": content.copies_manager or None,
        "several_places": content.several_places or None,
        "refresh_every_months": content.refresh_every_months,
        "themes": content.themes,
        "provider": content.provider,
        "provider_url": content.provider_url,
        "joining": content.joining,
        "certificate_waits_for_after": None if content.certificate_waits_for_after else False,
        "published": None if content.published else False,
    }
    body = f"\n{content.description}\n" if content.description else ""
    return f"{FENCE}\n{written(table)}{FENCE}\n{body}"
