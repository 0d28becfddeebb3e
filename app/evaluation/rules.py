"""When people are asked, and which answers count (domain.md, "Evaluation" and "Messages"). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..clock import from_london, london_day
from ..working_days import add_working_days, working_days_before
from .questionnaire_files import QuestionText

RATINGS = {1: "very poor", 2: "poor", 3: "average", 4: "good", 5: "very good"}
LONGEST = 2000
TOLD_WITHIN_WORKING_DAYS = 5
# After that long without a worker, nobody is asked once more, or weeks on: it would come out of the blue.
AGAIN_WITHIN = FOLLOW_UP_WITHIN = timedelta(days=14)
# The question after a course whose answer is what somebody means to do.
INTENTION = "use"
LONGEST_QUOTED = 400
# Whose register is corrected later than this is no longer asked what it was like.
ASKED_WITHIN = timedelta(weeks=52)
MORNING = time(9)


class Stage(StrEnum):
    """When a questionnaire is answered."""

    BEFORE = "before"
    AFTER = "after"
    FOLLOW_UP = "follow-up"


class Given(NamedTuple):
    """An answer that counts: a rating from 1 to 5, or words."""

    key: str
    rating: int | None
    text: str


def before_opens_at(starts_at: datetime, made_at: datetime, *, working_days: int) -> datetime:
    """From when the questions before the course are asked: so many working days before, or from the booking."""
    return max(working_days_before(starts_at, working_days), made_at)


def before_closes_at(starts_at: datetime, *, minutes: int) -> datetime:
    """Until when they are: after that, what was taught is in the answers."""
    return starts_at + timedelta(minutes=minutes)


def asked_since_the_end(ends_at: datetime, now: datetime, *, follow_up_weeks: int) -> dict[Stage, datetime]:
    """The stages at which those who came are asked by now, each with its opening: at the end, and weeks later."""
    openings = {Stage.AFTER: ends_at, Stage.FOLLOW_UP: ends_at + timedelta(weeks=follow_up_weeks)}
    if now > ends_at + ASKED_WITHIN:
        return {}
    return {stage: opens_at for stage, opens_at in openings.items() if opens_at <= now}


def joining_at(starts_at: datetime, *, working_days: int) -> datetime:
    """When the joining details go out to those booked by then; later bookings get theirs at once."""
    return working_days_before(starts_at, working_days)


def again_at(told_at: datetime, *, working_days: int) -> datetime:
    """When somebody who has not answered is asked once more: on the morning so many working days on."""
    return from_london(add_working_days(london_day(told_at), working_days), MORNING)


def again_is_due(told_at: datetime, now: datetime, *, working_days: int) -> bool:
    """Whether it is time to ask once more, and not so long past it that nobody worked meanwhile."""
    at = again_at(told_at, working_days=working_days)
    return at <= now < at + AGAIN_WITHIN


def follow_up_is_due(opens_at: datetime, now: datetime, *, on_since: datetime) -> bool:
    """Whether who came is told that the questions weeks on are open; never of what opened before it was sent at all."""
    return on_since <= opens_at <= now < opens_at + FOLLOW_UP_WITHIN


def quoted(intention: str) -> str:
    """What somebody meant to do, as their letter says it back to them: one paragraph, not too long."""
    words = " ".join(intention.split())
    return words if len(words) <= LONGEST_QUOTED else words[:LONGEST_QUOTED].rsplit(" ", 1)[0] + " ..."


def told_no_earlier_than(now: datetime) -> datetime:
    """Of whom came before this, nobody is told to evaluate any more: it is over."""
    return working_days_before(now, TOLD_WITHIN_WORKING_DAYS)


def refusal(
    *,
    stage: str,
    opens_at: datetime,
    closes_at: datetime | None,
    now: datetime,
    has_place: bool,
    came: bool,
) -> str:
    """Why a link cannot be answered now, in a sentence; "" when it can."""
    if stage == Stage.BEFORE and not has_place:
        return "You no longer have a place on this course, so there is nothing to answer before it."
    if stage != Stage.BEFORE and not came:
        return "The register says that you were not there. If that is wrong, tell the training team."
    if now < opens_at:
        return "These questions are not open yet."
    if closes_at is not None and now >= closes_at:
        return "These questions have closed. Thank you for wanting to answer."
    return ""


def faults(questions: Sequence[QuestionText], typed: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with somebody's answers, by question: a sentence that says what to do."""
    known = {question.key for question in questions}
    found = {key: "This question is not asked here" for key in typed if key not in known}
    for question in questions:
        wrong = fault(question, typed.get(question.key, "").strip())
        if wrong:
            found[question.key] = wrong
    return found


def fault(question: QuestionText, typed: str) -> str:
    """What is wrong with one answer; "" when nothing is."""
    if not typed:
        return f'Answer "{question.text}"' if question.needed else ""
    if question.kind == "rating" and typed not in {str(rating) for rating in RATINGS}:
        return f'Choose one of the five answers to "{question.text}"'
    if question.kind == "choice" and typed not in question.options:
        return f'Choose one of the answers to "{question.text}"'
    if question.kind == "text" and len(typed) > LONGEST:
        return f'Shorten your answer to "{question.text}" to {LONGEST:,} characters'
    return ""


def given(questions: Iterable[QuestionText], typed: Mapping[str, str]) -> list[Given]:
    """The answers that count, in the order of the questions; what was left empty is none."""
    found = []
    for question in questions:
        text = "\n".join(typed.get(question.key, "").strip().splitlines())
        if text and question.kind == "rating":
            found.append(Given(question.key, int(text), ""))
        elif text:
            found.append(Given(question.key, None, text))
    return found


def whole_handfuls(answers: int, handful: int) -> int:
    """How many of so many answers may be shown: as many whole handfuls as there are."""
    return answers - answers % max(1, handful)


def cue_sheet_at(begins_at: datetime, *, hour: int) -> datetime:
    """When trainers get the cue sheet of a day: on the evening before it, a working day or not."""
    return from_london(london_day(begins_at) - timedelta(days=1), time(hour))


def cue_sheet_is_due(begins_at: datetime, now: datetime, *, hour: int, on_since: datetime) -> bool:
    """Whether the cue sheet of the day whose first session begins then leaves now; never once it has begun."""
    at = cue_sheet_at(begins_at, hour=hour)
    return on_since <= at <= now < begins_at
