"""``/events/<id>/breakout-groups``: groups that mix agencies, for the room or the call."""

from flask import Blueprint

pages = Blueprint("breakout_groups", __name__)

from . import making, taking_along  # noqa: E402, F401  (their views belong to the blueprint)
