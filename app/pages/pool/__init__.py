"""The training pool: its members, who would like to join, experts and their contracts."""

from flask import Blueprint

pages = Blueprint("pool", __name__)

from . import (  # noqa: E402
    adding,  # noqa: F401
    approving,  # noqa: F401  (their views belong to the blueprint)
    away,  # noqa: F401
    contracts,  # noqa: F401
    deciding,  # noqa: F401
    editing,  # noqa: F401
    joining,  # noqa: F401
    leaving,  # noqa: F401
    listing,  # noqa: F401
    member,  # noqa: F401
    releasing,  # noqa: F401
)
