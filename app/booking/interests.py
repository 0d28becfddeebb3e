""" "Tell me when this runs": what a person asks for, and the link in each letter with which they have enough.

The link is signed, not stored: nobody else can make one, and the page behind it has a button.
"""

from functools import cache

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ..db import db
from .models import Interest

# Why somebody is remembered whose waiting list closed: they hear of the next date before the others.
WAITED = ("waited in vain", "date cancelled")
ONLINE = "Online"
TIMES = {"": "Any time", "morning": "Mornings", "afternoon": "Afternoons", "evening": "Evenings"}


@cache
def signer(key: str) -> URLSafeSerializer:
    """What signs, under the installation's own key."""
    return URLSafeSerializer(key, salt="enough of a course")


def link_of(interest: Interest) -> str:
    """The path of the page on which somebody says, without signing in, that they have heard enough."""
    return f"/enough/{signer(current_app.config['SECRET_KEY']).dumps(interest.id)}"


def opened(token: str) -> Interest | None:
    """What a link is about; None for one that was not made here."""
    try:
        interest_id = signer(current_app.config["SECRET_KEY"]).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return db.session.get(Interest, interest_id)
