"""The desk's side of the catalogue: making and changing courses and their dates."""

from flask import Blueprint

pages = Blueprint("course_desk", __name__)

from . import calling_off, courses, events, times, venues  # noqa: E402, F401  (they put their views on the blueprint)
