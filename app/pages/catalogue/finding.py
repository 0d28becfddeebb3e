"""The front page, and the catalogue with its search and filters (all of them in the address)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import ROLE_GROUPS
from ...catalogue.rules import (
    DELIVERIES,
    KINDS,
    LEVELS,
    Search,
    month_after,
    month_from_slug,
    months_from,
    query_words,
)
from ...notifications.letters import link
from ...web.access import current_partnership, public, viewer
from ...web.filters import month, plural
from ...web.navigation import first_page
from . import pages
from .course import may_edit
from .lines import PER_PAGE, Found, e_learning, find

MONTHS_AHEAD = 6
LONGEST_QUERY = 100


class Chip(NamedTuple):
    """A filter that is on, and the address without it."""

    label: str
    without: str


@pages.get("/")
@public
def front() -> ResponseReturnValue:
    """What this is, and the next dates; whoever is signed in goes on to their own first page."""
    who = viewer()
    if who is not None:
        return redirect(first_page(who))
    coming = find(Search(), now=clock.now(), size=6)
    return render_template("catalogue/front.html", coming=coming, e_learning=e_learning())


@pages.get("/courses")
@public
def courses() -> ResponseReturnValue:
    """Find training: coming dates, the soonest first, then courses without one."""
    query, page = typed_query(), page_number()
    search = search_of(query)
    found = find(search, now=clock.now(), page=page)
    if not found.lines and page > 1:
        abort(404)
    on = list(chips(query, search))
    return render_template(
        "catalogue/courses.html",
        query=query,
        search=search,
        chips=on,
        filters=len(on) - bool(query),
        said=said(found),
        lines=found.lines,
        page=page,
        pages=-(-found.found // PER_PAGE),
        address_of=lambda number: address(page=number),
        calendar=link(address(endpoint="catalogue.programme_feed")),
        calendar_name=feed_name(query, search),
        choices=choices(search),
        may_edit=may_edit(),
    )


def typed_query() -> str:
    """What was typed into the search."""
    return "".join(c for c in request.args.get("q", "") if c.isprintable()).strip()[:LONGEST_QUERY]


def page_number() -> int:
    """The page that is asked for; 404 for what is not a page."""
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdigit() and 1 <= len(typed) <= 4 and int(typed)):
        abort(404)
    return int(typed)


def search_of(query: str) -> Search:
    """The search of this address; what nobody could have chosen is left out."""
    chosen = request.args
    group = chosen.get("group", "")
    return Search(
        words=query_words(query),
        levels=tuple(level for level in LEVELS if str(level) in chosen.getlist("level")),
        kinds=tuple(kind for kind in KINDS if kind in chosen.getlist("kind")),
        deliveries=tuple(delivery for delivery in DELIVERIES if delivery in chosen.getlist("delivery")),
        role_group=group if group in ROLE_GROUPS else "",
        month=month_from_slug(chosen.get("month", "")),
        with_places=chosen.get("places") == "1",
    )


def choices(search: Search) -> dict[str, list[tuple[Any, str]]]:
    """What the filters offer: the next six months, and the chosen one wherever it is."""
    this_month = clock.london_day(clock.now())
    months = months_from(this_month, month_after(this_month, MONTHS_AHEAD - 1))
    if search.month and search.month not in months:
        months = sorted([*months, search.month])
    return {
        "level": [(level, f"Level {level}") for level in LEVELS],
        "kind": [(kind, label) for kind, label in KINDS.items() if kind != "e-learning"],
        "delivery": list(DELIVERIES.items()),
        "group": [(group, group) for group in ROLE_GROUPS],
        "month": [(f"{first:%Y-%m}", month(first)) for first in months],
    }


def chips(query: str, search: Search) -> Iterator[Chip]:
    """A chip for each filter that is on."""
    if query:
        yield Chip(f"\u201c{query}\u201d", address("q"))
    for level in search.levels:
        yield Chip(f"Level {level}", address("level", str(level)))
    for delivery in search.deliveries:
        yield Chip(DELIVERIES[delivery], address("delivery", delivery))
    for kind in search.kinds:
        yield Chip(KINDS[kind], address("kind", kind))
    if search.role_group:
        yield Chip(search.role_group, address("group"))
    if search.month:
        yield Chip(month(search.month), address("month"))
    if search.with_places:
        yield Chip("Places left", address("places"))


def feed_name(query: str, search: Search) -> str:
    """What the calendar of these dates is called where it is subscribed to."""
    on = ", ".join(chip.label for chip in chips(query, search))
    publisher = f"{current_partnership().short_name} training"
    return f"{publisher}: {on}" if on else publisher


def address(without: str = "", value: str = "", *, page: int = 1, endpoint: str = "catalogue.courses") -> str:
    """This list's address without a filter (or without one of its values), on another page, or as a calendar."""
    kept = {
        name: [v for v in values if v and (name != without or (value and v != value))]
        for name, values in request.args.to_dict(flat=False).items()
        if name in ("q", "level", "kind", "delivery", "group", "month", "places")
    }
    return url_for(endpoint, **kept, **({"page": page} if page > 1 else {}))  # type: ignore[arg-type]


def said(found: Found) -> str:
    """How many there are, in words."""
    undated = found.found - found.dated
    dates = f"{plural(found.dated, 'date')}, soonest first" if found.dated > 1 else "1 date"
    if not found.dated:
        return plural(undated, "course")
    return f"{dates}, then {plural(undated, 'course')} without a date" if undated else dates
