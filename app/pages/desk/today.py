"""What needs somebody this week, and what runs in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.checks import settings_of
from ...booking.missing_out import often_missed
from ...db import db
from ...delivery import deciding
from ...partnerships.rules import reporting_year, year_bounds
from ...web.access import current_partnership, requires
from ...working_days import END_OF_DAY, add_working_days, working_days_before
from . import answered, called, crews, finding, joining, lines, mail, pages, undecided

PREPARED_BY = timedelta(days=14)
REGISTERS_FOR = timedelta(days=30)
WEEK = timedelta(days=7)
AT_ONCE = 20  # lines that are shown before a fold


@pages.get("/desk")
@requires(Role.ADMINISTRATOR)
def today() -> ResponseReturnValue:
    """What will go wrong this week, worst first, each with the button that mends it."""
    now, partnership_id = clock.now(), current_partnership().id
    day = clock.london_day(now)
    midnight = clock.start_of_day(day)
    week = db.session.execute(finding.sittings(partnership_id, midnight, midnight + WEEK)).all()
    registers = db.session.execute(
        finding.open_registers(partnership_id, now - REGISTERS_FOR, midnight)
    ).all()
    names = trainers([row.id for row in (*week, *registers)])
    settings = settings_of(partnership_id, now)
    found = [
        *at_risk(partnership_id, now, settings),
        *in_line(partnership_id, now),
        *answered.lines_of(partnership_id, now),
        *undone(partnership_id, now, settings),
        *mail.lines_of(partnership_id, now),
        *joining.lines_of(partnership_id),
        *(lines.open_register(row, names.get(row.id, [])) for row in registers),
    ]
    return render_template(
        "desk/today.html",
        now=now,
        lines=lines.worst_first(found),
        at_once=AT_ONCE,
        today=[row for row in week if clock.london_day(row.begins_at) == day],
        week=[row for row in week if clock.london_day(row.begins_at) != day],
        trainers=names,
        year=year_bounds(reporting_year(day)),
    )


def trainers(event_ids: list[int]) -> dict[int, list[str]]:
    """Who delivers each of these events."""
    found = defaultdict(list)
    for event_id, name in db.session.execute(finding.trainers_of(event_ids)):
        found[event_id].append(name)
    return found


def at_risk(partnership_id: int, now: datetime, settings: Mapping[str, Any]) -> Iterator[lines.Line]:
    """What is missing for coming events."""
    until, read = now + PREPARED_BY, db.session.execute
    yield from trainers_missing(partnership_id, now, until, settings)
    for row in read(finding.without_place(partnership_id, now, until)):
        yield lines.without_place(row, now)
    for row in read(deciding.too_few(partnership_id, now).limit(finding.MOST)):
        yield lines.too_few(row, now)
    for row in read(deciding.awaiting_date(partnership_id).limit(finding.MOST)):
        yield lines.awaiting_date(row)


def trainers_missing(
    partnership_id: int, now: datetime, until: datetime, settings: Mapping[str, Any]
) -> Iterator[lines.Line]:
    """Who is missing, a line for each date: given back, nobody at all, asked in vain, or not as it should be."""
    said = crews.gave_back(partnership_id, now, settings)
    yield from said.values()
    asked = called.asked_about(partnership_id, now, usually=settings["trainers_needed"])
    nobody = db.session.execute(finding.without_trainer(partnership_id, now, until)).all()
    for row in nobody:
        if row.id not in said:
            yield lines.without_trainer(row, now, called.said(asked.get(row.id)))
    gone = {*said, *(row.id for row in nobody)}
    days = settings["call_answered_working_days"]
    for row in asked.values():
        if row.id not in gone and called.needs_somebody(row, now, working_days=days):
            gone.add(row.id)
            yield called.line_of(row, now)
    yield from crews.short_lines(partnership_id, now, until, settings, said=gone)


def in_line(partnership_id: int, now: datetime) -> Iterator[lines.Line | None]:
    """Waiting lists that need a hand, and what runs out by the end of the next working day."""
    read = db.session.execute
    soon = clock.from_london(add_working_days(clock.london_day(now), 1), END_OF_DAY)
    free = read(undecided.free_places(partnership_id, now)).all()
    waiting: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for event_id, name, mobile in read(undecided.to_ring([row.id for row in free])):
        waiting[event_id].append((name, mobile))
    for row in free:
        yield lines.free_place(row, now, waiting[row.id])
    for row in read(undecided.offers_running_out(partnership_id, now, soon)):
        yield lines.offer_running_out(row)
    for row in read(undecided.nominations_running_out(partnership_id, now, soon)):
        yield lines.nomination_running_out(row)


def undone(partnership_id: int, now: datetime, settings: Mapping[str, Any]) -> Iterator[lines.Line]:
    """What people have not done, and what nobody has decided: a line per kind, but part 1 by event."""
    read = db.session.execute
    for row in read(undecided.part_one(partnership_id, now, now + PREPARED_BY)):
        yield lines.part_one(row, now, settings["part_one_working_days"])
    hanging = working_days_before(now, settings["approval_again_working_days"])
    kinds: tuple[tuple[Any, Any], ...] = (
        (lines.hanging_approvals, undecided.hanging_approvals(partnership_id, now, hanging)),
        (lines.evidence_to_check, undecided.evidence_to_check(partnership_id)),
        (lines.charges_to_decide, undecided.charges_to_decide(partnership_id)),
    )
    for line, wanted in kinds:
        number, at = read(wanted).one()
        if number:
            yield line(number, at)
    often = [row for row in read(often_missed(partnership_id, now, settings)) if row.ahead]
    if often:
        yield lines.missed_often([row.name for row in often], settings, max(row.last for row in often))
