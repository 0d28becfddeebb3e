"""Who is invited to an event: people by address, whole agencies and settings; the letter to them; who has booked."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired

from .. import clock
from ..accounts.addresses import fault_of
from ..accounts.rules import Role
from ..booking import invited
from ..booking.listed_people import Line, lines_of
from ..booking.rules import State
from ..catalogue import invitations
from ..catalogue.invitations import Invited
from ..catalogue.models import Event
from ..errors import Refused
from ..records.actions import changing
from ..web.access import current_partnership, requires, signed_in
from ..web.filters import plural
from ..web.organisations import chosen, organisation_choices
from .event_bookings.scene import event_or_404

pages = Blueprint("event_invitations", __name__)

MOST = 500
MOST_FAULTS = 20
STANDS = {
    "": ("Not booked", "plain"),
    State.BOOKED: ("Has a place", "good"),
    State.WALK_IN: ("Came", "good"),
    State.WAITING: ("On the waiting list", "warn"),
    State.OFFERED: ("Offered a place", "warn"),
    State.REQUESTED: ("Asked for a place", "warn"),
}


class PeopleForm(FlaskForm):
    """People by their addresses."""

    people = TextAreaField(
        "People",
        [InputRequired("Enter at least one address")],
        description="One a line, with a name if you have it. They need no account.",
    )


class OrganisationForm(FlaskForm):
    """Everybody of an agency or a setting."""

    organisation = SelectField("Agency or setting", [InputRequired("Choose an agency or a setting")])


class SendForm(FlaskForm):
    """Sending the letter; ``reaches`` is how many the page spoke of."""

    reaches = HiddenField()


def organisation_form() -> OrganisationForm:
    """The form with the agencies and settings there are."""
    form = OrganisationForm()
    today = clock.london_day(clock.now())
    form.organisation.choices = organisation_choices(
        current_partnership().id, today, first="Choose an agency or a setting"
    )
    return form


@pages.route("/events/<int:event_id>/invitations", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def listing(event_id: int) -> ResponseReturnValue:
    """Who is invited and who of them has booked; inviting people of a pasted list."""
    event, form = event_or_404(event_id), PeopleForm()
    if not form.validate_on_submit():
        return show(event, form, organisation_form())
    try:
        lines = lines_of(form.people.data or "", most=MOST, verb="Invite")
    except Refused as refused:
        form.people.errors = [refused.sentence]
        return show(event, form, organisation_form())
    faults = [fault for fault in map(fault_in, lines) if fault]
    if faults:
        form.form_errors.extend(faults[:MOST_FAULTS])
        if len(faults) > MOST_FAULTS:
            form.form_errors.append(f"And {plural(len(faults) - MOST_FAULTS, 'more line')}")
        form.people.errors = ["Nobody was invited yet: mend these lines, or take them out"]
        return show(event, form, organisation_form())
    return invite(event_id, [Invited(email=line.email, name=line.name[:200]) for line in lines])


def fault_in(line: Line) -> str:
    """What is wrong with a line of the list; "" when it can be invited."""
    fault = fault_of(line.email)
    what = line.email or line.name
    return f"Line {line.number}, \u201c{what[:60]}\u201d: {fault[0].lower()}{fault[1:]}" if fault else ""


@pages.post("/events/<int:event_id>/invitations/organisations")
@requires(Role.ADMINISTRATOR)
def organisation(event_id: int) -> ResponseReturnValue:
    """Invite everybody of an agency or a setting."""
    event, form = event_or_404(event_id), organisation_form()
    if not form.validate_on_submit():
        return show(event, PeopleForm(formdata=None), form)
    agency_id, setting_id = chosen(form.organisation.data)
    return invite(event_id, [Invited(agency_id=agency_id, setting_id=setting_id)])


def invite(event_id: int, wanted: list[Invited]) -> ResponseReturnValue:
    """The change itself, and back to the list."""
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        new = len(invitations.invite(event, wanted, by=signed_in().person.public_id, now=now))
        untold = len(invited.readers_of(event, now))
    known = len(wanted) - new
    said = f"Invited: {new}." if new else "Nobody new was invited."
    if known:
        said += f" {known} {'was' if known == 1 else 'were'} invited already, or twice in the list."
    if new and untold:
        said += " No letter has gone yet."
    flash(said, "success" if new else "notice")
    return redirect(url_for("event_invitations.listing", event_id=event_id), code=303)


@pages.post("/events/<int:event_id>/invitations/<int:invitation_id>/take-back")
@requires(Role.ADMINISTRATOR)
def take_back(event_id: int, invitation_id: int) -> ResponseReturnValue:
    """Invite somebody no longer; who has booked keeps their place."""
    event_or_404(event_id)
    with changing(event_id, now=clock.now()) as event:
        now = clock.now()
        gone = invitations.take_back(event, invitation_id)
        if gone and gone.email:
            invited.withdraw_letter(event_id, gone.email, now=now)
    flash("The invitation was taken back. Who has booked keeps their place.", "success")
    return redirect(url_for("event_invitations.listing", event_id=event_id), code=303)


@pages.post("/events/<int:event_id>/invitations/send")
@requires(Role.ADMINISTRATOR)
def send(event_id: int) -> ResponseReturnValue:
    """Send the letter to whoever was not told, if it still reaches as many as the page said."""
    form, now = SendForm(), clock.now()
    event_or_404(event_id)
    sent = 0
    with changing(event_id, now=now) as event:
        now = clock.now()
        people = invited.readers_of(event, now)
        if people and form.reaches.data == str(len(people)):
            sent = invited.send(event, people, now=now)
    if sent:
        flash(f"The invitation is on its way to {plural(sent, 'person', 'people')}.", "success")
    elif people:
        number = plural(len(people), "person", "people")
        flash(f"It would now reach {number}. Look again, then send it.", "problem")
    else:
        flash("Everybody who can be written to was told before. Nobody gets it twice.", "notice")
    return redirect(url_for("event_invitations.listing", event_id=event_id), code=303)


def show(event: Event, people: PeopleForm, organisations: OrganisationForm) -> ResponseReturnValue:
    """The page with its lists and forms."""
    now = clock.now()
    lines = invited.lines_of(event.id)
    untold = invited.readers_of(event, now)
    page = render_template(
        "event_invitations/list.html",
        event=event,
        people=[line for line in lines if not line.of_an_organisation],
        organisations=[line for line in lines if line.of_an_organisation],
        people_form=people,
        organisation_form=organisations,
        wrong=people if people.errors else organisations,
        reaches=len(untold),
        send_form=SendForm(formdata=None, data={"reaches": str(len(untold))}),
        stands=STANDS,
        over=event.is_over(now),
    )
    return page, 422 if people.errors or organisations.errors else 200
