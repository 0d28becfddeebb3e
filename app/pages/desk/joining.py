"""Who would like to join the training pool and waits for an answer."""

from collections.abc import Iterator

from ...accounts.rules import Role
from ...db import db
from ...pool.models import PoolApplication
from ...web.access import signed_in
from .lines import Line

MOST = 20


def lines_of(partnership_id: int) -> Iterator[Line]:
    """A line for each; who may not decide is led to the list."""
    may_decide = signed_in().may(Role.COORDINATOR)
    for one in db.session.scalars(PoolApplication.waiting_for(partnership_id).limit(MOST)):
        yield Line(
            rank=4,
            when=one.asked_at,
            what=f"{one.person.name} would like to join the training pool",
            why="They hear from you: taken in, or why not" if may_decide else "A coordinator decides",
            button="Decide" if may_decide else "See the training pool",
            href=f"/pool/applications/{one.public_id}" if may_decide else "/pool",
            word="Since",
        )
