"""One person, for those who help them: where they work, what they may do, their bookings. No answers, no ratings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts import people
from ...accounts.corrections import written_to
from ...accounts.models import Person
from ...accounts.rules import Role
from ...accounts.telephone import notes_of
from ...booking.checks import settings_of
from ...booking.listing import is_ahead
from ...booking.missing_out import number_missed
from ...booking.models import Booking
from ...booking.rules import State
from ...booking.unfinished import to_finish
from ...catalogue.models import Course, Event
from ...completions.models import Evidence
from ...db import db
from ...notifications.models import Letter
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import when
from ...web.paging import Paging, paging
from ...web.trail import record_view
from ..event_bookings.links import of as links_of
from . import asked, pages, seeing, words
from .outcomes import CAME, outcome_of
from .whom import person_or_404

MAILS = 5


@pages.get("/people/<public_id>")
@requires(Role.ADMINISTRATOR)
def person(public_id: str) -> ResponseReturnValue:
    """What is known of them; that somebody looked is kept."""
    found, now = person_or_404(public_id), clock.now()
    today, partnership_id = clock.london_day(now), current_partnership().id
    record_view(found)
    ahead, past = ahead_lines(found.id, now), sa.not_(is_ahead(now))
    page = paging(db.session.scalar(bookings_of(found.id, count=True).where(past)) or 0)
    return render_template(
        "people/person.html",
        shown=found,
        ahead=ahead,
        to_finish=to_finish(found.id, now) if ahead else {},
        mobile=asked.mobile_of([line[0] for line in ahead]),
        interests=asked.interests(found.id),
        **lately(found),
        works=db.session.execute(people.places_of_work([found.id])).all(),
        roles=db.session.execute(people.roles_of([found.id], partnership_id)).all(),
        bookings=past_lines(found.id, page, now),
        page=page,
        missed=number_missed(found.id, now, settings_of(partnership_id, now)),
        trail=[
            (when(row.at), words.act_words(row.actor, row.act, row.why))
            for row in db.session.execute(people.trail_of(found.public_id, list(words.ACTS)).limit(10))
        ],
        holds=lambda row: words.holds(row, today),
        place_of_work=words.place_of_work,
        role_words=words.role_words,
        may_see=seeing.visible(signed_in(), found) is not None,
        may_give_roles=signed_in().may(Role.COORDINATOR),
    )


def bookings_of(person_id: int, *, count: bool = False) -> Any:
    """A person's bookings on this partnership's events with what became of them, newest first; or how many."""
    columns = (
        Booking.id,
        Booking.public_id,
        Event.starts_at,
        Event.ends_at,
        Course.title,
        Booking.state,
        Booking.priority,
        Booking.event_id,
        Booking.offer_ends_at,
        Booking.mobile,
        *CAME,
    )
    wanted = sa.select(sa.func.count()) if count else sa.select(*columns)
    found = (
        wanted.select_from(Booking)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.person_id == person_id, Event.host_id == current_partnership().id)
    )
    return found if count else found.order_by(Event.starts_at.desc(), Booking.id.desc())


def ahead_lines(person_id: int, now: datetime) -> list[tuple[Any, words.Outcome, int, list[tuple[str, str]]]]:
    """What lies ahead, soonest first: each with its word, the number in the line (0: not in one), and what to do."""
    order = Event.starts_at.is_(None), Event.starts_at, Booking.id
    rows = db.session.execute(
        bookings_of(person_id).where(is_ahead(now)).order_by(None).order_by(*order)
    ).all()
    waits = any(row.state == State.WAITING for row in rows)
    places, found = asked.places_in_line(person_id) if waits else {}, []
    for row in rows:
        place = places.get(row.id, 0)
        begun = row.starts_at is not None and row.starts_at <= now
        links = links_of(row, begun=begun)
        if row.state == State.BOOKED:
            links.insert(
                2 if not begun else 1, ("Give to a colleague", f"/bookings/{row.public_id}/substitute")
            )
        found.append((row, outcome_of(row, now), place, links))
    return found


def past_lines(person_id: int, page: Paging, now: datetime) -> list[tuple[Any, words.Outcome]]:
    """What was, one page of it, each with its word."""
    wanted = bookings_of(person_id).where(sa.not_(is_ahead(now)))
    rows = db.session.execute(wanted.limit(page.size).offset(page.offset))
    return [(row, outcome_of(row, now)) for row in rows]


def lately(found: Person) -> dict[str, Any]:
    """Mails of late, certificates from elsewhere, and what was said on the telephone."""
    partnership_id = current_partnership().id
    theirs = Letter.matching(partnership_id), written_to(found)
    mails = sa.select(
        Letter.public_id, Letter.subject, Letter.state, Letter.queued_at, Letter.secret, Letter.expires_at
    )
    evidence = sa.select(Evidence.public_id, Evidence.state, Evidence.handed_in_at, Course.title)
    evidence = evidence.join(Course, Course.id == Evidence.course_id).where(
        Evidence.person_id == found.id, Evidence.partnership_id == partnership_id
    )
    return {
        "mails": db.session.execute(mails.where(*theirs).order_by(Letter.id.desc()).limit(MAILS)).all()
        if found.email
        else [],
        "evidence": db.session.execute(evidence.order_by(Evidence.id.desc())).all(),
        "notes": db.session.execute(notes_of(found.id, partnership_id)).all(),
        "may_help": found.closed_at is None and not found.is_guest,
    }
