"""The words of a text message: its wording filled in, the partnership's own or what ships, and cut so that it fits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from flask import current_app

from . import sandbox
from .fields import FIELDS
from .letters import in_force
from .markup import restored
from .phones import fitting, plain, too_long_by
from .rehearsing import current as rehearsal
from .shipped import shipped

OF_A_COURSE = [path.removeprefix("course.") for path in FIELDS if path.startswith("course.")]
ENOUGH_OF_TITLE = 40


@dataclass(frozen=True)
class TextWritten:
    """What a text says, and whether it had to be cut."""

    text: str
    cut: bool
    over: int = 0  # by how many characters it is too long, with a title of forty characters at most
    fault: str = ""  # why the partnership's own version could not be used
    version_id: int | None = None


def write_text(message: str, context: Mapping[str, Any]) -> TextWritten:
    """Fill in the wording of a text message; ``context`` has the course and ``our_link`` besides its own fields.

    A mistake in an edited wording loses no text: the shipped one is used, and ``fault`` says what was wrong.
    """
    known = {**context, "site": current_app.config["SITE_URL"]}
    rehearsed, version, fault = rehearsal.get(), in_force(message, known), ""
    if rehearsed and rehearsed.draft and rehearsed.wording == message:
        return filled(rehearsed.draft.text, known)
    if version is not None:
        try:
            return filled(version.text, known)
        except Exception as error:  # whatever it is: the text has to go out
            fault = f"{type(error).__name__}: {error}"
    found = filled(shipped(message).text, known)
    return replace(found, fault=fault, version_id=version.id) if version is not None else found


def filled(wording: str, context: Mapping[str, Any]) -> TextWritten:
    """The wording with its fields, its course's title cut as far as it has to be. Raises ValueError for an empty one."""
    course = context["course"]

    def fill(title: str) -> str:
        return restored(sandbox.filled_in("", wording, {**context, "course": titled(course, title)}))

    text, cut = fitting(fill, course.title, context["our_link"])
    if not text:
        raise ValueError("The text is empty.")
    over = too_long_by(plain(fill(course.title[:ENOUGH_OF_TITLE]))) if cut else 0
    return TextWritten(text, cut, max(0, over))


def titled(course: Any, title: str) -> SimpleNamespace:
    """What a wording may say of a course, under a title that may be cut."""
    said = {name: getattr(course, name) for name in OF_A_COURSE if hasattr(course, name)}
    return SimpleNamespace(**said | {"title": title})
