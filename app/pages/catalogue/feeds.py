"""The programme as calendars to subscribe to: all of it, what the filters of Find training leave, or one course."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from ... import clock
from ...booking.models import Booking
from ...catalogue.feed import entries_in, found_in_programme, offered
from ...catalogue.rules import Search
from ...db import db
from ...web.access import current_partnership, public
from ...web.feeds import Asked, feed_answer, feed_of, no_such_feed
from . import pages
from .finding import feed_name, search_of, typed_query


@pages.get("/programme.ics")
@public
def programme_feed() -> ResponseReturnValue:
    """Every coming date that is open to all, narrowed by the filters of Find training where its address has them."""
    slug = request.args.get("course", "")
    if slug:
        return feed_of_course(slug)
    query = typed_query()
    search = search_of(query)
    return answer(feed_name(query, search), search)


@pages.get("/programme/<slug>.ics")
@public
def course_feed(slug: str) -> ResponseReturnValue:
    """The dates of one course."""
    return feed_of_course(slug)


def feed_of_course(slug: str) -> ResponseReturnValue:
    """The dates of the course of that slug; 404 for one that is not in the programme."""
    found = db.session.execute(offered(current_partnership().id, slug)).one_or_none()
    if found is None:
        return no_such_feed()
    return answer(f"{found.title} ({current_partnership().short_name})", Search(), course_id=found.id)


def answer(name: str, search: Search, *, course_id: int | None = None) -> ResponseReturnValue:
    """The calendar of what a search finds."""
    now: datetime = clock.now()
    partnership = current_partnership()
    part = found_in_programme(
        partnership.id, search, waiting=Booking.number_waiting, now=now, course_id=course_id
    )
    asked = Asked("programme", name, partnership.short_name, clock.start_of_day(clock.london_day(now)))
    return feed_answer(asked, part, lambda: feed_of(partnership, name, entries_in(part)), secret=False)
