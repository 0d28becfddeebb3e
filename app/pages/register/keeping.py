"""The worker that keeps a register's page on the phone. It has an address of its own above all registers: a worker may
look after nothing that does not lie below it."""

from flask import Response, make_response

from ...web.access import public
from ...web.assets import FOLDER
from . import pages


@pages.get("/register-worker.js")
@public
def worker() -> Response:
    """The script; asked for anew each time, so that a new one is used at once."""
    answer = make_response((FOLDER / "register-worker.js").read_text())
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
