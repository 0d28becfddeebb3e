"""What is wrong with the mail: stopped, stuck, not sent, or coming back. Selects and the lines made of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ...db import db
from ...notifications import wordings
from ...notifications.models import Letter, Unreachable
from ...notifications.switch import paused_now
from ...notifications.wording_names import label_of
from .lines import Line, plural

MAIL_FOR = timedelta(days=14)
STUCK_AFTER = timedelta(hours=1)


def lines_of(partnership_id: int, now: datetime) -> Iterator[Line]:
    """A line for each thing that keeps people from hearing of what concerns them."""
    stopped = paused_now()
    if stopped:
        yield stopped_mail(stopped.at, stopped.why)
    unsent = db.session.execute(unsent_mails(partnership_id, now - MAIL_FOR)).one()
    if unsent.number:
        yield unsent_mail(unsent.number, unsent.unsure, unsent.oldest)
    number, oldest, fault = db.session.execute(stuck_mails(now)).one()
    if number and not stopped:
        yield stuck_mail(number, oldest, fault)
    comes_back = Unreachable.marked(partnership_id)
    counted = comes_back.with_only_columns(sa.func.count(), sa.func.min(Unreachable.since_at))
    number, oldest = db.session.execute(counted).one()
    if number:
        yield returned_mail(number, oldest)
    if broken := wordings.faults_of(partnership_id):
        yield words_not_used(sorted(broken), min(fault.at for fault in broken.values()))


def unsent_mails(partnership_id: int, since: datetime) -> sa.Select[int, int, datetime]:
    """How many mails did not leave since then, or perhaps, and did not go out later; and when the first was written.

    Sign-in mails apart: whoever asked for one has noticed, and asks again.
    """
    later = aliased(Letter)
    replaced = sa.exists().where(
        sa.or_(
            later.to_email == Letter.to_email, sa.and_(later.to_name == Letter.to_name, Letter.to_name != "")
        ),
        later.message == Letter.message,
        later.about == Letter.about,
        later.id > Letter.id,
        later.state.in_(("queued", "sending", "sent")),
    )
    number, unsure = sa.func.count(), sa.func.count(sa.case((Letter.state == "unsure", 1)))
    oldest = sa.func.min(Letter.queued_at)
    return sa.select(number.label("number"), unsure.label("unsure"), oldest.label("oldest")).where(
        Letter.partnership_id == partnership_id,
        Letter.state.in_(("failed", "unsure")),
        sa.or_(Letter.queued_at >= since, Letter.state == "unsure"),
        sa.or_(~Letter.secret, Letter.message == "approve"),
        sa.or_(Letter.state == "unsure", ~replaced),
    )


def stuck_mails(now: datetime) -> sa.Select[int, datetime, str]:
    """How many letters should have left an hour ago and were never refused, since when, and why the first cannot."""
    due = Letter.state == "queued", Letter.due_at <= now - STUCK_AFTER, Letter.tries == 0
    stuck = *due, ~sa.and_(Letter.expires_at.is_not(None), Letter.expires_at <= now)
    first = (
        sa.select(Letter.fault).where(*stuck, Letter.fault != "").order_by(Letter.due_at, Letter.id).limit(1)
    )
    number, oldest = sa.func.count(), sa.func.min(Letter.due_at)
    return sa.select(number, oldest, sa.func.coalesce(first.scalar_subquery(), "")).where(*stuck)


def stopped_mail(since: datetime, why: str) -> Line:
    """Somebody stopped all sending."""
    return Line(
        rank=0,
        when=since,
        what="All mail is stopped",
        why=why,
        button="See what waits",
        href="/outbox/pause",
        word="Since",
    )


def unsent_mail(count: int, unsure: int, oldest: datetime) -> Line:
    """Mail that could not be delivered, or of which nobody knows."""
    one = count == 1
    what = "A mail could not be sent" if one else f"{count:,} mails could not be sent"
    perhaps = "A mail may have left, or not" if one else f"{count:,} mails may have left, or not"
    return Line(
        rank=1,
        when=oldest,
        what=perhaps if unsure == count else what,
        why="Say of each whether it left." if unsure == count else told(unsure),
        button="See the mail",
        href="/outbox?state=unsettled" if unsure else "/outbox?state=failed",
        word="Since",
    )


def told(unsure: int) -> str:
    """What to do, and how many of them nobody knows about."""
    said = "Each says what went wrong. Send it again, or ring."
    return said + (f" {unsure:,} of them may have left all the same." if unsure else "")


def stuck_mail(count: int, oldest: datetime, fault: str) -> Line:
    """Nothing leaves: the mail server or the worker is away, or a setting is wrong, which the letters then say."""
    why = fault.rstrip(".") or "The mail server does not answer, or no worker runs"
    return Line(
        rank=0,
        when=oldest,
        what=f"{plural(count, 'mail')} should have left by now",
        why=f"{why}. Nothing is lost: they leave as soon as that is put right.",
        button="See the mail",
        href="/outbox?state=queued",
        word="Since",
    )


def words_not_used(names: list[str], oldest: datetime) -> Line:
    """Words edited on the site that could not be filled in when a letter was written."""
    one = len(names) == 1
    mails = label_of(names[0]) if one else f"{len(names):,} mails"
    return Line(
        rank=1,
        when=oldest,
        what=f"{mails}: words that could not be filled in",
        why="The shipped words are sent instead, so nobody missed a mail. Mend yours, or go back to what ships.",
        button="Look at the words" if one else "See which",
        href=f"/messages/{names[0]}" if one else "/messages",
        word="Since",
    )


def returned_mail(count: int, oldest: datetime) -> Line:
    """Addresses that take no mail."""
    return Line(
        rank=1,
        when=oldest,
        what=f"Mail to {plural(count, 'person', 'people')} comes back",
        why="They hear nothing from the site. Ring, and correct the address.",
        button="See who",
        href="/outbox/unreachable",
        word="Since",
    )
