"""Seeing the site as somebody else, read only: what the session keeps of it, and what is refused meanwhile.

The session stays the administrator's own and names, beside them, whom they see. ``access.load_viewer`` asks at
every request whether both may still be so.
"""

from datetime import UTC, datetime, timedelta

from flask import Response, request, session

from .problems import problem

KEY = "seeing"
LASTS = timedelta(minutes=30)
# What can be pressed meanwhile: the two buttons that end it.
WAYS_OUT = ("people.stop_seeing", "sign_in.leave")
READING = ("GET", "HEAD", "OPTIONS")


def begin(public_id: str, now: datetime) -> None:
    """See the site as this person from now on."""
    session[KEY] = [public_id, int(now.timestamp())]


def seen() -> str:
    """The public id of who is being seen; "" for nobody."""
    return str(session[KEY][0]) if KEY in session else ""


def is_over(now: datetime) -> bool:
    """Whether it has lasted its half an hour."""
    return now >= datetime.fromtimestamp(session[KEY][1], UTC) + LASTS


def end() -> str:
    """See one's own pages again; the public id of who was seen, "" if nobody was."""
    found = seen()
    session.pop(KEY, None)
    return found


def refusal(name: str, *, private: bool) -> Response | None:
    """The page that says why this is not to be had meanwhile; None for a page that may be looked at."""
    if request.endpoint in WAYS_OUT:
        return None
    if private:
        sentence = f"Questions and answers are {name}’s alone: nobody else is shown them."
        return problem(403, sentence, heading="This is not shown", actions=())
    if request.method in READING:
        return None
    sentence = f"You only see what {name} sees: nothing can be changed. Go back to your own pages first."
    return problem(403, sentence, heading="Nothing was changed", actions=())
