"""What must hold of every invite in an outbox, whatever was done before."""

from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from app.db import db, writing
from app.notifications import outgoing
from app.notifications.models import Letter
from tests.calendar_checkers import Sitting, read_with_both, understood

Told = tuple[Letter, Sitting]


def let_mail_leave(now: datetime) -> None:
    """What is due by then leaves, in the order in which a worker would send it."""
    while True:
        with writing():
            mine = outgoing.claim(owner="test", now=now, limit=100)
            for letter_id in mine:
                outgoing.mark_sent(letter_id, owner="test", now=now)
        if not mine:
            return


def calendars_told(*, withdrawn: bool = False) -> list[Told]:
    """Every invite that left or will, in the order in which it was posted, as both readers understand it."""
    db.session.rollback()
    wanted = sa.select(Letter).where(Letter.calendar != "").order_by(Letter.id)
    if not withdrawn:
        wanted = wanted.where(Letter.state != "withdrawn")
    return [(letter, sitting_of(letter)) for letter in db.session.scalars(wanted)]


def sitting_of(letter: Letter) -> Sitting:
    """The one sitting of a letter, alike for both readers."""
    [sitting] = read_with_both(letter.calendar)
    return sitting


def check_every_invite() -> None:
    """One sitting a mail, one attendee (its reader), our own address as organizer, METHOD told twice alike."""
    sender = "mailto:" + current_app.config["MAIL_FROM"]
    for letter, _ in calendars_told(withdrawn=True):
        found = understood(letter.calendar)
        [event] = found.events
        assert found.method == letter.calendar_method
        assert event["status"] == {"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[found.method]
        assert [person["address"] for person in event["attendees"]] == [f"mailto:{letter.to_email}"]
        assert [person["address"] for person in event["organizers"]] == [sender]
        assert event["summary"].startswith(("Training: ", "Deliver: "))
    check_order()


def check_order() -> None:
    """A UID has one reader, is asked for before it is taken back, and its SEQUENCE rises with every mail.

    Only a mail that was sent again says once more what the last one said.
    """
    last: dict[str, Told] = {}
    for letter, sitting in calendars_told():
        before = last.get(sitting.uid)
        if before:
            assert before[0].about == letter.about
            rises = sitting.sequence > before[1].sequence
            assert rises or (":again:" in letter.key and sitting.sequence == before[1].sequence)
        last[sitting.uid] = letter, sitting
