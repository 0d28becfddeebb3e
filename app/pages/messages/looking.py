"""The mail itself, for the frame on a wording's page: as it is now, or with what was typed. Nothing is sent."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...notifications.phones import in_parts
from ...notifications.rehearsing import Draft, Rehearsed
from ...notifications.wording_faults import faults
from ...notifications.wordings import tidied
from ...samples.examples import look
from ...samples.table import SAMPLES
from ...web.access import current_partnership, requires
from ..outbox import LETTER_POLICY
from . import pages
from .scene import wording_or_404


@pages.get("/messages/<wording>/example")
@requires(Role.ADMINISTRATOR)
def example(wording: str) -> ResponseReturnValue:
    """The mail as it goes out now, for one row."""
    wording_or_404(wording)
    return framed(wording, request.args.get("about", ""), as_text=request.args.get("as") == "text")


@pages.post("/messages/<wording>/preview")
@requires(Role.COORDINATOR)
def preview(wording: str) -> ResponseReturnValue:
    """The mail with the words as they were typed."""
    ships, typed = wording_or_404(wording), request.form
    draft = Draft(typed.get("subject", "").strip(), tidied(typed.get("text", "")))
    if found := faults(draft.subject, draft.text, ships):
        return in_frame(render_template("messages/frame.html", faults=found, letter=None))
    return framed(wording, typed.get("about", ""), draft=draft, as_text=typed.get("as") == "text")


def framed(wording: str, about: str, *, draft: Draft | None = None, as_text: bool) -> Response:
    """The mail as HTML or as text; or why there is none."""
    letter: Rehearsed | None = None
    why = ""
    try:
        if wording in SAMPLES and about:
            letter, _ = look(wording, about, current_partnership().id, now=clock.now(), draft=draft)
    except Exception as error:  # whatever the typed words lead to is said to whoever typed them
        why = f"This mail cannot be written for that row: {error}."
    if letter and letter.row.get("channel") == "text":
        said = {"parts": in_parts(letter.row["text"]), "cut": letter.context["cut"]}
        return in_frame(render_template("messages/text_frame.html", text=letter.row["text"], **said))
    if letter and not as_text:
        return in_frame(letter.row["html"].replace("<head>", '<head><base target="_top">', 1))
    return in_frame(render_template("messages/frame.html", letter=letter and letter.row, faults=[], said=why))


def in_frame(html: str) -> Response:
    """A page that brings its own styles and may do nothing else."""
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer
