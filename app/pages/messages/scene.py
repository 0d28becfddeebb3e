"""What the pages about one wording share: which it is, the row it is looked at for, and the people behind its versions."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import abort

from ... import clock
from ...accounts.models import Person
from ...booking.checks import settings_of
from ...db import db
from ...notifications import wordings
from ...notifications.message_table import BY_WORDING, Message
from ...notifications.models import Letter
from ...notifications.rehearsing import Draft
from ...notifications.shipped import Shipped, shipped
from ...notifications.when_sent import when_sent
from ...samples import table
from ...samples.examples import look
from ...web.access import current_partnership

table.load()
OFFERED = 12  # rows to choose from


def said_when() -> Callable[[Message], str]:
    """Says when a message goes, by the timings that hold here today."""
    return partial(when_sent, settings=settings_of(current_partnership().id, clock.now()))


def wording_or_404(wording: str) -> Shipped:
    """The shipped text of a wording that there is."""
    if wording not in BY_WORDING:
        abort(404)
    try:
        return shipped(wording)
    except (FileNotFoundError, ValueError):
        return abort(404)


def held_words(wording: str) -> Draft:
    """The words that go out now."""
    ships, held = shipped(wording), wordings.edited(current_partnership().id).get(wording)
    return Draft(held.subject, held.text) if held else Draft(ships.subject, ships.text)


def rows_to_choose(wording: str, *, named: str = "", chosen: str = "") -> list[tuple[str, str]]:
    """Real rows the mail can be looked at for, with the chosen one among them."""
    if wording not in table.SAMPLES:
        return []
    ours, now = current_partnership().id, clock.now()
    found = table.rows_for(wording, ours, now=now, named=named, most=OFFERED)
    if chosen and chosen not in dict(found):
        every = table.rows_for(wording, ours, now=now, most=500)
        found = [row for row in every if row[0] == chosen] + found
    return found


def row_of_letter(wording: str, public_id: str) -> str:
    """The row a letter was written for, as it stands in addresses; "" where that cannot be told."""
    found = db.session.scalar(Letter.by_public_id(public_id, current_partnership().id)) if public_id else None
    return found.about.partition(":")[2] if found and found.message == wording else ""


def names_of(public_ids: Collection[str]) -> dict[str, str]:
    """Who they are, by public id."""
    wanted = sa.select(Person.public_id, Person.name).where(Person.public_id.in_(public_ids))
    return {row.public_id: row.name for row in db.session.execute(wanted)}


def kind_of(wording: str) -> Any:
    """The kind of row it is about."""
    return table.SAMPLES[wording].kind if wording in table.SAMPLES else None


def subject_as_read(wording: str, draft: Draft | None = None) -> str:
    """The subject as somebody gets it, with the first row the mail can be written for; "" where there is none."""
    ours, now = current_partnership().id, clock.now()
    for key, _ in rows_to_choose(wording):
        try:
            letter, _ = look(wording, key, ours, now=now, draft=draft)
        except Exception:  # an earlier version may name what is no longer there: its code stands on the page
            return ""
        if letter:
            return str(letter.row["subject"])
    return ""


def by_text_when(wording: str) -> str:
    """When a text message goes beside its mail."""
    if wording == "text-message":
        return (
            "It goes beside the mail to those who gave a mobile number, if “As a text message too” is ticked."
        )
    return "It goes beside the mail, only when the start is less than two hours away, to those who gave a mobile number."
