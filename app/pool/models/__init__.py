"""What is stored about who trains, a file per subject."""

from .commissions import Commission, CommissionEvent
from .deliverers import EventTrainer, TrainerCall, TrainerChange, TrainerNeed, TrainerReleased
from .given import PlannedDates, TimeEntry
from .joining import PoolApplication, ReleaseRequest
from .members import DeliveryApproval, PoolMember, Unavailability, in_force
from .observed import AgreedPoint, Observation

__all__ = [
    "AgreedPoint",
    "Commission",
    "CommissionEvent",
    "DeliveryApproval",
    "EventTrainer",
    "Observation",
    "PlannedDates",
    "PoolApplication",
    "PoolMember",
    "ReleaseRequest",
    "TimeEntry",
    "TrainerCall",
    "TrainerChange",
    "TrainerNeed",
    "TrainerReleased",
    "Unavailability",
    "in_force",
]
