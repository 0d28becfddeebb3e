"""The ledger of the training pool: what people, agencies and experts gave, and what it earns."""

from flask import Blueprint

from ...pool.hours import hours

pages = Blueprint("ledger", __name__)
pages.add_app_template_filter(hours, "in_hours")

from . import own, people, rates, sheets, show, statement, times  # noqa: E402, F401  (their views belong to the blueprint)
