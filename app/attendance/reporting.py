"""Attendance reports handed in, given up and forgotten. Nothing commits, but what the clock starts."""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from ..accounts.models import Person
from ..clock import Clock
from ..db import db, writing
from ..errors import Refused
from .report_models import AttendanceReport, ReportFile
from .reports.layout import fingerprint
from .reports.reading import File, read_report

DRAFTS_KEPT = timedelta(days=7)
RAW_KEPT = timedelta(days=90)
MOST_FILES = 10


class HandedIn(NamedTuple):
    """Files as somebody hands them in: read, with their bytes. ``before`` are those that the register holds already."""

    files: tuple[tuple[File, bytes], ...]
    before: tuple[str, ...] = ()


def read_files(event_id: int, given: Iterable[tuple[str, bytes]]) -> HandedIn:
    """Read files, each once. Raises Refused, with the file's name, for what is no report."""
    found: dict[str, tuple[File, bytes]] = {}
    held = standing_fingerprints(event_id)
    before = []
    for name, content in given:
        short = name.replace("\\", "/").rpartition("/")[2][-200:] or "A file without a name"
        mark = fingerprint(content)
        if mark in held:
            before.append(short)
        elif mark not in found:
            try:
                found[mark] = (File(short, mark, read_report(content)), content)
            except Refused as refused:
                raise Refused(f"{short}: {refused.sentence}") from None
    if len(found) > MOST_FILES:
        raise Refused(f"Hand in no more than {MOST_FILES} files at once.")
    return HandedIn(tuple(found.values()), tuple(before))


def standing_fingerprints(event_id: int) -> set[str]:
    """The files that the register of an event holds already."""
    standing = AttendanceReport.standing(event_id).order_by(None).with_only_columns(AttendanceReport.id)
    wanted = sa.select(ReportFile.fingerprint).where(ReportFile.report_id.in_(standing))
    return set(db.session.scalars(wanted).all())


def hand_in(event_id: int, given: HandedIn, *, by: Person | None, now: datetime) -> AttendanceReport:
    """Keep files as a draft (inside ``writing()``): nothing of them is in the register yet."""
    report = AttendanceReport(event_id=event_id, handed_in_at=now, handed_in_by_id=by.id if by else None)
    db.session.add(report)
    db.session.flush()
    for file, content in given.files:
        kept = ReportFile(report_id=report.id, name=file.name, fingerprint=file.fingerprint)
        kept.kind, kept.raw = file.meeting.kind, zlib.compress(content)
        db.session.add(kept)
    db.session.flush()
    return report


def drop(report: AttendanceReport) -> None:
    """Forget a draft (inside ``writing()``)."""
    if report.confirmed_at is not None:
        raise Refused("This report is in the register already. Take it back instead.")
    db.session.execute(sa.delete(ReportFile).where(ReportFile.report_id == report.id))
    db.session.execute(sa.delete(AttendanceReport).where(AttendanceReport.id == report.id))


def due(clock: Clock) -> None:
    """What the clock starts: forget drafts after a week, and the rows of every file after 90 days."""
    now = clock()
    old = sa.select(AttendanceReport.id).where(
        AttendanceReport.confirmed_at.is_(None), AttendanceReport.handed_in_at < now - DRAFTS_KEPT
    )
    read = sa.select(AttendanceReport.id).where(AttendanceReport.handed_in_at < now - RAW_KEPT)
    with writing() as session:
        session.execute(sa.delete(ReportFile).where(ReportFile.report_id.in_(old)))
        session.execute(
            sa.delete(AttendanceReport).where(
                AttendanceReport.confirmed_at.is_(None), AttendanceReport.handed_in_at < now - DRAFTS_KEPT
            )
        )
        forgotten = sa.update(ReportFile).where(ReportFile.report_id.in_(read), ReportFile.raw.is_not(None))
        session.execute(forgotten.values(raw=None).execution_options(synchronize_session=False))
