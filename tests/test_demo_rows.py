"""The demonstration's rows hang together, as if people had made them."""

from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Agency, RoleGrant
from app.attendance.models import Mark, RegisterClosing
from app.booking.models import Approval, Booking, BookingChange, Charge, Nomination
from app.booking.needing import freed_by
from app.booking.rules import HOLDING, ON_THE_REGISTER, State
from app.catalogue.models import Course, Event, EventSession
from app.completions.evidence_files import fault_of, kind_of
from app.completions.models import Completion, Evidence
from app.db import db
from app.elearning.models import ModuleTake
from app.evaluation.models import EvaluationResponse
from app.notifications.models import Letter
from app.pool.models import EventTrainer, PoolMember
from app.records.actions import changing
from app.records.models import Certificate
from app.tallies.actions import differences
from tests.demonstration import NOW, count, fingerprint

NEXT_ONES = sa.and_(Event.starts_at >= NOW, Event.state == "published")
BOOKING_STATES = sorted(ON_THE_REGISTER)


def test_those_who_deliver_for_the_pool_work_for_partner_or_relevant_agencies_of_the_day(demo_app: Flask):
    pool = sa.select(EventTrainer.person_id, EventTrainer.agency_id, Event.starts_at).join(Event)
    for person_id, agency_id, starts_at in db.session.execute(pool.where(EventTrainer.part == "pool")):
        works = sa.select(Affiliation.agency_id).where(
            Affiliation.person_id == person_id,
            Affiliation.from_on <= starts_at.date(),
            sa.or_(Affiliation.until_on.is_(None), Affiliation.until_on >= starts_at.date()),
        )
        assert db.session.scalars(works).all() == [agency_id]


def test_agencies_that_ended_have_nobody_booked_afterwards(demo_app: Flask):
    ended = (
        sa.select(Agency.slug, Agency.until_on, sa.func.max(Booking.made_at))
        .join(Booking)
        .where(Agency.until_on.is_not(None))
    )
    found = {
        slug: (until, last)
        for slug, until, last in db.session.execute(ended.group_by(Agency.slug, Agency.until_on))
    }
    assert {"nottingham-nottinghamshire-ccgs", "nhs-bassetlaw-ccg"} <= found.keys()
    assert all(last.date() <= until for until, last in found.values())
    moved = (
        sa.select(Affiliation.person_id)
        .join(Agency)
        .where(Agency.slug == "dlnr-community-rehabilitation-company")
    )
    later = sa.select(Agency.slug).distinct().select_from(Affiliation).join(Agency)
    later = later.where(Affiliation.person_id.in_(moved), Affiliation.from_on > date(2021, 6, 25))
    assert db.session.scalars(later).all() == ["national-probation-service"]


def test_every_past_register_is_complete_and_all_but_one_are_closed(demo_app: Flask):
    over = sa.and_(Event.ends_at < NOW, Event.took_place)
    delegates = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(Event)
        .join(EventSession, EventSession.event_id == Event.id)
    )
    wanted = count(delegates.where(over, Booking.state.in_(BOOKING_STATES)))
    assert count(sa.select(sa.func.count(Mark.id))) == wanted
    closed = sa.select(sa.func.count()).select_from(RegisterClosing)
    assert count(closed) == count(sa.select(sa.func.count(Event.id)).where(over)) - 1


def test_a_certificate_from_elsewhere_waits_to_be_checked_and_frees_a_place(demo_app: Flask):
    evidence = db.session.scalars(sa.select(Evidence)).one()
    assert (evidence.state, fault_of(evidence.file), kind_of(evidence.file).name) == ("waiting", "", "PDF")
    freed = db.session.execute(freed_by(evidence.person_id, evidence.course_id, NOW)).all()
    assert [row.title for row in freed] == ["Working Together to Safeguard Children"]
    assert "booked" in {row.state for row in freed}


