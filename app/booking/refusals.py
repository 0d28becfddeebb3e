"""The eight checks of a request for a place, in the order of domain.md, "Booking". Pure: facts in, an answer out.

The first that refuses answers, in words that say what the person can do instead.
"""

from collections.abc import Sequence
from datetime import datetime

from ..completions.rules import BY_DEADLINE, TO_BOOK, Requirement, missing
from .rules import (
    CONFIRM,
    HOLDING,
    LEAD,
    MANAGER,
    NOT_APPROVED,
    NOT_THIS_ONE,
    OBSTACLES,
    Asked,
    Asker,
    Claim,
    Reason,
    Refusal,
    State,
    Wanted,
    overlap,
)


def not_open(wanted: Wanted, *, now: datetime, by_staff: bool) -> Refusal | None:
    """Check 1. Staff and trainers may book until the end of the first session."""
    closes_at = min(wanted.sittings)[1] if by_staff and wanted.sittings else wanted.closes_at
    if wanted.state == "cancelled":
        sentence = "This date has been cancelled. Look at the other dates, or ask us to tell you of the next."
    elif wanted.state not in ("published", "postponed"):
        sentence = "Booking for this date has not opened yet."
    elif wanted.headcount_only:
        sentence = (
            "Places on this date are booked by organisations, with numbers. Write to the training team."
        )
    elif closes_at is not None and now >= closes_at:
        sentence = "Booking for this date has closed. Look at the other dates, or ring the training team."
    else:
        return None
    return Refusal(reason=Reason.NOT_OPEN, sentence=sentence)


def not_for_them(wanted: Wanted, asker: Asker) -> Refusal | None:
    """Check 2: in the audience, or invited. Whom staff book, they invite."""
    if asker.invited or asker.by_staff:
        return None
    way = None
    if wanted.by_invitation:
        sentence = "This date is by invitation. Ask the training team if you should have been invited."
    elif wanted.audience and asker.role_group not in wanted.audience:
        groups = " or ".join(f"\u201c{group}\u201d" for group in sorted(wanted.audience))
        sentence = (
            f"This course is for people whose work is {groups}. Look for another course, or ask the training "
            "team if yours is a case for an invitation."
        )
        way = ("Find another course", "/courses")
    else:
        return None
    return Refusal(reason=Reason.AUDIENCE, sentence=sentence, way=way)


def second_booking(wanted: Wanted, claims: Sequence[Claim], *, becomes: State) -> Refusal | None:
    """Check 3: no live booking for this event, no place on another date of the course (waiting for one is fine)."""
    for claim in claims:
        if claim.event_id == wanted.event_id:
            held = {
                State.WAITING: "are on the waiting list for",
                State.REQUESTED: "have asked for a place on",
            }
            words = held.get(claim.state, "have a place on")
            return Refusal(
                reason=Reason.ALREADY, sentence=f"You already {words} this date.", booking=claim.booking
            )
    if becomes == State.WAITING or wanted.several_places:
        return None
    other = next((c for c in claims if c.course_id == wanted.course_id and c.state in HOLDING), None)
    if other is None:
        return None
    return Refusal(
        reason=Reason.OTHER_DATE,
        sentence="You have a place on another date of this course. Keep it, or cancel it before you book this one.",
        booking=other.booking,
    )


def clash(wanted: Wanted, claims: Sequence[Claim]) -> Claim | None:
    """The first other place the person may keep whose sessions overlap these; touching is no clash.

    On another date of the course they may keep one only where it allows several; elsewhere that is said before.
    """
    for claim in claims:
        kept = claim.course_id != wanted.course_id or wanted.several_places
        other = kept and claim.event_id != wanted.event_id
        if claim.state in HOLDING and other and overlap(claim.sittings, wanted.sittings):
            return claim
    return None


def unconfirmed_clash(wanted: Wanted, claims: Sequence[Claim], *, confirmed: bool) -> Refusal | None:
    """Check 3, last part: a clash is said and must be confirmed."""
    found = None if confirmed else clash(wanted, claims)
    if found is None:
        return None
    return Refusal(
        reason=Reason.CLASH,
        sentence=f"You have a place on {found.title} at that time. Confirm that you want this one too.",
        booking=found.booking,
    )


def still_to_do(wanted: Wanted, asker: Asker, *, now: datetime) -> Requirement | None:
    """What keeps somebody from booking: required to book; or by a deadline, once that has passed.

    Evidence that waits to be checked stands for what is required by a deadline, until it is decided.
    """
    if asker.waived:
        return None
    first = next(iter(missing(asker.requirements, TO_BOOK)), None)
    if first or wanted.part_one_by is None or now < wanted.part_one_by:
        return first
    late = (item for item in missing(asker.requirements, BY_DEADLINE) if not item.evidence_waiting)
    return next(late, None)


def not_done(wanted: Wanted, asker: Asker, *, now: datetime) -> Refusal | None:
    """Check 4: the required courses."""
    found = still_to_do(wanted, asker, now=now)
    if found is None:
        return None
    if found.evidence_waiting:
        sentence = (
            f"You need {found.title} first. The evidence you handed in is still being checked: book as soon as "
            "we have written to you, or ring the training team."
        )
    else:
        late = "The deadline for it has passed, so you can book as soon as you have done it. "
        sentence = (
            f"You need {found.title} first. {late if found.strength == BY_DEADLINE else ''}Do it now, or hand in "
            "your certificate if you have done it elsewhere."
        )
    way = (f"Go to {found.title}", f"/courses/{found.slug}")
    return Refusal(reason=Reason.REQUIREMENT, sentence=sentence, way=way)


