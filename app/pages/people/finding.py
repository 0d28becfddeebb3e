"""Finding somebody by a piece of their name, of their address, of where they work, or by what they are booked on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.rules import Role
from ...booking.finding import booked_on, next_of_each, of_reference, reference_in
from ...db import db
from ...web.access import current_partnership, requires
from ...web.paging import paging
from . import pages, words

LONGEST_QUERY = 200
SHOWN = 2  # of what is coming, for each person


@pages.get("/people")
@requires(Role.ADMINISTRATOR)
def search() -> ResponseReturnValue:
    """Whom the words find, a page at a time; a booking's reference finds the booking too."""
    asked, partnership_id = request.args.get("q", "").strip()[:LONGEST_QUERY], current_partnership().id
    now = clock.now()

    def beyond(word: str) -> Any:
        return booked_on(word, partnership_id, now)

    page = paging(db.session.scalar(people.number_found(partnership_id, asked, beyond)) or 0)
    wanted = people.found(partnership_id, asked, beyond).limit(page.size).offset(page.offset)
    return render_template(
        "people/search.html",
        asked=asked,
        booking=booking_of(asked),
        page=page,
        lines=lines(db.session.execute(wanted).all(), now),
        place_of_work=words.place_of_work,
        shown=SHOWN,
    )


def booking_of(asked: str) -> Any:
    """The booking whose reference was typed, or whose address was pasted."""
    reference = reference_in(asked)
    if not reference:
        return None
    return db.session.execute(of_reference(reference, current_partnership().id)).first()


def lines(rows: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """Each person with where they work, what they may do today and what is coming for them."""
    ids, today, partnership_id = [row.id for row in rows], clock.london_day(now), current_partnership().id
    works = words.by_person(db.session.execute(people.places_of_work(ids)))
    roles = words.by_person(db.session.execute(people.roles_of(ids, partnership_id)))
    coming = words.by_person(db.session.execute(next_of_each(ids, partnership_id, now)))
    return [
        {
            "person": row,
            "last": next(iter(works.get(row.id, [])), None),
            "works": [
                (words.place_of_work(w), w.job_role) for w in works.get(row.id, []) if words.holds(w, today)
            ],
            "roles": [words.role_words(r) for r in roles.get(row.id, []) if words.holds(r, today)],
            "coming": [(booking, words.standing(booking.state)) for booking in coming.get(row.id, [])],
        }
        for row in rows
    ]
