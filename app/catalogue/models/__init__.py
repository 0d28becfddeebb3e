"""What is stored of the catalogue: courses, and their events."""

from .courses import Course, CourseEquivalent, CourseOffer, CourseRequirement
from .events import Event, EventChange, EventInvitation, EventSession, Venue

__all__ = [
    "Course",
    "CourseEquivalent",
    "CourseOffer",
    "CourseRequirement",
    "Event",
    "EventChange",
    "EventInvitation",
    "EventSession",
    "Venue",
]
