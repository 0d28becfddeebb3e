"""Adding to the trail."""

from datetime import datetime

from ..db import db
from .models import Trace


def trace(*, at: datetime, actor: str, act: str, subject: str = "", why: str = "") -> Trace:
    """Write down an act (inside ``writing()``)."""
    row = Trace(at=at, actor=actor, act=act, subject=subject, why=why)
    db.session.add(row)
    return row
