"""Asking the manager of a member to release them for some days a year, by a mailed link. Inside ``writing()``."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..accounts.tokens import keyed_hash
from ..audit.actions import trace
from ..clock import Clock, london_day
from ..db import db, new_public_id, writing
from ..errors import Refused
from ..notifications.actions import withdraw
from ..partnerships.models import Partnership, PartnershipSetting
from ..partnerships.rules import DEFAULTS
from . import letters
from .member_rules import POOL, long
from .models import PoolMember, ReleaseRequest
from .release_rules import AGAIN, CLOSED, WITHIN, Answer, Step, ends_at, next_step, why_closed
from .trail import NOT_RELEASED, RELEASE_ASKED, RELEASED

WITH_ALL = joinedload(ReleaseRequest.member).joinedload(PoolMember.person)


def token_of(request: ReleaseRequest) -> str:
    """The link's secret part. Computed, so that a mail can go again; without this installation's key nobody can."""
    return keyed_hash("release", request.public_id)[:40]


def hash_of(token: str) -> str:
    """What is kept of a link."""
    return keyed_hash("link of a release", token)


def by_token(token: str) -> ReleaseRequest | None:
    """The question a mailed link belongs to."""
    wanted = sa.select(ReleaseRequest).where(ReleaseRequest.token_hash == hash_of(token)).options(WITH_ALL)
    return db.session.scalar(wanted)


def setting(key: str, partnership_id: int, now: datetime) -> int:
    """How many working days, as the partnership has it."""
    chosen = db.session.scalar(sa.select(PartnershipSetting.on(key, partnership_id, london_day(now))))
    return int(chosen if chosen is not None else DEFAULTS[key])


def host_of(member: PoolMember) -> Partnership:
    """The partnership somebody delivers for."""
    return db.session.get_one(Partnership, member.partnership_id)


def open_for(member_id: int) -> ReleaseRequest | None:
    """What a manager is asked and has not answered."""
    wanted = sa.select(ReleaseRequest).where(
        ReleaseRequest.member_id == member_id, ReleaseRequest.answer == ""
    )
    return db.session.scalar(wanted.options(WITH_ALL))


def requests_of(member_id: int) -> list[ReleaseRequest]:
    """Everything managers were asked about a member, the newest first."""
    wanted = sa.select(ReleaseRequest).where(ReleaseRequest.member_id == member_id)
    return list(db.session.scalars(wanted.order_by(ReleaseRequest.id.desc())))


def ask(
    member: PoolMember, *, name: str, email: str, until_on: date, by: Person, now: datetime
) -> ReleaseRequest:
    """Ask a manager; whoever was asked before need not answer any more.

    Raises Refused for who has left or is nobody's to release, for themselves, and for a day that is over.
    """
    today = london_day(now)
    if member.standing != POOL or (member.until_on is not None and member.until_on < today):
        raise Refused("Only members of the training pool are released by a manager.")
    if until_on <= today:
        raise Refused("Enter a day to come.", reason="until_on")
    if email == member.person.email:
        raise Refused("That is their own address. Enter their manager’s.", reason="email")
    if before := open_for(member.id):
        settle(before, Answer.TAKEN_BACK, now=now)
        db.session.flush()
    request = ReleaseRequest(
        public_id=new_public_id(),
        member=member,
        manager_name=name,
        manager_email=email,
        until_on=until_on,
        asked_at=now,
        asked_by_id=by.id,
        expires_at=ends_at(now, working_days=setting(WITHIN, member.partnership_id, now)),
        answer="",
    )
    request.token_hash = hash_of(token_of(request))
    db.session.add(request)
    why = f"{name or email}, until {long(until_on)}"
    trace(at=now, actor=by.public_id, act=RELEASE_ASKED, subject=member.person.public_id, why=why)
    db.session.flush()
    letters.ask_release(request, host_of(member), token_of(request), now=now)
    return request


def settle(request: ReleaseRequest, answer: Answer, *, now: datetime, why: str = "") -> None:
    """What became of asking; a letter that has not left asks nobody any more."""
    request.answer, request.answered_at, request.why = answer, now, why.strip()
    withdraw(about=letters.about_release(request), now=now)


def closed(request: ReleaseRequest, now: datetime) -> str:
    """Why it can no longer be answered; "" when it can."""
    return why_closed(answer=request.answer, expires_at=request.expires_at, now=now)


def refuse_closed(request: ReleaseRequest, now: datetime) -> None:
    """Read what became of it meanwhile; raise Refused, in the words of its page, if it is closed."""
    db.session.refresh(request, ["answer", "answered_at", "why"], with_for_update=True)
    if why := closed(request, now):
        raise Refused(" ".join(f"{said}." if not said.endswith(".") else said for said in CLOSED[why]))


def agree(request: ReleaseRequest, *, now: datetime) -> None:
    """They are released until the day that was asked for; they are told."""
    refuse_closed(request, now)
    member = request.member
    settle(request, Answer.AGREED, now=now)
    member.released_by = request.manager_name or request.manager_email
    member.released_until = request.until_on
    why = f"{member.released_by}, until {long(request.until_on)}"
    trace(at=now, actor="", act=RELEASED, subject=member.person.public_id, why=why)
    letters.tell_release(request, host_of(member), now=now)


def decline(request: ReleaseRequest, *, why: str, now: datetime) -> None:
    """They are not released for longer; what was agreed before stays agreed. They are told."""
    refuse_closed(request, now)
    settle(request, Answer.DECLINED, now=now, why=why)
    who = request.manager_name or request.manager_email
    trace(at=now, actor="", act=NOT_RELEASED, subject=request.member.person.public_id, why=who)
    letters.tell_release(request, host_of(request.member), now=now)


def due(clock: Clock) -> None:
    """Ask again, or let run out, what nobody has answered: each in a transaction of its own."""
    open_ones = sa.select(ReleaseRequest.id).where(ReleaseRequest.answer == "").order_by(ReleaseRequest.id)
    for number in db.session.scalars(open_ones).all():
        if step_of(db.session.get_one(ReleaseRequest, number), clock()) is not None:
            with writing():
                take_step(number, clock())


def step_of(request: ReleaseRequest, now: datetime) -> Step | None:
    """What is due about one question."""
    return next_step(
        asked_at=request.asked_at,
        asked_again_at=request.asked_again_at,
        expires_at=request.expires_at,
        again_after=setting(AGAIN, request.member.partnership_id, now),
        now=now,
    )


def take_step(number: int, now: datetime) -> None:
    """Do what is due, if it still is under the lock."""
    request = db.session.get_one(ReleaseRequest, number, populate_existing=True)
    step = None if request.answer else step_of(request, now)
    if step is Step.EXPIRE:
        settle(request, Answer.EXPIRED, now=now)
    elif step is Step.ASK_AGAIN:
        request.asked_again_at = now
        letters.ask_release(request, host_of(request.member), token_of(request), now=now, again=True)
