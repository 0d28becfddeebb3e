"""The outbox: every mail as its reader sees it, for administrators; in the demonstration for everybody.

A mail's HTML brings its own styles, so it is answered apart, under a policy of its own that lets nothing else in,
and shown in a frame.
"""

from flask import Blueprint

pages = Blueprint("outbox", __name__)

# What the frame with a mail may do: show its own styles, and lead to where its links lead.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation"
)

from . import listing, one, stopping, unreachable  # noqa: E402, F401  (their views belong to the blueprint)
