"""1,500 letters, four workers on one database, killed with SIGKILL at random and started again; a real SMTP server.

None is lost; what came twice is the same mail; the order of each invite's letters is held; what is worse twice than
never came once, or waits for a person.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.config import ROOT
from app.db import db, writing
from app.notifications.actions import post
from app.notifications.calendar import Invite
from app.notifications.models import Letter
from tests.factories import make_partnership
from tests.mail import Mail, SmtpServer

COUNT = 1500
THREADS = 300  # invites: asked for, changed and taken back, 900 letters
BY_HAND = 100
FORCE = 4
LEASE = 5  # seconds; longer than any one letter takes, on a machine that has other things to do
STARTS = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)


@dataclass
class Force:
    """Four workers, and whoever ends them: the mail server's thread kills, the test starts them again."""

    nest: subprocess.Popen[str]
    chance: random.Random
    running: list[int] = field(default_factory=list)
    killed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """As many as are missing."""
        assert self.nest.stdin
        assert self.nest.stdout
        while len(self.running) < FORCE:
            self.nest.stdin.write("\n")
            self.nest.stdin.flush()
            pid = int(self.nest.stdout.readline())
            with self.lock:
                self.running.append(pid)

    def kill(self, number: int) -> None:
        """End so many of them, at once."""
        with self.lock:
            ended = self.chance.sample(self.running, min(number, len(self.running)))
            for pid in ended:
                os.kill(pid, signal.SIGKILL)
                self.running.remove(pid)
            self.killed += len(ended)


@contextlib.contextmanager
def force(app: Flask, server: SmtpServer) -> Iterator[Force]:
    """Workers that are gone at the end of the block, whatever happens."""
    env = os.environ | {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "ROUNDTABLE_FOLDER": str(app.config["FOLDER"]),
        "SECRET_KEY": "for tests only",
        **{name: str(value) for name, value in server.settings.items()},
    }
    command = [sys.executable, "-m", "tests.worker_nest", "--batch", "10", "--lease", str(LEASE)]
    pipe = subprocess.PIPE
    nest = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    )
    found = Force(nest, random.Random(20261125))
    try:
        assert nest.stdout
        assert nest.stdout.readline() == "ready\n"
        yield found
    finally:
        found.kill(FORCE)
        nest.communicate(timeout=60)


def put_in() -> None:
    """The letters, invites in between the others: each REQUEST 0, REQUEST 1, CANCEL 2 of one UID."""
    partnership, now = make_partnership(), datetime.now(UTC)
    invite = Invite(
        uid="", sequence=0, title="Training", starts_at=STARTS, ends_at=STARTS + timedelta(hours=3)
    )
    usual: dict[str, Any] = {"partnership": partnership, "now": now, "sent_as": "x", "to_name": "Priya"}

    def put(name: str, **more: Any) -> None:
        post("test-mail", key=name, to_email=f"{name.partition(':')[0]}@northshire.example", **usual, **more)

    with writing() as session:
        for sequence in range(3):
            for number in range(THREADS):
                method: Any = "CANCEL" if sequence == 2 else "REQUEST"
                named = replace(invite, uid=f"t{number}@roundtable", sequence=sequence, method=method)
                put(f"t{number}:{sequence}", calendar=named)
                if number % 3 != 0:
                    put(f"p{number}:{sequence}")
        by_hand = sa.select(Letter.id).where(Letter.thread == "").order_by(Letter.id).limit(BY_HAND)
        session.execute(sa.update(Letter).where(Letter.id.in_(by_hand)).values(message="message"))
        assert session.scalar(sa.select(sa.func.count()).select_from(Letter)) == COUNT


def unfinished() -> int:
    """How many letters may still leave by themselves."""
    db.session.rollback()
    wanted = Letter.state.in_(("queued", "sending"))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Letter).where(wanted)) or 0


def uid_and_sequence(mail: Mail) -> tuple[str, int, str]:
    """What a calendar tells a mail's invite by."""
    lines = dict(line.split(":", 1) for line in mail.calendar.splitlines() if ":" in line)
    return lines["UID"], int(lines["SEQUENCE"]), lines["METHOD"]


def test_killed_workers_lose_nothing_and_keep_the_order(each_app: Flask, smtp_server: SmtpServer):
    put_in()
    with force(each_app, smtp_server) as workers:
        arrivals = 0

        def before_keeping(_mail: Mail) -> None:
            nonlocal arrivals
            arrivals += 1
            if arrivals % 500 == 250:  # everybody, and the mail is not kept: nobody is there to hear so
                workers.kill(FORCE)
                raise ConnectionResetError

        def before_answering(_mail: Mail) -> None:
            if arrivals % 500 == 0:  # everybody, after the mail was kept and before anybody could hear so
                workers.kill(FORCE)
            elif arrivals % 75 == 20:
                workers.kill(1)

        smtp_server.before_keeping, smtp_server.before_answering = before_keeping, before_answering
        deadline = time.monotonic() + 240
        while unfinished():
            assert time.monotonic() < deadline, f"{unfinished()} of {COUNT} letters are left"
            workers.start()
            time.sleep(0.1)
        assert workers.killed >= 35
    nothing_was_lost(smtp_server.mails)
    what_came_twice_is_the_same_mail(smtp_server.mails)
    the_order_was_held(smtp_server.mails)


def nothing_was_lost(mails: list[Mail]) -> None:
    received = {mail.message_id for mail in mails}
    rows = db.session.execute(sa.select(Letter.message_id, Letter.state, Letter.message)).all()
    assert {row.state for row in rows} <= {"sent", "unsure"}
    assert {row.message_id for row in rows if row.state == "sent"} <= received
    assert {row.message for row in rows if row.state == "unsure"} <= {"message"}
    assert len(rows) == COUNT


def what_came_twice_is_the_same_mail(mails: list[Mail]) -> None:
    received = Counter(mail.message_id for mail in mails)
    assert any(number > 1 for number in received.values()), "no worker died between the answer and its mark"
    by_hand = set(db.session.scalars(sa.select(Letter.message_id).where(Letter.message == "message")))
    assert all(received[name] <= 1 for name in by_hand), "what is worse twice than never came twice"
    named: dict[str, set[Any]] = defaultdict(set)
    for mail in mails:
        named[mail.message_id].add(
            (mail.content, uid_and_sequence(mail) if mail.parts("text/calendar") else None)
        )
    parts = {name: {(len(content), uid) for content, uid in found} for name, found in named.items()}
    assert all(len(found) == 1 for found in parts.values())


def the_order_was_held(mails: list[Mail]) -> None:
    came: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for mail in mails:
        if mail.parts("text/calendar"):
            uid, sequence, method = uid_and_sequence(mail)
            came[uid].append((sequence, method))
    assert len(came) == THREADS
    for steps in came.values():
        assert steps == sorted(steps, key=lambda step: step[0])
        assert dict(steps) == {0: "REQUEST", 1: "REQUEST", 2: "CANCEL"}
