"""``/check-in/<token>``: what the code on the screen opens. Opening it changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Affiliation
from ...attendance import check_in, check_in_codes, register
from ...attendance.check_in_models import CheckIn, WalkInRequest
from ...attendance.check_in_rules import CheckInWay
from ...booking.models import Booking
from ...catalogue.models import EventSession
from ...db import db
from ...records.actions import changing
from ...web.access import Viewer, public, viewer
from . import pages
from .arriving import ASKED, HERE, SAID, came, record, refuse_unless_open, thanks
from .forms import AddressForm, BookingForm


@dataclass(frozen=True)
class Standing:
    """What somebody who is signed in has to do with a session."""

    booking: Booking | None
    said: CheckIn | None
    asked: WalkInRequest | None
    delivers: bool
    elsewhere: Any  # a place on another date, as a sitting
    works: list[Affiliation]


def standing_of(who: Viewer, session: EventSession, now: datetime) -> Standing:
    """Read it from the rows."""
    person_id = who.person.id
    booking = check_in.listed(session.event_id, person_id)
    others = db.session.execute(Booking.live_sittings([person_id], now)).all() if not booking else []
    return Standing(
        booking=booking,
        said=check_in.said(booking.id, session.id) if booking else None,
        asked=check_in.request_of(person_id, session.id),
        delivers=register.delivers(session.event_id, person_id),
        elsewhere=next((o for o in others if o.state == "booked" and o.event_id != session.event_id), None),
        works=list(check_in.works_of(person_id, now)),
    )


@pages.get("/check-in/<token>")
@public
def phone(token: str) -> ResponseReturnValue:
    """For somebody signed in one button; for others three ways to say who they are."""
    session, _ = came(token)
    return phone_page(token, session)


def phone_page(
    token: str,
    session: EventSession,
    *,
    address: AddressForm | None = None,
    booking: BookingForm | None = None,
) -> ResponseReturnValue:
    """The page, with what was typed wrongly."""
    who, now = viewer(), clock.now()
    wrong = (address and address.errors) or (booking and booking.errors)
    page = render_template(
        "check_in/phone.html",
        token=token,
        session=session,
        event=session.event,
        course=session.event.course,
        standing=standing_of(who, session, now) if who else None,
        address=address or AddressForm(formdata=None),
        booking_form=booking or BookingForm(formdata=None),
        failed=booking if booking and booking.errors else address,
    )
    return page, 422 if wrong else 200


@pages.post("/check-in/<token>")
@public
def here(token: str) -> ResponseReturnValue:
    """Somebody signed in says that they are here."""
    session, step = came(token)
    who = viewer()
    booking = check_in.listed(session.event_id, who.person.id) if who else None
    if booking is None:
        return redirect(url_for("check_in.phone", token=token), code=303)
    with changing(session.event_id, now=clock.now()):
        record(booking, session, way=CheckInWay.SIGNED_IN, step=step, now=clock.now())
    return thanks(session, HERE)


@pages.post("/check-in/<token>/ask")
@public
def ask(token: str) -> ResponseReturnValue:
    """Somebody signed in and without a place asks the trainer to add them."""
    session, step = came(token)
    who = viewer()
    works = chosen_work(who) if who else None
    if who is None or works is None or check_in.listed(session.event_id, who.person.id):
        return redirect(url_for("check_in.phone", token=token), code=303)
    with changing(session.event_id, now=clock.now()):
        now = clock.now()
        refuse_unless_open(session, now)
        check_in.ask_trainer(session, who.person, works, step=step, now=now)
    return thanks(session, ASKED)


def chosen_work(who: Viewer) -> Affiliation | None:
    """Where they work, as chosen; the first place where there is nothing to choose, None for nowhere."""
    works = check_in.works_of(who.person.id, clock.now())
    chosen = request.form.get("works", "")
    return next((one for one in works if str(one.id) == chosen), works[0] if works else None)


@pages.get("/check-in/done")
@public
def done() -> ResponseReturnValue:
    """Thank you, and what happens now."""
    kept = browser.get(SAID)
    session = check_in_codes.session_called(str(kept[0])) if isinstance(kept, list) and kept else None
    if session is None or not isinstance(kept, list):
        return redirect(url_for("check_in.type_code"), code=303)
    return render_template(
        "check_in/done.html", session=session, event=session.event, course=session.event.course, what=kept[1]
    )