def test_registers_show_everything_that_happens(demo_app: Flask):
    rows = db.session.execute(sa.select(Mark.mark, Booking.state).join(Booking).distinct())
    marks = {(mark, state) for mark, state in rows}
    assert marks == {
        ("present", "booked"),
        ("absent", "booked"),
        ("excused", "booked"),
        ("present", "walk-in"),
    }
    assert count(sa.select(sa.func.count(Mark.id)).where(Mark.left_early > 30)) > 20
    late = sa.select(sa.func.count(BookingChange.id)).where(
        BookingChange.late, BookingChange.to_state == "cancelled"
    )
    assert count(late) > 20
    states = set(db.session.scalars(sa.select(Booking.state).distinct()))
    assert states == {
        State.BOOKED,
        State.WALK_IN,
        State.CANCELLED,
        State.WAITING,
        State.REQUESTED,
        State.CLOSED,
        State.EVENT_CANCELLED,
    }


def test_a_bookings_last_change_is_its_state_and_nothing_lies_in_the_future(demo_app: Flask):
    newest = (
        sa.select(BookingChange.booking_id, sa.func.max(BookingChange.id).label("id"))
        .group_by(BookingChange.booking_id)
        .subquery()
    )
    wrong = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(newest, newest.c.booking_id == Booking.id)
        .join(BookingChange, BookingChange.id == newest.c.id)
        .where(BookingChange.to_state != Booking.state)
    )
    assert count(wrong) == 0
    assert count(sa.select(sa.func.count(BookingChange.id))) >= count(sa.select(sa.func.count(Booking.id)))
    assert db.session.scalar(sa.select(sa.func.max(BookingChange.at))) < NOW
    assert db.session.scalar(sa.select(sa.func.max(EvaluationResponse.answered_at))) < NOW
    assert db.session.scalar(sa.select(sa.func.max(ModuleTake.completed_at))) < NOW


def test_nobody_is_twice_in_one_place(demo_app: Flask):
    same_time = (
        sa.select(sa.func.count())
        .select_from(Booking)
        .join(EventSession, EventSession.event_id == Booking.event_id)
        .where(Booking.state.in_(BOOKING_STATES))
        .group_by(Booking.person_id, EventSession.starts_at)
        .having(sa.func.count() > 1)
    )
    assert db.session.execute(same_time).all() == []


def test_coming_dates_are_open_nearly_full_and_full_with_people_waiting(demo_app: Flask):
    left = {
        row.id: row
        for row in db.session.execute(
            sa.select(Event.id, Event.booking_limit, Event.places_held).where(NEXT_ONES)
        )
    }
    assert len(left) >= 20
    free = [row.booking_limit - row.places_held for row in left.values()]
    assert {0, 1, 2} & set(free) and max(free) > 10
    waiting = (
        sa.select(Booking.event_id)
        .distinct()
        .join(Event, Event.id == Booking.event_id)
        .where(Booking.state == State.WAITING, NEXT_ONES)
    )
    full = [left[event_id] for event_id in db.session.scalars(waiting)]
    assert full and all(row.places_held == row.booking_limit for row in full)
    places = sa.select(EventSession.joining_url, EventSession.venue_id).join(Event).where(NEXT_ONES)
    kinds = {(bool(url), venue is not None) for url, venue in db.session.execute(places)}
    assert kinds == {(True, False), (False, True), (False, False)}, (
        "online, in a room, and one for the desk to mend"
    )


def test_completions_and_certificates_are_those_of_the_registers(demo_app: Flask):
    """80 % of the minutes complete an event; certificates wait for the answers where the course says so."""
    sessions = {s.id: s for s in db.session.scalars(sa.select(EventSession))}
    length: dict[int, int] = {}
    for session in sessions.values():
        length[session.event_id] = length.get(session.event_id, 0) + session.minutes
    there: dict[int, int] = {}
    for mark in db.session.scalars(sa.select(Mark).where(Mark.mark == "present")):
        minutes = sessions[mark.session_id].minutes - mark.minutes_late - mark.left_early
        there[mark.booking_id] = there.get(mark.booking_id, 0) + minutes
    rows = (
        sa.select(Booking.id, Booking.person_id, Event.id, Course.certificate_waits_for_after)
        .join(Event, Event.id == Booking.event_id)
        .join(Course)
        .where(Event.starts_at.is_not(None))
    )
    answered = set(
        db.session.scalars(
            sa.select(EvaluationResponse.booking_id).where(EvaluationResponse.stage == "after")
        )
    )
    completed, earned = set(), set()
    for booking_id, person_id, event_id, waits in db.session.execute(rows):
        if there.get(booking_id, 0) >= 0.8 * length[event_id]:
            completed.add((person_id, event_id))
            earned |= {booking_id} if booking_id in answered or not waits else set()
    by_event = sa.select(Completion.person_id, Completion.event_id).where(Completion.how == "event")
    assert {tuple(row) for row in db.session.execute(by_event)} == completed
    assert set(db.session.scalars(sa.select(Certificate.booking_id))) == earned


