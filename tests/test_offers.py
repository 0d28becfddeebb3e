"""Free places in the four bands, offers and their answers, priority, and what an administrator may do; both databases."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions, moving, offers, overriding
from app.booking.models import Booking, BookingChange, MixRule
from app.booking.rules import Asked, Reason, State
from app.booking.steps import remark
from app.booking.workplaces import workplaces_of
from app.catalogue.models import CourseRequirement, Event, EventChange
from app.clock import from_london, stopped_at
from app.db import db, writing
from app.errors import Refused
from app.notifications.models import Letter
from app.records import waiting_lists
from app.records.actions import changing, changing_both
from tests.browser import CheckedClient
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_undated,
)

pytestmark = pytest.mark.usefixtures("calendars_read")

WILL_WAIT = Asked(or_wait=True)


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A London time in December 2026; the event of ``make_event`` starts on Friday the 18th at 9:30."""
    return from_london(date(2026, 12, day), time(hour, minute))


FAR, HELD, NEAR, LAST_DAY = at(1), at(7), at(14), at(17)


def book(
    event: Event, person: Person | None = None, *, now: datetime = FAR, asked: Asked = WILL_WAIT
) -> Booking:
    """The whole change, as the page makes it."""
    person = person or make_person()
    [workplace] = workplaces_of(person.id, now.date())
    with changing(event.id, now=now) as locked:
        return actions.book(locked, person, workplace, by=person, now=now, asked=asked)


def cancel(booking: Booking, now: datetime, why: str = "Court") -> None:
    """Give the place up."""
    with changing(booking.event_id, now=now):
        actions.cancel(booking, by=booking.person, now=now, why=why)


def accept(booking: Booking, now: datetime) -> None:
    """Answer the offer with yes."""
    with changing(booking.event_id, now=now):
        offers.accept(booking, by=booking.person, now=now)


def decline(booking: Booking, now: datetime, *, keep: bool = True) -> None:
    """Answer the offer with no."""
    with changing(booking.event_id, now=now):
        offers.decline(booking, by=booking.person, now=now, keep=keep)


def let_in(booking: Booking, ada: Person, how: str, *, now: datetime = FAR) -> None:
    """An administrator gives somebody who waits a free place, or one above the limit."""
    [works] = workplaces_of(booking.person_id, now.date())
    other = moving.swapped_for(booking)
    with changing_both(booking.event_id, other.event_id if other else booking.event_id, now=now) as (
        event,
        _,
    ):
        if how == "a free place":
            overriding.give_place(booking, by=ada, now=now, why="Court order")
        else:
            overriding.add_above_limit(
                event, booking.person, works, by=ada, now=now, asked=Asked(), why="Court order"
            )


def states(event: Event) -> list[str]:
    """The states of an event's bookings in the order they were made."""
    db.session.rollback()
    wanted = sa.select(Booking.state).where(Booking.event_id == event.id).order_by(Booking.id)
    return list(db.session.scalars(wanted))


def notes(booking: Booking) -> list[str]:
    """Why of every change, oldest first."""
    db.session.rollback()
    return [row.why for row in reversed(db.session.execute(BookingChange.of(booking.id)).all())]


def told(booking: Booking) -> list[str]:
    """The messages about a booking that were not withdrawn, in order."""
    about = Letter.about == f"booking:{booking.public_id}"
    wanted = sa.select(Letter.message).where(about, Letter.state == "queued").order_by(Letter.id)
    return list(db.session.scalars(wanted))


def full(waiting: int = 2, places: int = 1) -> tuple[Event, list[Booking], list[Booking]]:
    """An event whose places are taken and for which people wait."""
    event = make_event(capacity=places)
    held = [book(event) for _ in range(places)]
    return event, held, [book(event, now=FAR + timedelta(minutes=n)) for n in range(waiting)]


def test_far_from_the_start_a_free_place_is_booked_at_once_with_two_working_days_to_say_no(each_app: Flask):
    event, [holder], [first, _] = full()
    cancel(holder, FAR)
    assert states(event) == ["cancelled", "booked", "waiting"]
    [letter] = db.session.scalars(sa.select(Letter).where(Letter.message == "promoted"))
    assert "give it back by Thu 3 December 2026, 5pm" in letter.text
    assert told(first) == ["promoted"]


