"""Reading what a review needs: the files, who is on the register with their addresses and marks, who delivers."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from ..accounts.models import Agency, Person, Setting
from ..booking.checks import settings_of
from ..booking.models import Booking
from ..booking.steps import outcome_rule_of
from ..catalogue.models import Course, Event, EventSession
from ..db import db
from ..partnerships.outcome_rules import rule_from
from ..pool.models import EventTrainer
from .models import Mark
from .register import LISTED, by_family_name, sessions
from .report_models import AttendanceReport, KnownAddress, ReportFile
from .reports.matching import Delegate, Deliverer
from .reports.names import normalised
from .reports.reading import File, read_report
from .reports.review import Review, review
from .reports.settling import Answers, Placed, Sitting, answered_order, place
from .rules import Way

Cell = tuple[int, int]  # booking, session


@dataclass(frozen=True)
class Gathered:
    """An event's register beside what reports say of it."""

    review: Review
    placed: tuple[Placed, ...]
    sessions: Sequence[EventSession]
    people: Mapping[int, Any]  # by booking, by family name: public_id, name, email, agency, setting, state
    percent: int  # of a session's minutes that are enough
    marks: Mapping[Cell, Any]  # mark, minutes_late, left_early, why, how, by

    @property
    def asks(self) -> list[Placed]:
        """Files of which something is to be answered first."""
        return [one for one in self.placed if one.ask]

    @property
    def unusable(self) -> list[Placed]:
        """Files of which nothing is used."""
        return [one for one in self.placed if one.other_day or one.problem]

    @property
    def sessions_of_files(self) -> list[int | None]:
        """Of each file that is used, the session that its rows without times belong to."""
        return [one.session_id for one in self.placed if one.is_used]

    @property
    def is_of_use(self) -> bool:
        """Whether anything in the files is about this event and can be saved."""
        return not self.asks and bool(self.review.covered)

    def missing(self, session_id: int) -> list[int]:
        """The bookings of those of whom no file says that they were in a session that the files tell of."""
        if session_id not in self.review.covered:
            return []
        return [id for id in self.people if self.review.there(id, session_id) is None]


def gather(
    event: Event,
    files: Sequence[File],
    *,
    answers: Answers,
    decided: Mapping[str, str],
    now: datetime,
) -> Gathered:
    """The register of an event beside these files, with those whose report stands already: one meeting, joined.

    ``decided`` is what was decided before or is being decided: by attendee a booking's public id, "" for nobody.
    """
    found, people = sessions(event.id), people_of(event.id)
    sittings = [Sitting(one.id, one.starts_at, one.ends_at) for one in found]
    rule = rule_from(outcome_rule_of(event, settings_of(event.host_id, now)))
    by_public_id = {row.public_id: id for id, row in people.items()}
    session_ids = {one.public_id: one.id for one in found}
    placed = [
        place(
            file,
            sittings,
            order=answered_order(answers.get(file.fingerprint, {}).get("order")),
            session_id=session_ids.get(answers.get(file.fingerprint, {}).get("session", "")),
        )
        for file in files
    ]
    chosen = {key: by_public_id.get(said) if said else None for key, said in decided.items()}
    return Gathered(
        review=review(
            placed,
            sittings,
            delegates(people),
            deliverers(event.id),
            {key: id for key, id in chosen.items() if id is not None or not decided[key]},
            now=now,
            title=titles(event),
            share=rule.percent / 100,
        ),
        placed=tuple(placed),
        sessions=found,
        people=people,
        percent=rule.percent,
        marks=marks_of(event.id),
    )


def titles(event: Event) -> str:
    """What a meeting of this course may be called: its title and its other names."""
    row = db.session.execute(
        sa.select(Course.title, Course.other_names).where(Course.id == event.course_id)
    ).one()
    return " ".join((row.title, *row.other_names))


def people_of(event_id: int) -> dict[int, Any]:
    """Everybody on the register by booking, in the order of the register."""
    rows = db.session.execute(
        sa.select(
            Booking.id,
            Booking.public_id,
            Booking.state,
            Booking.person_id,
            Person.name,
            Person.email,
            Agency.name.label("agency"),
            Setting.name.label("setting"),
        )
        .join(Person, Person.id == Booking.person_id)
        .join(Agency, Agency.id == Booking.agency_id)
        .outerjoin(Setting, Setting.id == Booking.setting_id)
        .where(Booking.event_id == event_id, Booking.state.in_(LISTED))
    ).all()
    return {row.id: row for row in sorted(rows, key=by_family_name)}


