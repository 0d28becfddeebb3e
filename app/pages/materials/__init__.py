"""Materials: what those on a date are given, who adds and removes it, and the files themselves."""

from flask import Blueprint

pages = Blueprint("materials", __name__)

from . import adding, file, removing  # noqa: E402, F401  (their views belong to the blueprint)
