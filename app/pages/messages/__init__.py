"""``/messages``: what the site writes to people: whether it is sent, when, and in which words."""

from flask import Blueprint

pages = Blueprint("messages", __name__)

from . import editing, listing, looking, switching, timings, versions  # noqa: E402, F401  (their views)
