"""The names of things in the database that is open, for ``tests/addresses.py``: ids, slugs, links of mails."""

import re
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.models import Affiliation, Agency, Person, RoleGrant, Setting
from app.attendance import check_in_codes, day_links, missed
from app.attendance.check_in_models import CheckInKey
from app.attendance.models import AbsenceReason, Mark, RegisterClosing
from app.attendance.report_models import AttendanceReport
from app.booking.approving import token_of
from app.booking.interests import link_of
from app.booking.leading import from_there, led_of
from app.booking.manager_links import Holder, token_for
from app.booking.models import Approval, Booking, Charge, EventMessage, Headcount, Interest, Nomination
from app.booking.needing import missing_by_deadline
from app.booking.rules import LIVE, State
from app.bulletin.models import Bulletin, Subscriber, SubscriberChange
from app.bulletin.subscribing import link_of as confirm_link
from app.catalogue.models import Course, Event, EventSession, Venue
from app.clock import london_day, now
from app.completions.models import Evidence
from app.db import db
from app.evaluation.models import EvaluationRequest, EvaluationResponse
from app.imports.models import ImportBatch, ImportDraft
from app.materials.models import Material, RecordingNotice
from app.notifications import unsubscribing
from app.notifications.models import Letter, Unreachable
from app.pool.calls import token_of as token_of_call
from app.pool.models import Commission, EventTrainer, PoolApplication, PoolMember, ReleaseRequest, TrainerCall
from app.pool.releases import token_of as token_of_release
from app.records.models import Certificate

LATE_COURSE = "parental-mental-health"
CHECK_IN_LINK = "a-link"  # its secret part


def email_of(who: str) -> str:
    """Where the person to sign in as has their mail; the same as in the demonstration."""
    return f"{who}@demo.example"


def person_called(who: str) -> Person:
    """The person to sign in as: by the role's slug, or the newcomer."""
    return db.session.scalars(sa.select(Person).where(Person.email == email_of(who))).one()


def one(wanted: sa.Select) -> str:
    """The first answer of a select as it stands in an address."""
    found = db.session.scalar(wanted.limit(1))
    assert found is not None, f"nothing here answers {wanted}"
    return str(found)


def coming(*, full: bool = False) -> sa.Select:
    """Dates of other courses than those Priya has a claim on, soonest first."""
    claimed = (
        sa.select(Event.course_id)
        .join(Booking, Booking.event_id == Event.id)
        .where(Booking.person_id == person_called("practitioner").id, Booking.state.in_(LIVE))
    )
    left = Event.places_held >= Event.booking_limit if full else Event.places_held < Event.booking_limit
    week = now() + timedelta(days=7)
    return (
        sa.select(Event.id)
        .join(Course, Course.id == Event.course_id)
        .where(
            Course.approval == "",
            Event.state == "published",
            Event.starts_at > week,
            Event.course_id.not_in(claimed),
            left,
        )
        .order_by(Event.starts_at)
    )


def booking_of_priya(*states: State, over: bool = False, late: bool = False) -> str:
    """One of her bookings."""
    ended, soon = Event.ends_at <= now(), Event.starts_at < now() + timedelta(days=5)
    return one(
        sa.select(Booking.public_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Course, Course.id == Event.course_id)
        .where(Booking.person_id == person_called("practitioner").id, Booking.state.in_(states))
        .where(ended if over else ~ended, soon if late else sa.true())
        .order_by(Course.slug == LATE_COURSE if not late else Course.slug != LATE_COURSE)
    )


def slug_where(*conditions: sa.ColumnElement[bool]) -> str:
    """A published course."""
    return one(sa.select(Course.slug).where(Course.published, *conditions).order_by(Course.slug))


def without_a_date() -> sa.ColumnElement[bool]:
    """The condition that a course has no coming date."""
    dates = sa.select(Event.id).where(Event.course_id == Course.id, Event.starts_at > now())
    return sa.and_(Course.delivery.in_(("classroom", "virtual")), ~dates.exists())


def event_with(part: type[Booking | Headcount | RegisterClosing | EventTrainer]) -> str:
    """The newest past event that has such a row."""
    return one(
        sa.select(Event.id)
        .where(Event.ends_at < now(), sa.exists().where(part.event_id == Event.id))
        .order_by(Event.starts_at.desc())
    )


