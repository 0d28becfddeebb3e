"""``/calls``: what somebody is asked to deliver, what they deliver, and where they are a reserve."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...delivery import calling
from ...pool.calls import mine_of, token_of
from ...pool.listing import events_of
from ...pool.rules import Answer
from ...web.access import signed_in
from . import pages

WORDS = {
    "": ("You are asked", "warn"),
    Answer.WAITS: ("You said yes", "warn"),
    Answer.RESERVE: ("Reserve", "good"),
    Answer.FILLED: ("Has its trainers", "plain"),
    Answer.NO: ("You cannot", "plain"),
    Answer.TOO_LATE: ("Time is over", "plain"),
    "released": ("No longer yours", "plain"),
}


@pages.get("/calls")
def mine() -> ResponseReturnValue:
    """Every coming date that concerns somebody as a trainer, with what they can do about it."""
    now, who = clock.now(), signed_in().person
    delivered = [e for e in events_of(who.id) if e.starts_at is not None and e.starts_at > now]
    asked = []
    for call in mine_of(who.id, now):
        why = calling.closed(call, now)
        if why in WORDS:
            word = ("You said maybe", "warn") if why == "" and call.maybe_at else WORDS[why]
            asked.append((call, f"/calls/{token_of(call)}", why, *word))
    return render_template("calls/mine.html", asked=asked, delivered=delivered, now=now)
