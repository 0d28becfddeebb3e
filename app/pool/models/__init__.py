"""What is stored about who trains, a file per subject."""

from .deliverers import EventTrainer, TrainerCall, TrainerReleased
from .given import PlannedDates, TimeEntry
from .members import DeliveryApproval, PoolMember, Unavailability, in_force
from .observed import AgreedPoint, Observation

__all__ = [
    "AgreedPoint",
    "DeliveryApproval",
    "EventTrainer",
    "Observation",
    "PlannedDates",
    "PoolMember",
    "TimeEntry",
    "TrainerCall",
    "TrainerReleased",
    "Unavailability",
    "in_force",
]
