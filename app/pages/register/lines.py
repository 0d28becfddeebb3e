"""The lines of a register: a person with their mark as it is, or as it was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...attendance import rules
from ...attendance.rules import MarkKind, Typed


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
    typed: Typed
    was: str
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
    people: Iterable[Any], typed: Mapping[int, Typed] | None = None, faults: Mapping[int, str] | None = None
) -> list[Line]:
    """Everybody on a register, with what was typed of some of them instead of what is stored."""
    return [
        Line(
            id=person.public_id,
            name=person.name,
            letter=rules.first_letter(person.name),
            workplace=person.setting or person.agency,
            walk_in=person.state == "walk-in",
            needs=person.needs,
            mobile=person.mobile,
            typed=(typed or {}).get(person.id, stored(person)),
            was=joined(stored(person)),
            fault=(faults or {}).get(person.id, ""),
        )
        for person in people
    ]


def stored(person: Any) -> Typed:
    """What a form shows of the mark there is."""
    late, early = person.minutes_late or "", person.left_early or ""
    return Typed(person.mark or "", str(late), str(early), person.why or "")


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
