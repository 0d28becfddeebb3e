"""Finding somebody by a piece of their name, of their address, or of where they work."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.rules import Role
from ...db import db
from ...web.access import current_partnership, requires
from ...web.paging import paging
from . import pages, words


@pages.get("/people")
@requires(Role.ADMINISTRATOR)
def search() -> ResponseReturnValue:
    """Whom the words find, a page at a time."""
    asked, partnership_id = request.args.get("q", "").strip()[:200], current_partnership().id
    page = paging(db.session.scalar(people.number_found(partnership_id, asked)) or 0)
    wanted = people.found(partnership_id, asked).limit(page.size).offset(page.offset)
    rows = db.session.execute(wanted).all()
    return render_template(
        "people/search.html", asked=asked, page=page, lines=lines(rows), place_of_work=words.place_of_work
    )


def lines(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Each person with where they work and what they may do today."""
    ids, today = [row.id for row in rows], clock.london_day(clock.now())
    works = words.by_person(db.session.execute(people.places_of_work(ids)))
    roles = words.by_person(db.session.execute(people.roles_of(ids, current_partnership().id)))
    return [
        {
            "person": row,
            "last": next(iter(works.get(row.id, [])), None),
            "works": [
                (words.place_of_work(w), w.job_role) for w in works.get(row.id, []) if words.holds(w, today)
            ],
            "roles": [words.role_words(r) for r in roles.get(row.id, []) if words.holds(r, today)],
        }
        for row in rows
    ]
