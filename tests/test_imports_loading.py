"""Loading files and taking them back, on both databases: all or nothing, and exactly what was made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.corrections import correct
from app.accounts.models import Affiliation, Person, Setting
from app.accounts.rules import Role
from app.attendance.models import Mark, MarkChange, RegisterClosing
from app.audit.models import Trace
from app.booking.models import Booking, BookingChange, Interest
from app.booking.rules import State
from app.catalogue.actions import content_of, edit_course
from app.catalogue.models import Course, CourseOffer, Event, EventChange, EventSession, Venue
from app.catalogue.venues import VenueContent, change_venue, close_venue
from app.clock import from_london, stopped_at
from app.completions.models import Completion
from app.db import Base, db, rebuilding, writing
from app.evaluation.models import EvaluationRequest, EvaluationResponse, Questionnaire
from app.imports.models import ImportBatch, ImportedRow
from app.notifications.models import Letter
from app.records import due
from app.records.actions import settle
from app.records.models import Certificate
from app.tallies.actions import differences
from tests.conftest import TODAY
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
)
from tests.imported import AT_WORK, bookings, check, csv_of, faults, load, take_back

PAST = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
COURSES = csv_of(
    ("Title", "Kind", "Delivery", "Level", "Minutes", "Other names", "Published"),
    ("Fabricated illness", "Subject course", "Face to face", "Level 3", "180", "FII; perplexing presentations", "yes"),
    ("Neglect", "core", "virtual", "", "", "", "no"),
)  # fmt: skip
VENUES = csv_of(
    ("Venue", "Address", "Post code", "Capacity"), ("Hill Top Centre", "1 Hill Road", "no1 2ab", "40")
)
EVENTS = csv_of(
    ("Course", "Date", "Start time", "End time", "Places", "Venue", "Reference", "Status"),
    ("neglect", "12/01/2027", "9:30", "12:30", "20", "Hill Top Centre", "N1", ""),
    ("Neglect", "19/01/2027", "9:30am", "12:30pm", "", "Hill Top Centre", "N1", ""),
    ("Neglect", "10/03/2026", "09:30", "12:30", "30", "", "", "published"),
    ("Neglect", "1 June 2027", "9:30", "16:00", "12", "Hill Top Centre", "", "draft"),
)
PEOPLE = bookings(
    ("Neglect", "10/03/2026", "Priya Patel", "priya.patel@northshire.example", AT_WORK, "", "came", ""),
    ("Neglect", "10/03/2026", "Gus Guest", "gus@school.example", "Schools and colleges", "Hill Top Primary School", "absent", "Ill"),
    ("Neglect", "10/03/2026", "Nora Noaddress", "", "Hill Top Primary School", "", "walk-in", ""),
    ("Neglect", "11/03/2026", "Nora Noaddress", "", "Hill Top Primary School", "", "excused", "Court"),
)  # fmt: skip


def whole() -> dict[str, list[tuple[object, ...]]]:
    """Every row that people made: not the import's own, nor what the site writes down by itself."""
    make_partnership()
    db.session.rollback()
    skipped = {
        "import_batch", "imported_row", "import_draft", "trace", "event_tally", "questionnaire", "question",
    }  # fmt: skip
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr)
        for table in Base.metadata.sorted_tables
        if table.name not in skipped
    }


def number(model: type[Base]) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def the_past() -> tuple[Event, Event, Person]:
    """Two dates that are over, and Priya, whom we know."""
    make_setting()
    neglect = make_course("Neglect", certificate_waits_for_after=False)
    one, two = make_event(neglect, starts=PAST), make_event(neglect, starts=PAST + timedelta(days=1))
    with writing():
        settle(one.id, now=TODAY)
        settle(two.id, now=TODAY)
    return one, two, make_person("Priya Patel")