def test_nearer_a_free_place_is_offered_and_held_for_two_working_days(each_app: Flask):
    event, [holder], [first, _] = full()
    cancel(holder, HELD)
    assert states(event) == ["cancelled", "offered", "waiting"]
    assert first.offer_ends_at == at(9, 17)
    assert event.places_held == 1
    assert told(first) == ["offer"]


def test_an_accepted_offer_is_a_place_with_an_invite(each_app: Flask):
    event, [holder], [first, _] = full()
    cancel(holder, HELD)
    accept(first, HELD + timedelta(hours=1))
    accept(first, HELD + timedelta(hours=2))
    assert states(event) == ["cancelled", "booked", "waiting"]
    assert told(first) == ["promoted"]
    assert len(notes(first)) == 3


def test_an_offer_that_is_let_go_goes_to_the_next_and_its_owner_keeps_their_place_in_the_list(
    each_app: Flask,
):
    event, [holder], [first, second] = full()
    cancel(holder, HELD)
    decline(first, HELD)
    assert states(event) == ["cancelled", "waiting", "offered"]
    decline(second, HELD)
    # Both said no to this place: it stays free, and the clock does not ask them again.
    waiting_lists.due(stopped_at(HELD + timedelta(minutes=5)))
    assert states(event) == ["cancelled", "waiting", "waiting"]
    assert "the place was offered before and not wanted" in notes(first)


def test_who_let_one_place_go_is_asked_first_when_another_comes_free(each_app: Flask):
    event, [one, other], [first, second] = full(places=2)
    cancel(one, HELD)
    decline(first, HELD)
    assert states(event) == ["cancelled", "booked", "waiting", "offered"]
    cancel(other, HELD + timedelta(hours=1))
    assert states(event) == ["cancelled", "cancelled", "offered", "offered"]
    assert second.offer_ends_at == first.offer_ends_at


def test_who_leaves_at_an_offer_is_withdrawn(each_app: Flask):
    event, [holder], [first, _] = full()
    cancel(holder, HELD)
    decline(first, HELD, keep=False)
    decline(first, HELD, keep=False)
    assert states(event) == ["cancelled", "withdrawn", "offered"]


def test_an_offer_that_nobody_answers_lapses_and_goes_on(each_app: Flask):
    event, [holder], [first, _] = full()
    cancel(holder, HELD)
    waiting_lists.due(stopped_at(at(9, 16, 59)))
    assert states(event) == ["cancelled", "offered", "waiting"]
    waiting_lists.due(stopped_at(at(9, 17)))
    assert states(event) == ["cancelled", "lapsed", "offered"]
    assert told(first) == ["lapsed"]
    with pytest.raises(Refused, match="no offer to answer"):
        accept(first, at(9, 17, 1))


def test_under_five_working_days_as_many_as_places_and_three_more_are_asked_and_the_first_has_it(
    each_app: Flask,
):
    event, [holder], line = full(waiting=6)
    cancel(holder, NEAR)
    assert states(event) == ["cancelled", *["waiting"] * 6]
    db.session.expire_all()
    assert [offers.is_open(booking, NEAR) for booking in line] == [True] * 4 + [False] * 2
    assert event.places_held == 0
    accept(line[2], NEAR + timedelta(minutes=1))
    assert states(event) == ["cancelled", "waiting", "waiting", "booked", *["waiting"] * 3]
    with pytest.raises(Refused, match="gone to somebody who answered before you"):
        accept(line[0], NEAR + timedelta(minutes=2))
    waiting_lists.due(stopped_at(NEAR + timedelta(minutes=3)))
    assert [told(booking).count("offer") for booking in line] == [1, 1, 0, 1, 0, 0]


def test_one_who_is_asked_among_several_and_says_no_is_followed_by_the_next(each_app: Flask):
    _, [holder], line = full(waiting=6)
    cancel(holder, NEAR)
    decline(line[0], NEAR)
    waiting_lists.due(stopped_at(NEAR + timedelta(minutes=1)))
    db.session.expire_all()
    assert [offers.is_open(booking, NEAR) for booking in line] == [False, *[True] * 4, False]


