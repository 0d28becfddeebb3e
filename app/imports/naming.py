"""Finding what a cell names: exactly, but for case and punctuation. What is only similar is named, never taken. Pure."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from ..accounts.rules import folded, similar_names
from .cells import Wrong
from .tables import short

Meant = TypeVar("Meant")
SIMILAR = 3


class Names(Generic[Meant]):
    """What can be named, by all of its names; the first is how a sentence calls it, and comes before all others."""

    def __init__(self, what: str, entries: Iterable[tuple[tuple[str, ...], Meant]]) -> None:
        self.what = what
        self.by_title: dict[str, dict[str, Meant]] = {}
        self.by_name: dict[str, dict[str, Meant]] = {}
        self.labels: dict[str, str] = {}  # every name -> how it is called
        self.known: dict[str, Meant | Wrong] = {}
        for names, meant in entries:
            self.by_title.setdefault(folded(names[0]), {})[names[0]] = meant
            for name in names:
                if folded(name):
                    self.by_name.setdefault(folded(name), {})[names[0]] = meant
                    self.labels.setdefault(name, names[0])

    def find(self, text: str) -> Meant:
        """What is called so. Raises Wrong, with similar names, when nothing is, and when several are."""
        if text not in self.known:
            try:
                self.known[text] = self.look(text)
            except Wrong as wrong:
                self.known[text] = wrong
        found = self.known[text]
        if isinstance(found, Wrong):
            raise Wrong(str(found))
        return found

    def look(self, text: str) -> Meant:
        """The same, without remembering."""
        found = self.by_title.get(folded(text)) or self.by_name.get(folded(text), {})
        if not folded(text):
            found = {}
        if len(found) > 1:
            raise Wrong(
                f"\u201c{short(text)}\u201d could be {either(sorted(found))}. Write which one in full"
            )
        if found:
            return next(iter(found.values()))
        raise Wrong(f"\u201c{short(text)}\u201d is no {self.what} here.{self.meant(text)}")

    def similar(self, text: str) -> list[str]:
        """How those are called whose names are like it, a few at most."""
        names = similar_names(text, list(self.labels), limit=SIMILAR * 2)
        return list(dict.fromkeys(self.labels[name] for name in names))[:SIMILAR]

    def meant(self, text: str) -> str:
        """The end of the sentence: what may have been meant."""
        similar = self.similar(text)
        return f" Did you mean {either(similar)}?" if similar else ""


def either(names: Iterable[str]) -> str:
    """A, B or C, each between quotation marks."""
    quoted = [f"\u201c{short(name)}\u201d" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def same_person(one: str, other: str) -> bool:
    """Whether two names can be one person's: the same words in whatever order, or one with a name more."""
    first, second = sorted((set(folded(one).split()), set(folded(other).split())), key=len)
    return first == second or (len(first) > 1 and first <= second)
