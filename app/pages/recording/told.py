"""What the page of a booking says of a recording."""

from typing import Any

from ...booking.models import Booking
from ...booking.rules import ON_THE_REGISTER
from ...db import db
from ...materials.models import RecordingConsent
from ...materials.recordings import notice_of


def told_of(booking: Booking) -> dict[str, Any]:
    """The notice, and what was answered to it last."""
    notice = notice_of(booking.event_id)
    if notice is None or not notice.recorded or booking.state not in ON_THE_REGISTER:
        return {"recording": notice, "consent": None}
    return {"recording": notice, "consent": db.session.scalar(RecordingConsent.of(booking.id, notice.id))}
