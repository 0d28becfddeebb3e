"""What the pages about mail share: who reads them, which letters are theirs, and the words."""

from typing import Any

import sqlalchemy as sa
from flask import abort
from flask.typing import ResponseReturnValue

from ...accounts.models import Person
from ...accounts.rules import Role
from ...accounts.sign_in import may_sign_in_as_anybody
from ...db import db
from ...notifications import switch
from ...notifications.message_table import BY_KEY
from ...notifications.models import Letter
from ...notifications.wording_names import label_of
from ...web.access import ask_to_sign_in, current_partnership, viewer
from ...web.mail_states import STATES, TONES
from . import pages

BY_COMMAND = "by command on the server"


@pages.before_request
def for_its_readers() -> ResponseReturnValue | None:
    """Administrators; in the demonstration everybody, since that is where its sign-in mails are read."""
    who = viewer()
    if may_sign_in_as_anybody() or (who and who.may(Role.ADMINISTRATOR)):
        return None
    return abort(403) if who else ask_to_sign_in()


def letter_or_404(public_id: str) -> Letter:
    """The letter of that address; 404 for another partnership's."""
    found = db.session.scalar(Letter.by_public_id(public_id, current_partnership().id))
    return found or abort(404)


def readable_or_404(public_id: str) -> Letter:
    """The letter, if what it says may be read here."""
    found = letter_or_404(public_id)
    return found if is_readable(found.secret) else abort(404)


def is_readable(secret: bool) -> bool:
    """A sign-in mail is its reader's alone, except in the demonstration."""
    return not secret or may_sign_in_as_anybody()


def subject_of(row: Any) -> str:
    """What a mail is called: a sign-in mail's subject holds its code."""
    is_sign_in = row.message in BY_KEY["sign-in"].wordings
    return row.subject if is_readable(row.secret) or not is_sign_in else "Sign-in mail"


def may_administer() -> bool:
    """Whether to offer what only administrators do."""
    who = viewer()
    return who is not None and who.may(Role.ADMINISTRATOR)


def names_of(public_ids: set[str]) -> dict[str, str]:
    """Who did something, by public id; the command has none."""
    wanted = sa.select(Person.public_id, Person.name).where(Person.public_id.in_(public_ids - {""}))
    found = {row.public_id: row.name for row in db.session.execute(wanted)} if public_ids - {""} else {}
    return found | {"": BY_COMMAND}


def shared() -> dict[str, Any]:
    """What the list and the page of a mail use."""
    return {
        "states": STATES,
        "tones": TONES,
        "label_of": label_of,
        "subject_of": subject_of,
        "may_administer": may_administer(),
        "paused": switch.paused_now(),
    }
