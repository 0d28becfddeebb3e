"""The training section of the annual report: figures in sentences and tables, passages in people's words, comments."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa

from ..catalogue.models import Course, Event
from ..clock import start_of_day
from ..db import db
from ..evaluation.models import Answer, CommentRelease, EvaluationResponse
from ..partnerships.rules import year_label
from . import dashboard, sentences
from .charts import Drawing
from .models import ReportComment, ReportPassage
from .sums import Year
from .year import AgencyName


@dataclass(frozen=True)
class CourseSection:
    """What the report says of one course."""

    title: str
    slug: str
    why: str
    sentences: list[str]
    cautions: list[str]
    comments: list[str]


@dataclass(frozen=True)
class Report:
    """The training section of one year, ready to be laid out as a page or a document."""

    label: str
    partnership: str
    achievements: list[str]
    introduction: str
    courses: list[CourseSection]
    priorities: str
    course_table: list[list[str]]
    module_table: list[list[str]]
    sector_table: list[list[str]]
    drawings: Mapping[str, Drawing] = field(default_factory=dict)


@dataclass(frozen=True)
class Comment:
    """A comment whose writer agreed to be quoted."""

    answer_id: int
    course: str
    text: str
    released: bool
    chosen: bool


def passages(partnership_id: int, start: int) -> dict[tuple[str, int | None], str]:
    """The year's passages by part and course id."""
    rows = sa.select(ReportPassage.part, ReportPassage.course_id, ReportPassage.text).where(
        ReportPassage.partnership_id == partnership_id, ReportPassage.year == start
    )
    return {(part, course_id): text for part, course_id, text in db.session.execute(rows)}


def chosen_comments(partnership_id: int, start: int) -> dict[int, list[str]]:
    """The chosen and released comments of a year by course id."""
    rows = (
        sa.select(Event.course_id, Answer.text)
        .join(EvaluationResponse, EvaluationResponse.event_id == Event.id)
        .join(Answer, Answer.response_id == EvaluationResponse.id)
        .join(CommentRelease, CommentRelease.answer_id == Answer.id)
        .join(ReportComment, ReportComment.answer_id == Answer.id)
        .where(
            ReportComment.partnership_id == partnership_id,
            ReportComment.year == start,
            EvaluationResponse.may_quote,
        )
        .order_by(Answer.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for course_id, text in db.session.execute(rows):
        found[course_id].append(text)
    return found


def comments_to_choose(partnership_id: int, first: date, last: date, start: int) -> list[Comment]:
    """Comments of the year's events whose writers agreed, by course."""
    rows = (
        sa.select(Answer.id, Course.title, Answer.text, CommentRelease.answer_id, ReportComment.answer_id)
        .join(EvaluationResponse, Answer.response_id == EvaluationResponse.id)
        .join(Event, Event.id == EvaluationResponse.event_id)
        .join(Course, Course.id == Event.course_id)
        .outerjoin(CommentRelease, CommentRelease.answer_id == Answer.id)
        .outerjoin(
            ReportComment,
            sa.and_(
                ReportComment.answer_id == Answer.id,
                ReportComment.partnership_id == partnership_id,
                ReportComment.year == start,
            ),
        )
        .where(
            Event.host_id == partnership_id,
            Event.ends_at >= start_of_day(first),
            Event.ends_at < start_of_day(last + timedelta(days=1)),
            EvaluationResponse.may_quote,
            Answer.text != "",
        )
        .order_by(Course.title, Answer.id)
    )
    return [
        Comment(answer_id, course, text, released is not None, chosen is not None)
        for answer_id, course, text, released, chosen in db.session.execute(rows)
    ]


def compose(
    year: Year, agencies: dict[int, AgencyName], *, partnership_id: int, partnership: str, today: date
) -> Report:
    """The section of a year from its sums, its passages and its chosen comments."""
    texts, quoted = passages(partnership_id, year.start), chosen_comments(partnership_id, year.start)
    lines = dashboard.course_lines(year)
    sections = [
        CourseSection(
            line.course.title,
            line.course.slug,
            texts.get(("course", line.course.id), ""),
            sentences.of_course(line.figures),
            sentences.cautions(line.figures),
            quoted.get(line.course.id, []),
        )
        for line in lines
    ]
    tables = dashboard.tables(year, agencies, today)
    return Report(
        label=year_label(year.start),
        partnership=partnership,
        achievements=sentences.achievements(dashboard.year_figures(year)),
        introduction=texts.get(("introduction", None), ""),
        courses=sections,
        priorities=texts.get(("priorities", None), ""),
        course_table=[course_row(line) for line in lines],
        module_table=tables["modules"],
        sector_table=tables["sectors"],
        drawings=dashboard.drawings(year, agencies, today),
    )


COURSE_COLUMNS = ["Course", "Events", "Places", "Came", "Good before", "Good after"]


def course_row(line: dashboard.CourseLine) -> list[str]:
    """A course in the report's table."""
    numbers = [sentences.whole(line.figures, name) for name in ("events", "places_offered", "came")]
    rated = [line["good_before_percent"], line["good_after_percent"]]
    shown = [sentences.of(f) if f.value is not None else ("too few" if f.withheld else "–") for f in rated]
    counted = [f"{n:,}" if n else "–" for n in numbers]
    by_headcount = sentences.whole(line.figures, "headcount_came")
    if by_headcount and not numbers[2]:
        counted[2] = f"{by_headcount:,} by headcount"
    return [line.course.title, *counted, *shown]
