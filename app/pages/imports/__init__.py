"""Files of courses, venues, dates and past bookings: hand in, say which column is which, try, load, take back."""

from flask import Blueprint

pages = Blueprint("imports", __name__)

from . import batches, drafts, handing_in  # noqa: E402, F401  (their views belong to the blueprint)
