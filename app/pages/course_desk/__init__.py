"""The desk's side of the catalogue: making and changing courses and their dates."""

from flask import Blueprint

pages = Blueprint("course_desk", __name__)

from . import (  # noqa: E402, F401  (they put their views on the blueprint)
    calling_off,
    courses,
    deciding,
    events,
    repeating,
    times,
    trainer_ill,
    venues,
)
