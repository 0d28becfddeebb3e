"""``/outbox/pause``: stop all mail, or let it go on; the page says beforehand what that does."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts.rules import Role
from ...db import writing
from ...notifications import switch
from ...web.access import requires, signed_in
from ...web.filters import plural
from . import pages
from .scene import names_of


class PauseForm(FlaskForm):
    """Why, for whoever comes after."""

    why = StringField(
        "Why is mail stopped?",
        [
            InputRequired("Say why mail is stopped"),
            Length(max=300, message="Use at most 300 characters"),
        ],
        description="Every administrator reads this, on the desk and beside the mail",
    )


@pages.route("/outbox/pause", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def pause() -> ResponseReturnValue:
    """What stopping stops and how many letters wait; then stop."""
    form = PauseForm()
    if form.validate_on_submit():
        with writing():
            switch.pause(by=signed_in().person.public_id, why=form.why.data or "", now=clock.now())
        flash("All mail is stopped. Nothing leaves until somebody lets it go on.", "success")
        return redirect(url_for("outbox.pause"), code=303)
    times = switch.pauses()
    waiting, sign_in = switch.number_waiting(clock.now())
    return render_template(
        "outbox/pause.html",
        form=form,
        paused=switch.paused_now(),
        waiting=waiting,
        sign_in=sign_in,
        times=[time for time in reversed(times) if time.until],
        names=names_of({time.by for time in times}),
    ), 422 if form.errors else 200


@pages.post("/outbox/resume")
@requires(Role.ADMINISTRATOR)
def resume() -> ResponseReturnValue:
    """Let mail go on."""
    now = clock.now()
    with writing():
        switch.resume(by=signed_in().person.public_id, now=now)
    waiting, _ = switch.number_waiting(now)
    if waiting:
        said = (
            f"{plural(waiting, 'letter leaves', 'letters leave')} now. What was over meanwhile is withdrawn."
        )
    else:
        said = "nothing waited."
    flash(f"Mail goes on: {said}", "success")
    return redirect(url_for("outbox.letters"), code=303)