def test_a_newcomer_joins_those_who_were_asked_and_have_not_answered(each_app: Flask):
    event, [holder], _ = full(waiting=1)
    cancel(holder, NEAR)
    newcomer = book(event, now=NEAR + timedelta(minutes=1))
    assert newcomer.state == State.WAITING
    with pytest.raises(Refused) as refused:
        book(event, now=NEAR + timedelta(minutes=2), asked=Asked())
    assert refused.value.reason == Reason.FULL


def test_on_the_last_working_day_the_administrator_decides(each_app: Flask):
    event, [holder], [first, second] = full()
    cancel(holder, LAST_DAY)
    waiting_lists.due(stopped_at(LAST_DAY))
    assert states(event) == ["cancelled", "waiting", "waiting"]
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    with changing(event.id, now=LAST_DAY):
        overriding.give_place(second, by=ada, now=LAST_DAY, why="She answered the phone")
    assert states(event) == ["cancelled", "waiting", "booked"]
    assert notes(second)[-1] == "She answered the phone"
    with pytest.raises(Refused, match="No place is free"), changing(event.id, now=LAST_DAY):
        overriding.give_place(first, by=ada, now=LAST_DAY, why="She too")


def test_at_the_start_what_waits_or_is_offered_closes_and_becomes_an_interest(each_app: Flask):
    event, [holder], [first, second] = full()
    cancel(holder, HELD)
    with changing(event.id, now=HELD):
        first.offer_ends_at = event.starts_at + timedelta(days=1)
    waiting_lists.due(stopped_at(event.starts_at))
    assert states(event) == ["cancelled", "closed", "closed"]
    assert (told(first), told(second)) == (["list-closed"], ["list-closed"])


def test_priority_needs_a_reason_and_stands_before_joining(each_app: Flask):
    event, [holder], [first, second] = full()
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="Say why"), changing(event.id, now=FAR):
        overriding.set_priority(second, 1, by=ada, now=FAR, why=" ")
    with changing(event.id, now=FAR):
        overriding.set_priority(second, 1, by=ada, now=FAR, why="new designated lead")
    cancel(holder, FAR)
    assert states(event) == ["cancelled", "waiting", "booked"]
    assert notes(second)[1] == "given priority: new designated lead"
    assert db.session.scalars(Booking.number_before(first)).one() == 0


def test_adding_above_the_limit_needs_a_reason_and_raises_it_by_one(each_app: Flask):
    event, _, [first, _] = full()
    ada, person = make_person("Ada Admin", Role.ADMINISTRATOR), make_person()
    [works] = workplaces_of(person.id, FAR.date())
    with pytest.raises(Refused, match="Say why"), changing(event.id, now=FAR) as locked:
        overriding.add_above_limit(locked, person, works, by=ada, now=FAR, asked=Asked(), why="")
    with changing(event.id, now=FAR) as locked:
        added = overriding.add_above_limit(
            locked, person, works, by=ada, now=FAR, asked=Asked(), why="Court order"
        )
    assert (added.state, notes(added)) == ("booked", ["Court order"])
    db.session.refresh(event)
    assert (event.capacity, event.booking_limit, event.places_held) == (1, 2, 2)
    assert states(event)[1:3] == ["waiting", "waiting"]
    [change] = db.session.scalars(sa.select(EventChange).where(EventChange.what == "booking limit"))
    assert (change.was, change.now) == (1, 2)
    with changing(event.id, now=FAR) as locked:
        [works] = workplaces_of(first.person_id, FAR.date())
        again = overriding.add_above_limit(
            locked, first.person, works, by=ada, now=FAR, asked=Asked(), why="Her case is in court"
        )
    assert again.public_id == first.public_id and again.state == "booked"


def test_who_waits_with_a_swap_is_offered_the_place_and_the_other_date_goes_on_when_they_accept(
    each_app: Flask,
):
    course = make_course()
    here, there = make_event(course, capacity=1), make_event(course, at(22, 9, 30), capacity=1)
    priya = make_person("Priya Patel")
    old = book(there, priya)
    holder = book(here)
    swap = book(here, priya, asked=Asked(or_wait=True, swap=True))
    next_one = book(there)
    cancel(holder, FAR)
    assert states(here) == ["cancelled", "offered"]
    with changing_both(here.id, there.id, now=FAR):
        offers.accept(swap, by=priya, now=FAR)
    assert (swap.state, old.state, next_one.state) == ("booked", "moved", "booked")
    assert old.successor_id == swap.id


