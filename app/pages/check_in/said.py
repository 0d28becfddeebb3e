"""``/events/<id>/check-ins``: who says that they are here, for the trainer to confirm or to take away."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import check_in_settling
from ...attendance.check_in_settling import Said
from ...attendance.rules import whole_number
from ...catalogue.models import EventSession
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from ...web.addresses import is_row_number
from ...web.filters import plural
from ..register.scene import chosen_session, event_with_people, refuse_unless_open
from . import pages

MINUTES = "Enter minutes as a whole number that the session has, such as 15"


@pages.get("/events/<int:event_id>/check-ins")
def listing(event_id: int) -> ResponseReturnValue:
    """Everybody who waits to be confirmed, one by one."""
    event = event_with_people(event_id)
    session, sessions = chosen_session(event)
    return render_template(
        "check_in/said.html",
        event=event,
        session=session,
        several=len(sessions) > 1,
        check_in=check_in_settling.band(event.id, session),
    )


@pages.post("/events/<int:event_id>/check-ins")
def settle(event_id: int) -> ResponseReturnValue:
    """Confirm everybody who was shown, or one; or take one away."""
    event = event_with_people(event_id)
    refuse_unless_open(event)
    session, _ = chosen_session(event)
    address, by_id = session.public_id, signed_in().person.id
    with changing(event_id, now=clock.now()) as locked:
        now = clock.now()
        if "take_away" in request.form:
            done = check_in_settling.take_away(session, named("take_away"), by_id=by_id, now=now)
            said = "Taken away: no mark was made." if done else "Nothing was changed."
        else:
            late = wanted(check_in_settling.waiting(locked.id, session), session)
            check_in_settling.confirm(locked, session, late=late, by_id=by_id, now=now)
            said = f"Confirmed: {plural(len(late), 'person', 'people')} marked here."
    flash(said, "success")
    return redirect(url_for(back(), event_id=event_id, session=address), code=303)


def named(field: str) -> list[int]:
    """The row that a button names."""
    typed = request.form.get(field, "")
    return [int(typed)] if is_row_number(typed) else []


def wanted(waiting: list[Said], session: EventSession) -> dict[int, int]:
    """Whom to confirm, with the minutes late: one as typed, else everybody shown whom the register says nothing of."""
    if "confirm" in request.form:
        chosen = set(named("confirm"))
        return {one.id: minutes_typed(one, session) for one in waiting if one.id in chosen}
    newest = max(named("until"), default=0)
    return {one.id: one.late for one in waiting if one.id <= newest and not one.mark}


def minutes_typed(one: Said, session: EventSession) -> int:
    """The minutes late as the trainer left or changed them. Raises Refused for what is no such number."""
    typed = request.form.get("late")
    minutes = one.late if typed is None else whole_number(typed)
    if minutes is None or minutes > session.minutes:
        raise Refused(MINUTES)
    return minutes


def back() -> str:
    """The page the button was pressed on."""
    return "register.sheet" if "on_register" in request.form else "check_in.listing"


@pages.post("/events/<int:event_id>/check-ins/asking")
def answer(event_id: int) -> ResponseReturnValue:
    """Add somebody who asked, marked here, or do not."""
    event = event_with_people(event_id)
    refuse_unless_open(event)
    session, _ = chosen_session(event)
    address, by, approved = session.public_id, signed_in().person, "approve" in request.form
    with changing(event_id, now=clock.now()) as locked:
        now = clock.now()
        chosen = max(named("approve" if approved else "decline"), default=0)
        found = check_in_settling.answer(locked, session, chosen, approved=approved, by=by, now=now)
        name = found.person.name if found else ""
    if name:
        flash(f"{name} is on the register, marked here." if approved else f"{name} was not added.", "success")
    return redirect(url_for(back(), event_id=event_id, session=address), code=303)
