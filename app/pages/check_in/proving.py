"""Saying who one is without signing in: by a mailed link, or by the booking's code and the family name."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import check_in, check_in_links
from ...attendance.check_in_links import TOO_MANY
from ...attendance.check_in_rules import LINK_GOOD_FOR, CheckInWay
from ...booking.models import Booking
from ...catalogue.models import EventSession
from ...db import writing
from ...errors import Refused
from ...records.actions import changing
from ...web.access import public
from ...web.filters import when
from . import pages, words
from .arriving import HERE, came, refuse_unless_open, thanks
from .device import device
from .forms import AddressForm, BookingForm
from .phone import phone_page

NO_SUCH = "No booking on this date has that code and that name. Look at both again, or ask for a mail."


@pages.post("/check-in/<token>/mail")
@public
def mail(token: str) -> ResponseReturnValue:
    """Mail a link to the address, if it is one of a booking; the answer is the same if it is not."""
    session, step = came(token)
    form = AddressForm()
    if not form.validate_on_submit():
        return phone_page(token, session, address=form)
    try:
        with writing():
            now, network = clock.now(), request.remote_addr
            check_in_links.ask_link(str(form.email.data), session, step=step, network=network, now=now)
    except Refused as refused:
        return words.too_many(refused.sentence)
    return redirect(url_for("check_in.mail_sent"), code=303)


@pages.get("/check-in/mail-sent")
@public
def mail_sent() -> ResponseReturnValue:
    """What to do now, whatever address it was."""
    return render_template("check_in/mail_sent.html", minutes=int(LINK_GOOD_FOR.total_seconds()) // 60)


@pages.post("/check-in/<token>/booking")
@public
def booking(token: str) -> ResponseReturnValue:
    """Check in by the code of the booking and the family name."""
    session, step = came(token)
    form = BookingForm()
    if not form.validate_on_submit():
        return phone_page(token, session, booking=form)
    typed = str(form.code.data), str(form.family_name.data)
    found = check_in.by_code(*typed, session, clock.now())
    try:
        if record_guess(found, session, step):
            return thanks(session, HERE)
    except Refused as refused:
        if refused.reason != TOO_MANY:
            raise
        return words.too_many(refused.sentence)
    form.code.errors = [elsewhere(found) if found else NO_SUCH]
    return phone_page(token, session, booking=form)


def record_guess(found: Booking | None, session: EventSession, step: int) -> bool:
    """Record the check-in of whoever typed well; count who did not. False where no check-in came of it."""
    network = request.remote_addr
    with changing(session.event_id, now=clock.now()):
        now = clock.now()
        check_in_links.refuse_guess(network, session, now)
        refuse_unless_open(session, now)
        if found is None:
            check_in_links.note_wrong_guess(network, session, now)
        elif found.event_id == session.event_id:
            check_in.say_present(found, session, way=CheckInWay.CODE, step=step, device=device(), now=now)
            return True
    return False


def elsewhere(found: Booking) -> str:
    """Somebody typed well, and is booked on another date."""
    event = found.event
    return f"That booking is for {event.course.title}, {when(event.starts_at)}, not for this session. If you are in the right room, ask the trainer to add you."
