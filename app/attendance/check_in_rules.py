"""Self check-in in rules: the code on the screen and which is good, the window, whose name was typed. Pure.

The code is an HMAC over the session and a time step under a key of that session alone: the step of now and the one
before it are good, no other. It proves that somebody sees the trainer's screen, not who they are.
"""

import hashlib
import hmac
import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ..accounts.rules import folded
from ..accounts.short_codes import letters

STEP = timedelta(seconds=60)
SHORT = 6  # letters of the code that is typed
SIGNATURE = 22  # characters: 128 bits
SHAPE = re.compile(rf"([\w-]{{1,24}})\.[\w-]{{{SIGNATURE}}}", re.ASCII)
# Whoever opened the page with a good code has so long to say who they are, on the same phone.
TO_SAY_WHO = timedelta(minutes=10)
LINK_GOOD_FOR = timedelta(minutes=15)
# Guesses and mails are counted within this time: guesses that failed by session and network, mails by session and
# address. A hall full of people is one network, so of a network many more mails are let through.
COUNTED_WITHIN = timedelta(minutes=10)
WRONG_TRIES = 5
MAILS_TO_ONE_ADDRESS = 3
MAILS_FROM_ONE_NETWORK = 120
TRIES_KEPT_FOR = timedelta(hours=1)
# What tells phones apart is wiped a day after the session, walk-in requests that came to nothing after thirty.
DEVICE_KEPT_FOR = timedelta(days=1)
REQUEST_KEPT_FOR = timedelta(days=30)
# Whoever comes through the door in the first minutes is not written down as late.
ON_TIME = timedelta(minutes=5)


class CheckInWay(StrEnum):
    """By what somebody showed who they are."""

    SIGNED_IN = "sign-in"
    LINK = "link"
    CODE = "code"


class Settled(StrEnum):
    """What a trainer made of a check-in, or of somebody who asked to be added."""

    CONFIRMED = "confirmed"
    TAKEN_AWAY = "taken away"
    APPROVED = "approved"
    DECLINED = "declined"


class Why(StrEnum):
    """Why a check-in cannot be taken."""

    CANCELLED = "cancelled"
    CLOSED = "closed"
    EARLY = "early"
    LATE = "late"
    WRONG = "wrong"
    OLD = "old"


class Window(NamedTuple):
    """From when until when people may say that they are here; the end no longer belongs to it."""

    opens_at: datetime
    closes_at: datetime


def window(starts_at: datetime, *, opens_minutes: int, closes_minutes: int) -> Window:
    """The window around the start of a session. Instants, so that a change of the clocks moves nothing."""
    return Window(starts_at - timedelta(minutes=opens_minutes), starts_at + timedelta(minutes=closes_minutes))


def why_not(window: Window, *, now: datetime, cancelled: bool, closed: bool) -> Why | None:
    """Why nobody can check in now; None when they can."""
    if cancelled:
        return Why.CANCELLED
    if closed:
        return Why.CLOSED
    if now < window.opens_at:
        return Why.EARLY
    return Why.LATE if now >= window.closes_at else None


def step_at(now: datetime) -> int:
    """The number of the time step of an instant."""
    return int(now.timestamp() // STEP.total_seconds())


def began_at(step: int) -> datetime:
    """When a time step began."""
    return datetime.fromtimestamp(step * STEP.total_seconds(), UTC)


def good_steps(now: datetime) -> tuple[int, int]:
    """The steps whose codes are good: this one, and the one before."""
    return step_at(now), step_at(now) - 1


def digest(key: bytes, purpose: str, session: str, step: int) -> bytes:
    """What the codes of a session are made of; the session and the step cannot run into each other."""
    return hmac.new(key, f"{purpose}\n{session}\n{step}".encode(), hashlib.sha256).digest()


def token_of(key: bytes, session: str, step: int) -> str:
    """The last part of the address in the picture: which session, then the signature of the step."""
    signature = urlsafe_b64encode(digest(key, "check-in", session, step)).decode()[:SIGNATURE]
    return f"{session}.{signature}"


def session_in(token: str) -> str:
    """The public id of the session that a code is about; "" for what is no such code."""
    found = SHAPE.fullmatch(token)
    return found.group(1) if found else ""


def step_of(token: str, key: bytes, session: str, steps: Iterable[int]) -> int | None:
    """Which of these steps the code of a session is of; None for none of them."""
    given = token.encode(errors="replace")
    return next((n for n in steps if hmac.compare_digest(token_of(key, session, n).encode(), given)), None)


def short_code(key: bytes, session: str, step: int) -> str:
    """The code for those without a camera: it is good as long as the picture beside it."""
    return letters(digest(key, "typed check-in", session, step), SHORT)


def steps_since(opens_at: datetime, now: datetime) -> range:
    """The steps of the window that are no longer good, the newest first: whose code is old, not wrong."""
    return range(step_at(now) - 2, step_at(opens_at) - 1, -1)


def minutes_late(said_at: datetime, starts_at: datetime) -> int:
    """How late somebody was who said at that instant that they are here: whole minutes, none within the first five."""
    late = said_at - starts_at
    return int(late.total_seconds()) // 60 if late >= ON_TIME else 0


def without_accents(name: str) -> str:
    """A name as somebody types it on a phone in a hurry."""
    plain = unicodedata.normalize("NFKD", folded(name))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def is_family_name(typed: str, name: str) -> bool:
    """Whether that is the end of the name, or all of it: "de Vries", "Vries" and "Anna de Vries" for Anna de Vries."""
    words, whole = without_accents(typed), without_accents(name)
    return bool(words) and (whole == words or whole.endswith(f" {words}"))
