"""Which register is opened, by whom and through which door: signed in, or by the link of the evening before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, request, url_for
from sqlalchemy.orm import joinedload

from ... import clock
from ...accounts.models import Person
from ...accounts.rules import Role
from ...attendance import day_links, register, rules
from ...attendance.rules import Way
from ...catalogue.models import Event, EventSession
from ...db import db
from ...errors import Refused
from ...web.access import current_partnership, signed_in
from ...web.problems import problem

STAFF = (Role.ADMINISTRATOR,)
NO_LINK = "Copy the whole address from the mail. If it still does not open, sign in and open My events."
SIGN_IN = ({"label": "Sign in", "href": "/my-events"},)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A register somebody opened. By a link it is the register of that ``day`` alone."""

    event: Event
    person: Person
    staff: bool = False
    token: str = ""
    day: date | None = None

    @property
    def way(self) -> Way:
        """How the marks come about that are made here."""
        return Way.LINK if self.token else Way.REGISTER

    def address(self, view: str = "sheet", **more: Any) -> str:
        """Where a view of this register is, through the same door."""
        if self.token:
            return url_for(f"register.{view}_by_link", token=self.token, **more)
        return url_for(f"register.{view}", event_id=self.event.id, **more)

    def sessions(self) -> Sequence[EventSession]:
        """The sessions that can be opened."""
        found = register.sessions(self.event.id)
        return day_links.of_day(found, self.day) if self.day else found

    def why_not_now(self) -> str:
        """Why nobody can mark here now, in a sentence; "" when they can."""
        return why_not_now(self.event, staff=self.staff)

    def refuse_unless_open(self) -> None:
        """Raise Refused when nothing can be marked now."""
        if sentence := self.why_not_now():
            raise Refused(sentence)

    def refuse_if_over(self, now: datetime) -> None:
        """Raise Refused once the link is no longer good; asked again when the event is locked."""
        if not self.token:
            return
        link = day_links.by_token(self.token)
        if link and (sentence := day_links.why_over(link, register.sessions(self.event.id), now)):
            raise Refused(sentence)


def opened_by_viewer(event: Event) -> Opened:
    """The register of an event that who is signed in may mark."""
    who = signed_in()
    return Opened(event=event, person=who.person, staff=who.may(*STAFF))


def opened_by_link(token: str) -> Opened:
    """The register of the day of a mailed link; a page that says why, where there is none (404) or none any more (410)."""
    link = day_links.by_token(token)
    if link is None:
        abort(problem(404, NO_LINK, heading="This link does not work", actions=SIGN_IN))
    sessions = register.sessions(link.trainer.event_id) if link.trainer else ()
    if sentence := day_links.why_over(link, sessions, clock.now()):
        abort(problem(410, sentence, heading="This link is over", actions=SIGN_IN))
    assert link.trainer is not None  # which why_over has asked
    if link.trainer.event.headcount_only:
        abort(problem(410, "Sign in to count who came.", heading="No names here", actions=SIGN_IN))
    return Opened(event=link.trainer.event, person=link.trainer.person, token=token, day=link.day)


def event_to_mark(event_id: int) -> Event:
    """The event, for those who deliver it and for its partnership's administrators.

    403 for others; 404 for a draft. Refused while the event awaits its date.
    """
    event = db.session.scalar(
        sa.select(Event).where(Event.id == event_id, Event.state != "draft").options(joinedload(Event.course))
    )
    if event is None:
        abort(404)
    who = signed_in()
    staff = who.may(*STAFF) and event.host_id == current_partnership().id
    if not staff and not (who.may(Role.TRAINER) and register.delivers(event.id, who.person.id)):
        abort(403)
    if event.awaits_date:
        raise Refused("This event has no date yet, so it has no register.")
    return event


def event_with_people(event_id: int) -> Event:
    """The same where people are marked one by one; 404 where organisations are counted instead."""
    event = event_to_mark(event_id)
    return abort(404) if event.headcount_only else event


def chosen_session(event: Event) -> tuple[EventSession, list[EventSession]]:
    """The session of an event that is asked for, or is next; with all of them."""
    found = list(register.sessions(event.id))
    return session_among(found, clock.now()), found


def session_among(sessions: Sequence[EventSession], now: datetime) -> EventSession:
    """The session asked for; else the one of today that goes on or comes next, else the next, else the first."""
    if not sessions:
        abort(404)
    asked, today = request.values.get("session", ""), clock.london_day(now)
    todays = [s for s in sessions if clock.london_day(s.starts_at) == today]
    by_id = [s for s in sessions if s.public_id == asked]
    going_on = [s for s in todays if s.ends_at > now]
    coming = [s for s in sessions if s.starts_at > now]
    return next(iter([*by_id, *going_on, *todays[-1:], *coming, *sessions]))


def why_not_now(event: Event, *, staff: bool) -> str:
    """Why nobody of that kind can mark now, in a sentence; "" when they can."""
    return rules.refusal(
        starts_at=event.times[0],
        now=clock.now(),
        by_administrator=staff,
        cancelled=event.state == "cancelled",
    )


def refuse_unless_open(event: Event) -> None:
    """Raise Refused when the viewer can mark nothing now."""
    sentence = why_not_now(event, staff=signed_in().may(*STAFF))
    if sentence:
        raise Refused(sentence)
