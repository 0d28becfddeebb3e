"""The training pool: its members, who would like to join, experts and their contracts."""

from flask import Blueprint

pages = Blueprint("pool", __name__)

from . import listing, member  # noqa: E402, F401  (their views belong to the blueprint)
