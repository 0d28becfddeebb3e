"""``/outbox/unreachable``: the people whose mail comes back."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...db import db, writing
from ...notifications.models import Letter, Unreachable
from ...notifications.unreachable import works_again
from ...web.access import current_partnership, requires
from ...web.paging import paging
from . import pages


def rows(partnership_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The marked addresses with whose they are and the letter that came back, newest first."""
    columns = Unreachable.email, Unreachable.since_at, Unreachable.why, Letter.public_id.label("letter")
    people = Person.public_id.label("person"), Person.name
    return (
        Unreachable.marked(partnership_id)
        .with_only_columns(*columns, *people)
        .outerjoin(Person, Person.email == Unreachable.email)
        .order_by(Unreachable.id.desc())
    )


@pages.get("/outbox/unreachable")
@requires(Role.ADMINISTRATOR)
def unreachable() -> ResponseReturnValue:
    """Whose mail comes back, what their mail server said, and the button when it works again."""
    host = current_partnership().id
    page = paging(db.session.scalar(Unreachable.marked(host).with_only_columns(sa.func.count())) or 0)
    found = db.session.execute(rows(host).limit(page.size).offset(page.offset)).all()
    return render_template("outbox/unreachable.html", rows=found, page=page)


@pages.post("/outbox/unreachable/works")
@requires(Role.ADMINISTRATOR)
def works() -> ResponseReturnValue:
    """An address works again."""
    email = request.form.get("email", "")
    with writing():
        known = Unreachable.marked(current_partnership().id).where(Unreachable.email == email)
        if db.session.scalar(known.limit(1)) is None:
            abort(404)
        works_again(email, now=clock.now())
    flash(f"{email} works again: the site writes to it as before.", "success")
    return redirect(url_for("outbox.unreachable"), code=303)
