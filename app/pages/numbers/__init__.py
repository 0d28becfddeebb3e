"""Headcount-only events: organisations send numbers without an account, and the desk sees who comes."""

from flask import Blueprint

pages = Blueprint("numbers", __name__)

from . import desk, sending, writing  # noqa: E402, F401  (their views belong to the blueprint)
