"""Everybody on an event: where they stand, filters that live in the address, and a way to each of them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...booking.delegates import counts_of, delegates_of, number_of_delegates
from ...db import db
from ...mailbox.listing import answers
from ...web.access import requires
from ...web.paging import paging
from . import links, pages, words
from .columns import COLUMNS, USUAL
from .scene import event_or_404, filter_for, narrowed

# Whoever rings round a list, or compares it with another, wants the whole event before them.
A_PAGE = 100


@pages.get("/events/<int:event_id>/bookings")
@requires(Role.ADMINISTRATOR)
def listing(event_id: int) -> ResponseReturnValue:
    """The list, with what can be done for all of them and for each."""
    event, chosen, now = event_or_404(event_id), narrowed(), clock.now()
    form = filter_for(event)
    counts = dict(db.session.execute(counts_of(event_id)).all())
    page = paging(db.session.scalar(number_of_delegates(event_id, chosen)) or 0, size=A_PAGE)
    rows = db.session.execute(delegates_of(event_id, chosen).limit(page.size).offset(page.offset)).all()
    said: dict[str, list[str]] = {}
    for answer in db.session.execute(answers([event_id])):
        said.setdefault(answer.public_id, []).append(answer.partstat)
    return render_template(
        "event_bookings/list.html",
        event=event,
        rows=rows,
        page=page,
        filter_form=form,
        filtered=any(field.data for field in form),
        counts=counts,
        in_words=words.in_words(counts),
        gone=words.number_gone(counts),
        tags_of=lambda row: words.tags_of(row) + words.calendar_tags(said.get(row.public_id, ())),
        place_of_work=words.place_of_work,
        columns=COLUMNS,
        usual=USUAL,
        over=event.is_over(now),
        links_of=lambda row: links.of(row, begun=event.has_begun(now)),
    )
