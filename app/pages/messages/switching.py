"""``/messages/switch/<message>``: on or off, what that means, and who switched it when."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...notifications import choices
from ...notifications.message_table import BY_KEY, Message
from ...notifications.models import MessageSwitch
from ...web.access import current_partnership, requires, signed_in
from . import pages
from .groups import without
from .scene import names_of, said_when


@pages.get("/messages/switch/<key>")
@requires(Role.ADMINISTRATOR)
def switch(key: str) -> ResponseReturnValue:
    """What switching it means, and the button."""
    message, ours = message_or_404(key), current_partnership().id
    mine = MessageSwitch.partnership_id == ours, MessageSwitch.message == key
    rows = db.session.scalars(sa.select(MessageSwitch).where(*mine).order_by(MessageSwitch.id.desc())).all()
    return render_template(
        "messages/switch.html",
        message=message,
        said_when=said_when(),
        on=choices.is_on(ours, key),
        without=without(message),
        rows=rows,
        names=names_of({row.by for row in rows}),
        may_edit=signed_in().may(Role.COORDINATOR),
    )


@pages.post("/messages/switch/<key>/<any(on, off):way>")
@requires(Role.COORDINATOR)
def turn(key: str, way: str) -> ResponseReturnValue:
    """Switch it on or off; nothing where it is so already."""
    message, ours, on = message_or_404(key), current_partnership().id, way == "on"
    with writing():
        if choices.is_on(ours, key) != on:
            choices.switch(ours, key, on=on, by=signed_in().person.public_id, now=clock.now())
    flash(f"“{message.label}” is {'sent from now on' if on else 'no longer sent'}.", "success")
    return redirect(url_for("messages.switch", key=key), code=303)


def message_or_404(key: str) -> Message:
    """The message of that key."""
    return BY_KEY.get(key) or abort(404)
