"""Whom a page is about."""

from flask import abort

from ...accounts import people
from ...accounts.models import Person
from ...db import db
from ...web.access import current_partnership


def person_or_404(public_id: str) -> Person:
    """The person, if this partnership's staff may know of them."""
    return db.session.scalar(people.person_known_to(current_partnership().id, public_id)) or abort(404)
