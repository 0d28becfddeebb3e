"""``/events/<id>/check-in``: the trainer's screen with the code, to be projected. It never shows a name."""

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ... import clock
from ...attendance import check_in_codes, check_in_settling
from ...errors import Refused
from ...records.actions import changing
from ...web.access import signed_in
from ..register.scene import chosen_session, event_with_people
from . import pages, words


@pages.get("/events/<int:event_id>/check-in")
def screen(event_id: int) -> ResponseReturnValue:
    """The code of now, how many say that they are here, of how many; no name."""
    event = event_with_people(event_id)
    (session, sessions), now = chosen_session(event), clock.now()
    row, window = check_in_codes.opened(session.id), check_in_codes.window_of(session, now)
    why = check_in_codes.why_not(session, window, now)
    shown = check_in_codes.shown(row, session, now) if row and not why else None
    said, listed = check_in_settling.counts(event.id, session.id)
    site = current_app.config["SITE_URL"]
    return render_template(
        "check_in/screen.html",
        event=event,
        session=session,
        number=sessions.index(session) + 1 if len(sessions) > 1 else 0,
        open=row is not None,
        why=why,
        why_words=words.for_the_screen(why, window, now) if why else "",
        shown=shown,
        picture=picture(f"{site}/check-in/{shown.token}") if shown else "",
        address=f"{site.partition('://')[2]}/check-in",
        window=window,
        said=said,
        listed=listed,
    )


def picture(address: str) -> Markup:
    """The QR code of an address, drawn here: nobody else hears of it."""
    import segno

    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass="check-in-picture"))


@pages.post("/events/<int:event_id>/check-in")
def open_screen(event_id: int) -> ResponseReturnValue:
    """Make the session's key, so that there is a code to show."""
    event = event_with_people(event_id)
    session, _ = chosen_session(event)
    address = session.public_id
    with changing(event_id, now=clock.now()) as locked:
        now = clock.now()
        if locked.state == "cancelled" or session.ends_at <= now:
            raise Refused("This session is over or was cancelled, so nobody checks in to it.")
        check_in_codes.open_for(session, by_id=signed_in().person.id, now=now)
    return redirect(url_for("check_in.screen", event_id=event_id, session=address), code=303)
