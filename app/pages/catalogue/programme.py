"""The programme of the next six months, by month, made to be printed."""

from itertools import groupby
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from ... import clock
from ...booking.models import Booking
from ...catalogue.listing import coming_dates
from ...catalogue.rules import month_after
from ...db import db
from ...notifications.letters import link
from ...web.access import current_partnership, public
from ...web.filters import month
from . import pages
from .lines import e_learning, line, looking

MONTHS = 6


@pages.get("/programme")
@public
def programme() -> ResponseReturnValue:
    """Every date of this month and the five after it, and what can be taken at any time."""
    now = clock.now()
    today = clock.london_day(now)
    end = month_after(today, MONTHS)
    dates = coming_dates(
        current_partnership().id, waiting=Booking.number_waiting, until=clock.start_of_day(end)
    )
    rows = db.session.execute(dates, {**looking(now), "desk": False}).all()
    return render_template(
        "catalogue/programme.html",
        months=[(name, [line(row, None, now) for row in group]) for name, group in groupby(rows, month_of)],
        count=len(rows),
        first=today,
        last=month_after(today, MONTHS - 1),
        e_learning=e_learning(),
        calendar=link("catalogue.programme_feed"),
    )


def month_of(row: Any) -> str:
    """The month in which a date begins."""
    return month(row.starts_at)
