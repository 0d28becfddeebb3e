"""What needs somebody: too few booked, waiting lists, offers, approvals, part 1, evidence, charges, nominations."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking.models import Approval, Booking, Charge, Nomination
from app.booking.rules import State
from app.catalogue.models import CourseRequirement, Event, EventChange
from tests.browser import CheckedClient, Page, words
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_evidence,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.pools import one_is_enough
from tests.statements import count_statements

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def ada(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Ada administers, and sits at the browser."""
    person = make_person("Ada Admin", Role.ADMINISTRATOR)
    client.sign_in(person)
    return person


def event_in(days: float, title: str = "Neglect", **given: object) -> Event:
    """A date so many days from now that has its trainer and its link."""
    found = make_event(make_course(title), starts=NOW + timedelta(days=days), **given)
    make_trainer(found, make_person("", Role.TRAINER))
    one_is_enough()
    return found


def needs(client: CheckedClient) -> list[tuple[str, str]]:
    """What the desk says: the line, and where its button leads."""
    return [(line, href) for line, href, _ in needs_on(client.page("/desk"))]


def needs_on(page: Page) -> list[tuple[str, str, str]]:
    """The line, where its button leads, and all the words of it."""
    return [
        (
            words(item.findall(".//h2")[0]),
            next(a for a in item.iter("a") if "govuk-button" in (a.get("class") or "")).get("href") or "",
            words(item),
        )
        for listed in page.all("ol")
        for item in listed
    ]


def test_with_nothing_to_do_the_desk_says_so(client: CheckedClient):
    booking = make_booking(event_in(3))
    page = client.page("/desk")
    assert page.heading == "Nothing needs you" and needs_on(page) == []
    assert booking.state == State.BOOKED


# Events at risk.


@pytest.mark.parametrize(
    ("minimum", "warn_on", "said"),
    [
        (3, date(2026, 11, 20), True),
        (3, date(2026, 11, 19), True),
        (3, date(2026, 11, 21), False),
        (2, date(2026, 11, 20), False),
        (None, date(2026, 11, 20), False),
    ],
)
def test_a_date_with_too_few_on_its_warning_day_needs_somebody(
    client: CheckedClient, minimum: int | None, warn_on: date, said: bool
):
    event = event_in(20, minimum=minimum, minimum_by=warn_on)
    for state in (State.BOOKED, State.BOOKED, State.OFFERED, State.WAITING):
        make_booking(event, state=state)
    line = ("Neglect: 2 people are booked, it needs 3", f"/events/{event.id}/minimum")
    assert (line in needs(client)) is said


def test_too_few_is_said_no_more_once_somebody_has_decided_until_the_minimum_is_another(
    client: CheckedClient,
):
    event = event_in(20, minimum=3, minimum_by=date(2026, 11, 20))
    assert len(needs(client)) == 1
    client.send(f"/events/{event.id}/minimum", button="Run it anyway", why="A review asks for it.")
    assert needs(client) == []
    add(EventChange(event_id=event.id, at=NOW, what="minimum", was=3, now=4))
    assert len(needs(client)) == 1


def test_a_postponed_date_needs_somebody_until_it_has_its_new_date(client: CheckedClient):
    event = event_in(20)
    make_booking(event)
    client.send(
        f"/events/{event.id}/postpone", button="Postpone it and tell them", why="The hall is flooded."
    )
    ((line, href, said),) = needs_on(client.page("/desk"))
    assert (line, href) == ("Neglect was postponed and has no new date", f"/events/{event.id}/times")
    assert "Since Fri 20 November 2026, 10am" in said and "1 person keeps a place" in said


def test_a_date_that_has_begun_with_too_few_needs_nobody_any_more(client: CheckedClient):
    event_in(-0.05, minimum=3, minimum_by=date(2026, 11, 1))
    assert needs(client) == []


# Waiting lists.


def full_but_for_one(days: float, *waiting: tuple[str, str], **given: object) -> Event:
    """A date with a free place for which these people (name, mobile number) wait, in this order."""
    event = event_in(days, capacity=2)
    make_booking(event)
    for place, (name, mobile) in enumerate(waiting):
        joined_at = datetime(2026, 11, 1, tzinfo=UTC) + place * HOUR
        make_booking(
            event, make_person(name), state=State.WAITING, mobile=mobile, joined_at=joined_at, **given
        )
    return event


def test_from_the_start_of_the_last_working_day_the_desk_says_whom_to_ring_in_their_order(
    client: CheckedClient,
):
    event = full_but_for_one(
        3, ("Priya Patel", "07700 900123"), ("Sam Smith", "")
    )  # Monday: last day is today
    ((line, href, text),) = needs_on(client.page("/desk"))
    assert (line, href) == (
        "Neglect: 2 people wait, and 1 place is free",
        f"/events/{event.id}/bookings?state=waiting",
    )
    assert "Ring in this order: Priya Patel 07700 900123 and Sam Smith (no mobile number)." in text
    assert "Ring them" in text


