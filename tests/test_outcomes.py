"""Who completed: the rule a booking was made under, deciding by hand, and what follows from a correction."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.accounts.models import Affiliation, Person
from app.accounts.rules import Role
from app.attendance import overriding
from app.attendance.actions import close, mark_delegates, walk_in
from app.attendance.models import OutcomeOverride, RegisterClosing
from app.attendance.override_rules import Decision, has_completed
from app.attendance.register import unmarked
from app.attendance.rules import MarkKind, Wanted, Way
from app.booking.actions import book
from app.booking.models import Booking
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event, EventSession
from app.clock import from_london, london_day
from app.completions.models import Completion
from app.db import db, rebuilding, writing
from app.errors import Refused
from app.evaluation.loading import load_questionnaires
from app.evaluation.models import EvaluationRequest
from app.evaluation.questionnaires import usual
from app.notifications.models import Letter
from app.partnerships.outcome_rules import USUAL, OutcomeRule, chosen, rule_from
from app.partnerships.setting import set_from
from app.records.actions import changing
from app.records.due import tell
from app.records.models import Certificate
from app.tallies.actions import differences
from app.tallies.models import EventTally
from app.tallies.rules import Delegate, EventFacts, Marked, Unit, count_event
from tests.factories import add, make_booking, make_course, make_event, make_partnership, make_person

STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
LATER = ENDS + timedelta(hours=2)

sittings = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), max_size=5).map(
    lambda pairs: [(min(there, length), length) for there, length in pairs]
)
rules = st.builds(OutcomeRule, st.integers(1, 100), st.just(False)) | st.builds(
    OutcomeRule, st.integers(1, 100), st.just(True), st.integers(0, 6)
)


@given(rules, sittings)
def test_longer_there_never_takes_a_completion_away(rule_: OutcomeRule, there: list):
    if rule_.is_met(there):
        assert rule_.is_met([(length, length) for _, length in there])
    whole = [(length, length) for _, length in there]
    assert rule_.is_met(whole) == bool(there)
    assert not rule_.is_met([(0, length) for _, length in there])


@given(rules)
def test_a_rule_is_stored_and_read_as_it_is(rule_: OutcomeRule):
    assert rule_from(rule_.as_stored()) == rule_
    assert rule_.in_words


@pytest.mark.parametrize(
    ("rule_", "there", "met"),
    [
        (USUAL, [(180, 180), (108, 180)], True),
        (USUAL, [(180, 180), (107, 180)], False),
        (OutcomeRule(80, by_session=True), [(180, 180), (108, 180)], False),
        (OutcomeRule(80, by_session=True), [(144, 180), (144, 180)], True),
        (OutcomeRule(80, by_session=True, sessions=1), [(0, 180), (144, 180)], True),
        (OutcomeRule(80, by_session=True, sessions=3), [(180, 180), (180, 180)], True),
        (OutcomeRule(100), [(179, 180)], False),
        (USUAL, [], False),
    ],
)
def test_the_rule_as_the_partnership_would_count_it(rule_: OutcomeRule, there: list, met: bool):
    assert rule_.is_met(there) is met


def test_of_date_course_and_partnership_the_first_that_says_anything_holds():
    assert chosen(None, None, {"percent": 90}) == {"percent": 90}
    assert chosen(None, {"percent": 70, "sessions": 2}, {"percent": 90}) == {"percent": 70, "sessions": 2}
    assert chosen({"percent": 60}, {"percent": 70}, None) == {"percent": 60}


people = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(["present", "absent", "excused", ""]), st.integers(0, 90)), max_size=2
        ),
        st.sampled_from(["booked", "walk-in"]),
        rules,
        st.sampled_from([None, *Decision]),
    ),
    max_size=12,
)


@given(people)
def test_whatever_is_marked_ruled_and_decided_the_counts_add_up(given_people: list):
    facts = EventFacts(20, took_place=True, headcount_only=False, minutes=180)
    facts.sessions = {1: 90, 2: 90}
    for number, (marks, state, rule_, decided) in enumerate(given_people, start=1):
        unit = Unit(number % 3 + 1, None, "Health", "")
        facts.delegates.append(Delegate(number, number, unit, state == "booked", state == "walk-in", False))
        facts.rules[number] = rule_
        if decided:
            facts.decided[number] = decided
        facts.marks += [
            Marked(number, kind, there, "", session)
            for session, (kind, there) in enumerate(marks, start=1)
            if kind
        ]
    counts = count_event(facts)
    total = {name: sum(row.get(name, 0) for row in counts["units"]) for name in ("came", "completed", "part")}
    total |= {
        name: sum(row.get(name, 0) for row in counts["units"])
        for name in ("expected", "came_expected", "walk_ins", "excused", "did_not_attend")
    }
    assert total["came"] == total["completed"] + total["part"]
    assert total["came"] == total["came_expected"] + total["walk_ins"]
    assert total["came_expected"] + total["excused"] + total["did_not_attend"] == total["expected"]


@given(st.booleans(), st.booleans(), st.sampled_from([None, *Decision]))
def test_who_did_not_come_has_never_completed(came: bool, by_rule: bool, decided: str | None):
    found = has_completed(came=came, by_rule=by_rule, decided=decided)
    assert found <= came
    if came and decided in (None, Decision.BY_RULE):
        assert found == by_rule


def mark(booking: Booking, *kinds: str, why: str = "", now=LATER, **minutes: int) -> None:
    """Mark a delegate in the first sessions of their event; "" leaves one without a mark."""
    with changing(booking.event_id, now=now) as event:
        sessions = db.session.scalars(EventSession.of(event.id)).all()
        for session, kind in zip(sessions, kinds, strict=False):
            wanted = Wanted(MarkKind(kind) if kind else None, **(minutes if kind == "present" else {}))
            mark_delegates(
                event, session.id, {booking.id: wanted}, by_id=ada().id, now=now, why=why, how=Way.REGISTER
            )


def ada():
    """Who does it."""
    found = db.session.scalar(sa.select(Person).where(Person.name == "Ada Lane"))
    return found or make_person("Ada Lane", Role.ADMINISTRATOR)


def decide(booking: Booking, decision: Decision, why: str = "The lift was stuck", now=LATER) -> None:
    with changing(booking.event_id, now=now) as event:
        overriding.decide(
            event, db.session.get_one(Booking, booking.id), decision, why=why, by=ada(), now=now
        )


def shut(event: Event, now=LATER) -> None:
    with changing(event, now=now) as locked:
        close(locked, by=ada(), now=now)


def completed() -> set[int]:
    db.session.rollback()
    return set(db.session.scalars(sa.select(Completion.person_id).where(Completion.how == "event")))


def holds(booking: Booking) -> bool | None:
    """Whether their certificate holds; None where they never had one."""
    db.session.rollback()
    row = db.session.execute(
        sa.select(Certificate.withdrawn_at).where(Certificate.booking_id == booking.id)
    ).first()
    return None if row is None else row.withdrawn_at is None


def letters(booking: Booking, *messages: str) -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Letter.message, Letter.state)
        .where(Letter.about == f"booking:{booking.public_id}", Letter.message.in_(messages))
        .order_by(Letter.id)
    )
    return [(row.message, row.state) for row in rows]


def counted(event: Event) -> dict[str, int]:
    db.session.rollback()
    units = db.session.scalars(sa.select(EventTally.counts).where(EventTally.event_id == event.id)).one()[
        "units"
    ]
    return {name: sum(row.get(name, 0) for row in units) for name in ("came", "completed", "part")}


def simple_event(**given: object) -> Event:
    """A past event whose certificates wait for nothing."""
    return make_event(make_course(certificate_waits_for_after=False), starts=STARTS, **given)


def book_now(event: Event, person: Person, now) -> Booking:
    """A place, booked as people do."""
    works = workplaces_of(person.id, london_day(now))[0]
    with changing(event, now=now) as locked:
        return book(locked, person, works, by=person, now=now, asked=Asked())


def test_a_booking_keeps_the_rule_it_was_made_under(each_app: Flask):
    event, now = simple_event(), STARTS - timedelta(days=20)
    first = book_now(event, make_person("Bea Before"), now)
    with writing():
        day = london_day(now)
        ours = make_partnership().id
        set_from(ours, "outcome_rule", {"percent": 60}, from_on=day, today=day, by="", now=now)
    second = book_now(event, make_person("Al After"), now + timedelta(hours=1))
    for booking in (first, second):
        mark(booking, "present", minutes_late=54)  # 70 %
    assert completed() == {second.person_id}
    places = [first, second]
    assert [place.policy["outcome_rule"]["percent"] for place in places] == [80, 60]


def test_a_decision_brings_the_certificate_and_taking_it_back_withdraws_it(each_app: Flask):
    event = simple_event()
    booking = make_booking(event, make_person("Priya Patel"))
    mark(booking, "present", minutes_late=54)  # 70 %
    assert (completed(), holds(booking), counted(event)) == (
        set(),
        None,
        {"came": 1, "completed": 0, "part": 1},
    )
    decide(booking, Decision.COMPLETED)
    assert (completed(), holds(booking)) == ({booking.person_id}, True)
    assert counted(event) == {"came": 1, "completed": 1, "part": 0}
    decide(booking, Decision.BY_RULE, why="It was somebody else")
    assert (completed(), holds(booking)) == (set(), False)
    decide(booking, Decision.COMPLETED, why="It was her after all")
    assert holds(booking)
    assert differences(now=LATER) == []
    rows = db.session.scalars(sa.select(OutcomeOverride).order_by(OutcomeOverride.id)).all()
    assert [row.outcome for row in rows] == ["completed", "by the rule", "completed"]
    assert all(row.by_id and row.why for row in rows)


def test_who_did_not_come_has_nothing_decided(app: Flask):
    booking = make_booking(simple_event())
    mark(booking, "absent")
    with pytest.raises(Refused, match="Correct the register first"):
        decide(booking, Decision.COMPLETED)
    with pytest.raises(Refused, match="Say why"):
        mark(booking, "present")
        decide(booking, Decision.NOT_COMPLETED, why="  ")


def test_nobody_decides_their_own_outcome_nor_one_before_the_end(app: Flask):
    booking = make_booking(simple_event(), ada())
    mark(booking, "present", now=STARTS)
    with pytest.raises(Refused, match="their own"):
        decide(booking, Decision.COMPLETED)
    with pytest.raises(Refused, match="when the last session is over"):
        decide(booking, Decision.COMPLETED, now=STARTS)


def test_a_decision_outlives_no_correction_to_absent(app: Flask):
    event = simple_event()
    booking = make_booking(event)
    mark(booking, "present", minutes_late=60)
    decide(booking, Decision.COMPLETED)
    mark(booking, "absent", why="It was her twin")
    assert (completed(), holds(booking), counted(event)["came"]) == (set(), False, 0)


def test_the_same_decision_again_changes_nothing(app: Flask):
    booking = make_booking(simple_event())
    mark(booking, "present")
    decide(booking, Decision.BY_RULE)
    decide(booking, Decision.NOT_COMPLETED)
    decide(booking, Decision.NOT_COMPLETED, why="Said twice")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutcomeOverride)) == 1


def test_a_closed_register_corrected_tells_the_person_once(each_app: Flask):
    event = simple_event()
    booking = make_booking(event, make_person("Priya Patel"))
    mark(booking, "present")
    shut(event)
    mark(booking, "absent", why="A mix-up of names", now=LATER + timedelta(days=1))
    assert holds(booking) is False
    assert letters(booking, "certificate-withdrawn") == [("certificate-withdrawn", "queued")]
    mark(booking, "absent", why="Once more", now=LATER + timedelta(days=1))
    assert len(letters(booking, "certificate-withdrawn")) == 1


def test_what_is_put_right_before_the_letter_left_tells_nobody_anything(app: Flask):
    event = simple_event()
    booking = make_booking(event, make_person("Priya Patel"))
    mark(booking, "present")
    shut(event)
    mark(booking, "absent", why="A mix-up")
    mark(booking, "present", why="No mix-up")
    assert holds(booking)
    assert letters(booking, "certificate-withdrawn", "certificate-ready") == [
        ("certificate-withdrawn", "withdrawn")
    ]


def sent(now=LATER) -> None:
    """Everything in the outbox has left."""
    with writing():
        leave = sa.update(Letter).where(Letter.state == "queued")
        db.session.execute(leave.values(state="sent", sent_at=now))


def test_what_is_put_right_afterwards_is_told_as_well(app: Flask):
    event = simple_event()
    booking = make_booking(event, make_person("Priya Patel"))
    mark(booking, "present")
    shut(event)
    mark(booking, "absent", why="A mix-up")
    sent()
    mark(booking, "present", why="No mix-up", now=LATER + timedelta(days=1))
    assert letters(booking, "certificate-withdrawn", "certificate-ready") == [
        ("certificate-withdrawn", "sent"),
        ("certificate-ready", "queued"),
    ]
    mark(booking, "absent", why="It was one", now=LATER + timedelta(days=2))
    assert letters(booking, "certificate-ready") == [("certificate-ready", "withdrawn")]
    assert len(letters(booking, "certificate-withdrawn")) == 1


def test_who_came_after_all_by_a_correction_is_asked_how_it_was(app: Flask):
    with rebuilding():
        course = make_course(certificate_waits_for_after=False)
        load_questionnaires([course.id], usual())
    event = make_event(course, starts=STARTS)
    booking = make_booking(event, make_person("Priya Patel"))
    mark(booking, "absent")
    shut(event)
    mark(booking, "present", why="She signed in late", now=LATER + timedelta(days=1))
    with changing(event, now=LATER + timedelta(days=1)) as locked:
        tell(locked, LATER + timedelta(days=1))
    assert ("evaluate", "queued") in letters(booking, "evaluate")
    mark(booking, "absent", why="She did not", now=LATER + timedelta(days=1, hours=1))
    assert letters(booking, "evaluate") == [("evaluate", "withdrawn")]
    mark(booking, "present", why="She did", now=LATER + timedelta(days=1, hours=2))
    with changing(event, now=LATER + timedelta(days=1, hours=2)) as locked:
        tell(locked, LATER + timedelta(days=1, hours=2))
    assert letters(booking, "evaluate") == [("evaluate", "withdrawn"), ("evaluate", "queued")]
    open_links = sa.select(EvaluationRequest).where(EvaluationRequest.closes_at.is_(None))
    assert [link.booking_id for link in db.session.scalars(open_links)] == [booking.id]


def two_days(**given: object) -> Event:
    """An event of two sessions, a week apart."""
    week = timedelta(days=7)
    event = simple_event(ends=ENDS + week, **given)
    add(EventSession(event_id=event.id, starts_at=STARTS + week, ends_at=ENDS + week))
    with rebuilding() as session:
        first = session.scalars(EventSession.of(event.id)).first()
        assert first
        first.ends_at = ENDS
    return event


def test_closing_asks_for_every_session_and_for_who_walked_in_on_the_second_day(each_app: Flask):
    event, late = two_days(), LATER + timedelta(days=7)
    booked, gone = make_booking(event), make_booking(event)
    with changing(event, now=late) as locked:
        person = make_person_in_the_room(locked, late)
    mark(booked, "present", "present", now=late)
    with changing(event, now=late):
        db.session.get_one(Booking, gone.id).state = State.RELEASED.value
    with pytest.raises(Refused, match="no mark yet"):
        shut(event, now=late)
    assert [(row.id, row.starts_at) for row in unmarked(event.id)] == [
        (person.id, STARTS),
        (person.id, STARTS + timedelta(days=7)),
    ]
    mark(person, "absent", "present", now=late)
    shut(event, now=late)
    assert db.session.get(RegisterClosing, event.id)
    assert completed() == {booked.person_id}
    assert counted(event) == {"came": 2, "completed": 1, "part": 1}


def make_person_in_the_room(event: Event, now) -> Booking:
    """Somebody who walks in."""
    agency = db.session.scalars(sa.select(Affiliation)).first()
    assert agency
    person = Person(name="Wanda Walks", email="wanda@northshire.example", created_at=now)
    db.session.add(person)
    db.session.flush()
    works = Affiliation(
        person_id=person.id,
        agency_id=agency.agency_id,
        role_group=agency.role_group,
        from_on=date(2015, 4, 1),
    )
    db.session.add(works)
    db.session.flush()
    return walk_in(event, person, works, by=ada_within(), now=now)


def ada_within():
    return db.session.scalars(sa.select(Person).order_by(Person.id)).first()


def test_a_walk_in_completes_by_the_rule_of_that_day(app: Flask):
    event = two_days(outcome_rule={"percent": 80, "sessions": 1})
    make_person("Somebody Here")
    late = LATER + timedelta(days=7)
    with changing(event, now=late) as locked:
        walked = make_person_in_the_room(locked, late)
    mark(walked, "absent", "present", now=late)
    assert completed() == {walked.person_id}


class Corrections(RuleBasedStateMachine):
    """Mark, close, correct, decide, in any order: completion, certificate and tally always say the same."""

    @initialize()
    def begin(self) -> None:
        self.event = simple_event()
        self.bookings = [make_booking(self.event) for _ in range(3)]
        self.hours = 0
        with changing(self.event, now=LATER):
            pass

    def now(self):
        self.hours += 1
        return LATER + timedelta(hours=self.hours)

    @rule(who=st.integers(0, 2), kind=st.sampled_from(list(MarkKind)), late=st.sampled_from([0, 30, 60]))
    def correct(self, who: int, kind: MarkKind, late: int) -> None:
        minutes = {"minutes_late": late} if kind == MarkKind.PRESENT else {}
        mark(self.bookings[who], kind.value, why="It was wrong", now=self.now(), **minutes)

    @rule()
    def close(self) -> None:
        try:
            shut(self.event, now=self.now())
        except Refused:
            assert unmarked(self.event.id)

    @rule(who=st.integers(0, 2), decision=st.sampled_from(list(Decision)))
    def decide(self, who: int, decision: Decision) -> None:
        try:
            decide(self.bookings[who], decision, now=self.now())
        except Refused:
            db.session.rollback()

    @rule()
    def send(self) -> None:
        sent(self.now())

    @invariant()
    def all_say_the_same(self) -> None:
        if not hasattr(self, "bookings"):
            return
        mine = {booking.person_id for booking in self.bookings}
        counts, through = counted(self.event), completed() & mine
        assert counts["came"] == counts["completed"] + counts["part"]
        assert counts["completed"] == len(through)
        for booking in self.bookings:
            assert bool(holds(booking)) == (booking.person_id in through)
            told = letters(booking, "certificate-withdrawn", "certificate-ready")
            left = [message for message, state in told if state != "withdrawn"]
            # What is told last is what holds, and nobody is told the same twice running.
            assert not left or (left[-1] == "certificate-ready") == bool(holds(booking))
            assert all(one != other for one, other in pairwise(left))
        assert differences(now=LATER) == []


def test_whatever_is_corrected_certificate_completion_and_tally_agree(app: Flask):
    run_state_machine_as_test(
        Corrections,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
