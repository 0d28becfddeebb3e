"""Certificates from elsewhere: handing one in, and checking those that were handed in."""

from flask import Blueprint

pages = Blueprint("evidence", __name__)

from . import checking, handing_in  # noqa: E402, F401  (their views belong to the blueprint)