def open_register() -> str:
    """The past event where marks are missing."""
    marked = sa.exists().where(Mark.booking_id == Booking.id)
    missing = sa.and_(Booking.event_id == Event.id, Booking.state == State.BOOKED, ~marked)
    over = sa.and_(Event.ends_at < now(), Event.state == "published", ~Event.headcount_only)
    return one(sa.select(Event.id).where(over, sa.exists().where(missing)))


def check_in_code() -> str:
    """What the trainer's screen of today shows now."""
    row = db.session.scalars(sa.select(CheckInKey)).one()
    return check_in_codes.shown(row, db.session.get_one(EventSession, row.session_id), now()).token


def a_report(*conditions: sa.ColumnElement[bool]) -> str:
    """The id in addresses of a meeting's report of the event where marks are missing."""
    mine = sa.select(AttendanceReport.public_id).where(AttendanceReport.event_id == int(open_register()))
    return one(mine.where(*conditions))


def todays_event() -> str:
    """The event that the trainer delivers today."""
    mine = sa.exists().where(
        EventTrainer.event_id == Event.id, EventTrainer.person_id == person_called("trainer").id
    )
    hours = timedelta(hours=12)
    return one(sa.select(Event.id).where(mine, Event.starts_at.between(now() - hours, now() + hours)))


def todays_link() -> str:
    """The link of the evening before to the register of today."""
    wanted = sa.select(EventTrainer).where(
        EventTrainer.event_id == int(todays_event()), EventTrainer.person_id == person_called("trainer").id
    )
    trainer = db.session.scalars(wanted).one()
    return day_links.token_of(trainer, london_day(trainer.event.times[0]))


def unused_link() -> str:
    """The link of the newcomer's newest sign-in mail."""
    text = one(sa.select(Letter.text).where(Letter.message == "sign-in").order_by(Letter.id.desc()))
    found = re.search(r"/sign-in/(\S+)", text)
    assert found, text
    return found.group(1)


def practitioner_agency() -> sa.Select:
    """Where Priya works."""
    return (
        sa.select(Agency.slug)
        .join(Affiliation)
        .where(Affiliation.person_id == person_called("practitioner").id)
    )


def link_of_priya(stage: str, *, answered: bool = False, still_open: bool = True) -> str:
    """The link in one of her mails that ask about a course."""
    request = EvaluationRequest
    response = sa.exists().where(
        EvaluationResponse.booking_id == request.booking_id, EvaluationResponse.stage == request.stage
    )
    is_open = sa.or_(request.closes_at.is_(None), request.closes_at > now())
    return one(
        sa.select(request.token)
        .join(Booking, Booking.id == request.booking_id)
        .where(Booking.person_id == person_called("practitioner").id, request.stage == stage)
        .where(response if answered else ~response, is_open if still_open else ~is_open)
        .order_by(request.opens_at.desc())
    )


def certificate_of_priya() -> str:
    """The number of her certificate."""
    return one(
        sa.select(Certificate.public_id)
        .join(Booking, Booking.id == Certificate.booking_id)
        .where(Booking.person_id == person_called("practitioner").id)
    )


def link_back(state: State) -> str:
    """The link with which somebody says no to what another person booked for Priya."""
    public_id = booking_of_priya(state)
    booking = db.session.scalars(sa.select(Booking).where(Booking.public_id == public_id)).one()
    return token_for(booking, Holder.PERSON)


def said_why() -> sa.Exists:
    """The condition that somebody said why they did not come."""
    return sa.exists().where(AbsenceReason.booking_id == Booking.id)


def link_why(*conditions: sa.ColumnElement[bool]) -> str:
    """A link by which somebody says why they did not come to a date of the last weeks."""
    lately = Event.ends_at.between(now() - timedelta(weeks=7), now())
    booked = sa.select(Booking.public_id).join(Event, Event.id == Booking.event_id)
    wanted = booked.where(lately, Event.took_place, Booking.state == State.BOOKED, *conditions)
    return missed.token_of(one(wanted.order_by(Booking.id)))


def led_by_leah() -> str:
    """A coming booking of somebody whom the agency lead leads."""
    grants = db.session.scalars(
        sa.select(RoleGrant).where(RoleGrant.person_id == person_called("agency-lead").id)
    )
    led = from_there(led_of(grants.all()))
    return one(
        sa.select(Booking.public_id)
        .join(Event, Event.id == Booking.event_id)
        .where(led, Booking.state == State.BOOKED, Event.starts_at > now())
        .order_by(Event.starts_at, Booking.id)
    )


