"""Who somebody is and where they work: asked once, after the first sign-in."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from ... import clock
from ...accounts import actions, agencies
from ...accounts.models import Agency, Setting, Team
from ...accounts.rules import (
    ROLE_GROUPS,
    guessed_agency,
    same_name,
    similar_names,
    tidy_email,
    tidy_name,
)
from ...db import db, writing
from ...web.access import current_partnership, for_newcomers, signed_in
from ...web.mail_address import mail_address
from . import pages
from .landing import go_on, wanted

NOT_LISTED = "not-listed"
NONE_OF_THEM = "none of them"
NEAR = 12


def tidy(typed: str | None) -> str:
    """What was typed, blanks folded."""
    return tidy_name(typed or "")


def text(label: str, needed: str = "", *, most: int, hint: str = "") -> StringField:
    """A line of text, asked for with these words if it is needed."""
    checks = [InputRequired(needed) if needed else Optional(strip_whitespace=True)]
    too_long = Length(max=most, message=f"Use at most {most} characters")
    return StringField(label, [*checks, too_long], description=hint, filters=[tidy])


class WhereForm(FlaskForm):
    """The agency, where the address does not give it away."""

    agency = SelectField(
        "Your agency",
        [InputRequired("Choose your agency")],
        description="If yours is not here, choose the last one. Type its first letters to jump to it.",
    )
    next = HiddenField()


class AboutYouForm(FlaskForm):
    """What we need to know of everybody, and a little that helps."""

    next = HiddenField()
    at = HiddenField()
    name = text(
        "Your name", "Enter your name", most=200, hint="As it should stand on registers and certificates"
    )
    setting = text(
        "Your school, setting or organisation",
        "Enter the name of your school, setting or organisation",
        most=200,
        hint="Start to type and choose it from the list. If it is not there, type its full name.",
    )
    meant = RadioField("Which one do you mean?", [InputRequired("Choose which one you mean")])
    team = SelectField("Your team", [InputRequired("Choose your team")])
    role_group = RadioField(
        "Which of these comes closest to your work?",
        [InputRequired("Choose what comes closest to your work")],
        choices=[SelectChoice(group, group) for group in ROLE_GROUPS],
        description="The yearly report counts by it. It keeps no course from you.",
    )
    job_role = text("Your job (optional)", most=120, hint="For example: health visitor")
    manager_name = text("Their name", most=200)
    manager_email = StringField(
        "Their email address",
        [Optional(strip_whitespace=True), Length(max=254), mail_address],
        filters=[lambda typed: tidy_email(typed) if typed else ""],
    )


def listed_agencies() -> Sequence[tuple[Agency, str]]:
    """The agencies one can choose from today."""
    today = clock.london_day(clock.now())
    return [(a, s) for a, s in db.session.execute(agencies.choosable(current_partnership().id, today))]


def choices(listed: Sequence[tuple[Agency, str]]) -> list[SelectChoice]:
    """The agencies by sector; the last one is for organisations that are not in the list."""
    found = [SelectChoice("", "Choose your agency")]
    for agency, standing in listed:
        others = agency.is_umbrella and standing == "other"
        label = f"{agency.name}: mine is not in this list" if others else agency.name
        found.append(SelectChoice(agency.slug, label, optgroup=agency.sector))
    if not any(agency.is_umbrella and standing == "other" for agency, standing in listed):
        found.append(SelectChoice(NOT_LISTED, "My organisation is not in this list", optgroup="Other"))
    return found


@pages.route("/sign-in/where-you-work", methods=["GET", "POST"])
@for_newcomers
def where_you_work() -> ResponseReturnValue:
    """Choose the agency, when nobody could guess it or the guess was wrong."""
    who, next_url = signed_in(), wanted(request.values.get("next")) or None
    if who.introduced:
        return go_on(who, next_url)
    form = WhereForm(next=next_url)
    form.agency.choices = choices(listed_agencies())
    if form.validate_on_submit():
        return redirect(url_for("sign_in.about_you", agency=form.agency.data, next=next_url), code=303)
    return render_template("sign_in/where_you_work.html", form=form), 422 if form.errors else 200


@pages.route("/sign-in/about-you", methods=["GET", "POST"])
@for_newcomers
def about_you() -> ResponseReturnValue:
    """Name, setting or team, role group: then back to where they were."""
    who, next_url = signed_in(), wanted(request.values.get("next")) or None
    if who.introduced:
        return go_on(who, next_url)
    agency = chosen_agency(who.person.email or "")
    if agency is None:
        return redirect(url_for("sign_in.where_you_work", next=next_url), code=303)
    settings, teams = settings_of(agency), teams_of(agency)
    form = form_for(agency, [s.name for s in settings], teams, name=who.person.name, next=next_url)
    if form.validate_on_submit():
        save(form, agency, {str(team.id): team for team in teams})
        flash(f"Thank you, {who.person.name}. We will not ask again.", "success")
        return go_on(who, next_url)
    change = url_for("sign_in.where_you_work", next=next_url)
    page = render_template(
        "sign_in/about_you.html", form=form, agency=agency, settings=settings, change=change
    )
    return page, 422 if form.errors else 200


def chosen_agency(email: str) -> Agency | None:
    """The agency of the form or of the address bar, else the one whose mail domain this is; None when neither is known."""
    slug = request.form.get("at") or request.args.get("agency", "")
    if slug == NOT_LISTED:
        return Agency(slug=NOT_LISTED, name=actions.OTHERS, sector="Other", is_umbrella=True)
    listed = {agency.slug: agency for agency, _ in listed_agencies()}
    if slug and slug not in listed:
        abort(404)
    return listed.get(slug or guessed_agency(email, {a.slug: a.email_domains for a in listed.values()}))


def settings_of(agency: Agency) -> Sequence[Setting]:
    """What an umbrella groups."""
    if not agency.is_umbrella:
        return []
    wanted = sa.select(Setting).where(Setting.agency_id == agency.id).order_by(Setting.name)
    return db.session.scalars(wanted).all()


def teams_of(agency: Agency) -> Sequence[Team]:
    """The agency's teams."""
    wanted = sa.select(Team).where(Team.agency_id == agency.id).order_by(Team.name)
    return db.session.scalars(wanted).all()


