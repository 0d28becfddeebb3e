"""Building the demonstration, and taking it away again, inside ``rebuilding()``."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..accounts.models import Person
from ..catalogue.course_folder import load_courses, read_folder
from ..catalogue.models import Event
from ..clock import start_of_day
from ..db import Base
from ..errors import Refused
from ..evaluation.loading import load_asked, read_questionnaires
from ..partnerships.models import Partnership, PartnershipSetting
from .build import MARKER, PARTNERSHIP_ID, Builder, add_partnership

EARLIEST = date(2024, 6, 1)


def standing(session: Session) -> str:
    """For which day a demonstration is in the database; "" when there is none."""
    found = session.scalar(sa.select(PartnershipSetting.value).where(PartnershipSetting.key == MARKER))
    return str(found["as_of"]) if found else ""


def holds_anything(session: Session) -> bool:
    """Whether there is a partnership, a person or an event: then the database is somebody's."""
    return any(session.scalar(sa.select(sa.exists().select_from(t))) for t in (Partnership, Person, Event))


def empty(session: Session) -> None:
    """Delete every row, and begin the ids again at 1."""
    tables = list(reversed(Base.metadata.sorted_tables))
    if session.connection().dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables)
        session.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
    else:
        for table in tables:
            session.execute(sa.delete(table))
    session.expire_all()


def build(session: Session, as_of: date) -> int:
    """Fill the database with the demonstration for a day; returns how many rows.

    Raises Refused on a database that holds anything else, and for a day before the years it shows are over.
    """
    if as_of < EARLIEST:
        raise Refused(f"The demonstration can be built for {EARLIEST:%-d %B %Y} and later days.")
    if holds_anything(session) and not standing(session):
        raise Refused("This database holds something that is not a demonstration. It is left as it is.")
    empty(session)
    now = start_of_day(as_of)
    add_partnership(session, now, as_of)
    files = read_folder().courses
    load_courses(files, partnership_id=PARTNERSHIP_ID, now=now)
    load_asked(read_questionnaires()[0], [file.slug for file in files])
    session.flush()
    return Builder(session, as_of).build()
