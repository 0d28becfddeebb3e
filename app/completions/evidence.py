"""Certificates from elsewhere: handed in by a person, then accepted or refused. Inside ``writing()``; never commits."""

from datetime import date, datetime, time

from ..accounts.models import Person
from ..catalogue.models import Course
from ..clock import from_london
from ..db import db
from ..errors import Refused
from ..notifications.actions import post
from ..partnerships.models import Partnership
from .evidence_files import fault_of, kind_of, shown_name
from .models import Completion, Evidence

ACCEPTED, REFUSED, WAITING = "accepted", "refused", "waiting"
WAITS = "A certificate for this course is being checked already."


def hand_in(
    person: Person,
    course: Course,
    partnership: Partnership,
    *,
    provider: str,
    completed_on: date,
    file_name: str,
    content: bytes,
    now: datetime,
) -> Evidence:
    """Keep a certificate until somebody has checked it. Raises Refused for a faulty file, and while another waits."""
    kind, fault = kind_of(content), fault_of(content)
    if fault or kind is None:
        raise Refused(f"{fault}.")
    db.session.refresh(person, with_for_update={"key_share": True})
    if db.session.scalar(Evidence.waiting_of(person.id, course.id)):
        raise Refused(WAITS)
    evidence = Evidence(
        person_id=person.id,
        course_id=course.id,
        partnership_id=partnership.id,
        provider=provider,
        completed_on=completed_on,
        file_name=shown_name(file_name, kind),
        file_type=kind.media_type,
        file=content,
        handed_in_at=now,
    )
    db.session.add(evidence)
    db.session.flush()
    return evidence


def accept(evidence: Evidence, *, by: Person, now: datetime) -> Completion:
    """The certificate counts: a completion follows, and the person is told. Raises Refused when it was decided before."""
    decide(evidence, ACCEPTED, by=by, now=now)
    completion = Completion(
        person_id=evidence.person_id,
        course_id=evidence.course_id,
        completed_at=from_london(evidence.completed_on, time(12)),
        how="evidence",
    )
    db.session.add(completion)
    db.session.flush()
    evidence.completion_id = completion.id
    tell(evidence, "evidence-accepted", now=now)
    return completion


def refuse(evidence: Evidence, *, by: Person, now: datetime, why: str) -> None:
    """The certificate does not count, and the person is told why. Raises Refused without a reason."""
    if not why.strip():
        raise Refused("Say why it is not accepted.")
    decide(evidence, REFUSED, by=by, now=now, why=why.strip())
    tell(evidence, "evidence-refused", now=now)


def decide(evidence: Evidence, state: str, *, by: Person, now: datetime, why: str = "") -> None:
    """Write the decision down. Two who decide at once: the first one holds. Nobody decides about their own."""
    if by.id == evidence.person_id:
        raise Refused("Nobody checks their own certificate. Ask a colleague at the desk.")
    db.session.refresh(evidence, ["state"], with_for_update=True)
    if evidence.state != WAITING:
        raise Refused("Somebody has decided about this certificate already.")
    evidence.state, evidence.why = state, why
    evidence.decided_at, evidence.decided_by_id = now, by.id


def tell(evidence: Evidence, message: str, *, now: datetime) -> None:
    """Write to the person what was decided."""
    person = evidence.person
    post(
        message,
        key=f"evidence:{evidence.public_id}:{evidence.state}",
        to_email=person.email,
        to_name=person.name,
        partnership=evidence.partnership,
        now=now,
        about=f"evidence:{evidence.public_id}",
        course=evidence.course,
        evidence=evidence,
    )
