"""``/messages/<wording>``: the words of one mail, the fields they may use, and what comes of them."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from ... import clock
from ...accounts.rules import Role
from ...db import db, writing
from ...errors import Refused
from ...notifications import choices, wordings
from ...notifications.fields import FIELDS, WAYS
from ...notifications.message_table import BY_WORDING
from ...notifications.rehearsing import Draft
from ...notifications.shipped import MUST, Shipped
from ...notifications.texting import texts_are_sent
from ...notifications.wording_faults import faults
from ...notifications.wording_names import label_of
from ...samples.examples import look
from ...web.access import current_partnership, requires, signed_in
from ...web.filters import clock_time
from ...web.headers import POLICY, csp_nonce
from . import pages
from .scene import (
    by_text_when,
    held_words,
    kind_of,
    names_of,
    row_of_letter,
    rows_to_choose,
    said_when,
    wording_or_404,
)
from .testing import send_to_me, why_unfillable


class WordsForm(FlaskForm):
    """The words, and for whom they are looked at; ``version`` is the one that was opened."""

    subject = StringField("Subject")
    text = TextAreaField("Text")
    about = SelectField("Show it for", validate_choice=False)
    named = StringField("Find somebody else", description="Part of a name, an address or a course.")
    version = HiddenField()

    def draft(self) -> Draft:
        """What was typed."""
        return Draft((self.subject.data or "").strip(), wordings.tidied(self.text.data or ""))


@pages.get("/messages/<wording>")
@requires(Role.ADMINISTRATOR)
def words(wording: str) -> ResponseReturnValue:
    """One wording with its fields, its versions, and the mail as it is now."""
    ships, held = wording_or_404(wording), held_words(wording)
    about = request.args.get("about", "") or row_of_letter(wording, request.args.get("letter", ""))
    words = {"subject": held.subject, "text": held.text, "version": str(number_now(wording))}
    form = WordsForm(formdata=None, data={**words, "about": about, "named": request.args.get("named", "")})
    return show(wording, ships, form)


@pages.post("/messages/<wording>")
@requires(Role.COORDINATOR)
def save(wording: str) -> ResponseReturnValue:
    """Save the words, look for another row, or send them to oneself; what was typed stays in any case."""
    ships, form = wording_or_404(wording), WordsForm()
    if not form.validate():
        return show(wording, ships, form)
    if request.form.get("do") == "find":
        return show(wording, ships, form)
    note_faults(form, ships)
    if not form.errors:
        note_unfillable(wording, form)
    if form.errors:
        return show(wording, ships, form)
    if request.form.get("do") == "send" and not ships.by_text:
        flash(*send_to_me(wording, form.about.data or "", form.draft()))
        return show(wording, ships, form)
    return keep(wording, form, ships)


def note_faults(form: WordsForm, ships: Shipped) -> None:
    """Put each mistake at the field it is in."""
    draft = form.draft()
    for fault in faults(draft.subject, draft.text, ships):
        field = form.text if fault.line else form.subject
        field.errors = [*field.errors, str(fault) if fault.line else fault.said]


def note_unfillable(wording: str, form: WordsForm) -> None:
    """Say at the text where it cannot be filled in for the row it is looked at for: a field written the wrong way."""
    about = form.about.data or next((key for key, _ in rows_to_choose(wording)), "")
    if about and (why := why_unfillable(wording, about, form.draft())):
        form.text.errors = [*form.text.errors, why]


def number_now(wording: str) -> int:
    """The number of the version that holds; 0 where nobody ever changed the wording."""
    newest = wordings.newest_version(current_partnership().id, wording)
    return newest.id if newest else 0


class ChangedMeanwhile(Exception):
    """Somebody else saved other words after this editor had opened the page."""


def refuse_unseen(wording: str, draft: Draft, form: WordsForm) -> None:
    """Raise ChangedMeanwhile where the editor has not seen the words that hold; the same words are no conflict."""
    seen = request.form.get("over") or form.version.data or "0"
    if seen != str(number_now(wording)) and held_words(wording) != draft:
        raise ChangedMeanwhile


def said_of_theirs(wording: str) -> str:
    """Who saved meanwhile, and that nothing is lost."""
    newest = wordings.newest_version(current_partnership().id, wording)
    assert newest is not None
    who = names_of({newest.by}).get(newest.by, "Somebody")
    return (
        f"{who} saved other words at {clock_time(newest.at)}, after you had opened this page. What you typed is still "
        "here and is not saved. Open theirs in another window to compare, or save yours over it."
    )


def keep(wording: str, form: WordsForm, ships: Shipped) -> ResponseReturnValue:
    """Use these words from now on."""
    draft, ours = form.draft(), current_partnership().id
    try:
        with writing():
            refuse_unseen(wording, draft, form)
            by, now = signed_in().person.public_id, clock.now()
            row = wordings.save(ours, wording, subject=draft.subject, text=draft.text, by=by, now=now)
    except ChangedMeanwhile:
        db.session.rollback()
        form.form_errors.append(said_of_theirs(wording))
        return show(wording, ships, form, theirs=number_now(wording))
    except Refused as refused:
        db.session.rollback()
        form.text.errors = [refused.sentence]
        return show(wording, ships, form)
    if row is None:
        flash("Nothing was changed: these are the words already.", "notice")
    elif row.as_shipped:
        flash("The words are as they ship again.", "success")
    else:
        what = "text message" if ships.by_text else "mail"
        flash(f"Saved. Every {what} from now on uses these words; what is already written stays.", "success")
    return redirect(url_for("messages.words", wording=wording, about=form.about.data or None), code=303)


def show(wording: str, ships: Shipped, form: WordsForm, *, theirs: int = 0) -> ResponseReturnValue:
    """The page, with what was typed; ``theirs`` is the version that somebody else saved meanwhile."""
    named, chosen = (form.named.data or "").strip(), form.about.data or ""
    rows = rows_to_choose(wording, named=named, chosen="" if named else chosen)
    form.about.choices = [SelectChoice(key, label) for key, label in rows]
    about = chosen if chosen in dict(rows) else rows[0][0] if rows else ""
    form.about.data = about
    said = scene(wording, ships, form, about, named, bool(rows))
    page = make_response(
        render_template("messages/words.html", theirs=theirs, **said), 422 if form.errors else 200
    )
    page.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce()) + "; frame-src 'self'"
    return page


def scene(
    wording: str, ships: Shipped, form: WordsForm, about: str, named: str, found: bool
) -> dict[str, Any]:
    """What the page shows besides what was typed."""
    ours = current_partnership().id
    message, held = BY_WORDING[wording], wordings.edited(ours).get(wording)
    paths = [path for path in FIELDS if path in ships.paths]
    letter, examples = look(wording, about, ours, now=clock.now(), paths=paths) if about else (None, {})
    versions = wordings.versions_of(ours, wording)
    composed_each_time = bool(faults(ships.subject, ships.text, ships))
    return {
        "form": form,
        "wording": wording,
        "label": label_of(wording),
        "message": message,
        "said_when": said_when(),
        "on": choices.is_on(ours, message.key),
        "held": held,
        "outdated": bool(held and wordings.is_outdated(held)),
        "failed": wordings.faults_of(ours).get(wording),
        "ships": ships,
        "by_text_when": by_text_when(wording),
        "texts_are_sent": texts_are_sent(),
        "fields": [(path, FIELDS[path], examples.get(path, ""), inserted(path)) for path in paths],
        "ways": WAYS,
        "parts": sorted(ships.parts),
        "must": [said for key, said in MUST.items() if key in ships.said],
        "versions": versions,
        "names": names_of({row.by for row in versions}),
        "about": about,
        "subject_read": letter.row["subject"] if letter else "",
        "named": named,
        "found": found,
        "kind": kind_of(wording),
        "may_edit": signed_in().may(Role.COORDINATOR) and not composed_each_time,
        "composed_each_time": composed_each_time,
    }


def inserted(path: str) -> str:
    """A field as it is put into a text."""
    path = path.replace("[][]", "[0][0]").replace("[]", "[0]")
    if path.endswith(".starts_at"):
        return f"{{{{ {path}|when({path.removesuffix('starts_at')}ends_at) }}}}"
    if path.endswith(("_at", "_on")) or path in ("until", "say_no_by", "now", "at", "free_until"):
        return f"{{{{ {path}|when }}}}"
    return f"{{{{ {path} }}}}"
