"""Booking many people in one go: the acts, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Person, Team
from app.accounts.rules import Led
from app.booking import groups
from app.booking.groups import COLLEAGUE, LEAD, STAFF, Booker, Outcome, Undone
from app.booking.listed_people import lines_of
from app.booking.models import Booking, MixRule
from app.booking.rules import Asked, State
from app.booking.workplaces import workplaces_of
from app.catalogue.models import CourseRequirement, Event
from app.db import db, writing
from app.notifications.models import Letter
from app.records.actions import changing
from tests.at_once import at_once
from tests.factories import (
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_person,
    make_setting,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def as_colleague(person: Person) -> Booker:
    """Somebody who books colleagues."""
    [job] = workplaces_of(person.id, NOW.date())
    return Booker(by=person, role=COLLEAGUE, place=job)


def as_lead(led: Led) -> Booker:
    """Leah, who leads this."""
    return Booker(by=make_person("Leah Lead"), role=LEAD, place=led, led=(led,))


def book(
    event: Event, text: str, booker: Booker, *, asked: Asked | None = None, keep: bool = True
) -> list[Outcome]:
    """The whole change, as the page makes it; or the same undone."""
    found: list[Outcome] = []
    try:
        with changing(event.id, now=NOW) as locked:
            found = groups.book_lines(locked, lines_of(text), booker, now=NOW, asked=asked or Asked())
            if not keep:
                raise Undone
    except Undone:
        pass
    return found


def words(outcomes: list[Outcome]) -> list[str]:
    """What becomes of each line, in short."""
    return [outcome.word for outcome in outcomes]


def in_line(event: Event) -> list[str]:
    """Who waits, in order."""
    db.session.rollback()
    return [person.name for _, person in db.session.execute(Booking.waiting_for(event.id))]


def test_a_colleague_books_colleagues_and_each_is_told_by_whom_and_how_to_say_no(each_app: Flask):
    event, priya = make_event(), make_person("Priya Patel")
    sam = make_person("Sam Jones")
    [one, two] = book(event, f"{sam.email}\nNia New, nia@northshire.example", as_colleague(priya))
    assert (one.word, one.new, two.word, two.new) == ("Gets a place", False, "Gets a place", True)
    letters = db.session.scalars(sa.select(Letter).where(Letter.message == "booked")).all()
    assert {letter.to_email for letter in letters} == {sam.email, "nia@northshire.example"}
    for letter in letters:
        assert "Priya Patel booked this for you" in letter.text
        assert "/give-back/" in letter.text
    bookings = db.session.scalars(sa.select(Booking)).all()
    assert {booking.made_by_id for booking in bookings} == {priya.id}
    assert len({booking.party for booking in bookings} - {""}) == 1


def test_a_newcomer_works_where_the_booker_does(app: Flask):
    school = make_setting("Hill Top Primary School")
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    book(make_event(), "Nia New, nia@school.example", as_colleague(priya))
    works = db.session.scalars(sa.select(Affiliation).join(Person).where(Person.name == "Nia New")).one()
    assert (works.agency_id, works.setting_id) == (school.agency_id, school.id)


def test_nobody_books_more_than_four_colleagues_on_a_date(app: Flask):
    event, priya = make_event(), make_person("Priya Patel")
    people = [make_person() for _ in range(6)]
    first = book(event, "\n".join(p.email for p in people[:3]), as_colleague(priya))
    assert words(first) == ["Gets a place"] * 3
    second = book(event, "\n".join(p.email for p in people[3:]), as_colleague(priya))
    assert words(second) == ["Gets a place", "Left out", "Left out"]
    assert second[1].note.startswith("You can book up to 4 colleagues on a date.")


def test_a_colleague_books_only_those_of_the_same_setting_or_team(app: Flask):
    council = make_agency()
    ours, other = (
        add(Team(agency_id=council.id, name="Early Help")),
        add(Team(agency_id=council.id, name="Youth")),
    )
    priya = make_person("Priya Patel", team_id=ours.id)
    near, far = make_person(team_id=ours.id), make_person(team_id=other.id)
    pete = make_person("Pete Police", agency=make_agency("Northshire Police"))
    found = book(make_event(), f"{near.email}\n{far.email}\n{pete.email}", as_colleague(priya))
    assert words(found) == ["Gets a place", "Left out", "Left out"]
    assert found[2].note == (
        f"{pete.email} does not work where you work, so you cannot book for them. They can book themselves."
    )


def test_every_line_is_explained_and_a_refused_one_stops_nobody_else(each_app: Flask):
    event = make_event()
    council, police = make_agency(), make_agency("Northshire Police")
    known, there = make_person("Kim Known"), make_person("Ben Booked")
    make_booking(event, there)
    pete = make_person("Pete Police", agency=police)
    text = f"{known.email}\nNew Person, new@x.example\n{there.email}\n{pete.email}\nnot-an-address@\nNo Mail\n{known.email}\nnoname@x.example"
    found = book(event, text, as_lead(Led(council.id)))
    assert [(outcome.word, outcome.note) for outcome in found] == [
        ("Gets a place", ""),
        ("Gets a place", ""),
        ("Left out", "Ben Booked already has a place on this date, or waits for one."),
        (
            "Left out",
            f"{pete.email} is not of the agency, school or team you lead. They can book themselves.",
        ),
        ("Left out", "Enter an email address like name@example.org."),
        ("Left out", "There is no address on this line."),
        ("Left out", "This address is in the list twice. It counts once."),
        ("Left out", "We do not know noname@x.example yet. Enter the name too."),
    ]
    db.session.rollback()
    # Nobody was written down for a line that was left out.
    assert db.session.scalars(sa.select(Person).where(Person.email == "noname@x.example")).first() is None


def test_part_one_that_is_missing_keeps_somebody_out_when_it_is_required_to_book(app: Flask):
    first, second = make_course("Part one"), make_course("Part two")
    add(CourseRequirement(course_id=second.id, required_id=first.id, strength="to book"))
    carl = make_person("Carl Council")
    [found] = book(make_event(second), carl.email, as_lead(Led(make_agency().id)))
    assert found.word == "Left out"
    assert "Part one" in found.note


def test_part_one_by_a_deadline_is_said_and_does_not_keep_anybody_out(app: Flask):
    first, second = make_course("Part one"), make_course("Part two")
    add(CourseRequirement(course_id=second.id, required_id=first.id, strength="by a deadline"))
    carl = make_person("Carl Council")
    [found] = book(make_event(second), carl.email, as_lead(Led(make_agency().id)))
    assert (found.word, found.note) == ("Gets a place", "Still to do before the deadline: Part one.")


def test_a_school_books_its_twelve_and_those_above_its_cap_wait_together(each_app: Flask):
    school, event = make_setting("Hill Top Primary School"), make_event()
    add(MixRule(event_id=event.id, kind="cap", of="setting", places=8))
    teachers = [
        make_person(f"Teacher {n:02}", agency=school.agency, setting_id=school.id) for n in range(1, 13)
    ]
    leah = as_lead(Led(school.agency_id, school.id))
    found = book(event, "\n".join(t.email for t in teachers), leah)
    assert words(found) == ["Gets a place"] * 8 + ["Waits"] * 4
    assert found[8].note == "Any one setting may have 8 places on this date, and has them already."
    make_booking(event, make_person("Late Comer"), state=State.WAITING, joined_at=NOW + timedelta(seconds=1))
    assert in_line(event) == ["Teacher 09", "Teacher 10", "Teacher 11", "Teacher 12", "Late Comer"]
    assert len({b.party for b in db.session.scalars(sa.select(Booking).where(Booking.party != ""))}) == 1


def test_who_finds_no_place_waits_and_it_is_said_why(app: Flask):
    event = make_event(capacity=1)
    one, two = make_person(), make_person()
    found = book(event, f"{one.email}\n{two.email}", as_lead(Led(make_agency().id)))
    assert [(o.word, o.note) for o in found] == [("Gets a place", ""), ("Waits", "No place is left.")]


def test_a_dry_run_keeps_nothing_and_says_exactly_what_will_be(each_app: Flask):
    event = make_event(capacity=2)
    people = [make_person() for _ in range(3)]
    text = "\n".join(p.email for p in people) + "\nNia New, nia@x.example"
    leah = as_lead(Led(make_agency().id))
    shown = book(event, text, leah, keep=False)
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking)).all() == []
    assert db.session.scalars(sa.select(Letter)).all() == []
    assert db.session.scalars(sa.select(Person).where(Person.email == "nia@x.example")).first() is None
    done = book(event, text, leah)
    assert groups.fingerprint(shown) == groups.fingerprint(done)
    assert words(done) == ["Gets a place"] * 2 + ["Waits"] * 2


def test_another_outcome_has_another_fingerprint(app: Flask):
    event = make_event(capacity=2)
    text = "\n".join(make_person().email for _ in range(2))
    leah = as_lead(Led(make_agency().id))
    before = groups.fingerprint(book(event, text, leah, keep=False))
    make_booking(event)
    assert groups.fingerprint(book(event, text, leah, keep=False)) != before


def test_staff_book_anybody_and_make_newcomers_only_where_they_say(app: Flask):
    event, ada = make_event(), make_person("Ada Admin")
    pete = make_person("Pete Police", agency=make_agency("Northshire Police"))
    text = f"{pete.email}\nNia New, nia@x.example"
    nowhere = Booker(by=ada, role=STAFF, place=None)
    assert words(book(event, text, nowhere, keep=False)) == ["Gets a place", "Left out"]
    council = Booker(by=ada, role=STAFF, place=Led(make_agency().id))
    assert words(book(event, text, council)) == ["Gets a place", "Gets a place"]


def test_a_closed_account_is_left_out_in_words(app: Flask):
    carl = make_person("Carl Council")
    with writing():
        carl.closed_at = NOW
    [found] = book(make_event(), carl.email, as_lead(Led(make_agency().id)))
    assert found.note == f"The account of {carl.email} is closed. Ring the training team."


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_clash_is_said_by_name_and_can_be_confirmed_for_the_list(app: Flask, confirmed: bool):
    event, carl = make_event(), make_person("Carl Council")
    make_booking(make_event(make_course("Neglect"), starts=event.starts_at), carl)
    asked = Asked(clash_confirmed=confirmed)
    [found] = book(event, carl.email, as_lead(Led(make_agency().id)), asked=asked)
    assert found.word == ("Gets a place" if confirmed else "Left out")
    assert confirmed or "Carl Council has a place on Neglect at that time" in found.note


@pytest.mark.parametrize("kind", ["", "Senior or strategic leader"])
def test_somebody_new_is_in_the_audience_by_the_kind_of_work_that_is_said(app: Flask, kind: str):
    event = make_event(make_course(audience_groups=["Senior or strategic leader"]))
    led = Led(make_agency().id)
    leah = Booker(by=make_person("Leah Lead"), role=LEAD, place=led, led=(led,), role_group=kind)
    [found] = book(event, "Nia New, nia@x.example", leah)
    assert found.word == ("Gets a place" if kind else "Left out")
    if not kind:
        assert found.note == (
            "This course is for people whose work is “Senior or strategic leader”. The training team can invite "
            "Nia New, if that is right for them."
        )


def test_a_course_that_has_to_be_done_first_is_said_by_name(app: Flask):
    first, second = make_course("Part one. Basics"), make_course("Part two")
    add(CourseRequirement(course_id=second.id, required_id=first.id, strength="to book"))
    [found] = book(make_event(second), make_person("Carl Council").email, as_lead(Led(make_agency().id)))
    assert found.note == "Carl Council needs Part one. Basics first."


def test_two_lists_of_the_same_people_on_two_dates_do_not_wait_for_each_other(postgresql_app: Flask):
    people = [make_person() for _ in range(20)]
    emails, by = [person.email or "" for person in people], make_person("Ada Admin").id
    dates = [make_event(make_course(title), capacity=30).id for title in ("Neglect", "Early help")]
    db.session.rollback()

    def book_all(event_id: int, order: list[str]) -> None:
        ada = Booker(by=db.session.get_one(Person, by), role=STAFF, place=None)
        lines, asked = lines_of("\n".join(order)), Asked(clash_confirmed=True)
        with changing(event_id, now=NOW) as event:
            assert all(one.made for one in groups.book_lines(event, lines, ada, now=NOW, asked=asked))

    at_once(
        postgresql_app, lambda: book_all(dates[0], emails), lambda: book_all(dates[1], list(reversed(emails)))
    )
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Booking.id))) == 40
