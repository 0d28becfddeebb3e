"""A trainer's events, and the register of one: built for a phone in a village hall."""

from flask import Blueprint

pages = Blueprint("register", __name__)

from . import closing, headcount, keeping, marks, my_invite, sheet, walk_ins  # noqa: E402, F401  (their views belong to the blueprint)
