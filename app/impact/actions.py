"""What people add to the report: passages in their words, and the comments they choose."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from ..db import db
from ..evaluation.models import Answer, CommentRelease, EvaluationResponse
from .models import ReportComment, ReportPassage


def write_passage(
    *, partnership_id: int, year: int, part: str, course_id: int | None, text: str, now: datetime, by: str
) -> None:
    """Write or replace a passage; an empty one goes."""
    found = db.session.scalar(
        sa.select(ReportPassage).where(
            ReportPassage.partnership_id == partnership_id,
            ReportPassage.year == year,
            ReportPassage.part == part,
            ReportPassage.course_id.is_(course_id)
            if course_id is None
            else ReportPassage.course_id == course_id,
        )
    )
    if found is None:
        found = ReportPassage(partnership_id=partnership_id, year=year, part=part, course_id=course_id)
        db.session.add(found)
    found.text, found.written_at, found.written_by = text.strip(), now, by


def choose_comments(
    *,
    partnership_id: int,
    year: int,
    offered: Collection[int],
    chosen: Collection[int],
    now: datetime,
    by: str,
    by_id: int,
) -> None:
    """Put the chosen comments of those offered into the report, releasing them; take the others out of it.

    Only comments whose writers agreed are taken, whatever is asked for.
    """
    mine = sa.and_(ReportComment.partnership_id == partnership_id, ReportComment.year == year)
    agreed = set(
        db.session.scalars(
            sa.select(Answer.id)
            .join(EvaluationResponse, EvaluationResponse.id == Answer.response_id)
            .where(Answer.id.in_(set(offered)), EvaluationResponse.may_quote)
        )
    )
    wanted = agreed & set(chosen)
    db.session.execute(
        sa.delete(ReportComment).where(mine, ReportComment.answer_id.in_(set(offered) - wanted))
    )
    there = set(db.session.scalars(sa.select(ReportComment.answer_id).where(mine)))
    released = set(
        db.session.scalars(sa.select(CommentRelease.answer_id).where(CommentRelease.answer_id.in_(wanted)))
    )
    for answer_id in sorted(wanted):
        if answer_id not in released:
            db.session.add(CommentRelease(answer_id=answer_id, released_at=now, released_by_id=by_id))
        if answer_id not in there:
            db.session.add(
                ReportComment(
                    partnership_id=partnership_id, year=year, answer_id=answer_id, chosen_at=now, chosen_by=by
                )
            )
