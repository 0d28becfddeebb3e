"""The bulletin: asking for it and leaving it, for anybody; writing and sending it, for the desk."""

from flask import Blueprint

pages = Blueprint("bulletin", __name__)

from . import asking, looking, readers, sending, writing  # noqa: E402, F401  (they put their views on the blueprint)
