"""Reading TOML strictly, with the line of each fault, and writing it. Pure; for course files and questionnaires."""

import json
import re
import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?")
# Written as "\\u0000" they are TOML; a page cannot show them and PostgreSQL stores no NUL.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOBODY_TYPES = "holds a control character: take it out"
WIDEST = 100
Path = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file: where, at which key, and what to do about it."""

    file: str
    line: int
    key: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.sentence}" if self.key else f"{place}: {self.sentence}"


def key_lines(text: str) -> dict[Path, int]:
    """The line on which each key and each table of a TOML text begins; entries of a list of tables by number."""
    found: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    in_string = False
    for number, line in enumerate(text.split("\n"), start=1):
        inside, in_string = in_string, in_string != bool(line.count('"""') % 2)
        if inside:
            continue
        header = HEADER.fullmatch(line)
        if header:
            table = tuple(header[2].split("."))
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := KEY.match(line):
            found.setdefault((*table, key[1]), number)
    return found


@dataclass
class TomlFile:
    """A TOML text being read; faults gather here. ``shift`` counts the lines of the file before the text."""

    name: str
    text: str
    shift: int = 0
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = key_lines(self.text)

    def root(self) -> "Entries":
        """The outermost table; empty, with a fault, when the text is not TOML at all."""
        try:
            table = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            message = str(error)
            place = re.search(r"line (\d+)", message)
            line = int(place[1]) if place else len(self.text.split("\n"))
            said = re.sub(r"\s*\(at .*\)$", "", message)
            self.faults.append(Fault(self.name, line + self.shift, "", f"is not TOML: {said}"))
            table = {}
        return Entries(self, table, ())

    def fault(self, path: Path, sentence: str) -> None:
        """Note what is wrong with the key at that path (or with the table it is missing from)."""
        line = next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)
        key = str(path[-1]) if path else ""
        self.faults.append(Fault(self.name, max(line + self.shift, 1), key, sentence))


@dataclass
class Entries:
    """A table whose keys are taken one by one; what is wrong, missing or left over becomes a fault."""

    file: TomlFile
    table: dict[str, Any]
    path: Path

    def __post_init__(self) -> None:
        self.left = set(self.table)

    def fault(self, key: str, sentence: str) -> None:
        """Note what is wrong with a key of this table."""
        self.file.fault((*self.path, key), sentence)

    def take(self, key: str, kind: type, words: str, *, needed: bool = False) -> Any:
        """The value of a key if it is of that type, else None."""
        self.left.discard(key)
        value = self.table.get(key)
        if value is None:
            if needed:
                self.fault(key, "is missing")
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"must be {words}")
            return None
        return value

    def line(self, key: str, *, needed: bool = False, longest: int) -> str:
        """A text that stays on its line, as titles do in mails and calendars."""
        value = self.text(key, needed=needed, longest=longest)
        if len(value.splitlines()) > 1:
            self.fault(key, "must be one line")
        return value

    def text(self, key: str, *, needed: bool = False, longest: int = 4000) -> str:
        """A text without blanks around it."""
        value = (self.take(key, str, "a text in quotation marks", needed=needed) or "").strip()
        if needed and key in self.table and isinstance(self.table[key], str) and not value:
            self.fault(key, "is empty")
        if len(value) > longest:
            self.fault(key, f"must have at most {longest} characters (it has {len(value)})")
        if CONTROL.search(value):
            self.fault(key, NOBODY_TYPES)
        return value

    def one_of(self, key: str, choices: Iterable[str], *, usual: str | None = None) -> str:
        """A text that is one of the choices; where there is a usual one, it need not be said."""
        if usual is not None and key not in self.table:
            return usual
        value, known = self.text(key, needed=True), list(choices)
        if value and value not in known:
            self.fault(key, "must be one of " + ", ".join(known))
            return ""
        return value

    def whole(self, key: str, lowest: int, highest: int) -> int | None:
        """A whole number in a range."""
        value: int | None = self.take(key, int, "a whole number")
        if value is not None and not lowest <= value <= highest:
            self.fault(key, f"must be {lowest} to {highest}")
            return None
        return value

    def yes(self, key: str, *, usual: bool) -> bool:
        """true or false."""
        value = self.take(key, bool, "true or false")
        return usual if value is None else bool(value)

    def texts(self, key: str, *, known: Container[str] | None = None) -> tuple[str, ...]:
        """A list of texts, none of them empty or there twice."""
        values = self.take(key, list, "a list of texts") or []
        if not all(isinstance(value, str) and value.strip() for value in values):
            self.fault(key, "must be a list of texts, none of them empty")
            return ()
        found = tuple(value.strip() for value in values)
        if len(set(found)) < len(found):
            self.fault(key, "says the same thing twice")
        if any(CONTROL.search(value) for value in found):
            self.fault(key, NOBODY_TYPES)
        for value in found:
            if known is not None and value not in known:
                self.fault(key, f'does not know "{value}"')
        return found

    def table_at(self, key: str) -> "Entries":
        """A table within this one; an empty one if it is missing."""
        found = self.take(key, dict, "a table")
        return Entries(self.file, found or {}, (*self.path, key))

    def tables_at(self, key: str) -> list["Entries"]:
        """A list of tables within this one."""
        found = self.take(key, list, "a list of tables") or []
        if not all(isinstance(table, dict) for table in found):
            self.fault(key, "must be a list of tables")
            return []
        return [Entries(self.file, table, (*self.path, key, number)) for number, table in enumerate(found)]

    def finish(self) -> None:
        """Whatever was not taken is unknown."""
        for key in sorted(self.left):
            self.fault(key, "is not a key that is known here")


def written_value(value: Any) -> str:
    """A text, number, yes or no, or list of texts as TOML; a long list goes over several lines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):  # a JSON string is a TOML string, but for one character
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    parts = [written_value(part) for part in value]
    line = f"[{', '.join(parts)}]"
    return line if len(line) <= WIDEST else "[\n" + "".join(f"  {part},\n" for part in parts) + "]"


def written(table: Mapping[str, Any]) -> str:
    """The keys of a flat table as lines of TOML, without those that are empty."""
    return "".join(
        f"{key} = {written_value(value)}\n"
        for key, value in table.items()
        if value is not None and value != "" and value != () and value != []
    )
