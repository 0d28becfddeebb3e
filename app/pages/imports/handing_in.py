"""Handing a file in, and the template for it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...errors import Refused
from ...imports import drafts
from ...imports.columns import Kind
from ...imports.models import ImportBatch
from ...imports.reading import fingerprint
from ...imports.tables import MOST_BYTES, MOST_ROWS
from ...web.access import current_partnership, requires, signed_in, viewer
from ...web.filters import long_date
from ...web.problems import problem
from ...web.sheets import sheet_answer
from . import pages
from .scene import kind_or_404

# A little more than the largest file, so that one that is too large is told so in the form.
MOST_SENT = 2 * MOST_BYTES


class FileForm(FlaskForm):
    """A file to hand in."""

    file = FileField(
        "File",
        [FileRequired("Choose a file")],
        description=f"CSV or Excel (.xlsx), up to {MOST_ROWS:,} rows and {MOST_BYTES // 1024**2} MB",
    )


@pages.url_value_preprocessor
def take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let those at the desk send more than other forms may, before anything of it is read."""
    who = viewer() if endpoint == "imports.hand_in" and request.method == "POST" else None
    if who is not None and who.may(Role.ADMINISTRATOR):
        request.max_content_length = MOST_SENT


@pages.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """A file far larger than any that can be loaded."""
    size = MOST_BYTES // 1024**2
    back = ({"label": "Back to imports", "href": "/desk/imports"},)
    sentence = f"The file is larger than {size} MB. Split it, and load one part at a time."
    return problem(413, sentence, heading="That file is too large", actions=back)


@pages.route("/desk/imports/new/<kind>", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def hand_in(kind: str) -> ResponseReturnValue:
    """Hand a file in; nothing of it is written yet."""
    wanted, form = kind_or_404(kind), FileForm()
    if form.validate_on_submit():
        content = form.file.data.read()
        try:
            return redirect(keep(wanted, content, form.file.data.filename or ""), code=303)
        except Refused as refused:
            form.file.errors = [refused.sentence.rstrip(".")]
    page = render_template("imports/new.html", kind=wanted, form=form)
    return page, 422 if form.errors else 200


def keep(kind: Kind, content: bytes, name: str) -> str:
    """Keep the file as a draft; returns where to go on. Raises Refused for what is no table, or is loaded already."""
    partnership = current_partnership()
    standing = ImportBatch.standing(partnership.id, kind=kind.key, file_hash=fingerprint(content))
    before = db.session.scalar(standing)
    if before is not None:
        raise Refused(
            f"This very file was loaded on {long_date(before.loaded_at)} already, so there is nothing to do"
        )
    name = name.replace("\\", "/").rpartition("/")[2]
    with writing():
        draft = drafts.hand_in(
            kind.key, content, name, partnership=partnership, by=signed_in().person, now=clock.now()
        )
        return url_for("imports.columns", public_id=draft.public_id)


@pages.get("/desk/imports/template/<kind>.<ending>")
@requires(Role.ADMINISTRATOR)
def template(kind: str, ending: str) -> ResponseReturnValue:
    """An empty file with our headings and a row to show how."""
    wanted = kind_or_404(kind)
    headings = [field.heading for field in wanted.fields]
    return sheet_answer(ending, f"{kind}-template", headings, [[field.example for field in wanted.fields]])
