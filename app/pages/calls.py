"""``/calls/<token>``: somebody is asked, by a mailed link, whether they can deliver a date. No sign-in.

Opening the page changes nothing, because mail scanners follow links: it has two buttons.
"""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from .. import clock
from ..booking.checks import sessions_of
from ..delivery import calling
from ..pool.calls import by_token
from ..pool.models import TrainerCall
from ..pool.rules import CLOSED, Answer
from ..records.actions import changing
from ..web.access import public
from ..web.problems import problem

pages = Blueprint("calls", __name__)

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."


class NoForm(FlaskForm):
    """Why not, if they want to say."""

    why = TextAreaField(
        "Why not? (optional)",
        [Length(max=500, message="Use at most 500 characters")],
        description="The training team reads this. Write nothing about a child or a family.",
    )


def call_or_404(token: str) -> TrainerCall:
    """The call of a link; a page that says what to do, where there is none."""
    found = by_token(token)
    return found or abort(problem(404, NO_LINK, heading="This link does not work", actions=()))


def render(name: str, call: TrainerCall, status: int = 200, **more: object) -> ResponseReturnValue:
    """One of the pages of a link."""
    event = call.event
    page = render_template(
        f"calls/{name}.html",
        call=call,
        event=event,
        course=event.course,
        host=event.host,
        sessions=sessions_of(event.id),
        **more,
    )
    return page, status


@pages.get("/calls/<token>")
@public
def question(token: str) -> ResponseReturnValue:
    """What, when and where, and two buttons; or what became of it."""
    return page_of(call_or_404(token), token, NoForm())


def page_of(call: TrainerCall, token: str, form: NoForm) -> ResponseReturnValue:
    """The page as the call stands."""
    now = clock.now()
    if why := calling.closed(call, now):
        heading, what_to_do = CLOSED[why]
        answered = why in (Answer.YES, Answer.NO)
        return render("closed", call, 200 if answered else 410, heading=heading, what_to_do=what_to_do)
    clashes = calling.clashes_with(call.event, call.person, now)
    return render("question", call, 422 if form.errors else 200, token=token, form=form, clashes=clashes)


@pages.post("/calls/<token>/yes")
@public
def say_yes(token: str) -> ResponseReturnValue:
    """They deliver it."""
    call = call_or_404(token)
    if calling.closed(call, clock.now()):
        return redirect(url_for("calls.question", token=token), code=303)
    with changing(call.event_id, now=clock.now()):
        calling.say_yes(call, now=clock.now())
    flash("Thank you. It is confirmed, and a mail brings it into your calendar.", "success")
    return redirect(url_for("calls.question", token=token), code=303)


@pages.post("/calls/<token>/no")
@public
def say_no(token: str) -> ResponseReturnValue:
    """They cannot, and perhaps why."""
    call, form = call_or_404(token), NoForm()
    if calling.closed(call, clock.now()):
        return redirect(url_for("calls.question", token=token), code=303)
    if not form.validate_on_submit():
        return page_of(call, token, form)
    with changing(call.event_id, now=clock.now()):
        calling.say_no(call, why=form.why.data or "", now=clock.now())
    flash("Thank you for telling us. We ask somebody else.", "success")
    return redirect(url_for("calls.question", token=token), code=303)
