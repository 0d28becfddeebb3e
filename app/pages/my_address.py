"""What people say themselves about their address whose mail came back."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from .. import clock
from ..db import writing
from ..notifications.unreachable import works_again
from ..web.access import for_newcomers, own_path, signed_in

pages = Blueprint("my_address", __name__)


@pages.post("/my-address/works-again")
@for_newcomers
def works() -> ResponseReturnValue:
    """The signed-in person's mail arrives again; back to the page they were on."""
    email = signed_in().person.email
    if email:
        with writing():
            works_again(email, now=clock.now())
    flash("Thank you. The site writes to you again, from now on.", "success")
    return redirect(own_path(request.referrer) or "/", code=303)
