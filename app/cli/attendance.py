"""``flask attendance import EVENT FILE...``: reports of a virtual meeting into the register of an event."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup
from sqlalchemy.orm import joinedload

from .. import clock
from ..attendance import register
from ..attendance.confirming import Confirmed, confirm, of_report, proposed, says_the_same
from ..attendance.report_facts import Cell, Gathered, gather_with, is_by_hand
from ..attendance.report_models import AttendanceReport
from ..attendance.reporting import HandedIn, hand_in, read_files
from ..attendance.reports.dates import Order
from ..attendance.reports.matching import Found, Match
from ..attendance.reports.review import OfSession, in_session
from ..attendance.reports.settling import Placed, Sitting
from ..catalogue.models import Event
from ..db import db
from ..errors import Refused
from ..records.actions import changing
from ..web.filters import plural

Answered = tuple[str | None, int | None]  # the order of dates, the number of a session

commands = AppGroup("attendance", help="Attendance of virtual meetings: reports of Teams and Zoom.")


@commands.command("import")
@click.argument("event_id", metavar="EVENT", type=int)
@click.argument(
    "paths", metavar="FILE...", nargs=-1, required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what the files hold and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Say everything as JSON.")
@click.option("--dates", type=click.Choice([*Order]), help="Which comes first in dates such as 04/05/26.")
@click.option("--session", type=int, help="Of which session a file without times is: 1 is the first.")
@click.option("--why", default="", help="Why the register is corrected, once it is closed.")
def import_reports(
    event_id: int,
    paths: Sequence[Path],
    dry_run: bool,
    as_json: bool,
    dates: str | None,
    session: int | None,
    why: str,
) -> None:
    """Mark those of whom the files say that they were there. Marks made by hand stay; nobody is marked absent.

    Exit 0: done, or there was nothing to do. 1: nothing was written, and why.
    """
    event = event_of(event_id)
    try:
        handed = read_files(event.id, [(path.name, path.read_bytes()) for path in paths])
        found, report = take(event, handed, answers=(dates, session), dry_run=dry_run, why=why)
    except Refused as refused:
        click.echo(
            json.dumps({"refused": refused.sentence}) if as_json else refused.sentence, err=not as_json
        )
        sys.exit(1)
    click.echo(told_as_json(found, handed, report) if as_json else told(found, handed, report))
    if handed.files and not found.is_of_use:
        sys.exit(1)


def event_of(event_id: int) -> Event:
    """The event; a usage error for none, or one without a register of people."""
    found = db.session.scalar(sa.select(Event).where(Event.id == event_id).options(joinedload(Event.course)))
    if found is None:
        raise click.UsageError(f"There is no event {event_id}.")
    if found.state in ("draft", "cancelled") or found.awaits_date or found.headcount_only:
        raise click.UsageError(f"Event {event_id} has no register of people.")
    return found


def take(
    event: Event, handed: HandedIn, *, answers: Answered, dry_run: bool, why: str
) -> tuple[Gathered, AttendanceReport | None]:
    """Look at the files, and save what they say unless this is a dry run or something stands against it."""
    files, said = [file for file, _ in handed.files], answered(event, handed, answers)
    found = gather_with(event, None, files, answers=said, now=clock.now())
    if dry_run or not files or not found.is_of_use:
        return found, None
    with changing(event.id, now=clock.now()) as locked:
        now = clock.now()
        report = hand_in(locked.id, handed, by=None, now=now)
        report.answers = said
        found = gather_with(locked, report, now=now)
        confirm(locked, report, found, Confirmed(proposed(found)), by=None, now=now, why=why.strip())
    return found, report


def answered(event: Event, handed: HandedIn, given: Answered) -> dict[str, dict[str, str]]:
    """What was said of the files, as a report keeps it."""
    order, number = given
    sessions = register.sessions(event.id)
    if number is not None and not 0 < number <= len(sessions):
        raise click.UsageError(f"Event {event.id} has no session {number}.")
    said = {"order": order} if order else {}
    said |= {"session": sessions[number - 1].public_id} if number else {}
    return {file.fingerprint: said for file, _ in handed.files} if said else {}


def why_not(found: Gathered) -> list[str]:
    """What stands against saving, a sentence each."""
    said = []
    for one in found.asks:
        if one.ask == "order" and one.settled:
            days = " or ".join(f"{day.day} {day:%B %Y}" for day in one.settled.days)
            said.append(f"{one.file.name}: its day could be {days}. Say --dates day or --dates month.")
        else:
            said.append(
                f"{one.file.name}: it holds no times. Say --session and the number of the session it is of."
            )
    if not found.asks and not found.is_of_use:
        said.append("Nobody was there during a session of this event, as far as the files say.")
    return said


def seconds_of(match: Match, found: Gathered) -> int:
    """How long an attendee was in the event's sessions."""
    files = found.sessions_of_files
    sittings = [Sitting(one.id, one.starts_at, one.ends_at) for one in found.sessions]
    return sum(in_session([match.attendee], sitting, files).seconds for sitting in sittings)


