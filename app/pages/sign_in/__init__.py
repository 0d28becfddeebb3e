"""Signing in with a mail instead of a password, and saying once who one is."""

from flask import Blueprint

pages = Blueprint("sign_in", __name__)

from . import about_you, asking, demonstration  # noqa: E402, F401  (their views belong to the blueprint)
