"""The administrator's desk: what needs somebody this week, and who delivers an event."""

from flask import Blueprint

pages = Blueprint("desk", __name__)

from . import (  # noqa: E402, F401  (their views belong to the blueprint)
    calls,
    demand,
    filling_settings,
    guests,
    today,
    trainer_invite,
    trainer_parts,
    trainers,
)
