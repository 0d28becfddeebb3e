"""Asking somebody to agree to a booking: by a mail with a link, of which only a keyed hash is kept.

Inside ``changing(event)``; nothing commits. What they answer is in ``deciding``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.tokens import keyed_hash
from ..db import db, new_public_id
from ..notifications.actions import post
from ..notifications.actions import withdraw as withdraw_letters
from . import approval_rules, letters
from .approval_rules import ENDS, Decision
from .approvers import Approver, approvers_of, leads_of, others
from .checks import Occasion, occasion_of
from .models import Approval, Booking
from .refusals import who_agrees

NOBODY = Approver("", "")


def token_of(approval: Approval) -> str:
    """The link's secret part. Computed, so that a mail can go again; without this installation's key nobody can."""
    return keyed_hash("approval", approval.public_id)[:40]


def hash_of(token: str) -> str:
    """What is kept of a link."""
    return keyed_hash("approval link", token)


def ask_for(booking: Booking, occasion: Occasion, *, now: datetime) -> list[Approval]:
    """Ask whoever has to agree."""
    mode = who_agrees(occasion.event.course.approval)
    return ask(booking, mode=mode, approvers=approvers_of(booking, mode, now), now=now, occasion=occasion)


def ask(
    booking: Booking,
    *,
    mode: str,
    approvers: Sequence[Approver],
    now: datetime,
    occasion: Occasion | None = None,
    before: Approval | None = None,
) -> list[Approval]:
    """Write to each of these who has not been asked yet; ``before`` was asked and did not answer, or passed it on.

    With nobody to ask it is written down all the same, and stands at the desk. A question that follows on another
    ends with it. Returns the new questions.
    """
    occasion = occasion or occasion_of(booking.event, now)
    asked = set(db.session.scalars(sa.select(Approval.approver_email).where(open_for(booking.id))))
    new = [one for one in others(booking, list(approvers)) if one.email not in asked]
    if not new and not asked and before is None:
        new = [NOBODY]
    ends_at = before.expires_at if before else expiry(occasion, now)
    found = [question(booking, one, mode=mode, now=now, ends_at=ends_at, before=before) for one in new]
    db.session.flush()
    for approval in found:
        write_to(approval, booking, occasion, now=now)
    return found


def expiry(occasion: Occasion, now: datetime) -> datetime:
    """When a question asked now runs out."""
    sittings = occasion.wanted.sittings
    return approval_rules.ends_at(
        now,
        closes_at=occasion.wanted.closes_at,
        last_at=min(sittings)[1] if sittings else None,
        working_days=occasion.settings[ENDS],
    )


def question(
    booking: Booking,
    approver: Approver,
    *,
    mode: str,
    now: datetime,
    ends_at: datetime,
    before: Approval | None,
) -> Approval:
    """The row of one question."""
    approval = Approval(
        public_id=new_public_id(),
        booking=booking,
        mode=mode,
        approver_name=approver.name,
        approver_email=approver.email,
        asked_at=now,
        expires_at=ends_at,
        before_id=before.id if before else None,
    )
    approval.decision = ""
    approval.token_hash = hash_of(token_of(approval))
    db.session.add(approval)
    return approval


def write_to(
    approval: Approval, booking: Booking, occasion: Occasion, *, now: datetime, again: bool = False
) -> None:
    """The mail with the link; the first, or the reminder."""
    post(
        "approve",
        key=f"approval:{approval.public_id}:{'again' if again else 'asked'}",
        to_email=approval.approver_email,
        to_name=approval.approver_name,
        **letters.restated(occasion.event, occasion.sessions),
        now=now,
        about=letters.about(booking),
        expires_at=approval.expires_at,
        secret=True,  # whoever has the link decides
        who=booking.person.name,
        works=booking.setting.name if booking.setting else booking.agency.name,
        mode=approval.mode,
        until=approval.expires_at,
        token=token_of(approval),
        again=again,
        waits=booking.state == "waiting",
        passed_on_by=passed_on_by(approval),
    )


def passed_on_by(approval: Approval) -> str:
    """The name (or the address) of who passed it on to them; "" when nobody did."""
    before = db.session.get(Approval, approval.before_id) if approval.before_id else None
    if before is None or before.decision != Decision.DELEGATED:
        return ""
    return before.approver_name or before.approver_email


def open_for(booking_id: int) -> sa.ColumnElement[bool]:
    """The condition that a question about a booking has no answer yet."""
    return sa.and_(Approval.booking_id == booking_id, Approval.decision == "")


def is_approved(booking_ids: Collection[int]) -> set[int]:
    """Of these bookings, those somebody has agreed to."""
    agreed = sa.select(Approval.booking_id).where(
        Approval.booking_id.in_(booking_ids), Approval.decision == Decision.APPROVED.value
    )
    return set(db.session.scalars(agreed)) if booking_ids else set()


def take_back(booking: Booking, *, now: datetime, besides: Approval | None = None) -> int:
    """Nobody needs to answer any more (``besides`` the one who just did); returns how many were still asked."""
    ended = sa.update(Approval).where(open_for(booking.id), Approval.id != (besides.id if besides else 0))
    values = {"decision": Decision.WITHDRAWN.value, "decided_at": now}
    changed: Any = db.session.execute(ended.values(**values))
    withdraw_letters(about=letters.about(booking), now=now, messages=("approve",))
    return int(changed.rowcount)


def remind(approval: Approval, occasion: Occasion, *, now: datetime) -> None:
    """Ask the same person again, with the same link."""
    approval.asked_again_at = now
    write_to(approval, approval.booking, occasion, now=now, again=True)


def escalate(approval: Approval, occasion: Occasion, *, now: datetime) -> list[Approval]:
    """Ask the nearest leads who have not been asked about it yet; where there is nobody else, it shows at the desk."""
    booking = approval.booking
    approval.escalated_at = now
    asked = set(
        db.session.scalars(sa.select(Approval.approver_email).where(Approval.booking_id == booking.id))
    )
    for level in leads_of(booking, now):
        new = [one for one in level if one.email not in asked]
        if new:
            return ask(booking, mode="lead", approvers=new, now=now, occasion=occasion, before=approval)
    return []
