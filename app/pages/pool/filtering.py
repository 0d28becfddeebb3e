"""Which members to list; it lives in the address."""

from collections.abc import Sequence
from datetime import date

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from ...pool.giving import taken_on
from ...pool.members import Member
from ...web.access import current_partnership
from ..course_desk.fields import Day

ANY = SelectChoice("", "Any")
HOW = {"room": "In the room", "virtual": "Virtual"}
SHOW = {
    "": "In it now",
    "pool": "Training pool only",
    "expert": "Commissioned experts only",
    "left": "Who left",
}


class PoolFilter(FlaskForm):
    """Which members to list."""

    class Meta:
        csrf = False

    q = StringField("Name")
    show = SelectField("Show", choices=[SelectChoice(key, said) for key, said in SHOW.items()])
    course = SelectField("May deliver")
    agency = SelectField("Agency")
    area = SelectField("Area")
    how = SelectField("How", choices=[ANY, *(SelectChoice(key, said) for key, said in HOW.items())])
    free = Day("Free on", description="A day on which they neither deliver nor are away.")


def filter_form(members: Sequence[Member]) -> PoolFilter:
    """The form, offering what the members have."""
    form = PoolFilter(request.args)
    form.course.choices = options({(a.course.slug, a.course.title) for m in members for a in m.approvals})
    form.agency.choices = options({(m.agency_slug, m.agency) for m in members if m.agency})
    form.area.choices = options({(area, area) for m in members for area in m.row.areas})
    form.free.validate(form)
    return form


def options(found: set[tuple[str, str]]) -> list[SelectChoice]:
    """Any, and these by name."""
    return [ANY, *(SelectChoice(key, said) for key, said in sorted(found, key=lambda one: one[1].casefold()))]


def asked() -> dict[str, str]:
    """The words of the address, each cut to a length that is meant."""
    return {
        name: request.args.get(name, "").strip()[:200]
        for name in ("q", "show", "course", "agency", "area", "how")
    }


def matching(members: Sequence[Member], form: PoolFilter) -> list[Member]:
    """The members that the filters leave; an unreal day filters nothing, and the form says so."""
    wanted, day = asked(), form.free.data if not form.free.errors else None
    busy = taken_on(current_partnership().id, day) if day else set()
    return [one for one in members if fits(one, wanted) and (day is None or is_free(one, day, busy))]


def fits(one: Member, wanted: dict[str, str]) -> bool:
    """Whether a member is what the words of the address ask for."""
    row = one.row
    return all(
        (
            all(word in one.person.name.casefold() for word in wanted["q"].casefold().split()),
            wanted["show"] in ("", "left", row.standing),
            not wanted["course"] or any(a.course.slug == wanted["course"] for a in one.approvals),
            wanted["agency"] in ("", one.agency_slug),
            wanted["area"] in ("", *row.areas),
            wanted["how"] != "room" or row.in_the_room,
            wanted["how"] != "virtual" or row.virtual,
        )
    )


def is_free(one: Member, day: date, busy: set[int]) -> bool:
    """Whether a member neither delivers on that day nor is away."""
    away = any(gap.from_on <= day <= gap.until_on for gap in one.unavailable)
    return one.row.person_id not in busy and not away
