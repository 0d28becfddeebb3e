"""``/mailbox``: what came in by mail and who has to see to it."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...mailbox import listing
from ...mailbox.actions import settle
from ...mailbox.models import IncomingMail, MailboxState
from ...web.access import current_partnership, requires, signed_in
from ...web.paging import paging
from . import pages, words


@pages.get("/mailbox")
@requires(Role.ADMINISTRATOR)
def mails() -> ResponseReturnValue:
    """The mails that wait for somebody, those who declined and still hold a place, or everything."""
    partnership_id, now = current_partnership().id, clock.now()
    show = request.args.get("show", "")
    show = show if show in words.SHOWN else ""
    wanted = listing.mails(partnership_id, show)
    page = paging(number_of(wanted) if show != "declined" else 0)
    rows = wanted.limit(page.size).offset(page.offset)
    found = db.session.scalars(listing.with_all(rows)).all() if show != "declined" else []
    return render_template(
        "mailbox/list.html",
        show=show,
        shown=words.SHOWN,
        page=page,
        mails=found,
        holds=what_holds(found),
        declined=db.session.execute(listing.declined(partnership_id, now)).all(),
        waiting=number_of(listing.mails(partnership_id, "")),
        away=db.session.scalar(MailboxState.the_one()),
        now=now,
        words=words,
    )


def what_holds(found: Sequence[IncomingMail]) -> dict[str, str]:
    """What the calendars of the bookings that were asked about say now, by the booking's public id."""
    events = {mail.event_id for mail in found if mail.did == "asked" and mail.event_id}
    rows = db.session.execute(listing.answers(list(events))) if events else ()
    return {row.public_id: row.partstat for row in rows}


def number_of(wanted: sa.Select[IncomingMail]) -> int:
    """How many there are."""
    ids = wanted.with_only_columns(IncomingMail.id).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0


@pages.post("/mailbox/<public_id>/done")
@requires(Role.ADMINISTRATOR)
def done(public_id: str) -> ResponseReturnValue:
    """Somebody has seen to it."""
    with writing():
        settle(mail_or_404(public_id), by=signed_in().person.id, now=clock.now())
    flash("Done. It stands under “All” from now on.", "success")
    return redirect(url_for("mailbox.mails"), code=303)


@pages.get("/mailbox/<public_id>.eml")
@requires(Role.ADMINISTRATOR)
def original(public_id: str) -> ResponseReturnValue:
    """The mail as it came, for a mail program; only as long as it waits for somebody."""
    found = mail_or_404(public_id)
    if found.raw is None:
        abort(404)
    headers = {"Content-Disposition": 'attachment; filename="mail.eml"', "Cache-Control": "private, no-store"}
    return Response(found.raw, content_type="message/rfc822", headers=headers)


def mail_or_404(public_id: str) -> IncomingMail:
    """The mail of that address, if it is this partnership's."""
    return db.session.scalar(IncomingMail.by_public_id(public_id, current_partnership().id)) or abort(404)
