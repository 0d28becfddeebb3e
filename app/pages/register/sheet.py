"""The register as a page, and a trainer's own events."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from ... import clock
from ...accounts.rules import Role
from ...attendance import check_in_settling, register, rules
from ...attendance.history import earlier_marks
from ...attendance.overriding import rules_on_register
from ...attendance.rules import Typed
from ...catalogue.models import EventSession
from ...db import db
from ...mailbox.listing import counts_of
from ...pool.calls import asked_of, token_of
from ...pool.listing import events_of
from ...web.access import public, requires, signed_in, viewer
from . import pages
from .headcount import headcount_page
from .lines import lines
from .my_invite import calendar_by_event
from .scene import Opened, event_to_mark, opened_by_link, opened_by_viewer, session_among
from .walk_in_form import WalkInForm, walk_in_form

PAST = 25
# Says to the page's worker that the phone may keep this answer, and until when; any other is kept no longer.
KEEP = "X-Keep-Until"


@pages.get("/my-events")
@requires(Role.TRAINER)
def my_events() -> ResponseReturnValue:
    """What this trainer delivers: the next event first, its register when it is today."""
    now, who = clock.now(), signed_in().person
    events = events_of(who.id)
    coming = [e for e in events if e.ends_at is not None and e.ends_at > now]
    past = [e for e in reversed(events) if e.ends_at is not None and e.ends_at <= now][:PAST]
    return render_template(
        "register/my_events.html",
        coming=coming,
        past=past,
        asked=[(call, f"/calls/{token_of(call)}") for call in asked_of(who.id, now)],
        undated=[e for e in events if e.ends_at is None and e.state != "cancelled"],
        next_sessions=register.sessions(coming[0].id) if coming else [],
        calendars=calendar_by_event(who.id, [e.id for e in events if e not in past], now),
        registers=register.summaries([e.id for e in (*coming[:1], *past)]),
        answered=answered([e.id for e in coming]),
        opens_at=rules.opens_at,
        now=now,
    )


def answered(event_ids: list[int]) -> dict[int, str]:
    """What calendars answered to the invites of these events: "12 accepted, 1 declined"."""
    found: dict[int, dict[str, int]] = {}
    for event_id, partstat, number in db.session.execute(counts_of(event_ids)):
        found.setdefault(event_id, {})[partstat] = number
    words = {"accepted": "accepted", "tentative": "may come", "declined": "declined"}
    return {
        event_id: ", ".join(
            f"{given[partstat]} {said}" for partstat, said in words.items() if partstat in given
        )
        for event_id, given in found.items()
    }


@pages.get("/events/<int:event_id>/register")
def sheet(event_id: int) -> ResponseReturnValue:
    """The register of one session."""
    event = event_to_mark(event_id)
    return headcount_page(event) if event.headcount_only else register_page(opened_by_viewer(event))


@pages.get("/registers/<token>")
@public
def sheet_by_link(token: str) -> ResponseReturnValue:
    """The register of one day, by the link of the evening before; looking at it changes nothing."""
    return register_page(opened_by_link(token))


def register_page(
    opened: Opened,
    *,
    typed: Mapping[int, Typed] | None = None,
    faults: Mapping[int, str] | None = None,
    reason_missing: str = "",
    form: WalkInForm | None = None,
    choices: list[object] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page with everybody's marks, and the form for someone not on the list."""
    event, now, sessions = opened.event, clock.now(), opened.sessions()
    session = session_among(sessions, now)
    people, day = register.delegates(event.id, session.id), clock.london_day(session.starts_at)
    closing = register.closing(event.id)
    keep = {} if closing or is_seen() else kept(sessions, now)
    answer = make_response(
        render_template(
            "register/register.html",
            opened=opened,
            event=event,
            session=session,
            sessions=sessions,
            lines=lines(people, typed, faults, earlier_marks(event.id, session.id), on=day),
            here=rules.here(p.mark for p in people),
            missing=sum(p.mark is None for p in people),
            closing=closing,
            form=form or walk_in_form(closed=closing is not None),
            choices=choices or [],
            new="new" in request.form,
            reason_missing=reason_missing,
            outcome_rules=rules_on_register(event.id),
            shut=opened.why_not_now(),
            early=now < rules.opens_at(event.times[0]),
            over=event.is_over(now),
            check_in=check_in_settling.band(event.id, session),
            keep=keep,
            now_ms=milliseconds(now),
            opens_ms=milliseconds(rules.opens_at(event.times[0])),
        ),
        status,
    )
    answer.headers["Cache-Control"] = "no-store"
    if session.id in keep and event.state != "cancelled":
        answer.headers[KEEP] = str(keep[session.id])
    return answer


def is_seen() -> bool:
    """Whether an administrator looks at what somebody else sees: their phone keeps nothing of it."""
    who = viewer()
    return who is not None and who.seen_by is not None


def kept(sessions: Sequence[EventSession], now: datetime) -> dict[int, int]:
    """Until when a phone may keep the list of a session, in milliseconds, by session; only of those it may keep."""
    found = {s.id: rules.kept_until(starts_at=s.starts_at, ends_at=s.ends_at, now=now) for s in sessions}
    return {id: milliseconds(until) for id, until in found.items() if until}


def milliseconds(instant: datetime) -> int:
    """An instant as a browser's script writes it."""
    return round(1000 * instant.timestamp())
