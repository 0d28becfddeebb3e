"""Agencies: what each is to the partnership, its teams and settings, and who works there."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from .. import clock
from ..accounts import agencies
from ..accounts.rules import Role
from ..db import db
from ..web.access import current_partnership, requires
from ..web.addresses import row_number
from ..web.paging import Paging, paging

pages = Blueprint("agencies", __name__)

STANDINGS = {
    "partner": ("Partner", "brand"),
    "relevant": ("Relevant", "plain"),
    "contributor": ("Contributor", "plain"),
    "reciprocal": ("Reciprocal", "plain"),
    "other": ("Other", "warn"),
}
MEANS = {
    "partner": "a safeguarding partner; its people pay nothing",
    "relevant": "named in the arrangements; its people pay nothing",
    "contributor": "contributes to the partnership; its people pay nothing",
    "reciprocal": "a neighbour's agency, free by agreement",
    "other": "may be charged",
}


class AgencyFilter(FlaskForm):
    """Which agencies to list; it lives in the address."""

    class Meta:
        csrf = False

    q = StringField("Name")
    sector = SelectField("Sector")
    standing = SelectField(
        "Standing",
        choices=[SelectChoice("", "Any"), *(SelectChoice(k, said) for k, (said, _) in STANDINGS.items())],
    )


@pages.get("/agencies")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """The agencies of the partnership, a page at a time."""
    partnership_id, today = current_partnership().id, clock.london_day(clock.now())
    form = AgencyFilter(request.args)
    named = db.session.scalars(agencies.sectors(partnership_id)).all()
    form.sector.choices = [SelectChoice("", "Any"), *(SelectChoice(name, name) for name in named)]
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("q", "sector", "standing")}
    wanted = agencies.listed(
        partnership_id, today, words=asked["q"], sector=asked["sector"], standing=asked["standing"]
    )
    page = paging(db.session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery())) or 0)
    rows = db.session.execute(wanted.limit(page.size).offset(page.offset)).all()
    ids = [row.id for row in rows]
    return render_template(
        "agencies/list.html",
        filter_form=form,
        filtered=any(asked.values()),
        page=page,
        rows=rows,
        settings=counted(agencies.settings_of_each(ids)),
        people=counted(agencies.people_of_each(ids, today)),
        standings=STANDINGS,
        has_ended=lambda row: row.until_on is not None and row.until_on < today,
    )


def counted(wanted: sa.Select[int, int]) -> dict[int, int]:
    """Counts by agency."""
    return dict(db.session.execute(wanted).all())


@pages.get("/agencies/<slug>")
@requires(Role.ADMINISTRATOR)
def agency(slug: str) -> ResponseReturnValue:
    """One agency."""
    partnership_id, today = current_partnership().id, clock.london_day(clock.now())
    found = db.session.execute(agencies.with_successor(partnership_id, slug)).one_or_none() or abort(404)
    shown, *successor = found
    settings, setting_page = one_page(agencies.settings(shown.id, today), "settings", at="settings")
    workers, people_page = one_page(agencies.workers(shown.id, today), "page", at="people")
    return render_template(
        "agencies/agency.html",
        agency=shown,
        successor=successor if successor[0] else None,
        predecessors=db.session.execute(agencies.succeeded_by(shown.id)).all(),
        history=db.session.scalars(agencies.standings(shown.id, partnership_id)).all(),
        teams=db.session.execute(agencies.teams(shown.id, today)).all(),
        settings=settings,
        setting_page=setting_page,
        workers=workers,
        people_page=people_page,
        standings=STANDINGS,
        means=MEANS,
        today=today,
    )


def one_page(wanted: agencies.Columns, key: str, *, at: str) -> tuple[Sequence[Any], Paging]:
    """The page of a list whose rows say how many there are in all; 404 for one past its end."""
    number = max(1, request.args.get(key, 1, type=row_number))
    asked = Paging(number, 0, key=key)
    rows = db.session.execute(wanted.limit(asked.size).offset(asked.offset)).all()
    if not rows and number > 1:
        abort(404)
    return rows, Paging(number, rows[0].in_all if rows else 0, key=key, at=at)
