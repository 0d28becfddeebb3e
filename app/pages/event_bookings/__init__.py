"""An event for the desk: everybody on it, adding and changing one of them, sheets, paper, and a mail to all."""

from flask import Blueprint

pages = Blueprint("event_bookings", __name__)

from . import adding, listing, overriding, sheets  # noqa: E402, F401  (their views belong to the blueprint)
