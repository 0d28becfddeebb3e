"""Recording a date: what is said about it, and whether each of those on it agrees."""

from flask import Blueprint

pages = Blueprint("recording", __name__)

from . import answering, saying  # noqa: E402, F401  (their views belong to the blueprint)
