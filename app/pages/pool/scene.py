"""What every page about a member needs: who it is, and everything that is said of them."""

from datetime import datetime

from flask import abort

from ...pool.members import Member, described, memberships
from ...pool.models import PoolMember
from ...web.access import current_partnership


def membership_or_404(public_id: str) -> PoolMember:
    """The membership somebody has, or had last, in this partnership."""
    found = memberships(current_partnership().id, public_id)
    return found[0] if found else abort(404)


def member_or_404(public_id: str, now: datetime) -> Member:
    """The same with everything that is said of them."""
    (member,) = described([membership_or_404(public_id)], current_partnership().id, now)
    return member
