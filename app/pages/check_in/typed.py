"""``/check-in``: the short address on the screen, for those without a camera."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...attendance import check_in_codes, check_in_links
from ...db import writing
from ...errors import Refused
from ...web.access import public
from . import pages, words
from .forms import TypedForm

NOT_NOW = "That is not the code on the screen. It changes every minute: type the one that is there now"


@pages.route("/check-in", methods=["GET", "POST"])
@public
def type_code() -> ResponseReturnValue:
    """The six letters and digits, and on to the page that the picture leads to."""
    g.on_a_phone = True
    form = TypedForm()
    if form.validate_on_submit():
        try:
            token = token_for(str(form.code.data))
        except Refused as refused:
            return words.too_many(refused.sentence)
        if token:
            return redirect(url_for("check_in.phone", token=token), code=303)
        form.code.errors = [NOT_NOW]
    return render_template("check_in/typed.html", form=form), 422 if form.errors else 200


def token_for(typed: str) -> str:
    """What the code stands for; "" for none, which is counted. Raises Refused after too many."""
    network = request.remote_addr
    with writing():
        now = clock.now()
        check_in_links.refuse_guess(network, None, now)
        token = check_in_codes.token_for(typed, now=now)
        if not token:
            check_in_links.note_wrong_guess(network, None, now)
    return token
