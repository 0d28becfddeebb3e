"""What a letter carries about itself: why its reader gets it, which invite it belongs to, what happened to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.db import db, writing
from app.notifications.actions import post, send_again, take_back, withdraw
from app.notifications.calendar import Invite
from app.notifications.history import NO_LONGER_TRUE
from app.notifications.message_table import BY_KEY, MESSAGES
from app.notifications.models import Letter, LetterEvent
from tests.factories import make_partnership
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
EMAIL = "priya@northshire.example"
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)


def posted(key: str = "trial:1", **given: Any) -> Letter:
    """A letter in the outbox."""
    usual = {"to_email": EMAIL, "to_name": "Priya", "partnership": make_partnership(), "now": NOW}
    context: dict[str, Any] = {**usual, "sent_as": "x", **given}
    with writing():
        public_id = post("test-mail", key=key, **context)
    return db.session.scalars(sa.select(Letter).where(Letter.public_id == public_id)).one()


def history(letter: Letter) -> list[tuple[str, str]]:
    """What stands in a letter's history."""
    rows = sa.select(LetterEvent.what, LetterEvent.detail).where(LetterEvent.letter_id == letter.id)
    return [(row.what, row.detail) for row in db.session.execute(rows.order_by(LetterEvent.id))]


def test_every_message_says_why_its_reader_gets_it():
    assert not [m.key for m in MESSAGES if not m.reason.endswith(".") or len(m.reason) > 120]


def test_a_letter_says_why_as_the_table_does_unless_its_sender_knows_better(app: Flask):
    assert posted().reason == BY_KEY["sign-in"].reason
    assert posted("trial:2", reason="You asked for it at 9:30am.").reason == "You asked for it at 9:30am."


def test_a_letter_with_an_invite_belongs_to_its_thread_and_so_does_its_copy(app: Flask):
    first = posted(calendar=INVITE)
    assert (first.thread, first.channel, first.to_phone) == (INVITE.uid, "mail", "")
    assert posted("trial:2").thread == ""
    with writing():
        first.state = "sent"
        copy = send_again(first, now=NOW)
    again = db.session.scalars(sa.select(Letter).where(Letter.public_id == copy)).one()
    assert (again.thread, again.reason) == (first.thread, first.reason)


def test_what_is_withdrawn_says_why(each_app: Flask):
    one, other = posted(about="booking:a"), posted("trial:2", about="booking:b")
    with writing():
        assert withdraw(about="booking:a", now=NOW, why="The place was given back.") == 1
        assert take_back({"booking:b": EMAIL}, now=NOW) == {"booking:b": {"test-mail"}}
    assert history(one) == [("withdrawn", "The place was given back.")]
    assert history(other) == [("withdrawn", NO_LONGER_TRUE)]
    with writing():
        assert withdraw(about="booking:a", now=NOW) == 0
    assert len(history(one)) == 1


def test_withdrawing_nothing_costs_one_statement(app: Flask):
    posted(about="booking:a")
    with writing(), count_statements() as statements:
        withdraw(about="booking:nothing", now=NOW)
    assert len(statements) == 1


def test_posting_a_letter_costs_one_statement_more_than_looking_whether_it_is_wanted(app: Flask):
    posted()
    with writing():
        post("test-mail", key="trial:0", to_email=EMAIL, to_name="P", partnership=None, now=NOW, sent_as="x")
        with count_statements() as statements:
            post(
                "test-mail",
                key="trial:2",
                to_email=EMAIL,
                to_name="P",
                partnership=None,
                now=NOW,
                sent_as="x",
            )
    assert len(statements) == 1
