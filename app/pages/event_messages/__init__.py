"""Writing to everybody on an event: the text, how it will look to one of them, whom it reaches, and sending it once."""

from flask import Blueprint

pages = Blueprint("event_messages", __name__)

from . import sending, writing  # noqa: E402, F401  (their views)
