"""``/outbox/unreachable``: the people whose mail comes back, and what they missed once it works again."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...booking.of_use import still_of_use
from ...db import db, writing
from ...notifications import owed
from ...notifications.models import Letter, Unreachable
from ...notifications.unreachable import works_again
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import plural
from ...web.paging import paging
from . import pages
from .scene import shared


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
    lately = db.session.scalars(owed.of_works_again(host, now=clock.now())).all()
    behind = [(mark, len(letters)) for mark in lately if (letters := missed_by(mark))]
    return render_template("outbox/unreachable.html", rows=found, page=page, behind=behind)


@pages.post("/outbox/unreachable/works")
@requires(Role.ADMINISTRATOR)
def works() -> ResponseReturnValue:
    """An address works again."""
    email = request.form.get("email", "")
    with writing():
        known = Unreachable.marked(current_partnership().id).where(Unreachable.email == email)
        mark = db.session.scalar(known.limit(1)) or abort(404)
        works_again(email, now=clock.now())
    flash(f"{email} works again: the site writes to it as before.", "success")
    if missed_by(mark):
        return redirect(url_for("outbox.missed", mark_id=mark.id), code=303)
    return redirect(url_for("outbox.unreachable"), code=303)


@pages.get("/outbox/unreachable/<int:mark_id>/missed")
@requires(Role.ADMINISTRATOR)
def missed(mark_id: int) -> ResponseReturnValue:
    """What did not reach an address while its mail came back: to be sent again, all in one press."""
    mark = cleared_or_404(mark_id)
    return render_template("outbox/missed.html", mark=mark, letters=missed_by(mark), **shared())


@pages.post("/outbox/unreachable/<int:mark_id>/missed")
@requires(Role.ADMINISTRATOR)
def send_missed(mark_id: int) -> ResponseReturnValue:
    """Send again what stood on the page and is still missed, each once."""
    listed = request.form.getlist("letter")
    with writing():
        mark = cleared_or_404(mark_id)
        db.session.refresh(mark, with_for_update=True)  # whoever presses at the same time finds nothing left
        wanted = [letter for letter in missed_by(mark) if letter.public_id in listed]
        count = owed.send_owed(wanted, by=signed_in().person.public_id, now=clock.now())
    flash(f"{plural(count, 'mail is', 'mails are')} on the way to {mark.email} again.", "success")
    return redirect(url_for("outbox.unreachable"), code=303)


def cleared_or_404(mark_id: int) -> Unreachable:
    """The mark of an address that works again by now."""
    ours = Unreachable.known(current_partnership().id).where(Unreachable.id == mark_id)
    found = db.session.scalar(ours.where(Unreachable.cleared_at.is_not(None)))
    return found or abort(404)


def missed_by(mark: Unreachable) -> list[Letter]:
    """What an address missed that is still of use."""
    now = clock.now()
    return still_of_use(owed.owed(mark, current_partnership().id, now=now), now=now)
