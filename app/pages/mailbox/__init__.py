"""What came in by mail, for administrators; and the page on which somebody releases or keeps a place."""

from flask import Blueprint

pages = Blueprint("mailbox", __name__)

from . import listing, release  # noqa: E402, F401  (their views belong to the blueprint)