def test_completed_modules_are_completions(demo_app: Flask):
    done = count(sa.select(sa.func.count()).where(ModuleTake.completed_at.is_not(None)))
    assert count(sa.select(sa.func.count()).where(Completion.how == "module")) == done


def test_tallies_agree_with_their_rows(demo_app: Flask):
    assert differences(now=NOW) == []


def test_no_letter_is_about_the_past(demo_app: Flask):
    waiting = sa.select(sa.func.count(Letter.id)).where(Letter.message != "bulletin")
    assert count(waiting.where(Letter.due_at < NOW, Letter.state != "sent")) == 0
    assert count(waiting) < 20
    bulletins = sa.select(Letter.state).where(Letter.message == "bulletin").distinct()
    assert db.session.scalars(bulletins).all() == ["sent"]


def test_pool_members_who_deliver_may_open_their_registers(demo_app: Flask):
    members = set(db.session.scalars(sa.select(PoolMember.person_id)))
    trainers = set(db.session.scalars(sa.select(RoleGrant.person_id).where(RoleGrant.role == "trainer")))
    assert set(db.session.scalars(sa.select(EventTrainer.person_id))) <= members == trainers


def test_settling_every_event_changes_nothing(demo_app: Flask):
    """Completions, certificates, links and tallies are those that the site itself would have written."""
    path = Path(str(db.engine.url.database))
    first = fingerprint(path)
    for event_id in db.session.scalars(sa.select(Event.id).order_by(Event.id)).all():
        with changing(event_id, now=NOW):
            pass
    db.session.remove()
    assert fingerprint(path) == first


def test_on_its_first_morning_the_worker_writes_of_nothing_that_is_long_over(demo_app: Flask):
    said = demo_app.test_cli_runner().invoke(args=["work", "--once", "--at", "2026-11-20T08:00"])
    assert said.exit_code == 0, said.output
    about = sa.select(Letter.message, sa.func.min(Event.ends_at), sa.func.max(Event.ends_at))
    about = about.join(Booking, Letter.about == sa.literal("booking:") + Booking.public_id)
    about = about.join(Event, Event.id == Booking.event_id).group_by(Letter.message)
    found = {message: (first, last) for message, first, last in db.session.execute(about)}
    assert found.keys() == {
        *("approve", "booked", "waiting", "joining", "evaluate", "part-one", "follow-up", "calendar-declined")
    }
    assert found.pop("evaluate")[0] > NOW - timedelta(days=3)
    eight_weeks = timedelta(weeks=8)
    asked_late, asked_first = found.pop("follow-up")
    assert asked_late > NOW - eight_weeks - timedelta(days=14)
    assert asked_first < NOW - eight_weeks + timedelta(days=1)
    assert min(first for first, _ in found.values()) > NOW


def test_the_desk_has_an_undated_course_requests_places_without_names_and_a_charge(demo_app: Flask):
    undated = sa.select(Event.id).where(Event.starts_at.is_(None))
    waits = sa.select(sa.func.count(Booking.id)).where(Booking.event_id.in_(undated))
    assert count(waits.where(Booking.state == State.WAITING)) == 5
    asked = sa.select(Approval).join(Booking).where(Booking.state == State.REQUESTED, Approval.decision == "")
    assert sorted(approval.approver_email for approval in db.session.scalars(asked)) == [
        "",
        *["agency-lead@demo.example"] * 2,
    ]
    [held] = db.session.scalars(sa.select(Nomination))
    event = db.session.get_one(Event, held.event_id)
    named = sa.select(sa.func.count(Booking.id)).where(Booking.event_id == event.id)
    assert event.places_held == held.places + count(named.where(Booking.state.in_(HOLDING)))
    [charge] = db.session.scalars(sa.select(Charge))
    assert (charge.pence, charge.state, charge.booking.policy["charge"]["place"]) == (4500, "proposed", 4500)
    few = sa.select(sa.func.count(Event.id)).where(Event.minimum > Event.places_held)
    assert count(few.where(Event.minimum_by <= NOW.date())) == 1
