"""Calendars to take, not to answer: a file to add by hand, or a feed. They say who publishes them, and name nobody else."""

from collections.abc import Iterable
from dataclasses import replace

from flask import current_app

from .calendar import Invite, publication
from .letters import Sender


def from_us(invite: Invite, partnership: Sender | None) -> Invite:
    """The invite with its organizer: the address we send from, which is where answers arrive."""
    name = f"{partnership.short_name} training" if partnership else ""
    return replace(invite, organizer_name=name, organizer_email=current_app.config["MAIL_FROM"])


def published(sittings: Iterable[Invite], *, partnership: Sender | None, name: str = "") -> str:
    """Sittings as one calendar, from the partnership; RFC 5546 asks for an organizer here too."""
    return publication([from_us(sitting, partnership) for sitting in sittings], name=name)
