"""A report of a virtual meeting with a thousand rows, from handing it in to the register."""

import time
from datetime import timedelta
from urllib.parse import urlencode

import sqlalchemy as sa

from app.accounts.models import Person
from app.attendance.models import Mark
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db
from tests.attendance_reports import Call, Guest, Stay, as_teams_saves, teams_2022
from tests.bench.load import Answer, Connection
from tests.bench.scene import Scene

ROWS = 1000
BOUNDARY = "a-line-that-no-report-has"


def report(scene: Scene, event_id: int, number: int) -> bytes:
    """A Teams report in which everybody on a register came in so often that there are a thousand rows of it."""
    with scene.app.app_context():
        event = db.session.get_one(Event, event_id)
        starts, ends = event.times
        booked = sa.select(Person.name, Person.email).join(Booking, Booking.person_id == Person.id)
        people = db.session.execute(booked.where(Booking.event_id == event_id).order_by(Person.id)).all()
    often = ROWS // len(people)
    piece = (ends - starts) / often
    gap = timedelta(seconds=20 + number)
    guests = tuple(
        Guest(
            name, email, tuple(Stay(starts + n * piece, starts + (n + 1) * piece - gap) for n in range(often))
        )
        for name, email in people
    )
    return as_teams_saves(teams_2022(Call("Working together", guests, starts, ends)))


def multipart(token: str, content: bytes, name: str) -> bytes:
    """A form with a file, as a browser sends it."""
    said = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    said += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return said.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def import_report(
    connection: Connection, event_id: int, content: bytes, *, token: str, hidden: object
) -> tuple[list[float], Answer]:
    """Hand it in, look at what it says, save it: the seconds each took."""
    assert callable(hidden)
    path, spent = f"/events/{event_id}/attendance-reports", []
    kind, body = f"multipart/form-data; boundary={BOUNDARY}", multipart(token, content, "report.csv")
    began = time.perf_counter()
    answer = connection.request("POST", path, body, kind=kind)
    spent.append(time.perf_counter() - began)
    address = answer.headers["location"]
    began = time.perf_counter()
    page = connection.request("GET", address)
    spent.append(time.perf_counter() - began)
    sent = urlencode(hidden(page)).encode()
    began = time.perf_counter()
    answer = connection.request("POST", f"{address}/confirm", sent)
    spent.append(time.perf_counter() - began)
    return spent, answer


def marks_of(scene: Scene, event_id: int) -> int:
    """How many marks reports have made."""
    with scene.app.app_context():
        marked = sa.select(sa.func.count()).select_from(Mark).join(Booking, Booking.id == Mark.booking_id)
        return db.session.scalar(marked.where(Booking.event_id == event_id, Mark.how == "report")) or 0
