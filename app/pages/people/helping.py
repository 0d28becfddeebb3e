"""On the telephone with somebody: note the call, put name or address right, read out a sign-in code."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts import corrections, telephone
from ...accounts.rules import Role, tidy_email, tidy_name
from ...bulletin import subscribing
from ...db import db, writing
from ...errors import Refused
from ...web.access import current_partnership, requires, signed_in
from ...web.mail_address import mail_address
from . import pages
from .whom import person_or_404


class NoteForm(FlaskForm):
    """What was said."""

    text = TextAreaField(
        "What was said",
        [InputRequired("Write what was said"), Length(max=1000, message="Use at most 1,000 characters")],
        description="For the next who picks up the telephone. Nothing about a child or a family.",
    )


class CorrectForm(FlaskForm):
    """A name and an address."""

    name = StringField(
        "Name", [InputRequired("Enter the name"), Length(max=200, message="Use at most 200 characters")]
    )
    email = EmailField("Email address", [InputRequired("Enter the address"), mail_address])


@pages.route("/people/<public_id>/note", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def note(public_id: str) -> ResponseReturnValue:
    """Write a note of a call."""
    person, form = person_or_404(public_id), NoteForm()
    if form.validate_on_submit():
        with writing():
            telephone.note_call(
                person,
                form.text.data or "",
                partnership=current_partnership(),
                by=signed_in().person,
                now=clock.now(),
            )
        flash("The note is kept.", "success")
        return redirect(url_for("people.person", public_id=public_id), code=303)
    page = render_template("people/note.html", shown=person, form=form)
    return page, 422 if form.errors else 200


@pages.route("/people/<public_id>/correct", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def correct(public_id: str) -> ResponseReturnValue:
    """Put name and address right; only of somebody who may do no more than oneself."""
    person, form = person_or_404(public_id), CorrectForm()
    telephone.refuse_more_rights(person, by=signed_in().person, day=clock.london_day(clock.now()))
    if not form.is_submitted():
        form.name.data, form.email.data = person.name, person.email
    if form.validate_on_submit():
        try:
            flash(*put_right(public_id, form))
            return redirect(url_for("people.person", public_id=public_id), code=303)
        except Refused as refused:
            db.session.rollback()
            form.email.errors = [refused.sentence]
    page = render_template("people/correct.html", shown=person_or_404(public_id), form=form)
    return page, 422 if form.errors else 200


def put_right(public_id: str, form: CorrectForm) -> tuple[str, str]:
    """The change itself; returns what to say about it, and how."""
    with writing():
        person, now = person_or_404(public_id), clock.now()
        before = person.email or ""
        changed = corrections.correct(
            person,
            name=tidy_name(form.name.data or ""),
            email=tidy_email(form.email.data or ""),
            partnership=current_partnership(),
            by=signed_in().person,
            now=now,
        )
        subscribing.follow(before, person.email or "", now=now)
    if not changed:
        return "Nothing was changed.", "notice"
    told = (
        " Both addresses are told, and every sign-in has ended. What was sent to the old one can be sent again below."
        if "address" in " ".join(changed)
        else ""
    )
    return f"Corrected: {' and '.join(changed)}.{told}", "success"


@pages.post("/people/<public_id>/code")
@requires(Role.ADMINISTRATOR)
def code(public_id: str) -> ResponseReturnValue:
    """A code to read out, shown this once."""
    with writing():
        person = person_or_404(public_id)
        digits = telephone.code_to_read_out(
            person, partnership=current_partnership(), by=signed_in().person, now=clock.now()
        )
    answer = make_response(render_template("people/code.html", shown=person, digits=digits))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
