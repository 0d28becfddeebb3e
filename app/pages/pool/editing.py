"""What the desk knows of a member, put right."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import Length

from ... import clock
from ...accounts.rules import Role
from ...db import writing
from ...pool.membership import change
from ...web.access import requires, signed_in
from ..course_desk.fields import Day, one_line
from . import pages
from .forms import DetailsForm, known, not_ahead
from .scene import membership_or_404


class MemberForm(DetailsForm):
    """All of it, with what only the desk writes."""

    train_the_trainer_on = Day("Train-the-trainer course on")
    released_by = StringField(
        "Released by",
        validators=[Length(max=200, message="Use a shorter name")],
        description="Their manager, where they agreed on paper or by telephone. A link can ask them too.",
    )
    released_until = Day("Released until")

    def validate_train_the_trainer_on(self, field: Day) -> None:
        """It was, or it was not yet."""
        not_ahead(field.data, clock.london_day(clock.now()))


@pages.route("/pool/<public_id>/edit", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def edit(public_id: str) -> ResponseReturnValue:
    """Change what is known of a member."""
    member = membership_or_404(public_id)
    own = {name: getattr(member, name) for name in ("train_the_trainer_on", "released_by", "released_until")}
    form = MemberForm(data={**known(member), **own})
    if form.validate_on_submit():
        with writing():
            change(
                member,
                form.details(),
                train_the_trainer_on=form.train_the_trainer_on.data,
                released_by=one_line(form.released_by.data),
                released_until=form.released_until.data,
                by=signed_in().person,
                now=clock.now(),
            )
        flash("Saved.", "success")
        return redirect(url_for("pool.member", public_id=public_id), code=303)
    page = render_template("pool/edit.html", form=form, member=member)
    return page, 422 if form.errors else 200
