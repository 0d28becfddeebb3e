"""The bulletin as one reader gets it: what of it they want to hear, and their own way out."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..accounts.models import Person
from ..notifications.actions import post
from ..notifications.letters import Written, write
from ..partnerships.models import Partnership
from .models import MESSAGE, Bulletin
from .rules import Contents, Wishes, narrowed

TRIAL = "bulletin-trial"
# Where the way out leads in what is only looked at: each mail that leaves has a link of its own there.
CHOOSE = "/account/mail"


def paragraphs(text: str) -> list[str]:
    """A text cut at its empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def coming(contents: Contents) -> Iterator[dict[str, Any]]:
    """Its dates, one after the other; the first of each part says which part begins with it."""
    for section in contents.sections:
        for number, found in enumerate(section.dates):
            yield {
                "part": "" if number else section.heading,
                "title": found.title,
                "slug": found.slug,
                "event_id": found.event_id,
                "starts_at": found.starts_at,
                "ends_at": found.ends_at,
                "where": found.where,
                "places": found.places,
            }


def context_of(
    bulletin: Bulletin, contents: Contents, wishes: Wishes, partnership: Partnership, *, now: datetime
) -> dict[str, Any]:
    """What the wording says to somebody with these wishes."""
    own = narrowed(contents, wishes)
    return {
        "partnership": partnership,
        "now": now,
        "heading": bulletin.subject,
        "greets": bulletin.greets,
        "opening": paragraphs(bulletin.opening),
        "closing": paragraphs(bulletin.closing),
        "coming": list(coming(own)),
        "courses": own.courses,
        "grouped_by": bulletin.grouped_by,
        "narrowed": wishes != Wishes(),
    }


def letter_for(
    bulletin: Bulletin,
    contents: Contents,
    wishes: Wishes,
    partnership: Partnership,
    *,
    name: str = "",
    now: datetime,
) -> Written:
    """The mail exactly as it goes to that reader."""
    context = context_of(bulletin, contents, wishes, partnership, now=now)
    return write(MESSAGE, to_name=name, choose_link=CHOOSE, **context)


def post_to(
    bulletin: Bulletin,
    contents: Contents,
    wishes: Wishes,
    partnership: Partnership,
    *,
    key: str,
    email: str,
    name: str,
    now: datetime,
    due_at: datetime,
    expires_at: datetime,
) -> bool:
    """Put it into the outbox; False when it is there already, or its reader does not want it."""
    context = context_of(bulletin, contents, wishes, partnership, now=now)
    posted = post(
        MESSAGE,
        key=key,
        to_email=email,
        to_name=name,
        about=bulletin.about,
        due_at=due_at,
        expires_at=expires_at,
        **context,
    )
    return posted is not None


def post_trial(
    bulletin: Bulletin, contents: Contents, partnership: Partnership, *, key: str, to: Person, now: datetime
) -> bool:
    """Put all of it into the outbox for its editor, whether the bulletin is switched on or not."""
    context = context_of(bulletin, contents, Wishes(), partnership, now=now)
    posted = post(
        TRIAL,
        key=key,
        to_email=to.email,
        to_name=to.name,
        reason="They wanted to see this bulletin before it is sent.",
        choose_link=CHOOSE,
        wording=MESSAGE,
        **context,
    )
    return posted is not None
