"""``/events/<id>/sheet``: the sign-in sheets of a date, on paper, and what stands on them."""

from flask import Blueprint

pages = Blueprint("sheets", __name__)

from . import choosing, paper  # noqa: E402, F401  (their views belong to the blueprint)
