"""What every template may use."""

from typing import Any

from flask import Flask, current_app, g, has_request_context
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import NotFound

from ..partnerships.models import Partnership
from .access import current_partnership, viewer
from .headers import csp_nonce
from .navigation import entries_for


def for_templates() -> dict[str, Any]:
    """Partnership, person, navigation and the page's nonce."""
    if not has_request_context() or g.get("plain"):
        return {}
    who = viewer()
    return {
        "partnership": partnership_or_none(),
        "viewer": who,
        "person": who.person if who else None,
        "navigation": entries_for(who),
        "demonstration": current_app.config["DEMONSTRATION"],
        "csp_nonce": csp_nonce(),
        "csrf_token": generate_csrf,
    }


def partnership_or_none() -> Partnership | None:
    """The partnership, or None on a site that has none yet: its problem page must still be shown."""
    try:
        return current_partnership()
    except NotFound:
        return None


def install(app: Flask) -> None:
    """Hand it to every template."""
    app.context_processor(for_templates)
