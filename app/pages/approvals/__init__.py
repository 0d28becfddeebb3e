"""Agreeing to somebody's booking: by a mailed link, and at the desk."""

from flask import Blueprint

pages = Blueprint("approvals", __name__)

from . import answering, desk  # noqa: E402, F401  (their views belong to the blueprint)
