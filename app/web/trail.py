"""Who looked at whose record, and who saw the site as whom, is kept."""

from .. import clock
from ..accounts.models import Person
from ..audit.actions import trace
from ..db import writing
from . import seeing
from .access import at_the_browser
from .looks import STOPPED, trace_after


def record_view(of: Person, *, what: str = "record") -> None:
    """Write down, once the answer is made, that who sits at the browser looked at somebody else's record."""
    actor = at_the_browser().public_id
    if actor != of.public_id:
        trace_after(actor=actor, act=f"looked at {what}", subject=of.public_id)


def end_seeing() -> str:
    """See one's own pages again, if one saw somebody else's, and write it down; the public id of who was seen."""
    if not seeing.seen():
        return ""
    actor, subject = at_the_browser().public_id, seeing.end()
    with writing():
        trace(at=clock.now(), actor=actor, act=STOPPED, subject=subject)
    return subject
