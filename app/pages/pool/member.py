"""A member's own page at the desk: all that is known, what they deliver and delivered, what happened."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.rules import Role
from ...clock import london_day
from ...db import db
from ...pool import giving
from ...pool.commissioning import contracts_of
from ...pool.members import approvals_of, memberships
from ...pool.releases import requests_of
from ...pool.trail import SAID, in_words
from ...web.access import current_partnership, requires
from ...web.filters import when
from ...web.trail import record_view
from . import pages
from .scene import member_or_404
from .words import PARTS, RELEASES, STANDINGS, given_of, where_in_words

DELIVERED = 25
HAPPENED = 25


@pages.get("/pool/<public_id>")
@requires(Role.ADMINISTRATOR)
def member(public_id: str) -> ResponseReturnValue:
    """Everything about one member; that somebody looked is kept."""
    now, partnership_id = clock.now(), current_partnership().id
    shown = member_or_404(public_id, now)
    record_view(shown.person)
    delivered = giving.delivered(shown.person.id, partnership_id, now)
    return render_template(
        "pool/member.html",
        shown=shown,
        today=london_day(now),
        approvals=approvals_of([shown.row.id]).get(shown.row.id, []),
        coming=giving.still_on(shown.person.id, partnership_id, now),
        delivered=delivered[:DELIVERED],
        number_delivered=len(delivered),
        memberships=memberships(partnership_id, public_id),
        works=db.session.execute(people.places_of_work([shown.person.id])).first(),
        where=where_in_words(in_the_room=shown.row.in_the_room, virtual=shown.row.virtual),
        given_of=given_of,
        parts=PARTS,
        contracts=contracts_of([shown.row.id]),
        releases=requests_of(shown.row.id),
        release_words=RELEASES,
        happened=[
            (when(row.at), in_words(row.actor, row.act, row.why))
            for row in db.session.execute(people.trail_of(public_id, list(SAID)).limit(HAPPENED))
        ],
        standings=STANDINGS,
    )
