"""Whatever happens in whatever order to the outbox: it keeps its promises (a state machine plays it)."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.db import db, writing
from app.errors import Refused
from app.notifications import outgoing, switch
from app.notifications.actions import post, withdraw
from app.notifications.calendar import Invite
from app.notifications.models import Letter, LetterEvent, MailSwitch
from app.notifications.unsure import settle

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
THREADS = ("a", "b", "")
WORKERS = ("one", "two", "three")
FATES = ("sent", "refused", "refused for good", "broke off", "away", "dies", "slow")
ENDED = {"sent", "failed", "withdrawn"}
INVITE = Invite(uid="", sequence=0, title="Training", starts_at=NOW, ends_at=NOW + timedelta(hours=3))


class Outbox(RuleBasedStateMachine):
    """Posts, claims, sends, refusals, deaths, pauses, withdrawals and decisions, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.posted = NOW, 0
        self.in_hand: dict[str, list[int]] = {worker: [] for worker in WORKERS}
        self.left: list[tuple[int, datetime]] = []  # what the mail server was given, in its order
        self.deaths: Counter[int] = Counter()  # of workers that had this letter in hand
        self.keys: set[str] = set()
        db.session.rollback()
        with writing() as session:
            for table in (LetterEvent, Letter, MailSwitch):
                session.execute(sa.delete(table))

    # What people do

    @initialize(threads=st.lists(st.sampled_from(THREADS), min_size=4, max_size=9))
    def post_some(self, threads: list[str]) -> None:
        for thread in threads:
            self.post_one(thread=thread, by_hand=not thread, later=0, lasts=None)

    @rule(
        thread=st.sampled_from(THREADS),
        by_hand=st.booleans(),
        later=st.sampled_from((0, 10)),
        lasts=st.sampled_from((None, 5, 300)),
    )
    def post_one(self, thread: str, by_hand: bool, later: int, lasts: int | None) -> None:
        self.posted += 1
        key = f"k:{self.posted}"
        invite = replace(INVITE, uid=thread, sequence=self.posted - 1) if thread else None
        given: dict[str, Any] = {
            "due_at": self.now + timedelta(minutes=later),
            "expires_at": self.now + timedelta(minutes=lasts) if lasts else None,
            "about": f"booking:{thread}",
            "calendar": invite,
        }
        with writing() as session:
            for attempt in range(2):  # the same intent twice is one letter
                name = post(
                    "test-mail",
                    key=key,
                    to_email="p@northshire.example",
                    to_name="P",
                    partnership=None,
                    now=self.now,
                    sent_as="x",
                    **given,
                )
                assert (name is None) == bool(attempt)
            if by_hand and not thread:
                session.execute(sa.update(Letter).where(Letter.key == key).values(message="message"))
        self.keys.add(key)

    @rule(thread=st.sampled_from(THREADS))
    def withdraw_them(self, thread: str) -> None:
        with writing():
            withdraw(about=f"booking:{thread}", now=self.now)

    @rule()
    def turn_the_switch(self) -> None:
        with writing():
            if switch.paused_now():
                switch.resume(by="", now=self.now)
            else:
                switch.pause(by="", why="", now=self.now)

    @rule(left=st.booleans())
    def decide(self, left: bool) -> None:
        with writing() as session:
            for letter in session.scalars(sa.select(Letter).where(Letter.state == "unsure").limit(1)):
                try:
                    settle(letter, left=left, by="ada", now=self.now)
                except Refused:
                    assert not left

    # What workers do

    @rule(worker=st.sampled_from(WORKERS), limit=st.integers(1, 3))
    def claim(self, worker: str, limit: int) -> None:
        if self.in_hand[worker]:
            return
        stopped = switch.paused_now()
        with writing():
            self.in_hand[worker] = outgoing.claim(owner=worker, now=self.now, limit=limit, lease=LEASE)
        assert not (stopped and self.in_hand[worker])

    @rule(
        worker=st.sampled_from(WORKERS),
        fate=st.sampled_from(FATES),
    )
    def send(self, worker: str, fate: str) -> None:
        if not self.in_hand[worker]:
            return
        letter_id = self.in_hand[worker].pop(0)
        stopped = switch.paused_now()
        with writing():
            begun = outgoing.renewed(letter_id, owner=worker, now=self.now, lease=LEASE)
        assert not (stopped and begun)
        if not begun:
            return
        if fate in ("sent", "dies"):
            self.left.append((letter_id, self.now))
        if fate in ("dies", "slow"):  # "slow": killed before the server had it
            self.in_hand[worker].clear()
            self.deaths[letter_id] += 1
            return
        self.mark(worker, letter_id, fate)

    @rule(
        worker=st.sampled_from(WORKERS),
        fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=4),
        after=st.sampled_from((0, 6, 120)),
    )
    def work(self, worker: str, fates: list[str], after: int) -> None:
        self.now += timedelta(minutes=after)
        self.claim(worker, len(fates))
        for fate in fates:
            self.send(worker, fate)

    # The worst moments, which chance alone seldom finds: each plays the next steps of one worker on purpose.

    def empty_hands(self) -> str:
        """A worker that has nothing in hand."""
        self.in_hand["one"].clear()
        return "one"

    @rule()
    def it_is_stopped_between_claiming_and_sending(self) -> None:
        worker = self.empty_hands()
        if switch.paused_now():
            self.turn_the_switch()
        self.post_one(thread="", by_hand=False, later=0, lasts=None)
        self.claim(worker, 3)
        self.turn_the_switch()
        self.send_all(worker, "sent")

    @rule(waits=st.sampled_from((1, 3)))
    def it_is_over_between_claiming_and_sending(self, waits: int) -> None:
        worker = self.empty_hands()
        self.post_one(thread="", by_hand=False, later=0, lasts=2)
        self.claim(worker, 50)
        self.now += timedelta(minutes=waits)
        self.send_all(worker, "sent")

    @rule(fate=st.sampled_from(("dies", "slow")))
    def a_worker_dies_and_another_comes(self, fate: str) -> None:
        worker = self.empty_hands()
        self.post_one(thread="", by_hand=True, later=0, lasts=None)
        self.claim(worker, 50)
        for letter_id in list(self.in_hand[worker])[-1:]:
            self.in_hand[worker] = [letter_id]
            self.send(worker, fate)
        self.now += LEASE + timedelta(minutes=1)
        self.claim(worker, 50)
        self.send_all(worker, "sent")

    def send_all(self, worker: str, fate: str) -> None:
        """What this worker has in hand, one after the other."""
        while self.in_hand[worker]:
            self.send(worker, fate)

    def mark(self, worker: str, letter_id: int, fate: str) -> None:
        with writing() as session:
            tries = session.get_one(Letter, letter_id, populate_existing=True).tries
            one: dict[str, Any] = {"owner": worker, "now": self.now}
            if fate == "sent":
                assert outgoing.mark_sent(letter_id, **one)
            elif fate == "away":
                outgoing.mark_away(letter_id, **one, fault="away")
            else:
                how = {"for_good": fate == "refused for good", "away": fate == "broke off"}
                assert outgoing.mark_unsent(letter_id, **one, tries=tries, fault=fate, **how)

    @rule(worker=st.sampled_from(WORKERS))
    def put_back(self, worker: str) -> None:
        with writing():
            outgoing.put_back(self.in_hand[worker], owner=worker)
        self.in_hand[worker] = []

    @rule(minutes=st.sampled_from((1, 6, 120)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # What holds always

    def rows(self) -> list[Any]:
        db.session.rollback()
        return list(db.session.execute(sa.select(Letter.__table__).order_by(Letter.id)))

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        rows = self.rows()
        assert {row.key for row in rows} == self.keys
        assert len(rows) == len(self.keys)
        said = sa.select(LetterEvent.letter_id).where(LetterEvent.what == "left")
        sent = {row.id for row in rows if row.state == "sent"} - set(db.session.scalars(said))
        given = Counter(letter_id for letter_id, _ in self.left)
        assert sent <= set(given), "it says that it left, and it did not"
        assert all(number <= 1 + self.deaths[letter_id] for letter_id, number in given.items())

    @invariant()
    def one_of_a_thread_is_in_hand(self) -> None:
        sending: dict[str, int] = defaultdict(int)
        for row in self.rows():
            if row.thread and row.state == "sending":
                sending[row.thread] += 1
        assert all(number == 1 for number in sending.values()), sending

    @invariant()
    def the_order_of_a_thread_is_held(self) -> None:
        thread_of = {row.id: row.thread for row in self.rows() if row.thread}
        came: dict[str, list[int]] = defaultdict(list)
        for letter_id, _ in self.left:
            if letter_id in thread_of:
                came[thread_of[letter_id]].append(letter_id)
        assert all(ids == sorted(ids) for ids in came.values()), came

    @invariant()
    def nothing_leaves_that_is_over(self) -> None:
        over = {row.id: row.expires_at for row in self.rows() if row.expires_at}
        assert all(letter_id not in over or at < over[letter_id] for letter_id, at in self.left)

    @invariant()
    def what_is_worse_twice_is_given_once_unless_a_person_said_so(self) -> None:
        db.session.rollback()
        again = sa.select(LetterEvent.letter_id).where(LetterEvent.what == "again")
        asked_for = set(db.session.scalars(again))
        by_hand = {row.id for row in self.rows() if row.message == "message"} - asked_for
        given = [letter_id for letter_id, _ in self.left if letter_id in by_hand]
        assert len(given) == len(set(given))

    def teardown(self) -> None:
        """In the end everything that may still leave does, but what waits for a person."""
        with writing():
            if switch.paused_now():
                switch.resume(by="", now=self.now)
        self.now += timedelta(days=3)
        self.in_hand = {worker: [] for worker in WORKERS}
        for _ in range(3 * self.posted + 3):
            self.claim("one", 3)
            while self.in_hand["one"]:
                self.send("one", "sent")
        self.the_order_of_a_thread_is_held()
        rows = self.rows()
        unsure = {row.thread for row in rows if row.state == "unsure"}
        assert unsure <= {""}
        assert {row.state for row in rows} <= ENDED | {"unsure"}


@pytest.mark.usefixtures("app")
def test_the_outbox_keeps_its_promises_whatever_happens():
    few = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=few)
    run_state_machine_as_test(Outbox, settings=chosen)
