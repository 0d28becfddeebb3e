"""When a member cannot deliver: said by themselves under My events, or written down at the desk."""

from datetime import date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms.validators import InputRequired

from ... import clock
from ...accounts.rules import Role
from ...clock import london_day
from ...db import db, writing
from ...errors import Refused
from ...pool.giving import still_on
from ...pool.members import described, member_today
from ...pool.membership import be_away, be_back, describe_oneself
from ...pool.models import PoolApplication, PoolMember
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import listed
from ..course_desk.fields import Day
from . import pages
from .forms import DetailsForm, known
from .scene import membership_or_404
from .words import PARTS, STANDINGS, given_of, where_in_words


class AwayForm(FlaskForm):
    """Days on which somebody cannot deliver."""

    from_on = Day("First day", validators=[InputRequired("Enter the first day")])
    until_on = Day("Last day", description="Empty: that one day.")


def saved(form: AwayForm, member: PoolMember, *, but: str) -> bool:
    """Keep the days; False when they are refused, which the form then says.

    ``but`` is what to do about a date that they deliver on one of them.
    """
    if not form.validate_on_submit() or form.from_on.data is None:
        return False
    first, last = form.from_on.data, form.until_on.data or form.from_on.data
    try:
        with writing():
            be_away(member, first=first, last=last, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.until_on.errors = [refused.sentence]
        return False
    delivers = titles_then(member, first, last)
    if delivers:
        flash(f"Kept. But {listed(delivers)} is on these days: {but}.", "notice")
    else:
        flash("Kept. Nobody is asked to deliver on these days.", "success")
    return True


def titles_then(member: PoolMember, first: date, last: date) -> list[str]:
    """What they deliver on these days."""
    found = still_on(member.person_id, member.partnership_id, clock.now())
    return [
        event.course.title
        for event in found
        if event.starts_at
        and event.ends_at
        and london_day(event.starts_at) <= last
        and london_day(event.ends_at) >= first
    ]


@pages.route("/pool/<public_id>/away", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def away(public_id: str) -> ResponseReturnValue:
    """Write down when a member cannot."""
    member, form = membership_or_404(public_id), AwayForm()
    if saved(form, member, but="find somebody else, if they cannot"):
        return redirect(url_for("pool.member", public_id=public_id, _anchor="away"), code=303)
    page = render_template("pool/away.html", form=form, member=member)
    return page, 422 if form.errors else 200


@pages.post("/pool/<public_id>/away/<int:number>/end")
@requires(Role.COORDINATOR)
def end_away(public_id: str, number: int) -> ResponseReturnValue:
    """They can, after all."""
    take_away(membership_or_404(public_id), number)
    return redirect(url_for("pool.member", public_id=public_id, _anchor="away"), code=303)


def take_away(member: PoolMember, number: int) -> None:
    """Forget the days, 404 for what is not theirs."""
    with writing():
        if not be_back(member, number):
            abort(404)
    flash("These days are free again.", "success")


def own_membership() -> PoolMember:
    """Whose pages these are: the member who is signed in; 404 for anybody else."""
    today = london_day(clock.now())
    return member_today(signed_in().person.id, current_partnership().id, today) or abort(404)


@pages.route("/my-events/pool", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """What the training pool knows of whoever is signed in: to read, and to say when they cannot."""
    now, who, partnership = clock.now(), signed_in().person, current_partnership()
    member = member_today(who.id, partnership.id, london_day(now))
    if member is None:
        asked = PoolApplication.waiting_for(partnership.id).where(PoolApplication.person_id == who.id)
        return render_template("pool/not_in_it.html", asked=db.session.scalar(asked))
    form = AwayForm()
    if saved(form, member, but="if you cannot, ring the training team"):
        return redirect(url_for("pool.mine", _anchor="away"), code=303)
    (shown,) = described([member], partnership.id, now)
    page = render_template(
        "pool/mine.html",
        form=form,
        shown=shown,
        parts=PARTS,
        standings=STANDINGS,
        given_of=given_of,
        where=where_in_words(in_the_room=member.in_the_room, virtual=member.virtual),
    )
    return page, 422 if form.errors else 200


@pages.post("/my-events/pool/away/<int:number>/end")
def end_my_away(number: int) -> ResponseReturnValue:
    """I can, after all."""
    take_away(own_membership(), number)
    return redirect(url_for("pool.mine", _anchor="away"), code=303)


@pages.route("/my-events/pool/edit", methods=["GET", "POST"])
def edit_mine() -> ResponseReturnValue:
    """What I say of myself."""
    member = own_membership()
    form = DetailsForm(data=known(member))
    if form.validate_on_submit():
        with writing():
            describe_oneself(member, form.details(), now=clock.now())
        flash("Saved. The training team sees it.", "success")
        return redirect(url_for("pool.mine"), code=303)
    page = render_template("pool/edit_mine.html", form=form)
    return page, 422 if form.errors else 200
