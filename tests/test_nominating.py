"""Places that a lead holds without names: held, named, given back, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Led
from app.booking import nominating
from app.booking.models import Booking, Charge, MixRule, Nomination
from app.booking.rules import Asked, Reason, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Event, EventChange, EventInvitation
from app.clock import stopped_at
from app.db import db, rebuilding
from app.errors import Refused
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records import nominations
from app.records.actions import changing
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_policy,
    make_setting,
)

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(
    2026, 11, 20, 10, 0, tzinfo=UTC
)  # the event is on Fri 18 December: names are due on Fri 4 December
NOTHING_SAID = Asked()
NAMES_DUE = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)


def hold(event: Event, places: int, *, led: Led | None = None, now: datetime = NOW) -> Nomination:
    """Leah holds places for the council, or for what is given."""
    leah = db.session.scalar(sa.select(Person).where(Person.name == "Leah Lead")) or make_person("Leah Lead")
    with changing(event.id, now=now) as locked:
        return nominating.hold(locked, led or Led(make_agency().id), places, by=leah, now=now)


def name(
    nomination: Nomination, person: Person, *, now: datetime = NOW, asked: Asked = NOTHING_SAID
) -> Booking:
    """The whole change, as the page makes it."""
    [workplace] = workplaces_of(person.id, now.date())
    with changing(nomination.event_id, now=now):
        return nominating.name(nomination, person, workplace, by=nomination.by, now=now, asked=asked)


def refusal_of_hold(event: Event, places: int, **given: object) -> str:
    """Why places cannot be held."""
    make_agency()
    make_person("Leah Lead")
    with pytest.raises(Refused) as refused:
        hold(event, places, **given)
    db.session.rollback()
    return refused.value.sentence


def held(event: Event) -> int:
    """Places held, as the database says."""
    db.session.rollback()
    return db.session.scalars(sa.select(Event.places_held).where(Event.id == event.id)).one()


def messages(nomination: Nomination, state: str = "queued") -> list[str]:
    """What the lead was told about held places."""
    about = f"nomination:{nomination.public_id}"
    found = sa.select(Letter.message).where(Letter.about == about, Letter.state == state)
    return list(db.session.scalars(found.order_by(Letter.id)))


def test_unnamed_places_count_as_held_and_the_lead_is_told_until_when(each_app: Flask):
    event = make_event(capacity=5)
    nomination = hold(event, 3)
    assert held(event) == 3
    assert (nomination.asked, nomination.places, nomination.name_by_at) == (3, 3, NAMES_DUE)
    assert messages(nomination) == ["places-held"]
    letter = db.session.scalars(sa.select(Letter)).one()
    assert "Fri 4 December 2026, 5pm" in letter.text


@pytest.mark.parametrize("around", ["insert", "raise"])
def test_the_database_itself_refuses_held_places_beyond_the_limit(each_app: Flask, around: str):
    event = make_event(capacity=2)
    made = {"made_at": NOW, "by_id": make_person().id, "name_by_at": NAMES_DUE, "agency_id": make_agency().id}
    if around == "insert":
        with pytest.raises(sa.exc.IntegrityError, match="no place is free"):
            add(Nomination(event_id=event.id, asked=3, places=3, **made))
    else:
        nomination = add(Nomination(event_id=event.id, asked=2, places=2, **made))
        with pytest.raises(sa.exc.IntegrityError, match="no place is free"), rebuilding():
            db.session.execute(sa.update(Nomination).where(Nomination.id == nomination.id).values(places=3))
    db.session.rollback()
    assert held(event) == (0 if around == "insert" else 2)


def test_a_button_pressed_twice_holds_the_places_once(each_app: Flask):
    event = make_event(capacity=9)
    once = hold(event, 2)
    assert hold(event, 2, now=NOW + timedelta(seconds=2)).id == once.id
    assert (held(event), messages(once)) == (2, ["places-held"])
    hold(event, 2, now=NOW + timedelta(minutes=1))
    assert held(event) == 4


def test_places_by_invitation_are_held_only_for_an_organisation_that_was_invited(each_app: Flask):
    event, council = make_event(by_invitation=True), make_agency()
    add(EventInvitation(event_id=event.id, email="carl@northshire.example", invited_at=NOW))
    assert "This date is by invitation" in refusal_of_hold(event, 2)
    add(EventInvitation(event_id=event.id, agency_id=council.id, invited_at=NOW))
    assert hold(event, 2).places == 2


def test_a_name_takes_one_held_place_in_the_transaction_that_books_it(each_app: Flask):
    event = make_event(capacity=2)
    nomination = hold(event, 2)
    booking = name(nomination, make_person("Carl Council"))
    assert (booking.state, nomination.places, held(event)) == ("booked", 1, 2)
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "booked")).one()
    assert "Leah Lead booked this for you" in letter.text
    name(nomination, make_person("Cara Council"))
    db.session.rollback()
    assert (nomination.places, nomination.ended_at) == (0, NOW)
    assert messages(nomination, "withdrawn") == ["places-held"]
    with pytest.raises(Refused, match="No place without a name is left here"):
        name(nomination, make_person("Cleo Council"))


def test_somebody_who_waits_and_is_named_leaves_the_list_with_the_place(each_app: Flask):
    event = make_event(capacity=1)
    nomination = hold(event, 1)
    carl = make_person("Carl Council")
    waits = make_booking(event, carl, state=State.WAITING)
    assert name(nomination, carl).id == waits.id
    assert (db.session.get_one(Booking, waits.id).state, held(event)) == ("booked", 1)


def test_held_places_can_be_named_even_where_the_limit_was_lowered_since(each_app: Flask):
    event = make_event(capacity=3)
    nomination = hold(event, 3)
    with rebuilding():
        event.booking_limit = 1
    name(nomination, make_person("Carl Council"))
    assert held(event) == 3


def test_only_people_of_what_is_led_are_named(app: Flask):
    hill_top = make_setting("Hill Top Primary School")
    vale = make_setting("Vale Academy", hill_top.agency)
    nomination = hold(make_event(), 2, led=Led(hill_top.agency_id, hill_top.id))
    with pytest.raises(Refused, match="does not work for Hill Top Primary School"):
        name(nomination, make_person("Vera Vale", agency=hill_top.agency, setting_id=vale.id))
    db.session.rollback()
    assert name(nomination, make_person("Hal Hill", agency=hill_top.agency, setting_id=hill_top.id)).id


def test_the_checks_hold_for_those_who_are_named(app: Flask):
    event = make_event()
    nomination, carl = hold(event, 1), make_person("Carl Council")
    make_booking(make_event(event.course, starts=event.starts_at + timedelta(days=9)), carl)
    with pytest.raises(Refused) as refused:
        name(nomination, carl)
    assert refused.value.reason == Reason.OTHER_DATE
    db.session.rollback()
    assert (nomination.places, held(event)) == (1, 1)


def test_places_are_held_only_as_far_as_there_are_any(app: Flask):
    assert refusal_of_hold(make_event(capacity=2), 3).startswith("Only 2 are left. Book your people by name")


def test_a_lead_holds_at_most_as_many_places_as_the_partnership_has_set(app: Flask):
    event = make_event()
    said = "At most 6 places without a name can be held on a date"
    assert refusal_of_hold(event, 7).startswith(said)
    hold(event, 4)
    with pytest.raises(Refused, match="and you hold 4 already"):
        hold(event, 3)
    db.session.rollback()
    given = {"partnership_id": make_partnership().id, "from_on": LONG_AGO, "set_at": NOW}
    add(PartnershipSetting(key="nomination_places", value=10, **given))
    hold(event, 3)
    assert held(event) == 7


def test_no_places_are_held_once_the_day_for_names_has_passed(app: Flask):
    said = "The day by which held places need names has passed. Book your people by name instead."
    assert refusal_of_hold(make_event(), 1, now=NAMES_DUE) == said


def test_whoever_waits_gets_a_free_place_before_it_is_held(app: Flask):
    event = make_event(capacity=1)
    waits = make_booking(event, state=State.WAITING)
    with pytest.raises(Refused, match="No place is left"):
        hold(event, 1)
    db.session.rollback()
    assert db.session.get_one(Booking, waits.id).state == "waiting"  # nothing half done


def test_a_lead_holds_no_more_places_than_their_agency_may_have(each_app: Flask):
    event = make_event()
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=3))
    make_booking(event)
    said = "Any one agency may have 3 places on this date, and has them already. Hold 2 at most."
    assert refusal_of_hold(event, 3) == said
    hold(event, 2)
    with pytest.raises(Refused, match="has them already. Book your people by name"):
        hold(event, 1)


def test_no_more_people_of_a_setting_are_named_than_it_may_have(each_app: Flask):
    hill_top, event = make_setting("Hill Top Primary School"), make_event()
    nomination = hold(event, 3, led=Led(hill_top.agency_id))
    add(MixRule(event_id=event.id, kind="cap", of="setting", places=1))
    there = {"agency": hill_top.agency, "setting_id": hill_top.id}
    name(nomination, make_person("Hal Hill", **there))
    with pytest.raises(Refused, match="Any one setting may have 1 place on this date, and has it already."):
        name(nomination, make_person("Hetty Hill", **there))
    db.session.rollback()
    assert (nomination.places, held(event)) == (2, 3)


def test_places_held_before_a_cap_was_set_can_be_named(app: Flask):
    event = make_event()
    nomination = hold(event, 3)
    add(MixRule(event_id=event.id, kind="cap", of="agency", places=1))
    assert name(nomination, make_person("Carl Council")).state == "booked"


def test_a_lead_holds_no_places_that_are_kept_for_others(each_app: Flask):
    event = make_event(capacity=4)
    add(MixRule(event_id=event.id, kind="kept", of="sector", sector="Health", places=3))
    assert refusal_of_hold(event, 2) == "The places left are kept for Health. Hold 1 at most."
    assert hold(event, 1).places == 1


def test_who_let_a_place_go_is_not_asked_again_because_a_lead_holds_others(each_app: Flask):
    event = make_event(capacity=3)
    waits = make_booking(event, state=State.WAITING, declined_at=NOW)
    hold(event, 1)
    db.session.rollback()
    assert db.session.get_one(Booking, waits.id).state == "waiting"


def test_where_line_managers_have_to_agree_places_are_booked_by_name(app: Flask):
    said = (
        "Each person’s line manager has to agree to this course. Book your people by name: we ask for each."
    )
    assert refusal_of_hold(make_event(make_course(approval="manager")), 2) == said


def test_nobody_is_named_past_a_manager_whom_the_course_asks_since(app: Flask):
    event = make_event()
    nomination = hold(event, 1)
    with rebuilding():
        event.course.approval = "manager"
    with pytest.raises(Refused, match="line manager has to agree"):
        name(nomination, make_person("Carl Council"))


def test_places_given_back_go_to_who_waits(each_app: Flask):
    event = make_event(capacity=2)
    nomination = hold(event, 2)
    waits = make_booking(event, state=State.WAITING)
    with changing(event.id, now=NOW):
        assert nominating.give_back(nomination, 1, by=nomination.by, now=NOW) == 1
    db.session.rollback()
    assert db.session.get_one(Booking, waits.id).state in ("booked", "offered")
    assert (nomination.places, held(event)) == (1, 2)
    what = [row.what for row in db.session.scalars(sa.select(EventChange).order_by(EventChange.id))]
    assert what == ["places held", "places given back"]


@pytest.mark.parametrize(("minutes", "left"), [(-1, 2), (0, 0)])
def test_what_has_no_name_by_its_day_goes_back_by_the_clock(each_app: Flask, minutes: int, left: int):
    event = make_event(capacity=2)
    nomination = hold(event, 2)
    nominations.due(stopped_at(NAMES_DUE + timedelta(minutes=minutes)))
    assert held(event) == left
    assert ("places-run-out" in messages(nomination)) is (left == 0)
    nominations.due(stopped_at(NAMES_DUE + timedelta(minutes=5)))
    assert messages(nomination).count("places-run-out") == 1


def test_a_lead_is_reminded_five_and_one_working_days_before_names_are_due_and_once_each(app: Flask):
    nomination = hold(make_event(), 2)
    told = []
    for day in range(1, 14):
        for _ in range(2):
            nominations.due(stopped_at(NOW + timedelta(days=day, hours=9)))
        told.append(messages(nomination).count("name-people"))
    # Fri 27 November is the fifth working day before Fri 4 December, Thu 3 December the first.
    assert told == [0] * 6 + [1] * 6 + [2]


def test_nobody_is_reminded_of_places_that_are_all_named(app: Flask):
    nomination = hold(make_event(), 1)
    name(nomination, make_person("Carl Council"))
    nominations.due(stopped_at(NAMES_DUE - timedelta(hours=2)))
    assert "name-people" not in messages(nomination)


def test_a_cancelled_date_holds_nothing_and_tells_nobody_again(app: Flask):
    event = make_event()
    nomination = hold(event, 2)
    with rebuilding():
        event.state = "cancelled"
    nominations.due(stopped_at(NOW + timedelta(days=1)))
    assert (held(event), messages(nomination)) == (0, [])


def test_names_are_due_before_the_new_date_when_the_event_has_moved(app: Flask):
    event = make_event()
    nomination = hold(event, 2)
    with rebuilding():
        event.starts_at += timedelta(days=35)
        event.ends_at += timedelta(days=35)
    nominations.due(stopped_at(NAMES_DUE))
    assert held(event) == 2
    assert nomination.name_by_at == datetime(2027, 1, 8, 17, 0, tzinfo=UTC)


def test_a_held_place_that_costs_something_is_named_once_the_charge_is_agreed(app: Flask):
    make_policy(charging=True, half_day=4500, exempt=[])
    nomination, carl = hold(make_event(), 1), make_person("Carl Council")
    with pytest.raises(Refused) as refused:
        name(nomination, carl)
    assert refused.value.reason == Reason.CHARGE
    db.session.rollback()
    booking = name(nomination, carl, asked=Asked(charge_accepted=True, purchase_order="PO 77"))
    charge = db.session.scalars(sa.select(Charge).where(Charge.booking_id == booking.id)).one()
    assert (charge.pence, charge.purchase_order) == (4500, "PO 77")
