"""Invites as they stand in the outbox: who is asked for an answer, what a reader gets, what calendars know by it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.config import settings
from app.db import db, writing
from app.notifications.actions import post
from app.notifications.models import Letter
from tests.factories import make_partnership
from tests.test_notifications import INVITE, NOW


def posted_invite(key: str = "trial:1") -> str:
    """An invite in the outbox, as text."""
    with writing():
        reader = {"to_email": "priya@northshire.example", "to_name": "Priya", "now": NOW, "sent_as": "x"}
        post("test-mail", key=key, partnership=make_partnership(), calendar=INVITE, **reader)
    text = db.session.scalars(sa.select(Letter.calendar).where(Letter.key == key)).one()
    return text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("mailbox", "line"), [("none", "RSVP=FALSE"), ("imap", "RSVP=TRUE"), ("folder", "RSVP=TRUE")]
)
def test_an_answer_is_asked_for_only_where_somebody_reads_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, mailbox: str, line: str
):
    monkeypatch.setitem(app.config, "MAILBOX", mailbox)
    assert line in posted_invite()


@pytest.mark.parametrize(
    ("said", "demonstration", "found"),
    [("", False, "none"), ("", True, "folder"), ("imap", True, "imap"), ("none", True, "none")],
)
def test_the_mailbox_is_what_the_environment_says_and_a_folder_in_a_demonstration(
    app: Flask, monkeypatch: pytest.MonkeyPatch, said: str, demonstration: bool, found: str
):
    monkeypatch.setenv("MAILBOX", said)
    assert settings(FOLDER=app.config["FOLDER"], DEMONSTRATION=demonstration)["MAILBOX"] == found


def test_a_mailbox_of_an_unknown_kind_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILBOX", "pop3")
    with pytest.raises(ValueError, match="say none, imap or folder"):
        settings()
