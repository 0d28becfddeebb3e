"""Who looked at whose record is kept: the one thing that opening a page writes."""

from flask import Response, after_this_request
from sqlalchemy.exc import OperationalError

from .. import clock
from ..accounts.models import Person
from ..audit.actions import trace
from ..db import writing
from .access import signed_in
from .headers import log


def record_view(of: Person, *, what: str = "record") -> None:
    """Write down, once the answer is made, that the signed-in person looked at somebody else's record.

    In a short change of its own. A database that is busy then is told to the log and costs nobody the page.
    """
    actor, subject = signed_in().person.public_id, of.public_id
    if actor == subject:
        return

    @after_this_request
    def write(answer: Response) -> Response:
        if answer.status_code == 200:
            try:
                with writing():
                    trace(at=clock.now(), actor=actor, act=f"looked at {what}", subject=subject)
            except OperationalError:
                log.error("a look at a record was not written down")
        return answer
