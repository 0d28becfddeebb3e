"""``/materials/<public_id>``: the file itself, for those on the date, while it is shown, and for those who added it."""

from functools import partial

import sqlalchemy as sa
from flask import abort
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...attendance.register import came_by
from ...catalogue.models import Event
from ...db import db
from ...materials import listing
from ...materials.models import Material
from ...pool.models import EventTrainer
from ...web.access import current_partnership, signed_in
from ...web.downloads import as_download
from . import pages
from .scene import may_change


@pages.get("/materials/<public_id>")
def file(public_id: str) -> ResponseReturnValue:
    """To be kept and not opened on our site; for anybody else there is none."""
    material = db.session.scalar(Material.by_public_id(public_id))
    if material is None or material.kind != "file" or not may_open(material):
        abort(404)
    content = db.session.scalar(sa.select(Material.file).where(Material.id == material.id))
    return as_download(content, material.file_type, material.file_name)


def may_open(material: Material) -> bool:
    """Whether the person is given it, has to do with giving it, or delivers a date it is for."""
    who = signed_in()
    desk = who.may(Role.ADMINISTRATOR) and material.partnership_id == current_partnership().id
    if desk or may_change(material):
        return True
    if material.course_id and who.may(Role.TRAINER) and delivers_course(material, who.person.id):
        return True
    return listing.has(material, who.person.id, partial(came_by, who.person.id), clock.now())


def delivers_course(material: Material, person_id: int) -> bool:
    """Whether somebody delivers a date of the course."""
    wanted = sa.select(EventTrainer.id).join(Event, Event.id == EventTrainer.event_id)
    theirs = wanted.where(EventTrainer.person_id == person_id, Material.of_course_of(Event))
    return db.session.scalar(theirs.join(Material, Material.id == material.id).limit(1)) is not None
