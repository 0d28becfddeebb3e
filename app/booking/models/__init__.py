"""What is stored about who will come, a file per subject."""

from .approvals import Approval, RequirementWaiver
from .bookings import Booking, BookingChange, stands_before
from .charges import Charge, ChargeExport, ChargePolicy
from .headcounts import Headcount
from .interests import Interest
from .messages import EventMessage
from .missed import MissedPlace
from .mix import MixRule, Nomination

__all__ = [
    "Approval",
    "Booking",
    "BookingChange",
    "Charge",
    "ChargeExport",
    "ChargePolicy",
    "EventMessage",
    "Headcount",
    "Interest",
    "MissedPlace",
    "MixRule",
    "Nomination",
    "RequirementWaiver",
    "stands_before",
]
