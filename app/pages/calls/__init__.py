"""``/calls``: people are asked to deliver dates, and say what they can; by a mailed link, or signed in."""

from flask import Blueprint

pages = Blueprint("calls", __name__)

from . import giving_back, link, mine  # noqa: E402, F401  (their views belong to the blueprint)