def test_a_line_says_of_its_time_whether_it_begins_runs_out_or_has_waited(client: CheckedClient):
    event = event_in(20)
    make_booking(event, state=State.OFFERED, offer_ends_at=NOW + HOUR)
    ask(make_booking(event, state=State.REQUESTED), NOW - 7 * DAY)
    approvals, offer = (text for *_, text in needs_on(client.page("/desk")))
    assert "Since Fri 13 November 2026, 10am" in approvals
    assert "By Fri 20 November 2026, 11am" in offer


def test_before_the_last_working_day_nobody_is_rung(client: CheckedClient):
    full_but_for_one(4, ("Priya Patel", "07700 900123"))  # Tuesday: its last working day is Monday
    ((_, _, text),) = needs_on(client.page("/desk"))
    assert "07700" not in text and "See who waits" in text


def test_a_long_list_names_the_first_five_and_how_many_more(client: CheckedClient):
    full_but_for_one(3, *((f"Waiter {n}", "") for n in range(8)))
    ((_, _, text),) = needs_on(client.page("/desk"))
    assert "Waiter 4 (no mobile number) and 3 more." in text and "Waiter 5" not in text


def test_while_some_may_take_the_place_by_being_first_nobody_need_do_anything(client: CheckedClient):
    full_but_for_one(5, ("Priya Patel", ""), offer_ends_at=NOW + DAY)
    assert needs(client) == []


def test_offers_that_run_out_by_the_end_of_the_next_working_day_are_said_once_for_an_event(
    client: CheckedClient,
):
    event, later = event_in(20), event_in(21, "Self harm")
    monday = datetime(2026, 11, 23, 17, tzinfo=UTC)
    make_booking(event, state=State.OFFERED, offer_ends_at=NOW + HOUR)
    make_booking(event, state=State.OFFERED, offer_ends_at=monday)
    make_booking(later, state=State.OFFERED, offer_ends_at=monday + HOUR)
    assert needs(client) == [
        ("2 offers of a place on Neglect run out", f"/events/{event.id}/bookings?state=offered")
    ]


def test_unnamed_places_that_go_back_soon_need_somebody(client: CheckedClient, ada: Person):
    event = event_in(20)
    for agency, by, places, ended in (
        ("Northshire Police", NOW + HOUR, 3, None),
        ("Northshire County Council", NOW + 5 * DAY, 2, None),
        ("Northshire Health", NOW + HOUR, 1, NOW),
    ):
        add(
            Nomination(
                event_id=event.id,
                agency_id=make_agency(agency).id,
                by_id=ada.id,
                asked=3,
                places=places,
                made_at=NOW - DAY,
                name_by_at=by,
                ended_at=ended,
            )
        )
    assert needs(client) == [
        ("Neglect: 3 places of Northshire Police have no name yet", f"/events/{event.id}/bookings")
    ]


# Approvals, part 1, evidence, charges.


def ask(booking: Booking, asked_at: datetime, decision: str = "") -> None:
    """A manager is asked about a booking."""
    number = f"{booking.id}-{asked_at:%d%H}"
    asked = {"booking_id": booking.id, "mode": "manager", "approver_email": "mo@x.example"}
    add(Approval(**asked, token_hash=number, asked_at=asked_at, expires_at=NOW + 5 * DAY, decision=decision))


@pytest.mark.parametrize(
    ("asked_at", "decision", "said"),
    [
        (datetime(2026, 11, 17, 16, 59, tzinfo=UTC), "", True),  # Tuesday; today is the third working day
        (datetime(2026, 11, 17, 17, 1, tzinfo=UTC), "", False),
        (datetime(2026, 11, 16, 9, 0, tzinfo=UTC), "approved", False),
    ],
)
def test_an_approval_that_nobody_gave_for_three_working_days_needs_somebody(
    client: CheckedClient, asked_at: datetime, decision: str, said: bool
):
    ask(make_booking(event_in(20), state=State.REQUESTED), asked_at, decision)
    line = ("1 request for approval has no answer", "/desk/approvals")
    assert needs(client) == ([line] if said else [])


def test_two_people_asked_about_one_booking_are_one_request(client: CheckedClient):
    booking = make_booking(event_in(20), state=State.REQUESTED)
    ask(booking, NOW - 7 * DAY)
    ask(booking, NOW - 8 * DAY)
    assert needs(client) == [("1 request for approval has no answer", "/desk/approvals")]


