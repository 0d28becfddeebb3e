"""The catalogue, as anybody sees it: finding training, a course, a date, the programme."""

from flask import Blueprint

pages = Blueprint("catalogue", __name__)

from . import course, event, feeds, finding, programme  # noqa: E402, F401  (they put their views on the blueprint)