def form_for(
    agency: Agency, names: Sequence[str], teams: Sequence[Team], **known: str | None
) -> AboutYouForm:
    """The form with the questions this agency needs; near names are asked about, never decided here."""
    form = AboutYouForm(at=agency.slug, **known)
    typed = tidy(request.form.get("setting"))
    near = [] if same_name(typed, names) else similar_names(typed, names, limit=NEAR + 1)
    if agency.is_umbrella and near:
        if len(near) > NEAR:
            form.meant.description = (
                "There are more like it. If yours is not here, type more of its name above."
            )
        form.meant.choices = [
            *(SelectChoice(n, n) for n in near[:NEAR]),
            SelectChoice(NONE_OF_THEM, f"None of these. Mine is called {typed}"),
        ]
    else:
        del form.meant
    if not agency.is_umbrella:
        del form.setting
    if teams:
        form.team.choices = [
            SelectChoice("", "Choose your team"),
            *(SelectChoice(str(team.id), team.name) for team in teams),
            SelectChoice("0", "None of these"),
        ]
    else:
        del form.team
    return form


def save(form: AboutYouForm, agency: Agency, teams: dict[str, Team]) -> None:
    """Write it down."""
    who, now, team, setting = signed_in(), clock.now(), None, None
    with writing():
        if agency.slug == NOT_LISTED:
            agency = actions.umbrella_of_others(current_partnership(), now)
        if form.setting:
            meant = form.meant.data if form.meant and form.meant.data != NONE_OF_THEM else form.setting.data
            setting = actions.setting_called(str(meant), agency)
        if form.team:
            team = teams.get(str(form.team.data))
        actions.introduce(
            who.person,
            name=str(form.name.data),
            agency=agency,
            setting=setting,
            team=team,
            job_role=form.job_role.data or "",
            role_group=str(form.role_group.data),
            manager_name=form.manager_name.data or "",
            manager_email=form.manager_email.data or "",
            now=now,
        )
