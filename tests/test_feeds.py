"""What is in the calendars that people subscribe to, through a booking's and an event's whole life; on both databases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import travel

from app.accounts.feeds import make_feed
from app.accounts.models import Person
from app.booking import actions as booking_actions
from app.booking.checks import sessions_of
from app.booking.feed import booked
from app.booking.feed import entries_in as booked_in
from app.booking.models import Booking, BookingChange
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.feed import entries_in as programme_in
from app.catalogue.feed import found_in_programme, public_uid
from app.catalogue.models import Course, Event, EventChange, Venue
from app.catalogue.plans import SessionPlan
from app.catalogue.rules import Search
from app.db import db, writing
from app.delivery import actions
from app.delivery.feed import delivered
from app.delivery.feed import entries_in as delivered_in
from app.delivery.standing_in import cannot_come, stand_in
from app.notifications.feed_text import Entry, Feed, feed_text
from app.notifications.models import Letter
from app.raw_rows import Question
from app.records.actions import changing
from app.web.feeds import kept
from tests.calendar_checkers import Sitting, read_with_both
from tests.calendar_laws import let_mail_leave
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
    make_undated,
)
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HOURS = timedelta(hours=3)
MINUTES = timedelta(minutes=20)


def at(*starts: datetime, venue: str = "") -> list[SessionPlan]:
    """Sessions of three hours that start then."""
    return [SessionPlan(starts_at=start, ends_at=start + HOURS, venue=venue) for start in starts]


def ada() -> Person:
    """Who does it."""
    found = db.session.scalar(sa.select(Person).where(Person.name == "Ada Administrator"))
    return found or make_person("Ada Administrator")


def book(event: Event, person: Person, *, now: datetime = NOW) -> Booking:
    """The whole booking, with its letters."""
    job = workplaces_of(person.id, now.date())[0]
    with changing(event.id, now=now) as locked:
        booking = booking_actions.book(locked, person, job, by=person, now=now, asked=Asked())
    let_mail_leave(now)  # what never left would not be taken back
    return booking


def cancel(booking: Booking, *, now: datetime = NOW) -> None:
    """They give up the place."""
    with changing(booking.event_id, now=now):
        booking_actions.cancel(booking, by=booking.person, now=now, why="Ill")


def reschedule(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.reschedule(locked, plans, by=by, now=now)


def postpone(event: Event, *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.postpone(locked, by=by, now=now, why="The trainer is ill")


def give_date(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.give_date(locked, plans, by=by, now=now)


def call_off(event: Event, *, now: datetime = NOW) -> None:
    """The whole change."""
    by = ada()
    with changing(event.id, now=now) as locked:
        actions.cancel_event(locked, by=by, now=now, why="Too few people")


def mine(person: Person, now: datetime = NOW) -> list[Entry]:
    """Their bookings in their calendar."""
    return booked_in(booked(person.id, now))


def delivered_entries(person: Person, now: datetime) -> list[Entry]:
    """What they deliver in their calendar."""
    return delivered_in(delivered(person, now))


def programme(now: datetime = NOW, search: Search | None = None, course: Course | None = None) -> list[Entry]:
    """What anybody's calendar is told of."""
    return programme_of(make_partnership().id, search or Search(), now=now, course=course)


def programme_of(host: int, search: Search, *, now: datetime, course: Course | None = None) -> list[Entry]:
    """The same of a partnership that is at hand."""
    waiting, course_id = Booking.number_waiting, course.id if course else None
    return programme_in(found_in_programme(host, search, waiting=waiting, now=now, course_id=course_id))


def told(entries: Sequence[Entry]) -> list[tuple[str, datetime, str]]:
    """Title, start and what became of it."""
    return [(entry.title, entry.starts_at, entry.lost) for entry in entries]


def invited(person: Person) -> Sitting:
    """What their newest letter tells a calendar."""
    newest = sa.select(Letter.calendar).where(Letter.to_email == person.email, Letter.calendar != "")
    text = db.session.scalars(newest.order_by(Letter.id.desc())).first()
    assert text is not None
    (sitting,) = read_with_both(text)
    return sitting