@pytest.mark.parametrize("how", ["a free place", "above the limit"])
def test_an_administrator_gives_nobody_a_second_place_on_a_course(each_app: Flask, how: str):
    course, ada = make_course(), make_person("Ada Admin", Role.ADMINISTRATOR)
    here, there = make_event(course, capacity=1), make_event(course, at(22, 9, 30))
    priya = make_person("Priya Patel")
    old = book(there, priya)
    holder, waits = book(here), book(here, priya)
    if how == "a free place":
        cancel(holder, FAR)
    with pytest.raises(Refused, match="a place on another date of the course is held"):
        let_in(waits, ada, how)
    db.session.rollback()
    assert (waits.state, old.state) == ("waiting", "booked")


@pytest.mark.parametrize("how", ["a free place", "above the limit"])
def test_who_waits_with_a_swap_and_is_let_in_gives_up_the_other_date(each_app: Flask, how: str):
    course, ada = make_course(), make_person("Ada Admin", Role.ADMINISTRATOR)
    here, there = make_event(course, capacity=1), make_event(course, at(22, 9, 30), capacity=1)
    priya = make_person("Priya Patel")
    old = book(there, priya)
    holder, swap = book(here), book(here, priya, asked=Asked(or_wait=True, swap=True))
    if how == "a free place":
        cancel(holder, LAST_DAY)
    let_in(swap, ada, how, now=LAST_DAY)
    db.session.rollback()
    assert (swap.state, old.state, old.successor_id) == ("booked", "moved", swap.id)


@pytest.mark.parametrize("how", ["a free place", "above the limit"])
def test_an_administrator_lets_nobody_in_before_what_comes_first_is_done_or_waived(each_app: Flask, how: str):
    course, first = make_course(), make_course("Part 1", delivery="e-learning")
    event, ada = make_event(course, capacity=1), make_person("Ada Admin", Role.ADMINISTRATOR)
    holder, waits = make_booking(event), make_booking(event, state="waiting")
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="to book"))
    if how == "a free place":
        cancel(holder, FAR)
    with pytest.raises(Refused, match="Part 1 is not done yet"):
        let_in(waits, ada, how)


def test_who_waits_without_a_swap_is_passed_over_with_a_reason(each_app: Flask):
    course = make_course()
    here, there = make_event(course, capacity=1), make_event(course, at(22, 9, 30))
    priya = make_person("Priya Patel")
    book(there, priya)
    holder, waits, behind = book(here), book(here, priya), book(here)
    cancel(holder, FAR)
    assert (waits.state, behind.state) == ("waiting", "booked")
    assert notes(waits)[-1] == "a place on another date of the course is held"


def test_what_is_required_and_not_done_passes_somebody_over(each_app: Flask):
    course = make_course()
    first = make_course("Part 1", delivery="e-learning")
    event = make_event(course, capacity=1)
    holder, waits = make_booking(event), make_booking(event, state="waiting")
    behind = make_booking(event, state="waiting", policy={})
    from app.completions.models import Completion

    add(Completion(person_id=behind.person_id, course_id=first.id, completed_at=FAR, how="module"))
    add(CourseRequirement(course_id=course.id, required_id=first.id, strength="to book"))
    cancel(holder, FAR)
    assert (waits.state, behind.state) == ("waiting", "booked")
    assert notes(waits)[-1] == "Part 1 is not done yet"


def test_a_cap_sends_those_above_it_to_the_list_and_the_place_to_others(each_app: Flask):
    event = make_event(capacity=3)
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=1))
    health = make_agency("Northshire NHS Trust", sector="Health")
    first, second = book(event), book(event)
    nurse = book(event, make_person(agency=health))
    assert (first.state, second.state, nurse.state) == ("booked", "waiting", "booked")
    cancel(nurse, FAR)
    assert second.state == "waiting"
    cancel(first, FAR)
    assert second.state == "booked"


