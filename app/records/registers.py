"""What the clock does about registers that stay open: a list to the administrators, a partnership at a time."""

from ..attendance.digests import partnerships_to_tell, tell_desk
from ..clock import Clock
from ..db import writing


def due(clock: Clock) -> None:
    """Write to the administrators wherever a register has come to be due; trainers are chased with the other letters."""
    for partnership_id in partnerships_to_tell(clock()):
        with writing():
            tell_desk(partnership_id, now=clock())