def delegates(people: Mapping[int, Any]) -> list[Delegate]:
    """The same for matching, with the addresses that were remembered of them."""
    known: dict[int, set[str]] = {}
    ids = [row.person_id for row in people.values()]
    mine = sa.select(KnownAddress.person_id, KnownAddress.address).where(KnownAddress.person_id.in_(ids))
    for person_id, address in db.session.execute(mine):
        known.setdefault(person_id, set()).add(address)
    return [
        Delegate(
            id,
            normalised(row.name),
            frozenset({row.email} if row.email else ()) | frozenset(known.get(row.person_id, ())),
        )
        for id, row in people.items()
    ]


def deliverers(event_id: int) -> list[Deliverer]:
    """Whoever delivers the event, opens it or runs its room."""
    rows = db.session.execute(
        sa.select(Person.name, Person.email)
        .join(EventTrainer, EventTrainer.person_id == Person.id)
        .where(EventTrainer.event_id == event_id)
    )
    return [Deliverer(normalised(row.name), row.email or "") for row in rows]


def marks_of(event_id: int) -> dict[Cell, Any]:
    """Every mark of an event, with how it came about and who made it."""
    rows = db.session.execute(
        sa.select(
            Mark.booking_id,
            Mark.session_id,
            Mark.mark,
            Mark.minutes_late,
            Mark.left_early,
            Mark.why,
            Mark.how,
            Mark.marked_at,
            Person.name.label("by"),
        )
        .join(Booking, Booking.id == Mark.booking_id)
        .outerjoin(Person, Person.id == Mark.marked_by_id)
        .where(Booking.event_id == event_id)
    )
    return {(row.booking_id, row.session_id): row for row in rows}


def is_by_hand(mark: Any) -> bool:
    """Whether a person made a mark, or the person it is about: anything but a report."""
    return mark is not None and mark.how != Way.REPORT


def report_of(event_id: int, public_id: str) -> AttendanceReport | None:
    """A report of an event."""
    return db.session.scalar(AttendanceReport.of(event_id).where(AttendanceReport.public_id == public_id))


def files_of(report_ids: Sequence[int]) -> list[ReportFile]:
    """The files of reports, in the order in which they were handed in."""
    wanted = (
        sa.select(ReportFile)
        .where(ReportFile.report_id.in_(report_ids))
        .options(undefer(ReportFile.raw))
        .order_by(ReportFile.report_id, ReportFile.id)
    )
    return list(db.session.scalars(wanted).all())


def as_read(files: Sequence[ReportFile]) -> list[File]:
    """Stored files as what they say; of those whose bytes were forgotten nothing is left to say."""
    return [
        File(file.name, file.fingerprint, read_report(zlib.decompress(file.raw)))
        for file in files
        if file.raw is not None
    ]


def beside_standing(
    event: Event, report: AttendanceReport | None
) -> tuple[list[AttendanceReport], list[ReportFile]]:
    """The reports that stand, then this one; with the files of them all, each once."""
    standing = list(reversed(db.session.scalars(AttendanceReport.standing(event.id)).all()))
    reports = [
        *(one for one in standing if report is None or one.id != report.id),
        *([report] if report else ()),
    ]
    seen: dict[str, ReportFile] = {}
    for file in files_of([one.id for one in reports]):
        seen.setdefault(file.fingerprint, file)
    return reports, list(seen.values())


def gather_with(
    event: Event,
    report: AttendanceReport | None,
    files: Sequence[File] = (),
    *,
    now: datetime,
    answers: Answers | None = None,
    decided: Mapping[str, str] | None = None,
) -> Gathered:
    """A report of an event, or files that are none yet, beside its register; joined with the reports that stand."""
    reports, stored = beside_standing(event, report)
    given: dict[str, Mapping[str, str]] = {}
    said: dict[str, str] = {}
    for one in reports:
        given |= one.answers
        said |= one.decided
    return gather(
        event,
        [*as_read(stored), *files],
        answers=given | dict(answers or {}),
        decided=said | dict(decided or {}),
        now=now,
    )
