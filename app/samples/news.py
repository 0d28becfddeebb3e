"""The bulletin, and the mail that asks whether somebody wants it."""

from datetime import datetime

import sqlalchemy as sa

from ..accounts.models import Person
from ..bulletin import composing, letters, subscribing
from ..bulletin.models import Bulletin
from ..bulletin.rules import Wishes
from ..db import db
from ..notifications.actions import post
from ..records.bulletins import available
from .kinds import PERSON
from .table import ours, sample


def newest(person: Person, now: datetime) -> Bulletin:
    """The newest bulletin of the partnership, or one that is begun for the time of the rehearsal."""
    mine = sa.select(Bulletin).where(Bulletin.partnership_id == ours().id).order_by(Bulletin.id.desc())
    return db.session.scalars(mine.limit(1)).first() or composing.begin(ours(), by=person, now=now)


@sample("bulletin", kind=PERSON, anybody=True)
def gets_the_bulletin(person: Person, now: datetime) -> None:
    """The newest bulletin as somebody with every wish gets it."""
    bulletin = newest(person, now)
    contents = composing.contents_of(bulletin, available(bulletin, now), now=now)
    letters.post_to(
        bulletin,
        contents,
        Wishes(),
        ours(),
        key="sample",
        email=person.email or "",
        name=person.name,
        now=now,
        due_at=now,
        expires_at=now,
    )


@sample("bulletin-confirm", kind=PERSON, anybody=True)
def asked_for_the_bulletin(person: Person, now: datetime) -> None:
    """Somebody typed this address where the bulletin is asked for; the link is nobody's."""
    post(
        subscribing.CONFIRM,
        key="sample",
        to_email=person.email,
        to_name="",
        partnership=ours(),
        now=now,
        path="/bulletin/confirm/example",
    )
