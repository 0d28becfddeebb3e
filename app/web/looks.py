"""The trail of looking: what opening a page writes down, once its answer is made."""

from flask import Response, after_this_request
from sqlalchemy.exc import OperationalError

from .. import clock
from ..audit.actions import trace
from ..db import writing
from .headers import log

# How long the page waits, in milliseconds, for the trail to be written while others change things.
PATIENCE_MS = 250
# An administrator sees the site as somebody: what stands in that person's trail.
BEGAN, STOPPED = "began to see what they see", "stopped seeing what they see"


def trace_after(*, actor: str, act: str, subject: str, always: bool = False) -> None:
    """Write down an act of looking after an answer that shows a page (or after any, ``always``).

    In a short change of its own, which waits a moment only: a database that is busy then is told to the log and
    costs nobody the page.
    """

    @after_this_request
    def write(answer: Response) -> Response:
        if always or answer.status_code == 200:
            try:
                with writing(wait_ms=PATIENCE_MS):
                    trace(at=clock.now(), actor=actor, act=act, subject=subject)
            except OperationalError:
                log.error("a look at a record was not written down")
        return answer