def test_past_bookings_become_bookings_marks_completions_and_certificates(each_app: Flask):
    one, two, priya = the_past()
    ada = make_person("Ada Admin")
    loaded = load("bookings", PEOPLE, by=ada)
    assert loaded.batch is not None and loaded.checked.rows == loaded.checked.good == 4
    rows = db.session.execute(
        sa.select(Booking.state, Mark.mark, Mark.why, Person.name, Person.is_guest, Person.email)
        .join(Mark, Mark.booking_id == Booking.id)
        .join(Person, Person.id == Booking.person_id)
        .order_by(Booking.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("booked", "present", "", "Priya Patel", False, "priya.patel@northshire.example"),
        ("booked", "absent", "Ill", "Gus Guest", True, "gus@school.example"),
        ("walk-in", "present", "", "Nora Noaddress", True, None),
        ("booked", "excused", "Court", "Nora Noaddress", True, None),
    ]
    assert db.session.get_one(Event, one.id).places_held == 2
    done = db.session.execute(sa.select(Completion.person_id, Completion.event_id)).all()
    assert (priya.id, one.id) in [tuple(row) for row in done] and len(done) == 2
    assert number(Certificate) == 2 and number(RegisterClosing) == 2
    history = db.session.scalars(sa.select(BookingChange).order_by(BookingChange.id)).first()
    assert history is not None and history.by_id == ada.id
    assert history.why == "Loaded from the file old.csv on 20 November 2026"
    assert differences(now=TODAY) == []


def test_guests_work_where_the_file_says_from_their_first_date_to_their_last(each_app: Flask):
    the_past()
    load("bookings", PEOPLE)
    nora = db.session.scalars(
        sa.select(Affiliation).join(Person).where(Person.name == "Nora Noaddress")
    ).one()
    assert (nora.from_on, nora.until_on) == (date(2026, 3, 10), date(2026, 3, 11))
    assert nora.setting is not None and nora.setting.name == "Hill Top Primary School"


def test_nobody_is_written_to_because_of_past_bookings(each_app: Flask):
    one, _, _ = the_past()
    add(Questionnaire(course_id=one.course_id, stage="after"))
    load("bookings", PEOPLE)
    due.due(stopped_at(TODAY))
    due.due(stopped_at(TODAY + timedelta(days=1)))
    assert number(Letter) == 0


def test_a_dry_run_writes_nothing(each_app: Flask, monkeypatch: pytest.MonkeyPatch):
    the_past()
    add(Venue(name="Hill Top Centre"))
    before = whole()
    for kind, content in (
        ("bookings", PEOPLE),
        ("events", EVENTS[: EVENTS.rindex(b"\r\n")]),
        ("venues", VENUES),
    ):
        check(kind, content)
        assert not (db.session.new or db.session.dirty or db.session.deleted)
    assert whole() == before and number(ImportBatch) == number(Trace) == 0


@pytest.mark.parametrize("kind", ["courses", "venues", "events", "bookings"])
def test_what_was_loaded_is_taken_back_to_the_last_row(each_app: Flask, kind: str):
    content = {"courses": COURSES, "venues": VENUES, "events": EVENTS, "bookings": PEOPLE}[kind]
    if kind in ("events", "bookings"):
        the_past()
    if kind == "events":
        add(Venue(name="Hill Top Centre"))
        content = content.replace(b"10/03/2026", b"10/04/2026")
    before = whole()
    loaded = load(kind, content)
    assert loaded.batch is not None, loaded.checked.faults
    assert whole() != before
    assert take_back(loaded) == []
    assert whole() == before
    assert differences(now=TODAY) == []
    assert take_back(loaded) == []  # twice changes nothing


def test_the_same_file_once_more_changes_nothing_until_it_was_taken_back(each_app: Flask):
    first = load("venues", VENUES)
    again = load("venues", VENUES)
    assert again.before and first.batch and again.batch and again.batch.id == first.batch.id
    assert number(Venue) == number(ImportBatch) == 1
    take_back(first)
    assert number(Venue) == 0
    assert not load("venues", VENUES).before and number(Venue) == 1


def test_a_file_with_one_fault_loads_nothing_at_all(each_app: Flask):
    the_past()
    before = whole()
    loaded = load("bookings", PEOPLE.replace(b'"excused"', b'"ill"'))
    assert loaded.batch is None and loaded.checked.good == 3
    assert [fault.sentence("Line") for fault in loaded.checked.faults] == [
        "Line 5, Came: \u201cill\u201d is not one of: came, absent, excused, walk-in"
    ]
    assert whole() == before and number(ImportBatch) == number(ImportedRow) == 0


def test_courses_come_into_the_programme_and_can_be_found(each_app: Flask):
    load("courses", COURSES)
    course = db.session.scalars(sa.select(Course).where(Course.slug == "fabricated-illness")).one()
    content = content_of(course)
    assert (content.kind, content.delivery, content.level, content.minutes) == (
        "subject",
        "classroom",
        3,
        180,
    )
    assert content.other_names == ("FII", "perplexing presentations") and " fii" in course.search_text
    assert db.session.scalars(sa.select(Course.published).where(Course.slug == "neglect")).one() is False
    assert number(CourseOffer) == 2


def test_rows_of_one_reference_are_sessions_of_one_date(each_app: Flask):
    load("courses", COURSES)
    load("venues", VENUES)
    loaded = load("events", EVENTS)
    assert loaded.batch is not None, loaded.checked.faults
    events = db.session.scalars(sa.select(Event).order_by(Event.id)).all()
    assert [(event.state, event.capacity) for event in events] == [
        ("published", 20),
        ("published", 30),
        ("draft", 12),
    ]
    assert events[0].times == (
        datetime(2027, 1, 12, 9, 30, tzinfo=UTC),
        datetime(2027, 1, 19, 12, 30, tzinfo=UTC),
    )
    assert events[2].times[0] == from_london(date(2027, 6, 1), datetime(2027, 6, 1, 9, 30).time())  # noqa: DTZ001
    assert number(EventSession) == 4 and number(EventChange) == 3
    assert differences(now=TODAY) == []


def test_a_batch_says_which_line_made_which_row(each_app: Flask):
    the_past()
    loaded = load("bookings", PEOPLE)
    assert loaded.batch is not None
    made = sa.select(ImportedRow.line, ImportedRow.table).where(ImportedRow.batch_id == loaded.batch.id)
    lines = sorted(tuple(row) for row in db.session.execute(made))
    assert [table for line, table in lines if line == 3] == [
        "affiliation", "booking", "booking_change", "mark", "person",
    ]  # fmt: skip
    acts = db.session.scalars(sa.select(Trace.act)).all()
    assert acts == ["file loaded"]


def answered(batch: ImportBatch) -> None:
    booking = db.session.scalars(sa.select(Booking).order_by(Booking.id)).first()
    assert booking is not None
    asked = db.session.scalars(sa.select(Questionnaire).where(Questionnaire.stage == "after")).one()
    add(
        EvaluationResponse(
            event_id=booking.event_id,
            booking_id=booking.id,
            questionnaire_id=asked.id,
            stage="after",
            answered_at=TODAY,
        )
    )


def corrected(batch: ImportBatch) -> None:
    mark = db.session.scalars(sa.select(Mark).order_by(Mark.id)).first()
    assert mark is not None
    add(
        MarkChange(
            booking_id=mark.booking_id, session_id=mark.session_id, at=TODAY, was="present", became="absent"
        )
    )


def signed_in(batch: ImportBatch) -> None:
    with writing() as session:
        session.scalars(sa.select(Person).where(Person.name == "Gus Guest")).one().is_guest = False


def booked_again(batch: ImportBatch) -> None:
    gus = db.session.scalars(sa.select(Person).where(Person.name == "Gus Guest")).one()
    make_booking(make_event(make_course("Another course")), gus)


def interested(batch: ImportBatch) -> None:
    gus = db.session.scalars(sa.select(Person).where(Person.name == "Gus Guest")).one()
    add(Interest(course_id=make_course("Another course").id, person_id=gus.id, asked_at=TODAY))


@pytest.mark.parametrize(
    ("happening", "said"),
    [
        (answered, "Row 2, Priya Patel on Neglect, 10 March 2026: has answered questions"),
        (corrected, "Row 2, Priya Patel on Neglect, 10 March 2026: has a mark that was changed"),
        (signed_in, "Row 3, Gus Guest: has an account now"),
        (booked_again, "Row 3, Gus Guest: has a booking"),
        (interested, "Row 3, Gus Guest: wants to hear of a course, or is waited for"),
    ],
)
def test_what_something_was_added_to_is_not_taken_back_and_said_row_by_row(
    each_app: Flask, happening: Callable[[ImportBatch], None], said: str
):
    the_past()
    loaded = load("bookings", PEOPLE)
    assert loaded.batch is not None
    happening(loaded.batch)
    before = whole()
    assert [fault.sentence() for fault in take_back(loaded)] == [said]
    assert whole() == before
    assert db.session.get_one(ImportBatch, loaded.batch.id).undone_at is None


def test_a_course_that_has_a_date_now_stays_and_so_does_its_whole_file(each_app: Flask):
    loaded = load("courses", COURSES)
    make_event(db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one())
    assert [fault.sentence() for fault in take_back(loaded)] == ["Row 3, Neglect: has a date"]
    assert number(Course) == 2


def edited(_batch: ImportBatch) -> None:
    neglect = db.session.scalars(sa.select(Course).where(Course.slug == "neglect")).one()
    with writing():
        edit_course(neglect, replace(content_of(neglect), outcomes=("See it early",)), now=TODAY)


def with_a_telephone(_batch: ImportBatch) -> None:
    venue = db.session.scalars(sa.select(Venue)).one()
    with writing():
        change_venue(venue, VenueContent(name=venue.name, phone="01234 567890"))


def closed(_batch: ImportBatch) -> None:
    with writing():
        close_venue(db.session.scalars(sa.select(Venue)).one(), now=TODAY)


def put_right(_batch: ImportBatch) -> None:
    gus = db.session.scalars(sa.select(Person).where(Person.name == "Gus Guest")).one()
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    with writing():
        correct(
            gus,
            name="Augustus Guest",
            email=gus.email or "",
            partnership=make_partnership(),
            by=ada,
            now=TODAY,
        )


@pytest.mark.parametrize(
    ("kind", "happening", "said"),
    [
        ("courses", edited, "Row 3, Neglect: was changed"),
        ("venues", with_a_telephone, "Row 2, Hill Top Centre: was changed"),
        ("venues", closed, "Row 2, Hill Top Centre: was changed"),
        ("bookings", put_right, "Row 3, Augustus Guest: was changed"),
    ],
)
def test_what_somebody_changed_in_place_since_is_not_taken_back(
    each_app: Flask, kind: str, happening: Callable[[ImportBatch], None], said: str
):
    if kind == "bookings":
        the_past()
    loaded = load(kind, {"courses": COURSES, "venues": VENUES, "bookings": PEOPLE}[kind])
    assert loaded.batch is not None
    happening(loaded.batch)
    before = whole()
    assert [fault.sentence() for fault in take_back(loaded)] == [said]
    assert whole() == before


def test_a_link_to_questions_goes_with_its_booking(each_app: Flask):
    one, _, _ = the_past()
    add(Questionnaire(course_id=one.course_id, stage="after"))
    loaded = load("bookings", PEOPLE)
    assert number(EvaluationRequest) == 2
    assert take_back(loaded) == []
    assert number(EvaluationRequest) == number(Certificate) == number(Completion) == number(Booking) == 0


def test_an_import_that_would_overfill_a_date_is_explained_row_by_row(each_app: Flask):
    neglect = make_course("Neglect")
    full = make_event(neglect, starts=PAST, capacity=2)
    make_booking(full, make_person("Bea Booked"))
    rows = [
        ("Neglect", "10/03/2026", f"Person Number{n}", f"p{n}@x.example", AT_WORK, "", came, "")
        for n, came in enumerate(("came", "came", "absent", "walk-in"))
    ]
    said = faults("bookings", bookings(*rows))
    assert [sentence.partition(":")[0] for sentence in said] == ["Line 3", "Line 4"]
    assert "No place is free: 1 place was left on Neglect on 10 March 2026, which takes 2" in said[0]
    # The database itself refuses who goes around the check.
    with pytest.raises(sa.exc.IntegrityError), rebuilding() as session:
        session.execute(sa.update(Event).where(Event.id == full.id).values(places_held=3))


def test_a_new_school_is_made_only_where_the_row_says_so(each_app: Flask):
    the_past()
    columns = ("Course", "Starts", "Name", "Agency", "Setting", "New setting", "Came")
    row = ("Neglect", "10/03/2026", "Ann Archer", "Schools and colleges", "Hill Top Primry School")
    (said,) = faults("bookings", csv_of(columns, (*row, "", "came")))
    assert "Did you mean \u201cHill Top Primary School\u201d? To add it to the list, write yes" in said
    loaded = load("bookings", csv_of(columns, (*row, "yes", "came")))
    assert {setting.name for setting in db.session.scalars(sa.select(Setting))} == {
        "Hill Top Primary School",
        "Hill Top Primry School",
    }
    assert take_back(loaded) == [] and number(Setting) == 1


def test_who_is_on_a_date_already_is_named(each_app: Flask):
    one, _, priya = the_past()
    make_booking(one, priya, state=State.BOOKED)
    assert faults("bookings", PEOPLE) == [
        "Line 2: Priya Patel has a booking on Neglect on 10 March 2026 already. Leave the row out"
    ]
