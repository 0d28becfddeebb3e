"""``/messages``: every message, to whom and when it goes, whether it is sent, and which of its wordings were edited."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ...accounts.rules import Role
from ...notifications import choices, letters, wordings
from ...web.access import current_partnership, requires, signed_in
from . import pages
from .groups import grouped
from .scene import said_when


@pages.get("/messages")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """The messages in groups."""
    ours = current_partnership().id
    edited = wordings.edited(ours)
    return render_template(
        "messages/list.html",
        groups=grouped(),
        said_when=said_when(),
        on={m.key: choices.is_on(ours, m.key) for _, messages in grouped() for m in messages},
        edited=edited,
        outdated={name for name, row in edited.items() if wordings.is_outdated(row)},
        failed=wordings.faults_of(ours),
        there=dict(letters.messages()),
        may_edit=signed_in().may(Role.COORDINATOR),
    )
