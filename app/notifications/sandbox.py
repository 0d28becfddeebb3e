"""Filling in a wording that was edited on the site: in a sandbox, bounded, and with nothing in reach but its fields.

``wording_checks`` refuses what may not stand in a wording before it is kept. This is the second wall, for what nobody
thought of: attributes and calls are refused by name, there are no globals, and includes find shared parts only.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from jinja2 import FunctionLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from .fields import WAYS
from .markup import guarded
from .shipped import composed, source_of

LONGEST = 60_000  # characters of a letter filled in
KEPT = 200  # compiled wordings
SHIPPED_FILTERS = ("format", "map", "list")  # used by shipped parts; the checks let nobody add them
METHODS = {"get", "has_begun"}
HIDDEN = {"metadata", "registry", "query", "session_number"}


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja for what people typed: it reads values, and runs nothing but our filters and links."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Plain values only, and the two questions that shipped parts ask."""
        if attr in HIDDEN or not super().is_safe_attribute(obj, attr, value):
            return False
        return not callable(value) or attr in METHODS

    def is_safe_callable(self, obj: Any) -> bool:
        """Our links, and those two questions."""
        name = getattr(obj, "__name__", "")
        return name == "link" or (name in METHODS and super().is_safe_callable(obj))


def part(name: str) -> str | None:
    """A shared part: a wording file without a subject."""
    if not name.startswith("emails/"):
        return None
    try:
        source = source_of(name)
    except OSError:
        return None
    return None if "\nSubject:" in "\n" + source else source


def sandbox() -> Sandbox:
    """The one of this app."""
    found: Sandbox | None = current_app.extensions.get("wording-sandbox")
    if found is None:
        found = Sandbox(
            loader=FunctionLoader(part),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: value if isinstance(value, Markup) else guarded(value),
        )
        ours = current_app.jinja_env.filters
        found.filters = {name: ours[name] for name in (*WAYS, *SHIPPED_FILTERS)}
        found.globals = {}
        current_app.extensions["wording-sandbox"] = found
    return found


def compiled(subject: str, text: str) -> Template:
    """A wording ready to be filled in; the same words are read once."""
    known: dict[tuple[str, str], Template] = current_app.extensions.setdefault("wordings-edited", {})
    if (subject, text) not in known:
        if len(known) >= KEPT:
            known.clear()
        known[subject, text] = sandbox().from_string(composed(subject, text))
    return known[subject, text]


def filled_in(subject: str, text: str, context: Mapping[str, Any]) -> str:
    """The wording with its fields. Raises whatever stands in the way, and ValueError where it grows too long."""
    found, length = [], 0
    for piece in compiled(subject, text).generate(context):
        length += len(piece)
        if length > LONGEST:
            raise ValueError("The letter would be too long.")
        found.append(piece)
    return "".join(found)