def question(*, settled: bool = False) -> Approval:
    """A question that somebody was asked about a booking, and can still answer (or cannot any more)."""
    wanted = sa.select(Approval).where(Approval.decision == ("withdrawn" if settled else ""))
    return db.session.scalars(wanted.order_by(Approval.id.desc()).limit(1)).one()


def call_answered(answer: str) -> TrainerCall:
    """A call to deliver with that answer."""
    return db.session.scalars(sa.select(TrainerCall).where(TrainerCall.answer == answer)).one()


def delivered() -> str:
    """An event that is over and that the trainer delivered."""
    mine = EventTrainer.event_id == Event.id, EventTrainer.person_id == person_called("trainer").id
    over = Event.ends_at < now(), Event.took_place, Event.state == "published"
    return one(sa.select(Event.id).join(EventTrainer, sa.and_(*mine)).where(*over).order_by(Event.ends_at))


FOUND: dict[str, Callable[[], str]] = {
    "approval": lambda: question().public_id,
    "approval_link": lambda: token_of(question()),
    "call_link": lambda: token_of_call(call_answered("")),
    "their_date": lambda: one(
        sa.select(EventTrainer.event_id)
        .join(Event, Event.id == EventTrainer.event_id)
        .where(EventTrainer.person_id == person_called("trainer").id)
        .where(Event.state == "published", Event.starts_at > now())
        .order_by(Event.starts_at)
    ),
    "their_trainer": lambda: person_called("trainer").public_id,
    "called_date": lambda: str(call_answered("").event_id),
    "declined_call": lambda: token_of_call(call_answered("no")),
    "delivered": delivered,
    "deliverer": lambda: person_called("trainer").public_id,
    "charge": lambda: one(sa.select(Charge.public_id).where(Charge.state == "proposed")),
    "requested": lambda: one(sa.select(Booking.public_id).where(Booking.id == question().booking_id)),
    "settled_link": lambda: token_of(question(settled=True)),
    "agency": lambda: one(practitioner_agency()),
    "answered": lambda: link_of_priya("after", answered=True),
    "ask_after": lambda: link_of_priya("after"),
    "ask_before": lambda: link_of_priya("before"),
    "awaited": lambda: one(sa.select(Event.id).where(Event.starts_at.is_(None), Event.state == "published")),
    "batch": lambda: one(sa.select(ImportBatch.public_id).where(ImportBatch.file_name == "venues.csv")),
    "booked": lambda: booking_of_priya(State.BOOKED),
    "booked_date": lambda: one(
        sa.select(Booking.event_id).where(Booking.public_id == booking_of_priya(State.BOOKED))
    ),
    "booked_late": lambda: booking_of_priya(State.BOOKED, late=True),
    "cancelled": lambda: booking_of_priya(State.CANCELLED),
    "cancelled_date": lambda: one(
        sa.select(Event.id).where(Event.state == "cancelled").order_by(Event.starts_at.desc())
    ),
    "certificate": certificate_of_priya,
    "who_came": lambda: one(
        sa.select(Booking.public_id)
        .join(Mark, Mark.booking_id == Booking.id)
        .where(Booking.event_id == int(event_with(RegisterClosing)), Mark.mark == "present")
        .order_by(Booking.id)
    ),
    "closed": lambda: event_with(RegisterClosing),
    "closed_before": lambda: link_of_priya("before", still_open=False),
    "coming": lambda: one(coming()),
    "course": lambda: slug_where(Course.slug == "working-together"),
    "course_year": lambda: "2021-22",
    "date": lambda: one(coming()),
    "draft": lambda: one(sa.select(ImportDraft.public_id).where(ImportDraft.file_name == "new.csv")),
    "e_learning": lambda: slug_where(Course.delivery == "e-learning"),
    "enough": lambda: link_of(
        db.session.scalars(sa.select(Interest).where(Interest.ended_at.is_(None)).limit(1)).one()
    ).rpartition("/")[2],
    "recorded": lambda: one(sa.select(RecordingNotice.event_id).where(RecordingNotice.recorded)),
    "given": lambda: one(sa.select(Material.event_id).where(Material.event_id.is_not(None))),
    "material": lambda: one(sa.select(Material.public_id).where(Material.kind == "file")),
    "evidence": lambda: one(
        sa.select(Evidence.public_id).where(Evidence.person_id == person_called("practitioner").id)
    ),
    "external": lambda: slug_where(Course.delivery == "external"),
    "few": lambda: one(sa.select(Event.id).where(Event.minimum.is_not(None), Event.starts_at > now())),
    "faulty_draft": lambda: one(sa.select(ImportDraft.public_id).where(ImportDraft.file_name == "old.csv")),
    "full_date": lambda: one(coming(full=True)),
    "forum": lambda: one(
        sa.select(Event.id).where(Event.headcount_only, Event.starts_at > now()).order_by(Event.id)
    ),
    "missed": lambda: link_why(missed.marked("absent"), ~said_why()),
    "missed_and_said": lambda: link_why(said_why()),
    "attended": lambda: link_why(missed.marked("present")),
    "give_back": lambda: link_back(State.BOOKED),
    "given_back": lambda: link_back(State.CANCELLED),
    "headcount": lambda: event_with(Headcount),
    "held_places": lambda: one(sa.select(Nomination.public_id)),
    "led": led_by_leah,
    "bulletin_draft": lambda: one(sa.select(Bulletin.public_id).where(Bulletin.state == "draft")),
    "bulletin_sent": lambda: one(sa.select(Bulletin.public_id).where(Bulletin.state == "sent")),
    "bulletin_link": lambda: confirm_link(
        db.session.scalars(sa.select(SubscriberChange).where(SubscriberChange.what == "asked")).one()
    ).rpartition("/")[2],
    "subscriber": lambda: one(sa.select(Subscriber.public_id).where(Subscriber.ended_at.is_not(None))),
    "letter": lambda: one(
        sa.select(Letter.public_id).where(Letter.message == "booked").order_by(Letter.id.desc())
    ),
    "works_again": lambda: one(sa.select(Unreachable.id).where(Unreachable.cleared_at.is_not(None))),
    "message": lambda: one(sa.select(EventMessage.public_id)),
    "check_in": check_in_code,
    "check_in_link": lambda: CHECK_IN_LINK,
    "open_register": open_register,
    "report_to_save": lambda: a_report(AttendanceReport.confirmed_at.is_(None)),
    "saved_report": lambda: a_report(AttendanceReport.confirmed_at.is_not(None)),
    "part_one": lambda: slug_where(Course.slug == "working-together-part-1"),
    "numbers": lambda: one(
        sa.select(Headcount.token)
        .join(Event, Event.id == Headcount.event_id)
        .where(Event.starts_at > now(), Headcount.cancelled_at.is_(None))
    ),
    "new_draft": lambda: one(sa.select(ImportDraft.public_id).where(ImportDraft.checked_at.is_(None))),
    "offered": lambda: booking_of_priya(State.OFFERED),
    "part_one_date": lambda: one(
        sa.select(Event.id)
        .join(Course, Course.id == Event.course_id)
        .where(Course.slug == "working-together", Event.state == "published", Event.starts_at > now())
        .order_by(Event.starts_at.desc())
    ),
    "past": lambda: booking_of_priya(State.BOOKED, over=True),
    "person": lambda: person_called("practitioner").public_id,
    "pool_application": lambda: one(sa.select(PoolApplication.public_id)),
    "release_link": lambda: token_of_release(db.session.scalars(sa.select(ReleaseRequest)).one()),
    "contract": lambda: one(sa.select(Commission.public_id).where(Commission.paid_on.is_(None))),
    "member": lambda: person_called("trainer").public_id,
    "expert": lambda: one(
        sa.select(Person.public_id)
        .join(PoolMember, PoolMember.person_id == Person.id)
        .where(PoolMember.standing == "expert")
    ),
    "sign_in_link": unused_link,
    "unsubscribe": lambda: unsubscribing.token_of(
        one(sa.select(Letter.public_id).where(Letter.message == "booked"))
    ),
    "strategy": lambda: slug_where(Course.slug == "strategy-discussions"),
    "to_finish": lambda: one(
        missing_by_deadline().with_only_columns(Booking.public_id).where(Event.starts_at > now())
    ),
    "today": todays_event,
    "todays_link": todays_link,
    "umbrella": lambda: one(sa.select(Agency.slug).join(Setting, Setting.agency_id == Agency.id)),
    "undated": lambda: slug_where(without_a_date()),
    "venue": lambda: one(sa.select(Venue.id).order_by(Venue.name)),
    "used_batch": lambda: one(sa.select(ImportBatch.public_id).where(ImportBatch.file_name == "rooms.csv")),
    "waiting": lambda: booking_of_priya(State.WAITING),
    "written_date": lambda: one(sa.select(EventMessage.event_id)),
    "year": lambda: "2021-22" if db.session.scalar(sa.select(Event.id).limit(1)) else "2026-27",
}
