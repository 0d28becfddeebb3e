"""The bulletins there are, one as a chosen reader gets it, and what became of one that was sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role, tidy_email
from ...bulletin import composing, sending
from ...bulletin.letters import letter_for
from ...bulletin.models import Bulletin, Subscriber
from ...bulletin.rules import Wishes, narrowed, wishes_from
from ...db import db, writing
from ...notifications.letters import Written
from ...notifications.switch import paused_now
from ...web.access import current_partnership, requires, signed_in
from ...web.headers import POLICY, csp_nonce
from ...web.paging import paging
from ..outbox import LETTER_POLICY
from . import pages
from .scene import STATES, bulletin_or_404, contents_now, is_switched_on, name_of, number_of_readers


@pages.get("/bulletin")
@requires(Role.ADMINISTRATOR)
def listing() -> ResponseReturnValue:
    """Drafts and what is on its way first, then what was sent, newest first."""
    mine = Bulletin.of(current_partnership().id)
    count = db.session.scalar(sa.select(sa.func.count()).select_from(mine.order_by(None).subquery())) or 0
    page = paging(count)
    return render_template(
        "bulletin/list.html",
        bulletins=db.session.scalars(mine.limit(page.size).offset(page.offset)).all(),
        page=page,
        states=STATES,
        readers=number_of_readers(),
        is_on=is_switched_on(),
    )


@pages.get("/bulletin/<public_id>")
@requires(Role.ADMINISTRATOR)
def show(public_id: str) -> ResponseReturnValue:
    """What became of one that is on its way or was sent; a draft is written on."""
    bulletin = bulletin_or_404(public_id)
    if bulletin.state == "draft":
        return redirect(url_for("bulletin.edit", public_id=public_id), code=303)
    now = clock.now()
    contents = contents_now(bulletin, now)
    page = render_template(
        "bulletin/show.html",
        bulletin=bulletin,
        state=STATES[bulletin.state],
        outcome=sending.outcome_of(bulletin),
        reach=sending.reach_of(bulletin.partnership_id, contents) if bulletin.state == "queued" else None,
        approved_by=name_of(bulletin.approved_by),
        is_on=is_switched_on(),
        paused=paused_now(),
        letter=kept_or_as_now(bulletin, now),
    )
    return framed(page)


def kept_or_as_now(bulletin: Bulletin, now: datetime) -> Written:
    """What a reader of everything got, or gets."""
    if bulletin.text:
        return Written(bulletin.subject, bulletin.text, bulletin.html)
    return letter_for(bulletin, contents_now(bulletin, now), Wishes(), current_partnership(), now=now)


def framed(page: str, status: int = 200) -> ResponseReturnValue:
    """A page that may show a mail in a frame."""
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce()) + "; frame-src 'self'"
    return answer


def reader_asked() -> tuple[str, Subscriber | None]:
    """The address through whose eyes to look, as typed, and whose subscription it is."""
    typed = tidy_email(request.args.get("for", ""))[:254]
    if not typed:
        return "", None
    ours = current_partnership().id
    return typed, db.session.scalar(Subscriber.at(ours, typed).where(Subscriber.wanting(ours)))


def letter_to(bulletin: Bulletin, row: Subscriber | None) -> tuple[Written, bool]:
    """The mail as it would go to a reader (to one who wants everything, if none is named); whether it would."""
    now = clock.now()
    contents, wishes = contents_now(bulletin, now), wishes_from(row.wishes) if row else Wishes()
    email = row.email if row else signed_in().person.email
    name = db.session.scalar(sa.select(Person.name).where(Person.email == email)) or ""
    partnership = current_partnership()
    written = letter_for(bulletin, contents, wishes, partnership, name=name, now=now)
    return written, not narrowed(contents, wishes).is_empty


@pages.get("/bulletin/<public_id>/preview")
@requires(Role.ADMINISTRATOR)
def preview(public_id: str) -> ResponseReturnValue:
    """The mail as text and as it looks, for a chosen reader."""
    bulletin = bulletin_or_404(public_id)
    typed, row = reader_asked()
    letter, gets_it = letter_to(bulletin, row)
    page = render_template(
        "bulletin/preview.html",
        bulletin=bulletin,
        letter=letter,
        gets_it=gets_it,
        typed=typed,
        row=row,
        examples=some_readers(),
        is_on=is_switched_on(),
    )
    return framed(page)


def some_readers() -> list[str]:
    """A few addresses to choose from, of readers with different wishes first."""
    wanting = sa.select(Subscriber.email, Subscriber.wishes).where(
        Subscriber.wanting(current_partnership().id)
    )
    rows = db.session.execute(wanting.order_by(Subscriber.id).limit(200)).all()
    first: dict[Wishes, str] = {}
    for email, wishes in rows:
        first.setdefault(wishes_from(wishes), email)
    return list(dict.fromkeys([*first.values(), *(email for email, _ in rows)]))[:50]


@pages.get("/bulletin/<public_id>/html")
@requires(Role.ADMINISTRATOR)
def html(public_id: str) -> ResponseReturnValue:
    """The mail's HTML, for the frame: as it was kept, or as a reader would get it now."""
    bulletin = bulletin_or_404(public_id)
    typed, row = reader_asked()
    if typed and row is None:
        abort(404)
    written = (
        kept_or_as_now(bulletin, clock.now()) if bulletin.state != "draft" else letter_to(bulletin, row)[0]
    )
    answer = make_response(written.html.replace("<head>", '<head><base target="_top">', 1))
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


@pages.post("/bulletin/<public_id>/to-me")
@requires(Role.ADMINISTRATOR)
def to_me(public_id: str) -> ResponseReturnValue:
    """Send it to whoever asks, all of it; once a minute."""
    bulletin, person, now = bulletin_or_404(public_id), signed_in().person, clock.now()
    contents: Any = contents_now(bulletin, now)
    with writing():
        posted = composing.try_it(bulletin, contents, current_partnership(), to=person, now=now)
    said = f"It is on its way to {person.email}." if posted else "One is on its way to you already."
    flash(said, "success" if posted else "notice")
    return redirect(url_for("bulletin.preview", public_id=public_id), code=303)
