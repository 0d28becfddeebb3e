"""The desk's charges: deciding, handing to finance, and the policy behind them."""

from flask import Blueprint

pages = Blueprint("charges", __name__)

from . import files, listing, policy  # noqa: E402, F401  (their views belong to the blueprint)
