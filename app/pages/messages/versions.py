"""``/messages/<wording>/versions/<number>``: a wording as it was, and the way back to it; 0 is what ships."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...errors import Refused
from ...notifications import wordings
from ...notifications.models import WordingVersion
from ...notifications.rehearsing import Draft
from ...notifications.wording_names import label_of
from ...web.access import current_partnership, requires, signed_in
from . import pages
from .scene import held_words, names_of, subject_as_read, wording_or_404


@pages.get("/messages/<wording>/versions/<int:number>")
@requires(Role.ADMINISTRATOR)
def version(wording: str, number: int) -> ResponseReturnValue:
    """The words of a version, beside those that go out now."""
    ships, row = wording_or_404(wording), version_or_404(wording, number)
    words = (row.subject, row.text) if row and not row.as_shipped else (ships.subject, ships.text)
    return render_template(
        "messages/version.html",
        wording=wording,
        label=label_of(wording),
        number=number,
        row=row,
        by=names_of({row.by}).get(row.by, "") if row else "",
        subject=words[0],
        subject_read=subject_as_read(wording, Draft(*words)),
        text=words[1],
        held=held_words(wording),
        may_edit=signed_in().may(Role.COORDINATOR),
    )


@pages.post("/messages/<wording>/versions/<int:number>")
@requires(Role.COORDINATOR)
def restore(wording: str, number: int) -> ResponseReturnValue:
    """Use a version again. One that may no longer be used as it is goes to the editor's mistakes, not out."""
    wording_or_404(wording)
    row = version_or_404(wording, number)
    ours, by = current_partnership().id, signed_in().person.public_id
    try:
        with writing():
            if row is None or row.as_shipped:
                wordings.back_to_shipped(ours, wording, by=by, now=clock.now())
            else:
                wordings.save(ours, wording, subject=row.subject, text=row.text, by=by, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(f"This version can no longer be used as it is. {refused.sentence}", "problem")
        return redirect(url_for("messages.version", wording=wording, number=number), code=303)
    flash("These are the words from now on.", "success")
    return redirect(url_for("messages.words", wording=wording), code=303)


def version_or_404(wording: str, number: int) -> WordingVersion | None:
    """The version; None for what ships."""
    if number == 0:
        return None
    return wordings.version(current_partnership().id, wording, number) or abort(404)
