"""From a person to a signed-in browser, and back to where they were."""

from urllib.parse import urlsplit

from flask import redirect, session
from flask.typing import ResponseReturnValue
from flask_login import login_user

from ...accounts.models import Person
from ...web.access import Viewer, load_viewer, own_path
from ...web.navigation import first_page


def wanted(address: str | None) -> str:
    """Where somebody was going: a path of ours that is not about signing in; "" otherwise."""
    path = own_path(address)
    return "" if urlsplit(path).path.startswith(("/sign-in", "/sign-out")) else path


def go_on(who: Viewer, address: str | None) -> ResponseReturnValue:
    """Off to where they were, or to their first page."""
    return redirect(wanted(address) or first_page(who), code=303)


# That this browser opened the code on a trainer's screen while it was good: it says nothing of who sits there.
KEPT = ("check_in",)


def land(person: Person, address: str | None) -> ResponseReturnValue:
    """Start a new session for this person: nothing of the browser's old one is kept that says who it was."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    who = load_viewer(f"{person.public_id}.{person.session_number}")
    assert who is not None, "somebody who may sign in is found again"
    login_user(who)
    return go_on(who, address)
