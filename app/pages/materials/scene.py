"""Whose materials they are: the date or course, for those who may add to it."""

from flask import abort, url_for

from ...accounts.rules import Role
from ...attendance.register import delivers
from ...catalogue.models import Course, Event
from ...db import db
from ...materials.models import Material
from ...web.access import current_partnership, signed_in


def event_or_403(event_id: int) -> Event:
    """The date, for those who deliver it and for the desk; drafts for the desk alone."""
    event, who = db.session.get(Event, event_id), signed_in()
    if event is None:
        abort(404)
    if who.may(Role.ADMINISTRATOR) and event.host_id == current_partnership().id:
        return event
    if event.state == "draft":
        abort(404)
    return event if who.may(Role.TRAINER) and delivers(event_id, who.person.id) else abort(403)


def course_or_404(slug: str) -> Course:
    """A course of the programme."""
    ours = Course.offered_by(current_partnership().id)
    return db.session.scalar(ours.where(Course.slug == slug)) or abort(404)


def may_change(material: Material) -> bool:
    """Whether the person may remove it: those who add to its date or course."""
    who = signed_in()
    ours = material.partnership_id == current_partnership().id
    if material.course_id:
        return ours and who.may(Role.COORDINATOR)
    desk = ours and who.may(Role.ADMINISTRATOR)
    return desk or (who.may(Role.TRAINER) and delivers(material.event_id or 0, who.person.id))


def page_of(material: Material) -> str:
    """Where it is added and removed."""
    if material.event_id:
        return url_for("materials.of_event", event_id=material.event_id)
    assert material.course
    return url_for("materials.of_course", slug=material.course.slug)
