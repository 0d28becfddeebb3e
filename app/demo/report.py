"""What people added to the figures: comments, their release and choice, and passages of the report."""

from datetime import date, datetime, timedelta
from typing import Any

from ..catalogue.models import Event
from ..clock import london_day, start_of_day
from ..evaluation.models import CommentRelease, EvaluationResponse
from ..impact.models import ReportComment, ReportPassage
from ..partnerships.rules import reporting_year
from .evaluations import Asked, quote
from .facts import facts
from .people import Human
from .rows import Row, Rows
from .seed import chance, public_id


class Reporter:
    """Writes what a coordinator adds to the report."""

    def __init__(
        self, rows: Rows, *, courses: dict[str, int], partnership_id: int, coordinator: Human
    ) -> None:
        self.rows, self.courses, self.partnership_id = rows, courses, partnership_id
        self.coordinator = coordinator
        self.by = public_id("person", coordinator.id)

    def add_comments(self, asked: dict[tuple[str, str], Asked], *, current: int) -> None:
        """Each comment becomes part of an answer after its course; one without a year belongs to the current one."""
        responses = self.after_responses()
        for number, comment in enumerate(facts("comments")["comment"]):
            year = comment.get("year", current)
            free = [row for row in responses.get((comment["course"], year), []) if not row["may_quote"]]
            if free:  # early in a reporting year the course has not been held yet
                response = chance("comment", number).choice(free)
                answer_id = quote(self.rows, response, asked[comment["course"], "after"], comment)
                self.release(comment, answer_id, response, year)

    def after_responses(self) -> dict[tuple[str, int], list[Row]]:
        """Answers given after, by course and reporting year."""
        slugs = {course_id: slug for slug, course_id in self.courses.items()}
        events = {
            event["id"]: (slugs[event["course_id"]], reporting_year(london_day(event["ends_at"])))
            for event in self.rows.of(Event)
        }
        found: dict[tuple[str, int], list[Row]] = {}
        for response in self.rows.of(EvaluationResponse):
            if response["stage"] == "after":
                found.setdefault(events[response["event_id"]], []).append(response)
        return found

    def release(self, comment: dict[str, Any], answer_id: int, response: Row, year: int) -> None:
        """A coordinator released it, and chose it for the report, if the facts say so."""
        at = response["answered_at"] + timedelta(hours=1)
        if comment.get("released") or comment.get("chosen"):
            self.rows.add(
                CommentRelease, answer_id=answer_id, released_at=at, released_by_id=self.coordinator.id
            )
        if comment.get("chosen"):
            self.rows.add(
                ReportComment,
                partnership_id=self.partnership_id,
                year=year,
                answer_id=answer_id,
                chosen_at=at,
                chosen_by=self.by,
            )

    def add_passages(self) -> None:
        """Why courses ran, the introduction and the priorities."""
        for passage in facts("comments")["passage"]:
            self.rows.add(
                ReportPassage,
                partnership_id=self.partnership_id,
                year=passage["year"],
                part=passage["part"],
                course_id=self.courses[passage["course"]] if "course" in passage else None,
                text=passage["text"].strip(),
                written_at=written_at(passage["year"]),
                written_by=self.by,
            )


def written_at(year: int) -> datetime:
    """In the second month after the reporting year ended."""
    return start_of_day(date(year + 1, 5, 9)) + timedelta(hours=10)
