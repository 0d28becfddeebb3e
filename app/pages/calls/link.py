"""``/calls/<token>``: somebody is asked, by a mailed link, whether they can deliver a date. No sign-in.

Opening the page changes nothing, because mail scanners follow links: it has buttons.
"""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from ... import clock
from ...booking.checks import sessions_of
from ...delivery import calling, reserves
from ...pool.calls import by_token, has_another
from ...pool.models import TrainerCall
from ...pool.rules import CLOSED, Answer
from ...records.actions import changing
from ...web.access import public
from ...web.problems import problem
from ..course_desk.fields import tidied
from . import pages

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."
# How a call stands that is there to be read; of the others the page is gone.
STANDING = (Answer.YES, Answer.NO, Answer.WAITS, Answer.RESERVE, Answer.FILLED)
TAKE_BACK = (Answer.WAITS, Answer.RESERVE)


class WhyForm(FlaskForm):
    """Why not, or why perhaps, if they want to say."""

    why = TextAreaField(
        "Do you want to add anything? (optional)",
        [Length(max=500, message="Use at most 500 characters")],
        [tidied],
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
    """What, when and where, and the buttons; or what became of it."""
    return page_of(call_or_404(token), token, WhyForm())


def page_of(call: TrainerCall, token: str, form: WhyForm) -> ResponseReturnValue:
    """The page as the call stands."""
    now = clock.now()
    if why := calling.closed(call, now):
        heading, what_to_do = CLOSED[why]
        return render(
            "closed",
            call,
            200 if why in STANDING else 410,
            heading=heading,
            what_to_do=what_to_do,
            token=token,
            may_be_reserve=why == Answer.FILLED and not has_another(call),
            may_say_no=why in TAKE_BACK or (why == Answer.FILLED and call.answer == ""),
            delivers=why == Answer.YES,
        )
    clashes = calling.clashes_with(call.event, call.person, now)
    status = 422 if form.errors else 200
    return render("question", call, status, token=token, form=form, clashes=clashes)


def back(token: str) -> Response:
    """To the page of the link, which says what became of it."""
    return redirect(url_for("calls.question", token=token), code=303)


@pages.post("/calls/<token>/yes")
@public
def say_yes(token: str) -> ResponseReturnValue:
    """They deliver it; asked once more if something came up since they opened the page."""
    call = call_or_404(token)
    if calling.closed(call, clock.now()):
        return back(token)
    with changing(call.event_id, now=clock.now()) as event:
        now = clock.now()
        clashes = calling.clashes_with(event, call.person, now)
        seen = set(request.form.getlist("seen"))
        if set(clashes) <= seen:
            calling.say_yes(call, now=now)
    if not set(clashes) <= seen:
        flash(
            "You have something else at that time. Look at it, and say yes if you can all the same.",
            "problem",
        )
    elif call.answer == Answer.WAITS:
        flash("Thank you. The training team confirms it by mail.", "success")
    else:
        flash("Thank you. It is confirmed, and a mail brings it into your calendar.", "success")
    return back(token)


@pages.post("/calls/<token>/maybe")
@public
def say_maybe(token: str) -> ResponseReturnValue:
    """They do not know yet: it stays open."""
    call, form = call_or_404(token), WhyForm()
    if calling.closed(call, clock.now()):
        return back(token)
    if not form.validate_on_submit():
        return page_of(call, token, form)
    with changing(call.event_id, now=clock.now()):
        calling.say_maybe(call, why=form.why.data or "", now=clock.now())
    flash("Thank you. Come back to this page as soon as you know: it stays open.", "success")
    return back(token)


@pages.post("/calls/<token>/no")
@public
def say_no(token: str) -> ResponseReturnValue:
    """They cannot, or no longer, and perhaps why."""
    call, form = call_or_404(token), WhyForm()
    if calling.closed(call, clock.now()) not in ("", Answer.FILLED, *TAKE_BACK):
        return back(token)
    if not form.validate_on_submit():
        return page_of(call, token, form)
    with changing(call.event_id, now=clock.now()):
        calling.say_no(call, why=form.why.data or "", now=clock.now())
    flash("Thank you for telling us. We ask somebody else.", "success")
    return back(token)


@pages.post("/calls/<token>/reserve")
@public
def be_reserve(token: str) -> ResponseReturnValue:
    """They can stand in if a trainer cannot come."""
    call = call_or_404(token)
    if calling.closed(call, clock.now()) != Answer.FILLED:
        return back(token)
    with changing(call.event_id, now=clock.now()):
        reserves.be_reserve(call, now=clock.now())
    flash("Thank you. You are a reserve for this date.", "success")
    return back(token)