def required(event: Event) -> None:
    """A course that is to be done by a deadline."""
    first = make_course("Part one")
    add(CourseRequirement(course_id=event.course_id, required_id=first.id, strength="by a deadline"))


def test_part_1_that_is_not_done_is_one_line_for_an_event_and_worse_once_it_was_due(client: CheckedClient):
    near, far = event_in(5, capacity=2), event_in(12, "Self harm", capacity=2)
    later = event_in(16, "Mental health", capacity=2)
    for event in (near, far, later):
        required(event)
        make_booking(event)
        make_booking(event)
        make_booking(event, state=State.WAITING)
    (first, second) = needs_on(client.page("/desk"))
    assert first[:2] == (
        "Neglect: 2 people have not done part 1",
        f"/events/{near.id}/bookings?part_one=to+do",
    )
    assert "It was due by Wed 18 November 2026, 10am." in first[2]
    assert second[0] == "Self harm: 2 people have not done part 1"
    assert "It is due by Wed 25 November 2026, 10am." in second[2]


def test_evidence_that_waits_is_said_beside_part_1_and_in_a_line_of_its_own(client: CheckedClient):
    event, priya = event_in(5), make_person("Priya Patel")
    required(event)
    make_booking(event, priya)
    make_evidence(priya, make_course("Part one"))
    found = needs_on(client.page("/desk"))
    assert [line for line, *_ in found] == [
        "Neglect: 1 person has not done part 1",
        "1 certificate from elsewhere waits to be checked",
    ]
    assert "Evidence of 1 person waits to be checked." in found[0][2]
    assert found[1][1] == "/desk/evidence"


def test_charges_that_nobody_decided_are_one_line(client: CheckedClient):
    for state in ("proposed", "proposed", "approved", "waived"):
        booking = make_booking(event_in(-60))
        charge = {"booking_id": booking.id, "kind": "missed", "pence": 5000, "state": state}
        add(Charge(**charge, proposed_at=NOW - DAY))
    assert needs(client) == [("2 charges are to be decided", "/desk/charges")]


def test_nothing_of_another_partnership_is_on_the_desk(client: CheckedClient, ada: Person):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    event = event_in(3, capacity=9, minimum=5, minimum_by=date(2026, 11, 1), host_id=elsewhere.id)
    required(event)
    make_booking(event)
    make_booking(event, state=State.WAITING)
    make_booking(event, state=State.OFFERED, offer_ends_at=NOW + HOUR)
    requested = make_booking(event, state=State.REQUESTED)
    ask(requested, NOW - 7 * DAY)
    add(Charge(booking_id=requested.id, kind="place", pence=1, proposed_at=NOW))
    place = {"event_id": event.id, "agency_id": make_agency().id, "by_id": ada.id, "asked": 1, "places": 1}
    add(Nomination(**place, made_at=NOW, name_by_at=NOW + HOUR))
    assert needs(client) == []


# The page as a whole.


def test_what_runs_today_stands_apart_with_where_it_is(client: CheckedClient):
    event_in(0.1, "Today's course")
    event_in(-0.1, "This morning's course")
    event_in(2, "Sunday's course")
    page = client.page("/desk")
    tables = [[words(row[0]) for row in table.find("tbody") or []] for table in page.all("table")]
    assert tables == [["This morning's course", "Today's course"], ["Sunday's course"]]


def everything_at(numbers: range, ada: Person) -> None:
    """An event for each of these numbers, with everything that can be wrong."""
    for n in numbers:
        event = make_event(
            make_course(f"Course {n}"),
            starts=NOW + timedelta(days=2, minutes=n),
            joining_url="",
            minimum=9,
            minimum_by=date(2026, 11, 1),
            capacity=30,
        )
        required(event)
        make_booking(event)
        make_booking(event, state=State.WAITING, mobile="07700 900123")
        make_booking(event, state=State.OFFERED, offer_ends_at=NOW + HOUR)
        ask(make_booking(event, state=State.REQUESTED), NOW - 7 * DAY)
        place = {"event_id": event.id, "agency_id": make_agency().id, "by_id": ada.id, "asked": 1}
        add(Nomination(**place, places=1, made_at=NOW, name_by_at=NOW + HOUR))
        make_booking(make_event(event.course, starts=NOW - timedelta(days=2, minutes=n)))


def test_the_desk_takes_the_same_statements_whatever_is_wrong_with_however_many(
    client: CheckedClient, ada: Person
):
    found = []
    for more, number in ((range(1), 1), (range(1, 12), 12)):
        everything_at(more, ada)
        with count_statements() as statements:
            page = client.page("/desk")
        assert len(needs_on(page)) == 8 * number + 1
        found.append(len(statements))
    assert found[0] == found[1] <= 31, found
