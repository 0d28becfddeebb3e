"""Today's event: some have said already that they are here; the trainer confirms."""

from datetime import date, timedelta
from hashlib import sha256

from ..attendance.check_in_models import CheckIn, CheckInKey
from ..attendance.check_in_rules import CheckInWay, step_at
from ..clock import london_day
from .delegates import Held, shuffled
from .rows import Rows
from .seed import chance, public_id

SHARE = 0.6
WAYS = (CheckInWay.LINK, CheckInWay.LINK, CheckInWay.CODE, CheckInWay.SIGNED_IN)
EARLIEST, LATEST = 25, -12  # minutes before the start


def check_in_today(rows: Rows, held: Held, as_of: date) -> None:
    """What the trainer finds on the register of the day; two of them used one phone."""
    starts_at = held.plan.starts_at
    if held.plan.scene != "register" or london_day(starts_at) != as_of:
        return
    draw, session_id = chance("check-in", held.plan.course, starts_at), held.session_ids[0]
    booked = [d for d in shuffled(draw, held.delegates) if d.fate == "booked"]
    came = booked[: round(SHARE * len(booked))]
    minutes = sorted((draw.randint(LATEST, EARLIEST) for _ in came), reverse=True)
    rows.row(
        CheckInKey,
        session_id=session_id,
        key=secret("check-in key", held.id),
        opened_at=starts_at - timedelta(minutes=30),
        opened_by_id=held.trainer_ids[0],
    )
    for number, (delegate, before) in enumerate(zip(came, minutes, strict=True)):
        said_at = starts_at - timedelta(minutes=before, seconds=draw.randint(0, 59))
        rows.add(
            CheckIn,
            booking_id=delegate.booking["id"],
            session_id=session_id,
            said_at=said_at,
            way=draw.choice(WAYS).value,
            step=step_at(said_at),
            device=secret("check-in device", held.id, 3 if number == 4 else number),
            shared=number == 4,
        )


def secret(*what: object) -> str:
    """Sixty-four digits, the same ones for the same demonstration."""
    return sha256(public_id(*what).encode()).hexdigest()
