"""What each field of a wording is today, for the row a letter is looked at for."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask import current_app

from ..notifications.rehearsing import Draft, Rehearsed
from ..web.filters import day, when
from .table import rehearsed_for

LONGEST = 80
NOTHING = "(nothing here)"
# Links with which somebody acts without signing in are not shown to others.
OWN = {"no_link", "back_link", "release_link", "why_link", "enough", "path", "token", "code", "choose_link"}
THEIRS = "(the reader’s own)"


def look(
    wording: str,
    key: str,
    partnership_id: int,
    *,
    now: datetime,
    paths: Iterable[str] = (),
    draft: Draft | None = None,
) -> tuple[Rehearsed | None, dict[str, str]]:
    """The first letter for a row, in the words as they are or in a draft's, with what its fields are."""
    with rehearsed_for(wording, key, partnership_id, now=now, draft=draft) as letters:
        if not letters:
            return None, {}
        known = {"now": now, "site": current_app.config["SITE_URL"], **letters[0].context}
        examples = {path: THEIRS if path in OWN else said(value_at(known, path)) for path in paths}
        return letters[0], examples


def value_at(context: dict[str, Any], path: str) -> Any:
    """The value behind a path; of a list the first line's. None where there is none."""
    value: Any = context
    for step in path.replace("[]", ".[]").split("."):
        if value is None or value == "":
            return None
        if step == "[]":
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            value = getattr(value, step, None)
    return value


def said(value: Any) -> str:
    """A value as an example."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    words = " ".join(str(value).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
