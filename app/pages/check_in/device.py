"""What tells one phone from another for a day: a random value in a cookie of its own, which outlives signing out."""

import re
import secrets
from datetime import timedelta

from flask import Response, current_app, g, request

NAME = "check-in-device"
LASTS = timedelta(days=1)
MARK = re.compile(r"[\w-]{22}", re.ASCII)


def device() -> str:
    """This phone's mark; "" for one that keeps none, or was never here before."""
    mark = request.cookies.get(NAME, "")
    return mark if MARK.fullmatch(mark) else ""


def leave_mark(response: Response) -> Response:
    """Give the phone a mark, if a page for phones was opened and it has none."""
    if g.get("on_a_phone") and not device():
        response.set_cookie(
            NAME,
            secrets.token_urlsafe(16),
            max_age=LASTS,
            path="/check-in",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
