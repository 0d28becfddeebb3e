"""``/bookings/<public_id>/recording``: somebody says whether they agree to be recorded, and may change their mind."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...db import db
from ...materials import recordings
from ...records.actions import changing
from ...web.access import signed_in
from ...web.addresses import row_number
from ..booking.whose import booking_or_404
from . import pages


@pages.post("/bookings/<public_id>/recording")
def answer(public_id: str) -> ResponseReturnValue:
    """For the person whose place it is; the desk notes what it was told."""
    booking = booking_or_404(public_id)
    agrees = request.form.get("agrees") == "yes"
    notice_id = request.form.get("notice", 0, type=row_number)
    with changing(booking.event_id, now=clock.now()):
        db.session.refresh(booking)
        recordings.answer(booking, notice_id, agrees=agrees, by=signed_in().person, now=clock.now())
    said = "agree to be recorded" if agrees else "do not agree to be recorded. The trainer is told"
    own = booking.person_id == signed_in().person.id
    flash(f"Noted: {'you' if own else 'they'} {said}.", "success")
    return redirect(url_for("booking.show", public_id=public_id) + "#recording", code=303)
