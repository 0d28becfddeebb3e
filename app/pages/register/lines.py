"""The lines of a register: a person with their mark as it is, or as it was typed, and who said so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...attendance import rules
from ...attendance.rules import LATE, MarkKind, Typed, Way
from ...clock import london_day
from ...web.filters import clock_time, day

KINDS = {MarkKind.PRESENT: "Here", MarkKind.ABSENT: "Absent", MarkKind.EXCUSED: "Excused"}
WAYS = {
    Way.LINK: "by the mailed link",
    Way.CHECK_IN: "checked in",
    Way.REPORT: "from the meeting’s report",
    Way.IMPORT: "from an earlier list",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of the register; ``fault`` says what is wrong with what was typed."""

    id: str
    name: str
    letter: str
    workplace: str
    walk_in: bool
    needs: str
    mobile: str
    part_one: str
    typed: Typed
    was: str
    said: str
    earlier: list[str] = field(default_factory=list)
    fault: str = ""

    @property
    def note(self) -> str:
        """What "More" holds, in short: "Excused, on leave", "15 minutes late"; register.js says the same."""
        said = ["Excused"] if self.typed.mark == MarkKind.EXCUSED else []
        said += [f"{self.typed.late} minutes late"] if self.typed.late else []
        said += [f"left {self.typed.early} minutes early"] if self.typed.early else []
        said += [self.typed.why] if self.typed.why else []
        return ", ".join(said)


def lines(
    people: Iterable[Any],
    typed: Mapping[int, Typed] | None = None,
    faults: Mapping[int, str] | None = None,
    earlier: Mapping[str, list[Any]] | None = None,
    *,
    on: date,
) -> list[Line]:
    """Everybody on the register of a day, with what was typed of some of them instead of what is stored."""
    return [
        Line(
            id=person.public_id,
            name=person.name,
            letter=rules.first_letter(person.name),
            workplace=person.setting or person.agency,
            walk_in=person.state == "walk-in",
            needs=person.needs,
            mobile=person.mobile,
            part_one=part_one(person),
            typed=(typed or {}).get(person.id, stored(person)),
            was=joined(stored(person)),
            said=said(person, on),
            earlier=[said(one, on) for one in (earlier or {}).get(person.public_id, [])],
            fault=(faults or {}).get(person.id, ""),
        )
        for person in people
    ]


def part_one(person: Any) -> str:
    """Whether part 1 is done, where the course asks for one."""
    if not person.has_part_one:
        return ""
    return "not done yet" if person.part_one_to_do else "done"


def said(mark: Any, on: date) -> str:
    """Whose mark it is: "Here: Tom Trainer, 9:42am by the mailed link", with the day if it is another; "" for none."""
    if not mark.mark:
        return ""
    late = f", {mark.minutes_late} minutes late" if mark.minutes_late else ""
    at = clock_time(mark.marked_at) if mark.marked_at else ""
    if at and london_day(mark.marked_at) != on:
        at = f"{day(mark.marked_at, year=False)} {at}"
    who = ", ".join(part for part in (mark.marked_by or "", at) if part)
    who = " ".join(part for part in (who, WAYS.get(mark.how, "")) if part)
    return f"{KINDS[mark.mark]}{late}: {who}" if who else f"{KINDS[mark.mark]}{late}"


def stored(person: Any) -> Typed:
    """What a form shows of the mark there is."""
    late, early = person.minutes_late or "", person.left_early or ""
    return Typed(LATE if late else person.mark or "", str(late), str(early), person.why or "")


def joined(typed: Typed) -> str:
    """What a form showed, in one hidden field: what is sent back unchanged is nobody's wish."""
    return "|".join(part.strip() for part in typed)


def typed_marks(form: Mapping[str, str], people: Iterable[Any]) -> dict[int, Typed]:
    """What a sent form wants changed, by booking.

    A tick is sent as it is; a whole page says with each person what it showed, so that it does not undo what
    somebody else marked meanwhile.
    """
    found = {}
    everybody = form.get("everybody") == "present"
    for person in people:
        id = person.public_id
        typed = Typed(*(form.get(f"{name}-{id}", "")[:200] for name in ("mark", "late", "early", "why")))
        showed = form.get(f"was-{id}")
        if everybody and showed is not None and not typed.mark and not person.mark:
            found[person.id] = typed._replace(mark=MarkKind.PRESENT.value)
        elif joined(typed) != (showed or "|||"):
            found[person.id] = typed
    return found
