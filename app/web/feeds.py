"""The answer to a calendar that asks for its feed: the text, or that nothing has changed since it last asked."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from flask import Response, current_app, request
from werkzeug.http import http_date, is_resource_modified

from ..notifications.feed_text import Entry, Feed, feed_text
from ..partnerships.models import Partnership
from ..raw_rows import Found, stamp_of

MAX_AGE = 900  # seconds
# The newest calendars are kept as they were written, under stamps of all that is in them: so many octets of them.
KEPT_OCTETS = 16 * 1024 * 1024


class Asked(NamedTuple):
    """A calendar that is asked for, by all that is in it besides rows.

    ``floor`` is the last midnight: what leaves a feed because it is long over leaves it then, and no entry tells.
    """

    whose: str
    name: str
    partnership: str
    floor: datetime


class Written(NamedTuple):
    """A calendar as it was written."""

    etag: str
    changed_at: datetime
    text: bytes


kept: OrderedDict[bytes, Written] = OrderedDict()


def feed_of(partnership: Partnership, name: str, entries: list[Entry]) -> Feed:
    """The calendar of a partnership, published by the address that sends its mail."""
    return Feed(name, f"{partnership.short_name} training", current_app.config["MAIL_FROM"], entries)


def feed_answer(asked: Asked, found: Iterable[Found], make: Callable[[], Feed], *, secret: bool) -> Response:
    """The feed that ``make`` makes of what was found, with its ETag; 304 when that is what the caller has."""
    feed = written(asked, found, make)
    headers = {
        "ETag": f'"{feed.etag}"',
        "Last-Modified": http_date(feed.changed_at),
        "Cache-Control": f"{'private' if secret else 'public'}, max-age={MAX_AGE}",
        **(SECRET if secret else {}),
    }
    known = not is_resource_modified(
        request.environ, etag=feed.etag, last_modified=feed.changed_at.replace(microsecond=0)
    )
    if known:
        return Response(status=304, headers=headers)
    return Response(feed.text, content_type="text/calendar; charset=utf-8", headers=headers)


def written(asked: Asked, found: Iterable[Found], make: Callable[[], Feed]) -> Written:
    """The feed as text, written once while nothing in it changes.

    Whether it changed is told by the rows themselves, read anew each time: nothing here trusts a time that has passed.
    """
    around = repr((*asked, current_app.config["MAIL_FROM"], current_app.config["SITE_URL"])).encode()
    stamp = hashlib.blake2b(around + stamp_of(found), digest_size=32).digest()
    known = kept.pop(stamp, None)
    feed = kept[stamp] = known or write(make(), asked.floor)
    if not known:
        make_room()
    return feed


def make_room() -> None:
    """Forget what was asked for longest ago."""
    octets = sum(len(feed.text) for feed in tuple(kept.values()))
    while octets > KEPT_OCTETS and len(kept) > 1:
        octets -= len(kept.popitem(last=False)[1].text)


def write(feed: Feed, floor: datetime) -> Written:
    """A feed with what is said about it."""
    changed_at = max((floor, *(entry.changed_at for entry in feed.entries)))
    return Written(feed.fingerprint, changed_at, feed_text(feed).encode())


# Neither a search engine nor the next site learns of a secret address.
SECRET = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


def no_such_feed() -> Response:
    """The same few words for an address that never was and one that was ended."""
    headers = {"Cache-Control": "private, no-store", **SECRET}
    return Response(
        "There is no calendar at this address.\n", 404, headers, content_type="text/plain; charset=utf-8"
    )
