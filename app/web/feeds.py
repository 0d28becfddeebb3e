"""The answer to a calendar that asks for its feed: the text, or that nothing has changed since it last asked."""

from collections import OrderedDict
from datetime import datetime

from flask import Response, current_app, request
from werkzeug.http import http_date, is_resource_modified

from ..notifications.feed_text import Entry, Feed, feed_text
from ..partnerships.models import Partnership

MAX_AGE = 900  # seconds
# The programme is asked for by many: its newest texts are kept, under the fingerprints of what is in them.
KEPT_TEXTS = 8
texts: OrderedDict[str, bytes] = OrderedDict()


def feed_of(partnership: Partnership, name: str, entries: list[Entry]) -> Feed:
    """The calendar of a partnership, published by the address that sends its mail."""
    return Feed(name, f"{partnership.short_name} training", current_app.config["MAIL_FROM"], entries)


def feed_answer(feed: Feed, *, floor: datetime, secret: bool) -> Response:
    """The feed with its ETag; 304 without writing it, when that or the day it last changed is known already.

    ``floor`` is the last midnight: what leaves a feed because it is long over leaves it then, and no entry tells.
    """
    changed_at = max((floor, *(entry.changed_at for entry in feed.entries)))
    headers = {
        "ETag": f'"{feed.fingerprint}"',
        "Last-Modified": http_date(changed_at),
        "Cache-Control": f"{'private' if secret else 'public'}, max-age={MAX_AGE}",
        **(SECRET if secret else {}),
    }
    if not is_resource_modified(
        request.environ, etag=feed.fingerprint, last_modified=changed_at.replace(microsecond=0)
    ):
        return Response(status=304, headers=headers)
    text = feed_text(feed).encode() if secret else kept_text(feed)
    return Response(text, content_type="text/calendar; charset=utf-8", headers=headers)


# Neither a search engine nor the next site learns of a secret address.
SECRET = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def no_such_feed() -> Response:
    """The same few words for an address that never was and one that was ended."""
    headers = {"Cache-Control": "private, no-store", **SECRET}
    return Response(
        "There is no calendar at this address.\n", 404, headers, content_type="text/plain; charset=utf-8"
    )


def kept_text(feed: Feed) -> bytes:
    """The text of a public feed, written once while nothing in it changes."""
    name = feed.fingerprint
    text = texts.pop(name, None) or feed_text(feed).encode()
    texts[name] = text
    while len(texts) > KEPT_TEXTS:
        texts.popitem(last=False)
    return text
