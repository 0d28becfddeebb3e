"""Taking in a mail: what it was is written down, and what follows from it happens. Inside ``writing()``.

Nobody is answered but people with a place, at the address we know; a mail that came before changes nothing.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..booking import letters
from ..booking.checks import occasion_of
from ..booking.manager_links import Holder, token_for
from ..booking.models import Booking
from ..db import db
from ..notifications import history, unreachable
from ..notifications.models import Letter
from . import finding
from .judging import Found, Taken, judged, looked_up
from .mime import MOST_BYTES
from .models import IncomingMail, InviteReply
from .rules import KEPT, Did, Verdict, sequence_answered
from .sorting import Reading

DECLINED = "calendar-declined"


def take_in(read: Reading, raw: bytes, *, now: datetime) -> Taken:
    """Write down a mail and do what follows from it; the same mail once more changes nothing."""
    if already(read.message_id):
        before = Verdict(kind="duplicate", did="nothing", why="This mail came before.")
        return Found(read=read).taken(before, before.did)
    found = looked_up(read)
    verdict = judged(found, now=now)
    if verdict.kind == "duplicate":
        return found.taken(verdict, verdict.did)
    mail = write_down(found, raw, verdict, now=now)
    if verdict.answer:
        keep(mail, found, verdict.answer, now=now)
    if verdict.did == "asked" and found.invitation and found.invitation.booking:
        mail.did = ask(found.invitation.booking, now=now)
    if found.letter:
        mark(found.letter, verdict, now=now)
    return found.taken(verdict, mail.did)


def already(message_id: str) -> bool:
    """Whether a mail of that name was taken in before."""
    return bool(db.session.scalar(sa.select(sa.exists().where(IncomingMail.message_id == message_id))))


def write_down(found: Found, raw: bytes, verdict: Verdict, *, now: datetime) -> IncomingMail:
    """The mail's row. The mail itself is kept for a person to look at, if there is something to look at."""
    read, said = found.read, found.read.answer
    taken = found.taken(verdict, verdict.did)
    mail = IncomingMail(
        message_id=read.message_id,
        received_at=now,
        from_email=read.sender,
        from_name=read.sender_name,
        subject=read.subject,
        text=(said.comment if said else "") or (read.text if verdict.open else ""),
        kind=verdict.kind,
        uid=taken.uid,
        partstat=taken.partstat,
        sequence=taken.sequence,
        did=verdict.did,
        why=verdict.why,
        state="open" if verdict.open else "done",
        raw=raw if verdict.open and len(raw) <= MOST_BYTES else None,
        **whose(found),
    )
    db.session.add(mail)
    db.session.flush()
    return mail


def whose(found: Found) -> dict[str, Any]:
    """What a mail belongs to, by the columns of its row."""
    invitation, letter = found.invitation, found.letter
    if invitation:
        return {
            "person_id": invitation.person.id,
            "partnership_id": invitation.event.host_id,
            "event_id": invitation.event.id,
            "booking_id": invitation.booking.id if invitation.booking else None,
        }
    person = finding.person_at(letter.to_email if letter else found.read.sender)
    told: dict[str, Any] = {"person_id": person.id if person else None}
    return told | {"partnership_id": letter.partnership_id, "letter_id": letter.id} if letter else told


def keep(mail: IncomingMail, found: Found, answer: str, *, now: datetime) -> None:
    """Write the answer down beside the invite it answers."""
    invitation, said = found.invitation, found.read.answer
    assert invitation is not None
    assert said is not None
    add_reply(
        invitation.booking,
        invitation.person,
        event_id=invitation.event.id,
        session=invitation.session,
        partstat=answer,
        sequence=sequence_answered(said, invitation.sequence),
        stamp=found.stamp(now),
        comment=said.comment,
        mail=mail,
        now=now,
    )


def add_reply(
    booking: Booking | None,
    person: Person,
    *,
    event_id: int,
    session: str,
    partstat: str,
    sequence: int,
    stamp: datetime,
    now: datetime,
    comment: str = "",
    mail: IncomingMail | None = None,
) -> None:
    """One answer to one invite."""
    db.session.add(
        InviteReply(
            mail_id=mail.id if mail else None,
            event_id=event_id,
            booking_id=booking.id if booking else None,
            person_id=person.id,
            session=session,
            partstat=partstat,
            sequence=sequence,
            stamp=stamp,
            comment=comment,
            at=now,
        )
    )
    db.session.flush()


def keep_place(booking: Booking, *, now: datetime) -> int:
    """The person keeps the place although their calendar refused; how many refusals no longer hold."""
    refusals = db.session.execute(finding.refusals_of(booking)).all()
    for row in refusals:
        add_reply(
            booking,
            booking.person,
            event_id=booking.event_id,
            session=row.session,
            partstat=KEPT,
            sequence=booking.invite_sequence,
            stamp=now,
            now=now,
        )
    return len(refusals)


def ask(booking: Booking, *, now: datetime) -> Did:
    """Ask the person whether the place may be released, once for each invite; what was done."""
    key = f"{DECLINED}:{booking.invite_sequence}"
    asked = sa.exists().where(Letter.key == f"{letters.about(booking)}:{key}")
    if db.session.scalar(sa.select(asked)):
        return "flagged"
    letters.tell(
        booking,
        booking.person,
        occasion_of(booking.event, now),
        DECLINED,
        now=now,
        key=key,
        release_link=release_link(token_for(booking, Holder.PERSON)),
    )
    return "asked" if db.session.scalar(sa.select(asked)) else "flagged"


def release_link(token: str) -> str:
    """The path of the page with the two buttons: release the place, or keep it."""
    return f"/release/{token}"


def mark(letter: Letter, verdict: Verdict, *, now: datetime) -> None:
    """Write down on our mail what became of it; an address that takes no mail is marked."""
    if verdict.kind == "delayed":
        history.note([letter.id], "delayed", at=now, detail=verdict.why)
    elif verdict.did == "marked":
        letter.fault = f"It came back: {verdict.why}"
        unreachable.came_back(letter.to_email, why=verdict.why, now=now, letter=letter)


def settle(mail: IncomingMail, *, by: int, now: datetime) -> None:
    """A person has seen to it; the mail itself is kept no longer."""
    if mail.state == "open":
        mail.state, mail.settled_at, mail.settled_by_id, mail.raw = "done", now, by, None
