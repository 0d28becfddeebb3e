"""``/account/mail``: which mails a person wants; ``/unsubscribe/<token>``: the same by the link in a letter.

The link needs no sign-in: it was mailed to its reader. Opening it changes nothing; the button does, and so does the
one click that mail readers offer, which cannot know a CSRF token and is let in by the link's own.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock
from ..accounts.corrections import address_now
from ..booking.checks import settings_of
from ..bulletin.models import MESSAGE as BULLETIN
from ..bulletin.subscribing import subscription_of
from ..clock import london_day
from ..db import writing
from ..notifications import choices
from ..notifications.message_table import MESSAGES, Message
from ..notifications.readers import WHAT_FOR
from ..notifications.unsubscribing import ONE_CLICK, message_of, opened
from ..notifications.when_sent import when_sent
from ..records.mail_readers import can_get, parts_of
from ..web.access import current_partnership, public, signed_in

pages = Blueprint("mail_choices", __name__)
pages.record_once(lambda state: state.app.extensions["csrf"].exempt(f"{__name__}.unsubscribe"))


@pages.route("/account/mail", methods=["GET", "POST"])
def mine() -> ResponseReturnValue:
    """The mails a person may refuse as check boxes; the others, and why they come whatever happens."""
    email = signed_in().person.email
    if request.method == "POST" and email:
        with writing():
            write_down([email], ticked(offered(email)))
        flash("Your choice is kept. It holds for every mail from now on.", "success")
        return redirect(url_for("mail_choices.mine"), code=303)
    bulletin = subscription_of(signed_in().person, current_partnership().id)
    return render_template("mail_choices/mine.html", email=email, bulletin=bulletin, **shown(email or ""))


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
@public
def unsubscribe(token: str) -> ResponseReturnValue:
    """Refuse the mails that a letter was one of, or choose among all that may be refused."""
    letter = opened(token) or abort(404)
    message, emails = message_of(letter), list(dict.fromkeys([letter.to_email, address_now(letter)]))
    if request.method == "POST":
        with writing():
            write_down(emails, wanted_by_link(emails[-1], message))
        if "boxes" in request.form or "again" in request.form:
            flash("Your choice is kept. It holds for every mail from now on.", "success")
        return redirect(request.path, code=303)
    page = {"email": emails[-1], "message": message, "token": token}
    return render_template("mail_choices/by_link.html", **page, **shown(emails[-1], message))


def wanted_by_link(email: str, message: Message | None) -> Mapping[str, bool]:
    """What was pressed: one click, the button to have these mails again, or the check boxes."""
    if "boxes" in request.form:
        return ticked(offered(email, message))
    if message is None:
        abort(404)
    return {message.key: request.form.get(ONE_CLICK[0]) != ONE_CLICK[1] and "again" in request.form}


def ticked(messages: Collection[Message]) -> dict[str, bool]:
    """Each message with whether its box was ticked."""
    boxes = request.form.getlist("wanted")
    return {message.key: message.key in boxes for message in messages}


def write_down(emails: Collection[str], wanted: Mapping[str, bool]) -> None:
    """Keep what is another choice than before, for each address of a reader."""
    now = clock.now()
    for email in emails:
        for key, want in wanted.items():
            if choices.wants(email, key) != want:
                choices.choose(email, key, wanted=want, now=now)


def offered(email: str, of: Message | None = None) -> list[Message]:
    """The messages a reader may refuse, of those that the partnership sends and they can ever get.

    The bulletin comes to those alone who asked for it: only who comes ``of`` one may refuse it here.
    """
    found = [message for message in sent_to(email, of) if message.optional]
    return [message for message in found if message.key != BULLETIN or (of and of.key == BULLETIN)]


def sent_to(email: str, of: Message | None = None) -> list[Message]:
    """What the partnership sends and a reader can ever get, and that ``of`` which they come in any case."""
    ours = current_partnership().id
    parts = parts_of(email, ours, london_day(clock.now()))
    sent = [message for message in MESSAGES if choices.is_on(ours, message.key)]
    return [message for message in sent if message is of or can_get(message.key, parts)]


def shown(email: str, of: Message | None = None) -> dict[str, Any]:
    """What both pages show: the choices as they are, and what comes whatever was chosen."""
    found = offered(email, of)
    return {
        "offered": found,
        "wanted": {message.key for message in found if choices.wants(email, message.key)},
        "needed": [m for m in sent_to(email, of) if not m.optional and m.key in WHAT_FOR],
        "what_for": WHAT_FOR,
        "said_when": partial(when_sent, settings=settings_of(current_partnership().id, clock.now())),
    }
