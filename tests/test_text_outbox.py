"""Texts in the outbox: posted once, sent by their own way, never twice."""

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.cli.work.worker import Worker
from app.db import db, writing
from app.notifications.texting import post_text
from app.notifications.transports import Folder
from tests.factories import (
    make_partnership,
)
from tests.texting import NOW, Provider, texts, way_to


def post_one(key: str = "k", phone: str = "07700 900123", expires_at: datetime | None = None) -> bool:
    """One text in the outbox."""
    host = make_partnership()
    with writing():
        return post_text(
            "text-event-changed",
            key=key,
            to_phone=phone,
            to_name="Priya",
            partnership=host,
            now=NOW,
            course=SimpleNamespace(title="Neglect"),
            our_link="https://x.example/1",
            time_before="",
            time_now="today 12:00-15:00",
            place="",
            expires_at=expires_at,
        )


def work(texts_by: Any, folder: Path, *, now: datetime = NOW) -> None:
    """A worker sends what is due."""
    worker = Worker(Folder(folder), batch=10, lease=timedelta(minutes=5), at=now, texts=texts_by)
    while worker.send_some() == 0:
        pass
    db.session.remove()


def test_a_text_is_posted_once_to_a_mobile_number_only_and_where_there_is_a_way(
    texting: Flask, monkeypatch: pytest.MonkeyPatch
):
    assert post_one()
    assert not post_one()
    assert not post_one("landline", "01632 960001")
    monkeypatch.setitem(texting.config, "TEXT_TRANSPORT", "none")
    assert not post_one("none")
    (text,) = texts()
    assert (text.to_phone, text.to_email, text.state) == ("+447700900123", "", "queued")


def test_a_worker_sends_texts_by_their_way_and_mails_by_theirs(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one()
    work(way_to(provider), tmp_path / "mail")
    assert [said["text"] for _, _, said in provider.got] == [
        "Northshire SCP training: Neglect has changed. Now: today 12:00-15:00, online. https://x.example/1"
    ]
    assert [text.state for text in texts()] == ["sent"]
    assert not (tmp_path / "mail").exists()


def test_a_text_whose_sending_broke_off_is_unsure_and_never_sent_twice(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one()
    provider.silent = True
    for minutes in (0, 30, 600):
        work(way_to(provider), tmp_path, now=NOW + timedelta(minutes=minutes))
    assert len(provider.got) == 1
    assert [text.state for text in texts()] == ["unsure"]


def test_a_provider_that_is_away_holds_up_no_mail_and_gets_the_text_later(
    texting: Flask, tmp_path: Path, provider: Provider
):
    post_one(expires_at=NOW + timedelta(hours=3))
    post_one("other")
    provider.status = 503
    work(way_to(provider), tmp_path)
    assert len(provider.got) == 2
    assert [text.state for text in texts()] == ["queued", "queued"]
    provider.status = 202
    work(way_to(provider), tmp_path, now=NOW + timedelta(minutes=2))
    assert [text.state for text in texts()] == ["sent", "sent"]


def test_a_text_about_what_is_over_does_not_leave(texting: Flask, tmp_path: Path, provider: Provider):
    post_one(expires_at=NOW + timedelta(hours=3))
    work(way_to(provider), tmp_path, now=NOW + timedelta(hours=4))
    assert provider.got == []
    assert [text.state for text in texts()] == ["withdrawn"]
