"""Why somebody cannot check in, in words, each with what to do instead."""

from datetime import datetime

from flask import Response, url_for

from ...attendance.check_in_codes import window_of
from ...attendance.check_in_rules import Why, Window
from ...catalogue.models import EventSession
from ...clock import london_day
from ...web.filters import clock_time, day
from ...web.problems import problem

STATUS = {Why.WRONG: 404, Why.OLD: 410, Why.LATE: 410, Why.CANCELLED: 410}
HEADINGS = {
    Why.WRONG: "This code does not work",
    Why.OLD: "This code has changed",
    Why.EARLY: "Check-in is not open yet",
    Why.LATE: "Check-in is over",
    Why.CLOSED: "The register is closed",
    Why.CANCELLED: "This date was cancelled",
}
WITHOUT_SESSION = {
    Why.WRONG: "Scan the code on the trainer’s screen again, or type the letters below it. It has to be the screen of the course you are at.",
    Why.OLD: "The code on the trainer’s screen changes every minute. Scan the one that is there now.",
}
# Against these no link helps either.
FINAL = (Why.CANCELLED, Why.CLOSED)
NO_LONGER = "This link no longer works"
LINK_OVER = "It works for a quarter of an hour. Scan the code on the trainer’s screen and ask for another one, or tell the trainer that you are here."


def sentence(why: Why, session: EventSession | None, now: datetime) -> str:
    """Why not, and what to do."""
    if session is None or why in WITHOUT_SESSION:
        return WITHOUT_SESSION.get(why, WITHOUT_SESSION[Why.WRONG])
    title, window = session.event.course.title, window_of(session, now)
    if why == Why.EARLY:
        return f"Check-in for {title} opens {at(window.opens_at, now)}. Scan the code again then."
    if why == Why.LATE:
        return f"Check-in for {title} closed {at(window.closes_at, now)}. Tell the trainer that you are here: they can still mark you."
    if why == Why.CLOSED:
        return f"The register of {title} is closed already. If it should say that you were there, tell the trainer or the training team."
    return f"{title} on {day(session.starts_at, year=False)} was cancelled, so nobody checks in to it."


def for_the_screen(why: Why, window: Window, now: datetime) -> str:
    """Why the trainer's screen shows no code."""
    if why == Why.EARLY:
        return f"The code appears here {at(window.opens_at, now)}."
    if why == Why.LATE:
        return f"Check-in closed {at(window.closes_at, now)}. If you have just come, tell the trainer."
    return HEADINGS[why] + "."


def at(instant: datetime, now: datetime) -> str:
    """At 9am; on another day: on Tue 12 January at 9am."""
    on = "" if london_day(instant) == london_day(now) else f"on {day(instant, year=False)} "
    return f"{on}at {clock_time(instant)}"


def why_page(why: Why, session: EventSession | None, now: datetime) -> Response:
    """The page that says so."""
    ways_on = ({"label": "Type a code instead", "href": url_for("check_in.type_code")},)
    again = why in WITHOUT_SESSION
    return problem(
        STATUS.get(why, 409),
        sentence(why, session, now),
        heading=HEADINGS[why],
        actions=ways_on if again else (),
    )


def no_longer() -> Response:
    """The page for a link that was used up by time, or never was."""
    return problem(410, LINK_OVER, heading=NO_LONGER, actions=())


def too_many(said: str) -> Response:
    """The page after too many tries."""
    answer = problem(429, said, heading="Too many tries", actions=())
    answer.headers["Retry-After"] = "600"
    return answer
