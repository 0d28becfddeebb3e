"""People, for those who help them: finding somebody, what is known of them, what they may do."""

from flask import Blueprint

pages = Blueprint("people", __name__)

from . import finding, helping, record, roles, seeing  # noqa: E402, F401  (their views belong to the blueprint)
