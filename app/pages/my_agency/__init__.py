"""My agency: an agency lead's people, their bookings and places; what is due. No answers of a named person."""

from flask import Blueprint

pages = Blueprint("my_agency", __name__)

from . import booking, export, overview, places  # noqa: E402, F401  (their views belong to the blueprint)
