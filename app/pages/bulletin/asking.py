"""Asking for the bulletin with an address or signed in, and choosing what to hear about."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ... import clock
from ...accounts.rules import ROLE_GROUPS, tidy_email
from ...accounts.sign_in import may_sign_in_as_anybody
from ...bulletin import subscribing
from ...bulletin.models import Subscriber
from ...bulletin.rules import Wishes, wishes_from
from ...catalogue.rules import DELIVERIES, LEVELS
from ...db import db, writing
from ...errors import Refused
from ...web.access import current_partnership, public, signed_in, viewer
from ...web.filters import listed
from ...web.mail_address import mail_address
from ...web.problems import problem
from . import pages

TAUGHT_HERE = {name: label for name, label in DELIVERIES.items() if name not in ("e-learning", "external")}


class CheckBoxes(SelectMultipleField):
    """Several of a few, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WishesForm(FlaskForm):
    """What somebody wants to hear about; nothing chosen is everything."""

    role_group = SelectField(
        "For people in my role",
        choices=[SelectChoice("", "Any role"), *(SelectChoice(group, group) for group in ROLE_GROUPS)],
        default="",
    )
    levels = CheckBoxes(
        "Levels",
        choices=[SelectChoice(str(level), f"Level {level}") for level in LEVELS],
        description="Tick none to hear about all of them",
    )
    deliveries = CheckBoxes(
        "How it is taught",
        choices=[SelectChoice(name, label) for name, label in TAUGHT_HERE.items()],
        description="Tick none to hear about all of them",
    )

    def wishes(self) -> Wishes:
        """What was chosen."""
        return Wishes(
            tuple(int(level) for level in self.levels.data or ()),
            tuple(self.deliveries.data or ()),
            self.role_group.data or "",
        )


class AskForm(FlaskForm):
    """Only an address is asked for; what to hear about is chosen on the page that the mail opens."""

    email = StringField(
        "Your email address",
        [
            InputRequired("Enter your email address"),
            Length(max=254, message="Enter an address of at most 254 characters"),
            mail_address,
        ],
        filters=[lambda typed: tidy_email(typed) if typed else typed],
    )


def form_with(wishes: Wishes) -> WishesForm:
    """The form as somebody has filled it in before."""
    levels = [str(level) for level in wishes.levels]
    given: dict[str, Any] = {"levels": levels, "deliveries": list(wishes.deliveries)}
    return WishesForm(data={**given, "role_group": wishes.role_group})


def in_words(wishes: Wishes) -> str:
    """What somebody hears about: "all training", or "training at level 2 or 3 that is virtual"."""
    ways = [TAUGHT_HERE.get(name, name).lower() for name in wishes.deliveries]
    parts = [
        f"at level {listed([str(level) for level in wishes.levels], 'or')}" if wishes.levels else "",
        f"that is {listed(ways, 'or')}" if ways else "",
        f"for \u201c{wishes.role_group}\u201d" if wishes.role_group else "",
    ]
    return " ".join(["training", *(part for part in parts if part)]) if any(parts) else "all training"


@pages.app_template_filter()
def wished(kept: dict[str, Any]) -> str:
    """Stored wishes in words."""
    return in_words(wishes_from(kept))


@pages.route("/bulletin/subscribe", methods=["GET", "POST"])
@public
def subscribe() -> ResponseReturnValue:
    """An address, and off goes a mail that asks its reader; signed in, the choice itself."""
    if viewer():
        return redirect(url_for("bulletin.mine"), code=303)
    form = AskForm()
    if not form.validate_on_submit():
        return render_template("bulletin/subscribe.html", form=form), 422 if form.errors else 200
    partnership, email = current_partnership(), str(form.email.data)
    try:
        with writing():
            subscribing.ask(
                email, Wishes(), partnership=partnership, network=request.remote_addr, now=clock.now()
            )
    except Refused as refused:
        return too_many(refused)
    session["bulletin_asked"] = email
    return redirect(url_for("bulletin.check_mail"), code=303)


@pages.get("/bulletin/check-mail")
@public
def check_mail() -> ResponseReturnValue:
    """What to do next; the same whether the address is known or not."""
    email = session.get("bulletin_asked", "")
    return render_template("bulletin/check_mail.html", email=email, can_read=may_sign_in_as_anybody())


def too_many(refused: Refused) -> Response:
    """Wait a little."""
    ways_on = ({"label": "Find training", "href": "/courses"},)
    answer = problem(429, refused.sentence, "Wait half an hour, then ask again.", actions=ways_on)
    answer.headers["Retry-After"] = "1800"
    return answer


@pages.route("/bulletin/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """The link of the mail: opening it changes nothing (scanners do), its button says yes."""
    found = subscribing.opened(token, now=clock.now())
    if found is None:
        return render_template("bulletin/no_longer.html", form=AskForm(formdata=None)), 410
    row, _ = found
    form = form_with(wishes_from(row.wishes))
    if not form.validate_on_submit():
        page = render_template("bulletin/confirm.html", form=form, row=row, active=subscribing.is_wanted(row))
        return page, 422 if form.errors else 200
    with writing():
        db.session.refresh(row, with_for_update=True)
        subscribing.subscribe(row, form.wishes(), how=subscribing.BY_FORM, now=clock.now())
    flash(f"The bulletin comes to {row.email}: {in_words(form.wishes())}.", "success")
    return redirect(url_for("bulletin.confirm", token=token), code=303)


@pages.route("/bulletin/mine", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """What a signed-in person hears about: their address is known to be theirs, so no mail is needed."""
    person, partnership = signed_in().person, current_partnership()
    row = subscribing.subscription_of(person, partnership.id)
    form = form_with(wishes_from(row.wishes) if row else Wishes())
    if person.email and form.validate_on_submit():
        with writing():
            mine = subscribing.subscriber_at(partnership.id, person.email, now=clock.now())
            subscribing.subscribe(
                mine, form.wishes(), how=subscribing.BY_ACCOUNT, by=person.public_id, now=clock.now()
            )
        flash(f"The bulletin comes to {person.email}: {in_words(form.wishes())}.", "success")
        return redirect(url_for("bulletin.mine"), code=303)
    page = render_template("bulletin/mine.html", form=form, row=row, email=person.email)
    return page, 422 if form.errors else 200


@pages.post("/bulletin/mine/end")
def end() -> ResponseReturnValue:
    """The person wants it no more."""
    person, partnership = signed_in().person, current_partnership()
    with writing():
        row = db.session.scalar(Subscriber.at(partnership.id, person.email or "").with_for_update())
        ended = row is not None and subscribing.end(
            row, how=subscribing.BY_ACCOUNT, by=person.public_id, now=clock.now()
        )
    flash("The bulletin comes to you no more." if ended else "It did not come to you.", "success")
    return redirect(url_for("bulletin.mine"), code=303)
