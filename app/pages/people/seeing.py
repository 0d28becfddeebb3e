"""See what they see: an administrator looks at the site as somebody else, read only and in the trail."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role, may_see_as
from ...audit.actions import trace
from ...db import writing
from ...errors import Refused
from ...web import seeing
from ...web.access import Viewer, for_newcomers, requires, signed_in, viewer_called
from ...web.looks import BEGAN
from ...web.navigation import first_page
from ...web.trail import end_seeing
from . import pages
from .whom import person_or_404


def visible(who: Viewer, other: Person) -> Viewer | None:
    """The other person as they would be signed in, if this one may see what they see."""
    found = viewer_called(other.public_id)
    if found is None or other.is_guest or other.id == who.person.id:
        return None
    return found if may_see_as(who.roles, found.roles) else None


@pages.post("/people/<public_id>/see")
@requires(Role.ADMINISTRATOR)
def see(public_id: str) -> ResponseReturnValue:
    """Begin, on the page they land on."""
    person, who, now = person_or_404(public_id), signed_in(), clock.now()
    found = visible(who, person)
    if found is None:
        raise Refused(why_not(person, who))
    with writing():
        trace(at=now, actor=who.person.public_id, act=BEGAN, subject=public_id)
    seeing.begin(public_id, now)
    return redirect(first_page(found), code=303)


def why_not(person: Person, who: Viewer) -> str:
    """Why somebody cannot be seen, in a sentence."""
    if person.id == who.person.id:
        return "You see your own pages already."
    if person.closed_at or person.is_guest:
        return f"{person.name} has no account to sign in with, so there is nothing to see."
    return f"{person.name} has rights that you do not have. Ask a coordinator to look."


@pages.post("/seeing/end")
@for_newcomers
def stop_seeing() -> ResponseReturnValue:
    """Back to one's own pages."""
    public_id = end_seeing()
    if not public_id:
        return redirect(first_page(signed_in()), code=303)
    flash("These are your own pages again.", "success")
    return redirect(url_for("people.person", public_id=public_id), code=303)