def missing(found: Gathered) -> list[str]:
    """Everybody on the register who was in none of the sessions that the files tell of."""
    there = {booking for booking, _ in found.review.presences}
    return [row.name for id, row in found.people.items() if found.review.covered and id not in there]


def told_as_json(found: Gathered, handed: HandedIn, report: AttendanceReport | None) -> str:
    """The answer for machines."""
    by_state = {state: [m.attendee.name for m in found.review.of(state)] for state in Found}
    said: dict[str, Any] = {
        "people": [person_of(match, found) for match in found.review.matches],
        "matched": by_state[Found.MATCHED],
        "ambiguous": by_state[Found.AMBIGUOUS],
        "unknown": by_state[Found.UNKNOWN],
        "staff": by_state[Found.STAFF],
        "missing": missing(found),
        "below": [found.people[cell.booking_id].name for cell in below(found)],
        "by_hand": [found.people[booking].name for booking, _ in kept_by_hand(found)],
        "remarks": list(found.review.remarks),
        "questions": why_not(found) if handed.files else [],
        "files": [file_of(one) for one in found.placed],
        "before": list(handed.before),
        "report": report.public_id if report else None,
        "saved": report is not None,
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def person_of(match: Match, found: Gathered) -> dict[str, Any]:
    """Somebody in the files."""
    row = found.people.get(match.booking_id) if match.booking_id is not None else None
    return {
        "name": match.attendee.name,
        "addresses": list(match.attendee.addresses),
        "seconds": seconds_of(match, found),
        "found": match.found.value,
        "how": match.how,
        "delegate": row.name if row else None,
        "booking": row.public_id if row else None,
        "could_be": [found.people[id].name for id in match.candidates],
    }


def file_of(one: Placed) -> dict[str, Any]:
    """A file, and how its dates were read."""
    order = one.settled.order if one.settled else None
    return {
        "name": one.file.name,
        "kind": one.file.meeting.kind,
        "title": one.file.meeting.title,
        "sha256": one.file.fingerprint,
        "dates": order.value if order else None,
    }


def below(found: Gathered) -> list[OfSession]:
    """Who was there, and not long enough, once for each session."""
    return [cell for cell in found.review.presences.values() if not cell.minutes.enough]


def kept_by_hand(found: Gathered) -> list[Cell]:
    """Marks that were made by hand and say something else."""
    return [
        cell
        for cell, said in found.review.presences.items()
        if is_by_hand(found.marks.get(cell)) and not says_the_same(found.marks.get(cell), of_report(said))
    ]


def told(found: Gathered, handed: HandedIn, report: AttendanceReport | None) -> str:
    """The answer for people."""
    lines = [f"{name} is in the register already: nothing to do." for name in handed.before]
    if not handed.files:
        return "\n".join(lines)
    names = {state: [m.attendee.name for m in found.review.of(state)] for state in Found}
    matched = len({cell.booking_id for cell in found.review.presences.values()})
    lines.append(
        f"{plural(len(found.review.matches), 'person', 'people')} in the files, {matched} of the register there."
    )
    for word, which in (
        ("Not long enough", sorted({found.people[c.booking_id].name for c in below(found)})),
        ("Could be two people", names[Found.AMBIGUOUS]),
        ("Not on the register", names[Found.UNKNOWN]),
        ("Deliver or ran the meeting", names[Found.STAFF]),
        ("Missing", missing(found)),
        ("Marked otherwise by hand, and kept", [found.people[id].name for id, _ in kept_by_hand(found)]),
    ):
        lines += [f"{word}: {', '.join(which)}."] if which else []
    lines += [*found.review.remarks, *why_not(found)]
    if report is None:
        lines.append("Nothing was written.")
    else:
        lines.append(
            f"Saved, as {report.public_id}. It can be taken back on the event\u2019s page of reports."
        )
    return "\n".join(lines)
