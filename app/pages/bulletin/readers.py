"""Who gets the bulletin: a list to search and to take addresses off, and a sheet of it."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...audit.actions import trace
from ...bulletin import subscribing
from ...bulletin.models import Subscriber, SubscriberChange
from ...db import db, writing
from ...web.access import current_partnership, requires, signed_in
from ...web.paging import paging
from ...web.sheets import Cell, sheet_answer
from . import pages
from .asking import wished
from .scene import name_of, number_of_readers

COLUMNS = ("Address", "Wants to hear about", "Since", "Mail comes back")
STANDS = {"wanting": "Get it", "asked": "Not confirmed yet", "ended": "Get it no more"}
HAPPENED = {
    "asked": "Asked for it",
    "subscribed": "Subscribed",
    "changed": "Chose what to hear about",
    "unsubscribed": "Unsubscribed",
    "removed": "Taken off the list",
}


def standing(stands: str) -> sa.ColumnElement[bool]:
    """The readers of this partnership that stand so."""
    ours = current_partnership().id
    if stands == "asked":
        unconfirmed = Subscriber.confirmed_at.is_(None)
        return sa.and_(Subscriber.partnership_id == ours, unconfirmed)
    if stands == "ended":
        over = sa.or_(Subscriber.ended_at.is_not(None), Subscriber.said_no())
        return sa.and_(Subscriber.partnership_id == ours, Subscriber.confirmed_at.is_not(None), over)
    return Subscriber.wanting(ours)


@pages.get("/bulletin/subscribers")
@requires(Role.ADMINISTRATOR)
def subscribers() -> ResponseReturnValue:
    """The addresses, by name; a piece of one finds it."""
    asked = request.args.get("q", "").strip()[:100]
    stands = request.args.get("stands", "")
    stands = stands if stands in STANDS else "wanting"
    matching = standing(stands)
    if asked:
        matching = sa.and_(matching, Subscriber.email.icontains(asked, autoescape=True))
    count = db.session.scalar(sa.select(sa.func.count(Subscriber.id)).where(matching)) or 0
    page = paging(count)
    rows = sa.select(Subscriber, Subscriber.comes_back().label("comes_back")).where(matching)
    return render_template(
        "bulletin/subscribers.html",
        rows=db.session.execute(rows.order_by(Subscriber.email).limit(page.size).offset(page.offset)).all(),
        page=page,
        asked=asked,
        stands=stands,
        choices=STANDS,
        readers=number_of_readers(),
    )


def subscriber_or_404(public_id: str) -> Subscriber:
    """An address of this partnership's list."""
    ours = Subscriber.partnership_id == current_partnership().id
    return db.session.scalar(sa.select(Subscriber).where(ours, Subscriber.public_id == public_id)) or abort(
        404
    )


@pages.get("/bulletin/subscribers/<public_id>")
@requires(Role.ADMINISTRATOR)
def subscriber(public_id: str) -> ResponseReturnValue:
    """One address: what happened to its subscription, and how to take it off."""
    row = subscriber_or_404(public_id)
    wanting = sa.select(Subscriber.wanting(row.partnership_id)).where(Subscriber.id == row.id)
    return render_template(
        "bulletin/subscriber.html",
        row=row,
        wants=db.session.scalar(wanting),
        comes_back=db.session.scalar(sa.select(Subscriber.comes_back()).where(Subscriber.id == row.id)),
        owner=db.session.scalar(sa.select(Person).where(Person.email == row.email)),
        happened=[(change, said_of(change)) for change in db.session.scalars(SubscriberChange.of(row.id))],
    )


def said_of(change: SubscriberChange) -> str:
    """What happened, as a sentence."""
    who = f", by {name_of(change.by)}" if change.what == "removed" else ""
    what = f": {wished(change.wishes)}" if change.what in ("subscribed", "changed") else ""
    how = f", {change.how}" if change.how else ""
    return f"{HAPPENED[change.what]}{how}{who}{what}"


@pages.post("/bulletin/subscribers/<public_id>/remove")
@requires(Role.ADMINISTRATOR)
def remove(public_id: str) -> ResponseReturnValue:
    """Take an address off the list; nothing is mailed to it about that."""
    row, by = subscriber_or_404(public_id), signed_in().person.public_id
    with writing():
        db.session.refresh(row, with_for_update=True)
        now = clock.now()
        gone = subscribing.end(row, how=subscribing.BY_DESK, by=by, now=now, what="removed")
        if gone:
            trace(at=now, actor=by, act="took off the bulletin", subject=row.public_id)
    flash(f"{row.email} gets the bulletin no more." if gone else "It did not get the bulletin.", "success")
    return redirect(url_for("bulletin.subscribers"), code=303)


@pages.get("/bulletin/subscribers.<kind>")
@requires(Role.ADMINISTRATOR)
def sheet(kind: str) -> ResponseReturnValue:
    """Those who get it, as a sheet."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    return sheet_answer(kind, "bulletin-subscribers", COLUMNS, rows_of_sheet())


def rows_of_sheet() -> Iterator[list[Cell]]:
    """The lines of the sheet, by address."""
    wanting = sa.select(Subscriber, Subscriber.comes_back()).where(standing("wanting"))
    for row, comes_back in db.session.execute(wanting.order_by(Subscriber.email)).yield_per(500):
        yield [row.email, wished(row.wishes), row.confirmed_at, "Yes" if comes_back else ""]
