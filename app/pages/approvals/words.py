"""Questions in words: how one stands, for the person, the desk and whoever decides. Pure."""

from datetime import datetime

from ...booking.approval_rules import Decision
from ...booking.models import Approval
from ..people.words import Outcome

DECIDED: dict[str, Outcome] = {
    Decision.APPROVED: ("Agreed", "good"),
    Decision.DECLINED: ("Declined", "bad"),
    Decision.EXPIRED: ("Did not answer", "plain"),
    Decision.DELEGATED: ("Passed it on", "plain"),
    Decision.WITHDRAWN: ("Need not answer", "plain"),
}
ROLES = {"manager": "line manager", "lead": "agency lead"}


def standing(approval: Approval, now: datetime, *, undelivered: bool = False) -> Outcome:
    """How a question stands, as a word with the tone of its tag; ``undelivered``: its mail could not be sent."""
    decision = approval.decision or (Decision.EXPIRED if approval.expires_at <= now else "")
    if not approval.approver_email:
        nobody = {"": ("Nobody to ask", "bad"), Decision.EXPIRED: ("Ran out", "plain")}
        return nobody.get(decision) or DECIDED[decision]
    if decision:
        return DECIDED[decision]
    if undelivered:
        return ("Mail did not arrive", "bad")
    if approval.escalated_at:
        return ("Asked others too", "bad")
    return ("Asked twice", "warn") if approval.asked_again_at else ("Asked", "brand")


def whom(approval: Approval) -> str:
    """Mary Manager, line manager; "" where there was nobody to ask."""
    name = approval.approver_name or approval.approver_email
    return f"{name}, {ROLES[approval.mode]}" if name else ""