def understood(entries: Sequence[Entry]) -> list[Sitting]:
    """What a calendar makes of a feed of these."""
    return read_with_both(feed_text(Feed("x", "x", "training@northshire.example", entries)))


def test_a_place_has_the_uid_sequence_and_times_of_its_invite_through_its_whole_life(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event()
    booking = book(event, priya)
    assert understood(mine(priya)) == [invited(priya)]
    for number in (1, 2):
        now = NOW + number * MINUTES
        reschedule(event, at(JANUARY + number * DAY, venue="Hill House"), now=now)
        assert understood(mine(priya, now)) == [invited(priya)]
        assert mine(priya, now)[0].changed_at == now
        assert mine(priya, now)[0].location == "Hill House"
    later = NOW + 4 * MINUTES
    let_mail_leave(NOW + DAY)
    cancel(booking, now=later)
    assert understood(mine(priya, later)) == [invited(priya)]
    assert invited(priya).sequence == 3
    assert told(mine(priya, later)) == [(f"Training: {event.course.title}", JANUARY + 2 * DAY, "Cancelled")]
    assert mine(priya, later)[0].changed_at == later


@pytest.mark.parametrize("state", [State.CANCELLED, State.MOVED, State.SUBSTITUTED, State.RELEASED])
def test_a_lost_place_stays_for_thirty_days(app: Flask, state: State):
    booking = make_booking(make_event(starts=JANUARY), state=state)
    lost = {"booking_id": booking.id, "from_state": "booked", "to_state": state}
    add(BookingChange(at=NOW, **lost))
    for days, there in ((0, True), (29, True), (31, False)):
        assert [one.lost for one in mine(booking.person, NOW + days * DAY)] == ["Cancelled"] * there


@pytest.mark.parametrize(
    "state", ["waiting", "requested", "offered", "withdrawn", "declined", "lapsed", "closed"]
)
def test_what_was_never_a_place_is_in_nobodys_calendar(app: Flask, state: str):
    booking = make_booking(make_event(starts=JANUARY), state=state)
    add(BookingChange(booking_id=booking.id, at=NOW, from_state="waiting", to_state=state))
    assert mine(booking.person) == []


def test_what_is_over_is_remembered_for_a_year(app: Flask):
    booking = make_booking(make_event(starts=JANUARY))
    assert len(mine(booking.person, JANUARY + 300 * DAY)) == 1
    assert mine(booking.person, JANUARY + 400 * DAY) == []


def test_a_postponed_date_is_shown_as_postponed_and_its_new_date_beside_it(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event()
    old = event.starts_at
    book(event, priya)
    postpone(event, now=NOW + MINUTES)
    title = f"Training: {event.course.title}"
    assert told(mine(priya, NOW + MINUTES)) == [(title, old, "Postponed")]
    assert understood(mine(priya, NOW + MINUTES)) == [invited(priya)]
    let_mail_leave(NOW + MINUTES)
    give_date(event, at(JANUARY), now=NOW + 2 * MINUTES)
    assert told(mine(priya, NOW + 2 * MINUTES)) == [(title, old, "Postponed"), (title, JANUARY, "")]
    assert understood(mine(priya, NOW + 2 * MINUTES))[1] == invited(priya)
    assert told(mine(priya, NOW + 32 * DAY)) == [(title, JANUARY, "")]


def test_who_came_after_it_was_postponed_hears_of_the_new_date_only(app: Flask):
    event = make_event()
    book(event, make_person("Priya Practitioner"))
    postpone(event)
    give_date(event, at(JANUARY), now=NOW + MINUTES)
    late = make_person("Sam Other")
    book(event, late, now=NOW + DAY)
    assert [one.lost for one in mine(late, NOW + 2 * DAY)] == [""]
    tom = make_person("Tom Trainer")
    with changing(event.id, now=NOW + DAY) as locked:
        stand_in(locked, tom, part="expert", agency_id=None, by=ada(), now=NOW + DAY)
    assert [one.lost for one in delivered_entries(tom, NOW + 2 * DAY)] == [""]


def test_a_session_that_falls_away_is_cancelled_and_the_others_are_numbered_anew(each_app: Flask):
    priya, event = make_person("Priya Practitioner"), make_event(starts=JANUARY)
    reschedule(event, at(JANUARY, JANUARY + DAY, JANUARY + 2 * DAY))
    book(event, priya, now=NOW + MINUTES)
    title = f"Training: {event.course.title}"
    assert [one.title for one in mine(priya, NOW + MINUTES)] == [f"{title} ({n} of 3)" for n in (1, 2, 3)]
    reschedule(event, at(JANUARY, JANUARY + 2 * DAY), now=NOW + 2 * MINUTES)
    assert told(sorted(mine(priya, NOW + 2 * MINUTES), key=lambda one: one.starts_at)) == [
        (f"{title} (1 of 2)", JANUARY, ""),
        (f"{title} (2 of 3)", JANUARY + DAY, "Cancelled"),
        (f"{title} (2 of 2)", JANUARY + 2 * DAY, ""),
    ]


def test_a_cancelled_date_is_cancelled_in_every_calendar_for_thirty_days(each_app: Flask):
    priya, tom, event = make_person("Priya Practitioner"), make_person("Tom Trainer"), make_event()
    book(event, priya)
    make_trainer(event, tom)
    call_off(event, now=NOW + MINUTES)
    for days, left in ((1, ["Cancelled"]), (31, [])):
        now = NOW + days * DAY
        for entries in (mine(priya, now), delivered_entries(tom, now), programme(now)):
            assert [one.lost for one in entries] == left
    assert understood(mine(priya)) == [invited(priya)]
    assert understood(delivered_entries(tom, NOW + DAY)) == [invited(tom)]


def test_a_draft_that_is_cancelled_was_never_known_to_anybody(each_app: Flask):
    event = make_event(state="draft")
    make_trainer(event)
    call_off(event)
    assert programme() == []


def test_a_trainer_reads_how_many_are_booked_and_nobodys_name(each_app: Flask):
    tom, event = make_person("Tom Trainer"), make_event(capacity=24)
    make_trainer(event, tom)
    booking = book(event, make_person("Priya Practitioner"), now=NOW)
    make_booking(event, state="requested")
    (entry,) = delivered_entries(tom, NOW)
    assert entry.title == f"Deliver: {event.course.title}"
    assert entry.description.startswith("1 of 24 booked. ")
    assert entry.changed_at == NOW
    assert f"/join/{event.join_token}" in entry.url
    cancel(booking, now=NOW + MINUTES)
    (entry,) = delivered_entries(tom, NOW + MINUTES)
    assert entry.description.startswith("0 of 24 booked. ")
    assert entry.changed_at == NOW + MINUTES
    assert "Priya" not in repr(entry)


def test_a_trainers_entry_has_the_uid_of_their_invite_and_goes_when_they_are_released(each_app: Flask):
    tom, event, by = make_person("Tom Trainer"), make_event(), ada()
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, tom, part="expert", agency_id=None, by=by, now=NOW)
    assert understood(delivered_entries(tom, NOW)) == [invited(tom)]
    reschedule(event, at(JANUARY), now=NOW + MINUTES)
    assert understood(delivered_entries(tom, NOW + MINUTES)) == [invited(tom)]
    with changing(event.id, now=NOW + 2 * MINUTES) as locked:
        cannot_come(locked, tom, by=by, now=NOW + 2 * MINUTES)
    assert delivered_entries(tom, NOW + 2 * MINUTES) == []


def test_the_programme_holds_what_is_published_and_open_to_all(app: Flask):
    open_to_all = make_event(make_course("Neglect"), JANUARY)
    make_event(make_course("For some"), JANUARY, by_invitation=True)
    make_event(make_course("Draft"), JANUARY, state="draft")
    make_event(make_course("Unpublished", published=False), JANUARY)
    make_event(make_course("Long ago"), NOW - 40 * DAY)
    make_undated(make_course("Undated"))
    elsewhere = make_partnership(slug="elsewhere", name="Elsewhere SCP", short_name="ESCP")
    make_event(make_course("Hosted elsewhere"), JANUARY, host_id=elsewhere.id)
    (entry,) = programme()
    assert told([entry]) == [("Neglect", JANUARY, "")]
    assert not entry.busy
    assert entry.url.endswith(f"/events/{open_to_all.id}")


def test_nobody_can_tell_an_invites_uid_from_the_programme(app: Flask):
    event = make_event(starts=JANUARY)
    make_trainer(event)
    (session,) = sessions_of(event.id)
    (entry,) = programme()
    assert entry.uid == public_uid(session.public_id)
    assert session.public_id not in repr(entry)
    assert event.join_token not in repr(entry)
    assert "meet.example" not in repr(entry)


def test_the_programme_can_be_narrowed_as_find_training_is(app: Flask):
    neglect = make_course("Neglect", level=2, kind="seminar", audience_groups=["Volunteer"])
    other = make_course("Radicalisation", level=3, delivery="classroom")
    for course in (neglect, other):
        make_event(course, JANUARY)
    found = {
        Search(levels=(2,)): ["Neglect"],
        Search(kinds=("core",)): ["Radicalisation"],
        Search(deliveries=("classroom",)): ["Radicalisation"],
        Search(role_group="Volunteer"): ["Neglect", "Radicalisation"],
        Search(role_group="Senior or strategic leader"): ["Radicalisation"],
        Search(words=("neglect",)): ["Neglect"],
        Search(month=JANUARY.date().replace(day=1)): ["Neglect", "Radicalisation"],
        Search(month=NOW.date().replace(day=1)): [],
        Search(with_places=True): ["Neglect", "Radicalisation"],
    }
    for search, titles in found.items():
        assert sorted(one.title for one in programme(search=search)) == titles, search
    assert [one.title for one in programme(course=other)] == ["Radicalisation"]


def test_a_date_that_moves_in_the_programme_keeps_its_uid_and_a_postponed_one_is_told(each_app: Flask):
    event = make_event()
    (before,) = programme()
    reschedule(event, at(JANUARY, venue="Hill House"), now=NOW + MINUTES)
    (after,) = programme(NOW + MINUTES)
    assert (after.uid, after.starts_at, after.location) == (before.uid, JANUARY, "Hill House")
    assert after.sequence > before.sequence
    assert after.changed_at == NOW + MINUTES
    postpone(event, now=NOW + 2 * MINUTES)
    (gone,) = programme(NOW + 2 * MINUTES)
    assert (gone.uid, gone.lost) == (before.uid, "Postponed")
    assert gone.sequence > after.sequence
    assert programme(NOW + 32 * DAY) == []


def test_a_room_that_is_not_chosen_yet_is_not_called_online(app: Flask):
    make_event(make_course("Neglect", delivery="classroom"), JANUARY)
    make_event(make_course("Radicalisation", delivery="virtual"), JANUARY + DAY)
    assert [one.location for one in programme()] == ["Venue to be announced", "Online"]


def test_a_venue_is_named_with_its_address(app: Flask):
    event = make_event(starts=JANUARY)
    hall = add(Venue(name="Dunston Hall", address="Ipswich Road", postcode="NR14 8PQ"))
    with writing():
        for session in sessions_of(event.id):
            session.venue_id = hall.id
    assert [one.location for one in programme()] == ["Dunston Hall, Ipswich Road, NR14 8PQ"]


def test_two_statements_read_each_calendar_however_much_is_in_it(each_app: Flask):
    priya = make_person("Priya Practitioner")
    counted = []
    for round_ in range(2):
        for number in range(1 + 20 * round_):
            event = make_event(make_course(f"Course {round_} {number}"), JANUARY + number * DAY)
            make_booking(event, priya)
            make_trainer(event, priya)
        host, whose = make_partnership().id, db.session.get_one(Person, priya.id)
        with count_statements() as statements:
            entries = (
                mine(whose),
                delivered_entries(whose, NOW),
                programme_of(host, Search(), now=NOW),
            )
        counted.append(len(statements))
    assert [len(found) for found in entries] == [22, 22, 22]
    assert counted == [6, 6]


def retitle(event: Event) -> None:
    """As a course file that was loaded anew does it: nothing says when."""
    with writing():
        db.session.get_one(Course, event.course_id).title = "Neglect, revised"


def rename_hall(event: Event) -> None:
    """Nothing says when a venue got another name."""
    with writing():
        db.session.scalars(sa.select(Venue)).one().name = "Hill House"


def add_sam(event: Event) -> None:
    """A trainer's calendar tells how many are booked."""
    book(event, make_person("Sam Other"), now=NOW + MINUTES)


def give_up(event: Event) -> None:
    """Priya's place."""
    cancel(
        db.session.scalars(sa.select(Booking).where(Booking.event_id == event.id)).one(), now=NOW + MINUTES
    )


def let_go(event: Event) -> None:
    """The trainer cannot come."""
    tom = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    with changing(event.id, now=NOW + MINUTES) as locked:
        cannot_come(locked, tom, by=ada(), now=NOW + MINUTES)


def hide(event: Event) -> None:
    """The course is taken out of the programme."""
    with writing():
        db.session.get_one(Course, event.course_id).published = False


EVERYWHERE = {"mine", "delivering", "programme"}
WHAT_CHANGES = (
    (retitle, EVERYWHERE),
    (rename_hall, EVERYWHERE),
    (lambda event: reschedule(event, at(JANUARY + DAY, venue="Dunston Hall"), now=NOW + MINUTES), EVERYWHERE),
    (lambda event: postpone(event, now=NOW + MINUTES), EVERYWHERE),
    (lambda event: call_off(event, now=NOW + MINUTES), EVERYWHERE),
    (add_sam, {"delivering"}),
    (give_up, {"mine", "delivering"}),
    (let_go, {"delivering"}),
    (hide, {"programme"}),
)


@pytest.mark.parametrize(("change", "whose"), WHAT_CHANGES)
def test_whatever_changes_what_a_calendar_holds_changes_the_answer_at_once_and_nothing_else_does(
    each_app: Flask, change: Callable[[Event], None], whose: set[str]
):
    priya, tom, event = (
        make_person("Priya Practitioner"),
        make_person("Tom Trainer"),
        make_event(make_course("Neglect")),
    )
    reschedule(event, at(JANUARY, venue="Dunston Hall"), now=NOW - DAY)
    make_trainer(event, tom)
    book(event, priya)
    with writing():
        tokens = {
            "mine": make_feed(priya, "mine", now=NOW),
            "delivering": make_feed(tom, "delivering", now=NOW),
        }
    paths = {name: f"/calendar/{token}.ics" for name, token in tokens.items()} | {
        "programme": "/programme.ics"
    }
    with travel(NOW + 2 * MINUTES, tick=False):
        before, again = asked(each_app, paths), asked(each_app, paths)
        change(event)
        after = asked(each_app, paths)
        kept.clear()
        assert asked(each_app, paths) == after  # as if it had never been asked before
    assert before == again
    assert {name for name in paths if before[name] != after[name]} == whose
    for name in whose:
        assert before[name][0] != after[name][0], "another ETag too"


def asked(app: Flask, paths: Mapping[str, str]) -> dict[str, tuple[str, str, bytes]]:
    """What calendars are answered."""
    answers = {name: app.test_client().get(path) for name, path in paths.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: (a.headers["ETag"], a.headers["Last-Modified"], a.data) for name, a in answers.items()}


def test_a_venue_that_gets_its_old_name_back_has_it_in_calendars_too(each_app: Flask):
    make_partnership()
    event = make_event()
    reschedule(event, at(JANUARY, venue="Dunston Hall"), now=NOW)
    found = []
    with travel(NOW + MINUTES, tick=False):
        for name in ("Dunston Hall", "Hill House", "Dunston Hall"):
            with writing():
                db.session.scalars(sa.select(Venue)).one().name = name
            found.append(asked(each_app, {"programme": "/programme.ics"})["programme"])
            assert name.encode() in found[-1][2]
    assert found[0] == found[2]


def test_what_was_read_as_the_database_has_it_becomes_the_values_that_the_models_have(each_app: Flask):
    event = make_event(starts=JANUARY)
    reschedule(event, at(JANUARY + DAY), now=NOW)
    select = sa.select(
        Event.id, Event.starts_at, Event.headcount_only.label("heads"), EventChange.was, EventChange.at
    ).join(EventChange, EventChange.event_id == Event.id)
    wanted = [row._asdict() for row in db.session.execute(select.where(Event.id == event.id))]
    found = Question(select.where(Event.id == sa.bindparam("one"))).ask(one=event.id)
    assert [vars(row) for row in found.rows()] == wanted != []
