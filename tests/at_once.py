"""Doing several things at the same moment, each in a thread and a database session of its own."""

import threading
from collections.abc import Callable

from flask import Flask

from app.db import db
from app.errors import Refused


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do these in threads that start together; what each was refused with, "" where it was done."""
    said, gate = [""] * len(acts), threading.Barrier(len(acts))

    def run(number: int) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                acts[number]()
            except Refused as refused:
                said[number] = refused.sentence
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


def release() -> None:
    """Let go of what this thread holds; its rows keep what they said last."""
    db.session.expunge_all()
    db.session.remove()
