"""What people send in addresses and forms, without the characters that no page and no database can hold."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flask import Flask, Request, abort, current_app, request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

# Control characters (tab and line ends stay), signs that turn the direction of what stands after them, and what
# Unicode keeps for itself. They come from pasting, and from people who try things; nobody types them.
UNTYPABLE = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
NUL = "\x00"
View = TypeVar("View", bound=Callable[..., Any])


def cleaned(text: str) -> str:
    """The text without such characters; "" where nothing that can be seen is left."""
    kept = UNTYPABLE.sub("", text)
    return kept if any(sign.isprintable() and not sign.isspace() for sign in kept) or NUL in kept else ""


class Typed(ImmutableMultiDict[str, Any]):
    """The fields of a form or of an address, cleaned; files are as they came."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        found = iter_multi_items(mapping) if mapping is not None else ()  # type: ignore[arg-type]
        super().__init__(
            [(name, cleaned(value) if isinstance(value, str) else value) for name, value in found]
        )


class CleanRequest(Request):
    """A request whose fields are clean."""

    parameter_storage_class = Typed


def takes_files(*, megabytes: int) -> Callable[[View], View]:
    """This view may be sent so much at a time; others take what ``MAX_CONTENT_LENGTH`` says."""

    def mark(view: View) -> View:
        view.longest = megabytes * 1024 * 1024  # type: ignore[attr-defined]
        return view

    return mark


def allow_files() -> None:
    """Before anything of the request is read: how much it may send."""
    view = current_app.view_functions.get(request.endpoint or "")
    longest = getattr(view, "longest", None)
    if longest is not None:
        request.max_content_length = longest


def refuse_nul() -> None:
    """400 for a NUL anywhere: PostgreSQL stores none, and no browser sends one."""
    if NUL in request.path or any(NUL in value for _, value in request.args.items(multi=True)):
        abort(400)
    if request.method == "POST" and any(NUL in value for _, value in request.form.items(multi=True)):
        abort(400)


def install(app: Flask) -> None:
    """Clean every request of the app."""
    app.request_class = CleanRequest
    app.before_request(allow_files)
    app.before_request(refuse_nul)
