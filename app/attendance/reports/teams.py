"""Reports of Microsoft Teams: the lists of 2020, the blocks of 2021, the sections since 2022, live events. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from .dates import Order, Stamp, instant_of, stamp_of
from .durations import seconds_of, seconds_of_minutes
from .headings import JOINED, LEFT, ORGANISERS
from .labels import plain
from .layout import Row
from .report import Entry, Meeting
from .scanning import Scan, Table

SUMS, TIMES = 2, 3  # the numbers of sections


def sections(found: Scan) -> Meeting | None:
    """2022 and later: the summary, everybody with their sum, every time that somebody came in."""
    sums = found.table("name", "first_join", section=SUMS) or found.table("name", "first_join")
    times = found.table("name", "join", section=TIMES)
    if sums is None and times is None:
        # "Only who attended": an administrator switched times off, and nothing but names and roles is left.
        sums = found.table("name", "email", section=SUMS) or found.table("name", "role", section=SUMS)
    if sums is None and times is None:
        return None
    remarks = []
    if sums is None:
        remarks.append("The section \u201c2. Participants\u201d is missing: the file is not whole.")
    elif times is None and {"first_join", "duration"} & sums.columns.keys():
        remarks.append(
            "The section \u201c3. In-Meeting Activities\u201d is missing, so breaks cannot be seen: "
            "what the file states as each person\u2019s duration counts."
        )
    entries = [*(people(sums, "first_join", "last_leave", is_sum=True) if sums else ())]
    entries += [*(people(times, "join", "leave") if times else ())]
    return meeting("Teams, 2022 or later", found, entries, remarks, (sums, times))


def blocks(found: Scan) -> Meeting | None:
    """2021: what the meeting was, then a row for every time that somebody came in."""
    table = found.table("name", "join", "leave")
    if table is None:
        return None
    return meeting("Teams, 2021", found, [*people(table, "join", "leave")], [], (table,))


def people(table: Table, joined: str, left: str, *, is_sum: bool = False) -> Iterator[Entry]:
    """The rows of a table of people and times."""
    for row in table.rows:
        yield Entry(
            line=row.line,
            name=name_in(table, row),
            addresses=addresses_in(table, row),
            joined=table.cell(row, joined),
            left=table.cell(row, left),
            seconds=stated(table, row),
            organises=plain(table.cell(row, "role")) in ORGANISERS,
            is_sum=is_sum,
        )


def name_in(table: Table, row: Row) -> str:
    """Somebody's name, from one column or two."""
    parts = (table.cell(row, column) for column in ("first_name", "last_name"))
    return table.cell(row, "name") or " ".join(part for part in parts if part)


def addresses_in(table: Table, row: Row) -> tuple[str, ...]:
    """The addresses of a row, Email first, each once."""
    written = (table.cell(row, column).lower() for column in ("email", "upn"))
    return tuple(dict.fromkeys(address for address in written if "@" in address))


def stated(table: Table, row: Row) -> int | None:
    """How long somebody was there, as the row states it."""
    if "duration" in table.columns:
        return seconds_of(table.cell(row, "duration"))
    return seconds_of_minutes(table.cell(row, "minutes")) if "minutes" in table.columns else None


def meeting(
    kind: str, found: Scan, entries: list[Entry], remarks: list[str], tables: Iterable[Table | None]
) -> Meeting:
    """A report, with what is said of the meeting."""
    said = found.facts.get("people", "")
    return Meeting(
        kind=kind,
        title=found.facts.get("title") or found.facts.get("topic", ""),
        start=found.facts.get("start", ""),
        end=found.facts.get("end", ""),
        people=int(said) if said.isascii() and said.isdigit() and len(said) < 7 else None,
        utc=found.utc or any(table.utc for table in tables if table is not None),
        entries=tuple(entries),
        remarks=tuple(remarks),
    )


def lists(found: Scan) -> Meeting | None:
    """2020: who came in and went out, an entry each, downloaded while the meeting ran; live events likewise."""
    table = found.table("name", "action", "at")
    if table is None:
        return None
    live = "session_id" in table.columns or "participant_id" in table.columns
    entries, remarks = paired(table)
    return meeting("Teams live event" if live else "Teams, 2020", found, entries, remarks, (table,))


Happening = tuple[datetime, int, str, Row]  # when, 0 in or 1 out, as written, where


def paired(table: Table) -> tuple[list[Entry], list[str]]:
    """Coming in and going out joined to times of presence, with what could not be understood."""
    by_person: dict[tuple[str, ...], list[Happening]] = defaultdict(list)
    remarks, unknown = list[str](), set[str]()
    read = reading_order(table)
    for row in table.rows:
        action, at = plain(table.cell(row, "action")), read(table.cell(row, "at"))
        if action not in JOINED | LEFT:
            unknown.add(table.cell(row, "action"))
        elif at is None:
            remarks.append(f"Line {row.line}: \u201c{table.cell(row, 'at')}\u201d is no day with a time.")
        else:
            happening = (at, int(action in LEFT), table.cell(row, "at"), row)
            by_person[whose(table, row)].append(happening)
    if unknown:
        words = ", ".join(f"\u201c{word}\u201d" for word in sorted(unknown)[:3])
        remarks.append(
            f"What people did is written as {words}, which we do not know: such rows do not count."
        )
    last = max((h for found in by_person.values() for h in found), key=lambda h: h[0], default=None)
    entries = [entry for found in by_person.values() for entry in times_of(table, sorted(found), last)]
    return sorted(entries, key=lambda entry: entry.line), remarks


def whose(table: Table, row: Row) -> tuple[str, ...]:
    """Whom a row is about; a live event gives everybody an id."""
    return (table.cell(row, "participant_id"), table.cell(row, "name"), *addresses_in(table, row))


def reading_order(table: Table) -> Callable[[str], datetime | None]:
    """How times are put in order here: only which comes first matters, and within a meeting either order tells it."""
    stamps = [stamp for row in table.rows if (stamp := stamp_of(table.cell(row, "at"))) is not None]
    order = next((o for o in Order if all(instant_of(s, o) is not None for s in stamps)), Order.DAY)

    def read(text: str) -> datetime | None:
        stamp: Stamp | None = stamp_of(text)
        return None if stamp is None else instant_of(stamp, order)

    return read


def times_of(table: Table, happenings: list[Happening], last: Happening | None) -> Iterator[Entry]:
    """Somebody's times of presence: from coming in with any device until the last of them has left.

    Who never left was there until the file was downloaded: until its last entry, as far as anybody knows.
    """
    inside, since = 0, None
    for happening in happenings:
        _, out, _, _ = happening
        if not out:
            since = since or happening
            inside += 1
        elif since is not None and inside == 1:
            yield entry_of(table, since, happening)
            inside, since = 0, None
        elif out and since is None:
            yield entry_of(table, None, happening)
        else:
            inside -= 1
    if since is not None:
        yield entry_of(table, since, last, left_open=True)


def entry_of(
    table: Table, since: Happening | None, until: Happening | None, *, left_open: bool = False
) -> Entry:
    """One time of presence."""
    row = (since or until)[3]  # type: ignore[index]  # one of the two is there
    addresses = addresses_in(table, row)
    participant = table.cell(row, "participant_id").lower()
    return Entry(
        line=row.line,
        name=name_in(table, row),
        addresses=addresses or ((participant,) if "@" in participant else ()),
        joined=since[2] if since else "",
        left=until[2] if until else "",
        organises=plain(table.cell(row, "role")) in ORGANISERS,
        left_open=left_open,
    )
