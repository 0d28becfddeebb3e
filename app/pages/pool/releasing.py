"""``/releases/<token>``: a manager is asked, by a mailed link, whether they release somebody. No sign-in.

Opening the page changes nothing, because mail scanners follow links: it has two buttons. And at the desk, asking.
"""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...accounts import people
from ...accounts.rules import Role, tidy_email
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...pool import releases
from ...pool.joining import A_YEAR
from ...pool.members import described
from ...pool.models import PoolMember, ReleaseRequest
from ...pool.release_rules import CLOSED, Answer
from ...web.access import public, requires, signed_in
from ...web.mail_address import mail_address
from ...web.problems import problem
from ..course_desk.fields import Day, one_line
from . import pages
from .scene import membership_or_404
from .words import by_part

NO_LINK = "Copy the whole address from the mail. If it still does not open, ring the training team."


class AnswerForm(FlaskForm):
    """Why not, if they like."""

    why = TextAreaField(
        "Would you like to say why? (optional)",
        description="They and the training team read this. Write nothing about a child or a family.",
        validators=[Length(max=500, message="Use at most 500 characters")],
    )


class AskForm(FlaskForm):
    """Who is asked, and until when."""

    name = StringField("Their manager’s name", validators=[Length(max=200, message="Use a shorter name")])
    email = EmailField(
        "Their manager’s email address",
        validators=[
            InputRequired("Enter their manager’s email address"),
            Length(max=254, message="Use a shorter address"),
            mail_address,
        ],
    )
    until_on = Day("Released until", validators=[InputRequired("Enter until when")])


def request_or_404(token: str) -> ReleaseRequest:
    """The question of a link; a page that says what to do, where there is none."""
    return releases.by_token(token) or abort(
        problem(404, NO_LINK, heading="This link does not work", actions=())
    )


def page_of(asked: ReleaseRequest, token: str, form: AnswerForm) -> ResponseReturnValue:
    """The question, or what became of it."""
    now, host = clock.now(), releases.host_of(asked.member)
    if why := releases.closed(asked, now):
        heading, what_to_do = CLOSED[why]
        page = render_template(
            "pool/closed.html", asked=asked, host=host, heading=heading, what_to_do=what_to_do
        )
        return page, 200 if asked.answer in (Answer.AGREED, Answer.DECLINED) else 410
    (shown,) = described([asked.member], host.id, now)
    page = render_template(
        "pool/release.html",
        asked=asked,
        host=host,
        shown=shown,
        delivers=by_part((one.course.title, one.delivers_as) for one in shown.approvals),
        token=token,
        form=form,
    )
    return page, 422 if form.errors else 200


@pages.get("/releases/<token>")
@public
def release(token: str) -> ResponseReturnValue:
    """Who is to be released for what, and two buttons."""
    return page_of(request_or_404(token), token, AnswerForm(formdata=None))


@pages.post("/releases/<token>/agree")
@public
def agree(token: str) -> ResponseReturnValue:
    """Yes."""
    asked = request_or_404(token)
    with writing():
        releases.agree(asked, now=clock.now())
    flash(f"Thank you. {asked.member.person.name} has been told.", "success")
    return redirect(url_for("pool.release", token=token), code=303)


@pages.post("/releases/<token>/decline")
@public
def decline_release(token: str) -> ResponseReturnValue:
    """No, perhaps with a reason."""
    asked, form = request_or_404(token), AnswerForm()
    if not form.validate_on_submit():
        return page_of(asked, token, form)
    with writing():
        releases.decline(asked, why=form.why.data or "", now=clock.now())
    flash(f"Thank you for saying so. {asked.member.person.name} has been told.", "success")
    return redirect(url_for("pool.release", token=token), code=303)


@pages.route("/pool/<public_id>/release", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def ask_release(public_id: str) -> ResponseReturnValue:
    """Ask a member's manager."""
    member = membership_or_404(public_id)
    form = AskForm(data=usual(member))
    if form.validate_on_submit() and asked_now(member, form):
        return redirect(url_for("pool.member", public_id=public_id), code=303)
    page = render_template(
        "pool/ask_release.html", form=form, member=member, before=releases.open_for(member.id)
    )
    return page, 422 if form.errors else 200


def usual(member: PoolMember) -> dict[str, object]:
    """Their line manager, and a year."""
    works = db.session.execute(people.places_of_work([member.person_id])).first()
    known = {"name": works.manager_name, "email": works.manager_email} if works else {}
    return {**known, "until_on": london_day(clock.now()) + A_YEAR}


def asked_now(member: PoolMember, form: AskForm) -> bool:
    """The change itself; False when it is refused, which the form then says."""
    assert form.until_on.data is not None
    name, email = one_line(form.name.data), tidy_email(form.email.data or "")
    try:
        with writing():
            releases.ask(
                member,
                name=name,
                email=email,
                until_on=form.until_on.data,
                by=signed_in().person,
                now=clock.now(),
            )
    except Refused as refused:
        if refused.reason not in form:
            raise
        db.session.rollback()
        form[refused.reason].errors = [refused.sentence]
        return False
    flash(f"We have written to {name or email}. Their answer appears here.", "success")
    return True
