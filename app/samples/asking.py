"""Mails that ask: joining details with the questions before, what it was like, part 1 that is still to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..attendance import missed
from ..attendance.rules import MarkKind
from ..booking import chasing, reminding
from ..booking.checks import occasion_of, sessions_of
from ..booking.codes import shown_code
from ..booking.letters import place_of, restated
from ..booking.models import Booking
from ..booking.needing import missing_by_deadline
from ..booking.part_one import Due, Step
from ..booking.rules import State
from ..catalogue.models import Event
from ..db import db
from ..evaluation import letters
from ..evaluation.asking import came
from ..evaluation.models import EvaluationRequest
from ..evaluation.rules import Stage
from ..notifications.actions import post
from ..records import certificate_letters
from ..records.certificates import news_of
from ..records.models import Certificate
from .bookings import booked, lend_a_manager
from .kinds import BOOKING, Condition
from .table import sample

# Links and answers that are a person's own are never shown to those who look at a letter: these stand for them.
NOT_THEIRS = "example"
INTENTION = "Ask about sleep at every home visit, and write down what I was told."


@dataclass(frozen=True)
class Holder:
    """Somebody who has a certificate, as the letters name them."""

    public_id: str
    name: str
    email: str | None
    number: str


@dataclass(frozen=True)
class Asked:
    """Somebody who is asked, as the letters name them."""

    public_id: str
    name: str
    email: str | None


def asked(booking: Booking) -> Asked:
    """Whose letter it is."""
    return Asked(booking.public_id, booking.person.name, booking.person.email)


def token_of(booking: Booking, stage: Stage) -> str:
    """What stands for their link to the questions of a stage, which is theirs alone; "" where they have none."""
    mine = EvaluationRequest.booking_id == booking.id, EvaluationRequest.stage == stage.value
    return NOT_THEIRS if db.session.scalar(sa.select(EvaluationRequest.id).where(*mine)) else ""


def came_lately(now: datetime) -> list[Condition]:
    """Those who came, with their link to the questions after it."""
    link = EvaluationRequest.booking_id == Booking.id, EvaluationRequest.stage == Stage.AFTER.value
    there = came(Booking.id).correlate(Booking).exists()
    return [Event.ends_at <= now, there, sa.exists().where(*link)]


def to_finish(_now: datetime) -> list[Condition]:
    """Places whose part 1 is not done."""
    return [Booking.id.in_(missing_by_deadline().with_only_columns(Booking.id).order_by(None))]


@sample("joining", kind=BOOKING, where=booked)
def comes_near(booking: Booking, now: datetime) -> None:
    """Where to be and when, with the questions before."""
    sessions = sessions_of(booking.event_id)
    if sessions:
        shared = {"place": place_of(sessions[0]), "expires_at": booking.event.starts_at}
        shared |= letters.beforehand(booking.event, now=now)
        shared |= {"token": token_of(booking, Stage.BEFORE), "booking_code": shown_code(booking.public_id)}
        letters.tell("joining", booking.event, asked(booking), now=now, sessions=sessions, **shared)


@sample("evaluate", kind=BOOKING, where=came_lately)
def came_to_it(booking: Booking, now: datetime) -> None:
    """What was it like?"""
    ask_after("evaluate", booking, now)


@sample("evaluate-again", kind=BOOKING, where=came_lately)
def has_not_answered(booking: Booking, now: datetime) -> None:
    """The same once more."""
    ask_after("evaluate-again", booking, now)


def ask_after(message: str, booking: Booking, now: datetime) -> None:
    """The letter after a course, with what becomes of the certificate."""
    news, token = news_of(booking.event).get(booking.id), token_of(booking, Stage.AFTER)
    letters.tell(message, booking.event, asked(booking), now=now, token=token, news=news)


def task_of(booking: Booking, now: datetime) -> tuple[chasing.Task, Any]:
    """What is still to do before a place, as the clock finds it."""
    rows = db.session.execute(missing_by_deadline().where(Booking.id == booking.id)).all()
    occasion = occasion_of(booking.event, now)
    place = chasing.unfinished(rows, occasion.settings)
    return chasing.task_of(rows, place, Due(Step.REMIND, "15")), occasion


@sample("follow-up", kind=BOOKING, where=came_lately)
def came_weeks_ago(booking: Booking, now: datetime) -> None:
    """What became of it?"""
    follow_up("follow-up", booking, now)


@sample("follow-up-again", kind=BOOKING, where=came_lately)
def has_not_said_what_became_of_it(booking: Booking, now: datetime) -> None:
    """The same once more."""
    follow_up("follow-up-again", booking, now)


def follow_up(message: str, booking: Booking, now: datetime) -> None:
    """The letter weeks on, with an intention that nobody wrote."""
    more = {"token": NOT_THEIRS, "intention": INTENTION}
    letters.tell(message, booking.event, asked(booking), now=now, **more)


@sample("reminder", kind=BOOKING, where=booked)
def is_reminded(booking: Booking, now: datetime) -> None:
    """The day before."""
    shared = restated(booking.event, sessions_of(booking.event_id))
    reminding.tell_reminder(booking.event, asked(booking), now=now, **shared)


@sample("part-one", kind=BOOKING, where=to_finish)
def has_to_finish(booking: Booking, now: datetime) -> None:
    """What comes first is still to do."""
    task, occasion = task_of(booking, now)
    chasing.tell(task, booking, occasion, now)


@sample("part-one-manager", kind=BOOKING, where=to_finish)
def has_to_finish_says_the_manager(booking: Booking, now: datetime) -> None:
    """The same for the manager."""
    task, occasion = task_of(booking, now)
    lend_a_manager(booking)
    chasing.tell_manager(task, booking, occasion, now)


def has_certificate(_now: datetime) -> list[Condition]:
    """Those who have a certificate."""
    return [sa.exists().where(Certificate.booking_id == Booking.id)]


@sample("certificate-withdrawn", kind=BOOKING, where=has_certificate)
def completed_it_not_after_all(booking: Booking, now: datetime) -> None:
    """A correction took it away."""
    certificate_letters.tell(certificate_letters.WITHDRAWN, booking.event, told_of(booking), now)


@sample("certificate-ready", kind=BOOKING, where=has_certificate)
def completed_it_after_all(booking: Booking, now: datetime) -> None:
    """A correction brought it."""
    certificate_letters.tell(
        certificate_letters.READY, booking.event, told_of(booking), now, holds_again=False
    )


def told_of(booking: Booking) -> Any:
    """Whose letter it is, with the certificate's number."""
    number = db.session.scalar(sa.select(Certificate.public_id).where(Certificate.booking_id == booking.id))
    return Holder(booking.public_id, booking.person.name, booking.person.email, number or "")


def missed_it(now: datetime) -> list[Condition]:
    """Places of those who were expected and did not come."""
    return [Event.ends_at <= now, Booking.state == State.BOOKED, missed.marked(MarkKind.ABSENT)]


@sample("missed", kind=BOOKING, where=missed_it)
def did_not_come(booking: Booking, now: datetime) -> None:
    """We missed you: why? The link is nobody's."""
    to: dict[str, Any] = {"to_email": booking.person.email, "to_name": booking.person.name}
    post(missed.MISSED, key="sample", why_link="/missed/example", **to, **about_the_day(booking, now))


@sample("missed-manager", kind=BOOKING, where=missed_it)
def did_not_come_says_the_manager(booking: Booking, now: datetime) -> None:
    """The same for the manager."""
    lend_a_manager(booking)
    to: dict[str, Any] = {"to_email": booking.manager_email, "to_name": booking.manager_name}
    post(missed.TO_MANAGER, key="sample", name=booking.person.name, **to, **about_the_day(booking, now))


def about_the_day(booking: Booking, now: datetime) -> dict[str, Any]:
    """What both say."""
    event = booking.event
    told = {"course": event.course, "event": event, "about": f"booking:{booking.public_id}"}
    return {"partnership": event.host, "now": now, **told}
