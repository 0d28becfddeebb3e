"""What is stored about who trains, a file per subject."""

from .deliverers import EventTrainer, TrainerCall, TrainerReleased
from .members import DeliveryApproval, PoolMember, Unavailability, in_force

__all__ = [
    "DeliveryApproval",
    "EventTrainer",
    "PoolMember",
    "TrainerCall",
    "TrainerReleased",
    "Unavailability",
    "in_force",
]
