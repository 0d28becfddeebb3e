"""What people send in addresses and forms, without the characters that no page and no database can hold."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

# Control characters (tab and line ends stay), signs that turn the direction of what stands after them, and what
# Unicode keeps for itself. They come from pasting, and from people who try things; nobody types them.
UNTYPABLE = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
NUL = "\x00"


def cleaned(text: str) -> str:
    """The text without such characters; "" where nothing that can be seen is left."""
    kept = UNTYPABLE.sub("", text)
    return kept if any(sign.isprintable() and not sign.isspace() for sign in kept) or NUL in kept else ""


class Typed(ImmutableMultiDict[str, Any]):
    """The fields of a form or of an address, cleaned."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        found = iter_multi_items(mapping) if mapping is not None else ()  # type: ignore[arg-type]
        super().__init__([(name, cleaned(value)) for name, value in found])


class CleanRequest(Request):
    """A request whose fields are clean."""

    parameter_storage_class = Typed


def refuse_nul() -> None:
    """400 for a NUL anywhere: PostgreSQL stores none, and no browser sends one."""
    if NUL in request.path or any(NUL in value for _, value in request.args.items(multi=True)):
        abort(400)
    if request.method == "POST" and any(NUL in value for _, value in request.form.items(multi=True)):
        abort(400)


def install(app: Flask) -> None:
    """Clean every request of the app."""
    app.request_class = CleanRequest
    app.before_request(refuse_nul)
