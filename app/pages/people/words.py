"""Places of work, roles, outcomes and the trail in words. Pure: rows in, sentences out."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ...accounts.corrections import CORRECTED
from ...accounts.rules import Role
from ...accounts.telephone import NOTED, READ_OUT
from ...booking.rules import State
from ...web.looks import BEGAN, STOPPED

# What became of a booking as a word and the tone of its tag.
Outcome = tuple[str, str]

BEFORE: dict[str, Outcome] = {
    State.BOOKED: ("Has a place", "brand"),
    State.WALK_IN: ("Walk-in", "brand"),
    State.WAITING: ("Waiting", "warn"),
    State.OFFERED: ("Offered a place", "warn"),
    State.REQUESTED: ("Asked for a place", "warn"),
}
AFTER: dict[str, Outcome] = {State.WAITING: ("Waited in vain", "plain"), State.OFFERED: ("Offered", "plain")}

ACTS = {
    "looked at record": "looked at this record",
    "looked at booking": "looked at a booking",
    "looked at certificate": "looked at a certificate",
    "role given": "gave the role of {why}",
    "role ended": "ended the role of {why}",
    NOTED: "noted a call",
    CORRECTED: "corrected {why}",
    READ_OUT: "read out a sign-in code",
    BEGAN: BEGAN,
    STOPPED: STOPPED,
}


def outcome(
    *,
    state: str,
    ends_at: datetime | None,
    now: datetime,
    came: bool,
    excused: bool,
    register_closed: bool,
) -> Outcome:
    """The word for a booking: whether it stands and, once the event is over, whether the person came.

    ``ends_at`` None: the event awaits its date.
    """
    ahead = ends_at is None or ends_at > now
    if state in (State.BOOKED, State.WALK_IN):
        if came:
            return ("Came", "good")
        if ahead:
            return BEFORE[state]
        if excused:
            return ("Excused", "plain")
        return ("Did not come", "bad") if register_closed else ("Register still open", "warn")
    found = BEFORE if ahead else AFTER
    return found.get(state, (state.capitalize(), "plain"))


def standing(state: str) -> str:
    """Where somebody stands with what is coming, as a list says it in passing: "waiting"."""
    return "" if state == State.BOOKED else BEFORE[state][0].lower()


def place_of_work(row: Any) -> str:
    """Hill Top Primary School (Schools and colleges); Northshire County Council, Early Help."""
    if row.setting:
        return f"{row.setting} ({row.agency})"
    return f"{row.agency}, {row.team}" if row.team else str(row.agency)


def led_words(row: Any) -> str:
    """What a lead leads: a setting, a team of an agency, an agency; "" when the role does not say."""
    return str(row.setting or (f"{row.agency}, {row.team}" if row.team else row.agency))


def role_words(row: Any) -> str:
    """Agency lead of Hill Top Primary School."""
    led = led_words(row) if row.role == Role.AGENCY_LEAD else ""
    said = str(row.role)[:1].upper() + str(row.role)[1:]
    return f"{said} of {led}" if led else said


def holds(row: Any, day: date) -> bool:
    """Whether something dated holds on that day."""
    return bool(row.from_on <= day and (row.until_on is None or row.until_on >= day))


def by_person(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """The rows of each person, in the order they came."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def act_words(actor: str, act: str, why: str) -> str:
    """Ada Admin looked at this record."""
    return f"{actor or 'A command'} {ACTS[act].format(why=why)}"
