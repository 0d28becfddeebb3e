"""The mail server is away for a day, then back: what is due goes out once and in order, what is over does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.db import db, writing
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import Letter, LetterEvent
from tests.factories import make_partnership
from tests.mail import SmtpServer, work_off
from tests.postgresql import free_port

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)


def put(key: str, invite: Invite | None = None, **given: Any) -> None:
    """A letter to an address named after its key."""
    usual = {"to_name": "P", "partnership": make_partnership(), "sent_as": "x", "now": NOW, **given}
    with writing():
        post("test-mail", key=key, to_email=f"{key}@northshire.example", calendar=invite, **usual)


def states() -> dict[str, str]:
    """What became of each letter, by its key."""
    db.session.rollback()
    return {row.key: row.state for row in db.session.execute(sa.select(Letter.key, Letter.state))}


def test_after_a_day_without_a_mail_server_what_is_due_goes_out_once_in_order_and_nothing_stale(
    each_app: Flask, smtp_server: SmtpServer, today: Any
):
    put("request-0", INVITE)
    for number in range(5):
        put(f"plain-{number}")
    put("sign-in", expires_at=NOW + timedelta(minutes=30))
    put("reminder", due_at=NOW + timedelta(hours=2), expires_at=NOW + timedelta(hours=20))
    put("tomorrow", due_at=NOW + timedelta(days=2))
    each_app.config.update(smtp_server.settings | {"SMTP_PORT": free_port()})
    for hour in range(25):
        today.move_to(NOW + timedelta(hours=hour))
        if hour == 3:
            put("request-1", replace(INVITE, sequence=1), now=NOW + timedelta(hours=3))
        if hour == 6:
            cancelled = replace(INVITE, sequence=2, method="CANCEL")
            put("cancel-2", cancelled, now=NOW + timedelta(hours=6))
        for _ in range(2):
            work_off(each_app)
    assert smtp_server.mails == []
    assert set(states().values()) <= {"queued", "withdrawn"}
    each_app.config.update(smtp_server.settings)
    for _ in range(3):
        work_off(each_app)
    each_app.config["MAIL_TRANSPORT"] = "folder"
    came = [mail.recipients[0].partition("@")[0] for mail in smtp_server.mails]
    assert sorted(came) == sorted({*(f"plain-{n}" for n in range(5)), "request-0", "request-1", "cancel-2"})
    assert [name for name in came if "-" in name and not name.startswith("plain")] == [
        "request-0",
        "request-1",
        "cancel-2",
    ]
    became = states()
    assert (became["sign-in"], became["reminder"], became["tomorrow"]) == ("withdrawn", "withdrawn", "queued")
    told = sa.select(sa.func.count()).select_from(LetterEvent).where(LetterEvent.what == "failed")
    assert 1 <= (db.session.scalar(told) or 0) <= len(became), (
        "a day away is said once a letter, not once a try"
    )
    assert set(db.session.scalars(sa.select(Letter.tries).where(Letter.state == "sent"))) == {1}
