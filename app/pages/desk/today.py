"""What needs somebody this week, and what runs in it."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...db import db
from ...web.access import current_partnership, requires
from . import finding, lines, pages

PREPARED_BY = timedelta(days=14)
REGISTERS_FOR = timedelta(days=30)
MAIL_FOR = timedelta(days=14)
WEEK = timedelta(days=7)


@pages.get("/desk")
@requires(Role.ADMINISTRATOR)
def today() -> ResponseReturnValue:
    """What will go wrong this week, worst first, each with the button that mends it."""
    now, partnership_id = clock.now(), current_partnership().id
    midnight = clock.start_of_day(clock.london_day(now))
    week = db.session.execute(
        finding.coming(partnership_id, now, midnight + WEEK).add_columns(finding.waiting().label("waiting"))
    ).all()
    registers = db.session.execute(
        finding.open_registers(partnership_id, now - REGISTERS_FOR, midnight)
    ).all()
    names = trainers([row.id for row in (*week, *registers)])
    return render_template(
        "desk/today.html",
        now=now,
        lines=lines.worst_first([*coming_lines(partnership_id, now), *past_lines(registers, names)]),
        week=week,
        trainers=names,
    )


def trainers(event_ids: list[int]) -> dict[int, list[str]]:
    """Who delivers each of these events."""
    found: dict[int, list[str]] = {}
    for event_id, name in db.session.execute(finding.trainers_of(event_ids)):
        found.setdefault(event_id, []).append(name)
    return found


def coming_lines(partnership_id: int, now: datetime) -> list[lines.Line]:
    """What is missing for coming events, and mail that did not go out."""
    until, read = now + PREPARED_BY, db.session.execute
    count, newest = read(finding.unsent_mails(partnership_id, now - MAIL_FOR)).one()
    return [
        *(lines.without_trainer(r, now) for r in read(finding.without_trainer(partnership_id, now, until))),
        *(lines.without_place(r, now) for r in read(finding.without_place(partnership_id, now, until))),
        *(lines.free_place(r, now) for r in read(finding.free_places(partnership_id, now))),
        *([lines.unsent_mail(count, newest)] if count else []),
    ]


def past_lines(registers: Any, names: dict[int, list[str]]) -> list[lines.Line]:
    """Registers that nobody closed."""
    return [
        lines.open_register(
            SimpleNamespace(id=r.id, starts_at=r.starts_at, title=r.title, trainers=names.get(r.id, []))
        )
        for r in registers
    ]
