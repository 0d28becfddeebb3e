"""What the clock does about those who asked to hear of a date: what is over is not told."""

from ..booking.announcing import take_back_what_is_over
from ..clock import Clock
from ..db import writing


def due(clock: Clock) -> None:
    """Withdraw letters about dates that are full or begun by the time they would leave."""
    with writing():
        take_back_what_is_over(clock())
