"""Who completed a course: the rule, and deciding somebody's outcome by hand."""

from flask import Blueprint

pages = Blueprint("outcomes", __name__)

from . import deciding, rule  # noqa: E402, F401  (their views belong to the blueprint)
