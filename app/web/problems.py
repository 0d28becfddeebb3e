"""What a person reads when something cannot be done: one page for all of it, with a way on."""

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from ..db import db
from ..errors import Refused

log = logging.getLogger("roundtable")

WORDS: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("We could not read that", ("Go back and try again. What you typed may still be there.",)),
    401: ("Please sign in", ("This page is for people who are signed in.",)),
    403: (
        "You cannot open this page",
        ("Your role does not include it. If it should, tell the training team.",),
    ),
    404: ("Page not found", ("Check the address, or start again from the catalogue.",)),
    405: ("That cannot be done here", ("Go back and use the buttons on the page.",)),
    409: ("That cannot be done", ()),
    410: ("This is no longer here", ()),
    413: ("That is too much to send", ("Go back, choose a smaller file, and send it again.",)),
    429: ("Too many tries", ("Wait a few minutes, then try again.",)),
    500: (
        "Something went wrong",
        ("It is our fault, not yours. Nothing was changed. Try again in a minute.",),
    ),
    503: ("We are away for a moment", ("Nothing was lost. Try again in a minute.",)),
}
CATALOGUE = ({"label": "Find training", "href": "/courses"},)


def problem(
    status: int, *sentences: str, heading: str = "", actions: tuple[dict[str, str], ...] = CATALOGUE
) -> Response:
    """The page for a status, with its usual words unless others are given."""
    usual_heading, usual = WORDS.get(status, WORDS[400])
    page = render_template(
        "problem.html",
        heading=heading or usual_heading,
        sentences=list(sentences or usual),
        actions=actions,
        status=status,
    )
    return make_response(page, status)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    return problem(error.code or 500)


def _csrf(_error: CSRFError) -> Response:
    back = ({"label": "Open the page again", "href": request.path if request.url_rule else "/"},)
    return problem(
        400, "The page was open for too long. Open it again, then send it once more.", actions=back
    )


def _refused(error: Refused) -> Response:
    db.session.rollback()
    return problem(409, error.sentence)


def _away(error: Exception) -> Response:
    """The database is away or busy: say so, without asking it for anything."""
    log.error("database away", extra={"fields": {"kind": type(error).__name__}})
    db.session.rollback()
    answer = make_response(AWAY, 503)
    answer.headers["Retry-After"] = "30"
    return answer


def _broken(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    try:
        db.session.rollback()
        return problem(500)
    except Exception:
        return make_response(AWAY, 500)


AWAY = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>We are away for a moment – Roundtable</title>
</head><body><main><h1>We are away for a moment</h1><p>Nothing was lost. Try again in a minute.</p></main></body></html>
"""


def install(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(TimeoutError, _away)
    if not app.testing:
        app.register_error_handler(Exception, _broken)
