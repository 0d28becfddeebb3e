"""For the machines that watch us: is the process up, is the database there."""

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from ..db import db
from ..web.access import public

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "up"}


@pages.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers (503 comes from the handler when it does not)."""
    db.session.execute(sa.select(1))
    return {"status": "ready"}
