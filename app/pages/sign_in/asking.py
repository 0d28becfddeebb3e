"""Asking for a sign-in mail, its code, its link; signing out.

What an answer says, and how long it takes, does not depend on whether the address is known.
"""

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts import sign_in
from ...accounts.rules import tidy_code, tidy_email
from ...db import writing
from ...errors import Refused
from ...notifications import switch
from ...web.access import current_partnership, public, viewer
from ...web.mail_address import mail_address
from ...web.problems import problem
from ...web.trail import end_seeing
from . import pages
from .landing import go_on, land, wanted

WRONG_CODE = (
    "That code is not right, was used, or is more than half an hour old. Use the one in the newest mail."
)


class AddressForm(FlaskForm):
    """The only thing that is asked for."""

    email = StringField(
        "Your email address",
        [
            InputRequired("Enter your email address"),
            Length(max=254, message="Enter an address of at most 254 characters"),
            mail_address,
        ],
        description="The one you use at work, if you have one",
        filters=[lambda typed: tidy_email(typed) if typed else typed],
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """The six digits, and the address where this browser does not know it."""

    email = AddressForm.email
    code = StringField(
        "Code from the mail",
        [InputRequired("Enter the six digits from the mail"), Length(max=40, message=WRONG_CODE)],
        description="Six digits, like 123 456",
        filters=[lambda typed: tidy_code(typed) if typed else typed],
    )


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """An address, and off goes a mail."""
    who = viewer()
    if who and request.method != "POST":
        return go_on(who, request.args.get("next"))
    form = AddressForm(next=wanted(request.args.get("next")))
    if not form.validate_on_submit():
        return render_template("sign_in/ask.html", form=form), 422 if form.errors else 200
    try:
        post_mail(str(form.email.data), wanted(form.next.data))
    except Refused as refused:
        return too_many(refused)
    session["sign_in_email"], session["sign_in_next"] = form.email.data, wanted(form.next.data)
    return redirect(url_for("sign_in.code"), code=303)


def post_mail(email: str, next_url: str) -> None:
    """Put the mail into the outbox."""
    partnership, now = current_partnership(), clock.now()
    with writing():
        sign_in.ask(email, next_url=next_url, network=request.remote_addr, partnership=partnership, now=now)


@pages.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """ "Check your mail", with the box for the code; from any device."""
    form, known = CodeForm(), session.get("sign_in_email", "")
    if known:
        del form.email
    if form.validate_on_submit():
        try:
            with writing():
                found = sign_in.use_code(known or str(form.email.data), str(form.code.data), now=clock.now())
        except Refused as refused:
            if refused.reason != "too many":
                raise
            return too_many(refused)
        if found:
            return land(*found)
        form.code.errors = [WRONG_CODE]
    page = render_template(
        "sign_in/code.html",
        form=form,
        known=known,
        next_url=session.get("sign_in_next", ""),
        can_read=sign_in.may_sign_in_as_anybody(),
        stopped=switch.paused_now(),
    )
    return page, 422 if form.errors else 200


@pages.route("/sign-in/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> ResponseReturnValue:
    """The link of the mail: opening it changes nothing (scanners do), its button signs in."""
    if request.method == "POST":
        with writing():
            found = sign_in.use_link(token, now=clock.now())
        return land(*found) if found else no_longer()
    asked = sign_in.opened(token, now=clock.now())
    return render_template("sign_in/link.html", email=asked.email) if asked else no_longer()


def no_longer() -> ResponseReturnValue:
    """One page for a link that is wrong, used or out of date."""
    return render_template("sign_in/no_longer.html", form=AddressForm(formdata=None)), 410


def too_many(refused: Refused) -> Response:
    """Wait a little; what was sent before still works."""
    ways_on = (
        {"label": "Type a code", "href": url_for("sign_in.code")},
        {"label": "Back to the start", "href": url_for("sign_in.ask")},
    )
    answer = problem(429, refused.sentence, "Wait half an hour, or ring the training team.", actions=ways_on)
    answer.headers["Retry-After"] = "1800"
    return answer


@pages.post("/sign-out")
@public
def leave() -> ResponseReturnValue:
    """Forget who sits at this browser."""
    end_seeing()
    session.clear()
    flash("You are signed out.", "success")
    return redirect("/", code=303)
