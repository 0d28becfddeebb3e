"""Who may open a page: refused unless a view says otherwise.

Every view needs a signed-in person, unless it is ``@public``; ``@requires(Role.COORDINATOR)`` asks for one of
the roles. ``tests/test_access.py`` lists every endpoint with the roles that may open it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from .. import clock
from ..accounts.models import Affiliation, Person, RoleGrant
from ..accounts.rules import Role, may_see_as, widened
from ..db import db
from ..notifications.models import Unreachable
from ..partnerships.models import Partnership
from . import seeing
from .looks import STOPPED, trace_after

View = TypeVar("View", bound=Callable[..., Any])

login_manager = LoginManager()
# An address to go back to is kept in the session, whose cookie browsers drop when it grows beyond 4 kB.
LONGEST = 500


@dataclass(eq=False)
class Viewer(UserMixin):
    """The signed-in person of this request, with their roles in the partnership it is about."""

    person: Person
    roles: frozenset[Role]
    grants: list[RoleGrant] = field(default_factory=list)
    introduced: bool = True  # they have said who they are and where they work
    mail_comes_back: bool = False  # to their address, until somebody says that it works again
    seen_by: "Viewer | None" = None  # the administrator who sees what this person sees, read only

    def get_id(self) -> str:
        """What the session cookie keeps: who, and which of their session numbers."""
        return f"{self.person.public_id}.{self.person.session_number}"

    def may(self, *roles: Role) -> bool:
        """Whether the person holds one of the roles."""
        return bool(self.roles & set(roles))


def public(view: View) -> View:
    """Anybody may open this page."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def for_newcomers(view: View) -> View:
    """Open to somebody who signed in but has not said yet who they are; other pages lead them there first."""
    view.is_for_newcomers = True  # type: ignore[attr-defined]
    return view


def for_its_person_alone(view: View) -> View:
    """Not shown to an administrator who sees the site as this person."""
    view.is_private = True  # type: ignore[attr-defined]
    return view


def requires(*roles: Role) -> Callable[[View], View]:
    """Only somebody with one of these roles may open this page; others get 403."""

    def mark(view: View) -> View:
        view.needed_roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def current_partnership() -> Partnership:
    """The partnership this request is about; 404 on a site that has none yet."""
    if "partnership" not in g:
        slug = current_app.config["PARTNERSHIP"]
        chosen = Partnership.by_slug(slug) if slug else Partnership.first()
        g.partnership = db.session.scalar(chosen) or abort(404)
    found: Partnership = g.partnership
    return found


def viewer() -> Viewer | None:
    """The signed-in person with their roles, or None."""
    return current_user if current_user.is_authenticated else None


def signed_in() -> Viewer:
    """The signed-in person with their roles, on pages that need one."""
    return viewer() or abort(401)


TODAY: sa.BindParameter[Any] = sa.bindparam("today", type_=sa.Date)


@cache
def viewer_select(slug: str) -> sa.Select[*tuple[Any, ...]]:
    """A person with their roles in the partnership that the site serves, and that partnership.

    Every page of somebody signed in asks this first, so it is put together once.
    """
    first = sa.select(sa.func.min(Partnership.id)).scalar_subquery()
    works = sa.exists().where(Affiliation.person_id == Person.id, Affiliation.holds_on(TODAY))
    comes_back = sa.exists().where(Unreachable.email == Person.email, Unreachable.cleared_at.is_(None))
    return (
        sa.select(Person, RoleGrant, works, comes_back, Partnership)
        .select_from(Person)
        .join(Partnership, Partnership.slug == slug if slug else Partnership.id == first)
        .outerjoin(
            RoleGrant,
            sa.and_(
                RoleGrant.person_id == Person.id,
                RoleGrant.partnership_id == Partnership.id,
                RoleGrant.from_on <= TODAY,
                sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= TODAY),
            ),
        )
        .where(Person.public_id == sa.bindparam("public_id"), Person.closed_at.is_(None))
    )


def at_the_browser() -> Person:
    """Who really sits there, whatever is seen: the trail names them."""
    who = signed_in()
    return (who.seen_by or who).person


@login_manager.user_loader
def load_viewer(session_id: str) -> Viewer | None:
    """Who is signed in, or whom they see the site as; None when signed out elsewhere or closed."""
    public_id, _, number = session_id.rpartition(".")
    found = viewer_called(public_id)
    if found is None or str(found.person.session_number) != number:
        return None
    return seen_instead(found) or found


def seen_instead(who: Viewer) -> Viewer | None:
    """Whom an administrator sees the site as; None for nobody, and once it is over or may no longer be."""
    public_id = seeing.seen()
    if not public_id or seeing.is_over(clock.now()):
        return None
    found = viewer_called(public_id)
    if found is None or found.person.is_guest or not may_see_as(who.roles, found.roles):
        return None
    return replace(found, seen_by=who)


def viewer_called(public_id: str) -> Viewer | None:
    """A person with their roles, in one query; None when there is none, or closed."""
    values = {"today": clock.london_day(clock.now()), "public_id": public_id}
    rows = db.session.execute(viewer_select(current_app.config["PARTNERSHIP"]), values).all()
    if not rows:
        return None
    person, _, works_somewhere, comes_back, g.partnership = rows[0]
    grants = [row.RoleGrant for row in rows if row.RoleGrant is not None]
    roles = widened(frozenset(Role(grant.role) for grant in grants))
    return Viewer(
        person, roles, grants, introduced=bool(person.name) and works_somewhere, mail_comes_back=comes_back
    )


def check_access() -> ResponseReturnValue | None:
    """Before every request: let it pass, send to sign-in, or refuse."""
    view = current_app.view_functions.get(request.endpoint or "")
    if seeing.seen():
        refused = refuse_while_seeing(private=getattr(view, "is_private", False))
        if refused:
            return refused
    if view is None or getattr(view, "is_public", False):
        return None
    who = viewer()
    if who is None:
        return ask_to_sign_in()
    if not who.introduced and not getattr(view, "is_for_newcomers", False):
        return redirect(url_for("sign_in.about_you", next=page_wanted() or None), code=303)
    needed = getattr(view, "needed_roles", None)
    if needed is not None and not who.may(*needed):
        abort(403)
    return None


def refuse_while_seeing(*, private: bool) -> ResponseReturnValue | None:
    """Refuse every change while an administrator sees the site as somebody; forget it once it is over."""
    who = viewer()
    if who and who.seen_by:
        return seeing.refusal(who.person.name or "this person", private=private)
    subject = seeing.end()
    if who:
        trace_after(actor=who.person.public_id, act=STOPPED, subject=subject, always=True)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """Off to sign-in, and back to this page afterwards."""
    return redirect(url_for("sign_in.ask", next=page_wanted() or None), code=303)


def page_wanted() -> str:
    """The path of this page; after a POST, of the page it was sent from."""
    return request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else own_path(request.referrer)


def own_path(address: str | None) -> str:
    """The path of an address on this site; "" for anything that leads elsewhere."""
    if not address or len(address) > LONGEST:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as http://[
        return ""
    if parts.netloc and parts.netloc != request.host:
        return ""
    if parts.scheme not in ("", "http", "https") or "\\" in address:
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if plain else ""


def install(app: Flask) -> None:
    """Refuse by default, on every endpoint of the app."""
    login_manager.init_app(app)
    app.before_request(check_access)
