"""Self check-in: the code on the trainer's screen, the phone's pages behind it, and what the trainer makes of it."""

from flask import Blueprint, Response

from .device import leave_mark

pages = Blueprint("check_in", __name__)


@pages.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is a secret for a minute: it stands in no referrer, no search and no copy; then the phone's mark."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return leave_mark(response)


from . import link, phone, proving, said, screen, typed  # noqa: E402, F401  (their views belong to the blueprint)
