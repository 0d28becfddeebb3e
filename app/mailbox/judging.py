"""What a mail is about, and the verdict on it. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from ..notifications.models import Letter
from . import finding
from .finding import Invitation
from .replies import Attendee
from .rules import ANSWERS, Verdict, judge_answer, judge_returned, parked
from .sorting import Reading


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a mail was and what it did, for whoever runs the command."""

    message_id: str
    sender: str
    kind: str
    did: str
    why: str
    uid: str = ""
    partstat: str = ""
    sequence: int | None = None
    booking: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A mail as it was read, and what it is about: an invite and who answers it, or a letter that came back."""

    read: Reading
    invitation: Invitation | None = None
    by: Attendee | None = None
    letter: Letter | None = None

    def stamp(self, now: datetime) -> datetime:
        """When it was answered. A clock that is ahead must not keep later answers from counting."""
        said = self.read.answer
        return min(said.stamp, now) if said and said.stamp else now

    def taken(self, verdict: Verdict, did: str) -> Taken:
        """What it was and what it did."""
        said, booking = self.read.answer, self.invitation.booking if self.invitation else None
        return Taken(
            message_id=self.read.message_id,
            sender=self.read.sender,
            kind=verdict.kind,
            did=did,
            why=verdict.why,
            uid=said.uid if said else "",
            partstat=self.by.partstat if self.by else "",
            sequence=said.sequence if said else None,
            booking=booking.public_id if booking else "",
        )


def looked_up(read: Reading) -> Found:
    """What a mail is about."""
    if read.bounce:
        return Found(read=read, letter=finding.letter_called(read.bounce.message_ids))
    if read.answer is None or read.answer.fault:
        return Found(read=read)
    invitation = finding.invitation_of(read.answer.uid)
    by = read.answer.by(invitation.addresses, read.sender) if invitation else None
    return Found(read=read, invitation=invitation, by=by)


def judged(found: Found, *, now: datetime) -> Verdict:
    """The verdict on a mail."""
    read = found.read
    if read.answer is not None:
        return judged_answer(found, now=now)
    if read.bounce is not None:
        return judged_returned(found)
    if read.kind == "auto-reply":
        return Verdict(kind="auto-reply", did="ignored", why="A machine wrote it, and it is no answer.")
    return (
        parked("refused", read.why) if read.kind == "refused" else parked("unknown", "Somebody wrote to us.")
    )


def judged_answer(found: Found, *, now: datetime) -> Verdict:
    """The verdict on a mail with a calendar part."""
    said, by, stamp, invited = found.read.answer, found.by, found.stamp(now), None
    assert said is not None
    if found.invitation:
        partstat = ANSWERS.get(by.partstat, "") if by else ""
        invited = finding.known_of(found.invitation, partstat=partstat, stamp=stamp, now=now)
    return judge_answer(said, by, invited, stamp=stamp, words=bool(said.comment or found.read.text))


def judged_returned(found: Found) -> Verdict:
    """The verdict on a mail server's report."""
    report, letter = found.read.bounce, found.letter
    assert report is not None
    return judge_returned(
        report.about(letter.to_email) if letter else None,
        ours=letter is not None,
        names_one=bool(report.message_ids),
        known_reader=finding.wrote_to({a for status in report.statuses for a in status.addresses}),
    )