def test_places_kept_for_some_are_free_for_all_from_their_day_on(each_app: Flask):
    event = make_event(capacity=1)
    health = make_agency("Northshire NHS Trust", sector="Health")
    add(MixRule(event_id=event.id, kind="kept", of="sector", sector="Health", places=1, until_at=at(3)))
    waits = book(event, now=FAR)
    assert waits.state == "waiting"
    waiting_lists.due(stopped_at(at(3)))
    assert waits.state == "booked"
    other = make_event(make_course("Neglect"), capacity=1)
    add(MixRule(event_id=other.id, kind="kept", of="sector", sector="Health", places=1))
    assert book(other, make_person(agency=health)).state == "booked"


def test_an_undated_event_gathers_a_list_and_nobody_is_promoted_before_it_has_its_date(each_app: Flask):
    event = make_undated()
    waits = book(event)
    waiting_lists.due(stopped_at(FAR))
    assert waits.state == "waiting"
    with pytest.raises(Refused, match="not fixed yet"), changing(event.id, now=FAR):
        overriding.give_place(waits, by=waits.person, now=FAR, why="first")


def test_a_released_place_counts_as_late_for_nobody_and_goes_to_who_waits(each_app: Flask):
    event, [holder], [first, _] = full()
    with changing(event.id, now=FAR):
        actions.release(holder, by=None, now=FAR, why="part 1 is not done")
    assert (holder.state, first.state) == ("released", "booked")
    assert told(holder) == ["released"]
    assert not any(db.session.scalars(sa.select(BookingChange.late)))


def test_a_request_that_is_taken_back_frees_its_place(each_app: Flask):
    event = make_event(make_course(approval="manager"), capacity=1)
    asked = Asked(manager_email="moira@northshire.example", or_wait=True)
    requested, waits = book(event, asked=asked), book(event, asked=asked)
    assert (requested.state, waits.state) == ("requested", "waiting")
    with changing(event.id, now=FAR):
        actions.withdraw(requested, by=requested.person, now=FAR)
    # Nobody has agreed to the one who waits, so approval is not skipped because a place came free.
    assert (requested.state, waits.state) == ("withdrawn", "waiting")


def test_raising_the_limit_never_books_who_nobody_approved(each_app: Flask):
    event = make_event(make_course(approval="manager"), capacity=1)
    asked = Asked(manager_email="moira@northshire.example", or_wait=True)
    book(event, asked=asked), book(event, asked=asked)
    with changing(event.id, now=FAR) as locked:
        locked.booking_limit = 5
        actions.free_places_taken(locked, FAR)
    assert states(event) == ["requested", "waiting"]


def test_a_place_goes_past_somebody_whose_account_is_closed(each_app: Flask):
    event, [holder], [first, _] = full()
    with writing():
        first.person.closed_at = FAR
    cancel(holder, FAR)
    assert states(event) == ["cancelled", "waiting", "booked"]
    assert notes(first)[-1] == "the account is closed"


def test_an_answer_that_is_none_of_the_three_changes_nothing(client: CheckedClient):
    event, [holder], [first, _] = full()
    cancel(holder, HELD)
    with time_machine.travel(HELD, tick=False):
        client.sign_in(first.person)
        path = f"/bookings/{first.public_id}/offer"
        fields = client.page(path).form("", "Accept the place")
        assert client.post(path, data={**fields, "answer": ""}).status_code == 400
    assert states(event) == ["cancelled", "offered", "waiting"]


def test_what_the_clock_does_on_one_date_after_another_stands_in_the_order_of_time(each_app: Flask):
    """While it is busy with the first date, the desk gives somebody who waits on the second one priority."""
    (first, _, _), (second, _, [there, _]) = full(), full()
    for event in (first, second):
        with changing(event.id, now=FAR) as locked:
            locked.booking_limit = 2
    ada, ticks = make_person("Ada Admin", Role.ADMINISTRATOR), iter(range(1, 100))

    def clock() -> datetime:
        read_at = HELD + timedelta(seconds=next(ticks))
        if read_at == HELD + timedelta(seconds=2):
            with changing(second.id, now=read_at):
                booking = db.session.get_one(Booking, there.id)
                booking.priority = 1
                remark(booking, "given priority: new lead", by=ada, now=read_at)
        return read_at

    waiting_lists.due(clock)
    db.session.rollback()
    history = [
        (row.to_state, row.at) for row in reversed(db.session.execute(BookingChange.of(there.id)).all())
    ]
    assert [state for state, _ in history] == ["waiting", "waiting", "offered"]
    assert [at for _, at in history] == sorted(at for _, at in history)
