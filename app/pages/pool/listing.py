"""``/pool``: who delivers, what each may, what each gave, what needs looking at; and the same as a sheet."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...db import db
from ...pool.member_rules import EXPERT
from ...pool.members import Member, members_of
from ...pool.models import PoolApplication
from ...web.access import current_partnership, requires
from ...web.filters import listed, plural
from ...web.paging import paging
from ...web.sheets import Cell, sheet_answer
from . import pages
from .filtering import asked, filter_form, matching
from .words import PARTS, STANDINGS, by_part, given_of

COLUMNS = (
    *("Name", "Email address", "Telephone", "Belongs to", "Agency", "Leads", "Co-delivers", "Observes"),
    *("Train the trainer", "Days given this year", "Days offered a year", "Released by", "Released until"),
    *("Areas", "In the room", "Virtual", "Next date", "Next course", "To look at"),
)


def found_members(now: datetime) -> list[Member]:
    """Everybody there is to filter."""
    return members_of(current_partnership().id, now, left=asked()["show"] == "left")


@pages.get("/pool")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """The members, a page at a time."""
    everybody = found_members(clock.now())
    form = filter_form(everybody)
    chosen = matching(everybody, form)
    page = paging(len(chosen))
    return render_template(
        "pool/list.html",
        filter_form=form,
        filtered=any(asked().values()) or any(request.args.getlist("free")),
        wrong=form.free.errors,
        page=page,
        members=chosen[page.offset : page.offset + page.size],
        counted=counted(chosen),
        to_look_at=sum(1 for one in chosen if one.warnings),
        waiting=list(db.session.scalars(PoolApplication.waiting_for(current_partnership().id))),
        sheet={name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"},
        delivers=lambda one: by_part((a.course.title, a.delivers_as) for a in one.approvals),
        given_of=given_of,
        standings=STANDINGS,
    )


def counted(members: Sequence[Member]) -> str:
    """12 people of 7 agencies and 2 commissioned experts."""
    experts = sum(1 for one in members if one.row.standing == EXPERT)
    agencies = {one.agency_slug for one in members if one.agency_slug}
    people = len(members) - experts
    pool = plural(people, "person", "people") + (
        f" of {plural(len(agencies), 'agency', 'agencies')}" if agencies else ""
    )
    said = [pool] if people or not experts else []
    return listed([*said, plural(experts, "commissioned expert")] if experts else said)


@pages.get("/pool/members.<kind>")
@requires(Role.ADMINISTRATOR)
def sheet(kind: str) -> ResponseReturnValue:
    """The members that the filters leave, as CSV or XLSX."""
    everybody = found_members(clock.now())
    chosen = matching(everybody, filter_form(everybody))
    return sheet_answer(kind, "training-pool", COLUMNS, lines(chosen))


def lines(members: Sequence[Member]) -> Iterator[list[Cell]]:
    """A line for each member."""
    for one in members:
        row = one.row
        delivers = {part: [a.course.title for a in one.approvals if a.delivers_as == part] for part in PARTS}
        yield [
            one.person.name,
            one.person.email,
            row.phone,
            STANDINGS[row.standing],
            one.agency,
            *("; ".join(titles) for titles in delivers.values()),
            row.train_the_trainer_on,
            one.given,
            row.days_offered,
            row.released_by,
            row.released_until,
            "; ".join(row.areas),
            "yes" if row.in_the_room else "no",
            "yes" if row.virtual else "no",
            one.next[2] if one.next else None,
            one.next[1] if one.next else "",
            "; ".join(sentence for sentence, _ in one.warnings),
        ]