def charge_not_accepted(asker: Asker, asked: Asked) -> Refusal | None:
    """Check 5: who pays has seen price and policy, and gives a purchase order."""
    given = asked.purchase_order.strip() or not asker.pence
    if not asker.price_words or (asked.charge_accepted and given):
        return None
    what = "Agree to the charge" if not asked.charge_accepted else "Give a purchase order number"
    return Refusal(reason=Reason.CHARGE, sentence=f"{asker.price_words} {what} to book.")


def not_agreed(wanted: Wanted, asker: Asker, asked: Asked) -> Refusal | None:
    """Check 6, as far as the person answers it: that their manager agrees, or whom to ask."""
    if not wanted.approval or wanted.approval == LEAD or approved_already(asker, asked):
        return None
    if wanted.approval == CONFIRM and not (asked.manager_confirmed and asked.manager_email):
        sentence = "Confirm that your manager agrees, and say who that is."
    elif wanted.approval == MANAGER and not asked.manager_email:
        sentence = "Your manager has to agree. Say who that is and where we can write to them."
    else:
        return None
    return Refusal(reason=Reason.APPROVAL, sentence=sentence)


def approved_already(asker: Asker, asked: Asked) -> bool:
    """Whether staff say why nobody need be asked."""
    return asker.by_staff and bool(asked.approved_why.strip())


def to_approve(wanted: Wanted, asker: Asker, asked: Asked) -> bool:
    """Check 6: whether somebody else has to agree before the place is booked."""
    who = who_agrees(wanted.approval) if wanted.approval in (MANAGER, LEAD) or asker.missed_often else ""
    if approved_already(asker, asked) or (who == LEAD and asker.leads):
        return False
    return bool(who)


def who_agrees(approval: str) -> str:
    """Whom to ask: whom the course says; a lead, where it asks nobody but this person did not come too often."""
    return MANAGER if approval == MANAGER else LEAD


def no_share(*, obstacle: str, or_wait: bool) -> Refusal | None:
    """Check 7, for somebody who asked for a place and nothing else: a cap, or places kept for others."""
    if not obstacle or or_wait:
        return None
    sentence = f"{obstacle[0].upper()}{obstacle[1:]}. You can join the waiting list."
    return Refusal(reason=Reason.MIX, sentence=sentence)


def no_place(*, becomes: State, or_wait: bool) -> Refusal | None:
    """Check 8, for somebody who asked for a place and nothing else: they decide whether to wait."""
    if becomes != State.WAITING or or_wait:
        return None
    return Refusal(
        reason=Reason.FULL, sentence="The last place has just gone. You can join the waiting list."
    )


def about_them(
    wanted: Wanted, asker: Asker, claims: Sequence[Claim], *, becomes: State, now: datetime, asked: Asked
) -> Refusal | None:
    """Checks 2 to 4, which are about the person: audience, other bookings, what comes first."""
    return (
        not_for_them(wanted, asker)
        or second_booking(wanted, claims, becomes=becomes)
        or unconfirmed_clash(wanted, claims, confirmed=asked.clash_confirmed)
        or not_done(wanted, asker, now=now)
    )


def refusal(
    wanted: Wanted,
    asker: Asker,
    claims: Sequence[Claim],
    *,
    becomes: State,
    now: datetime,
    asked: Asked,
    share: str = "",
) -> Refusal | None:
    """The first check that refuses a booking which would otherwise be ``becomes``; None when all hold.

    ``share`` is what the mix of agencies says against it (``Mix.obstacle``).
    """
    return (
        not_open(wanted, now=now, by_staff=asker.by_staff)
        or about_them(wanted, asker, claims, becomes=becomes, now=now, asked=asked)
        or charge_not_accepted(asker, asked)
        or not_agreed(wanted, asker, asked)
        or no_share(obstacle=share, or_wait=asked.or_wait)
        or no_place(becomes=becomes, or_wait=asked.or_wait)
    )


def obstacle(
    wanted: Wanted,
    asker: Asker,
    others: Sequence[Claim],
    *,
    now: datetime,
    clash_confirmed: bool,
    approved: bool,
    declined: bool,
    swap: bool,
) -> str:
    """Why somebody who waits could not take a place now, the mix apart; "" when they could.

    ``others`` are their other live bookings; with ``swap`` they give up the other date they hold.
    """
    if declined:
        return NOT_THIS_ONE
    found = second_booking(wanted, others, becomes=State.BOOKED)
    if found and found.reason == Reason.OTHER_DATE and swap:
        found = None
    kept = [claim for claim in others if not (swap and claim.course_id == wanted.course_id)]
    found = found or unconfirmed_clash(wanted, kept, confirmed=clash_confirmed)
    if found:
        return OBSTACLES[found.reason]
    to_do = still_to_do(wanted, asker, now=now)
    if to_do:
        return f"{to_do.title} is not done yet"
    return "" if approved else NOT_APPROVED
