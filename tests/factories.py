"""Plain builders. Named people always mean the same: Priya practises, Tom trains, Ada administers ..."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from app.accounts.models import Affiliation, Agency, AgencyStanding, Person, RoleGrant, Setting
from app.accounts.rules import ROLE_GROUPS, Role
from app.booking.models import Booking, BookingChange, ChargePolicy
from app.booking.rules import State
from app.catalogue.models import Course, CourseOffer, CourseRequirement, Event, EventSession
from app.catalogue.rules import search_text
from app.clock import from_london
from app.completions.models import Completion, Evidence
from app.db import db, rebuilding
from app.materials.models import Material
from app.partnerships.models import Partnership
from app.pool.models import EventTrainer

numbers = count(1)
Row = TypeVar("Row")
LONG_AGO = date(2015, 4, 1)
BORN = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)


def add(row: Row) -> Row:
    """Store a row in a change of its own."""
    with rebuilding() as session:
        session.add(row)
    return row


def make_partnership(**given: object) -> Partnership:
    """Northshire's partnership, or the one that is there."""
    slug = str(given.get("slug", "northshire"))
    found = db.session.scalar(Partnership.by_slug(slug))
    if found:
        return found
    usual = {
        "slug": slug,
        "name": "Northshire Safeguarding Children Partnership",
        "short_name": "Northshire SCP",
        "contact_email": "training@northshire.example",
        "contact_phone": "01632 960001",
    }
    return add(Partnership(**{**usual, **given}))


def make_agency(name: str = "Northshire County Council", **given: object) -> Agency:
    """An agency with standing (partner unless ``standing`` says otherwise) towards the partnership."""
    slug = name.lower().replace(" ", "-").replace("'", "")
    found = db.session.query(Agency).filter_by(slug=slug).one_or_none()
    if found:
        return found
    standing = given.pop("standing", "partner")
    agency = add(
        Agency(**{"slug": slug, "name": name, "sector": "Local authority", "email_domains": [], **given})
    )
    add(
        AgencyStanding(
            agency=agency, partnership_id=make_partnership().id, standing=standing, from_on=LONG_AGO
        )
    )
    return agency


def make_setting(
    name: str = "Hill Top Primary School", agency: Agency | None = None, **given: object
) -> Setting:
    """A setting under an umbrella agency."""
    umbrella = agency or make_agency(
        "Schools and colleges", sector="Education", is_umbrella=True, standing="relevant"
    )
    slug = name.lower().replace(" ", "-")
    return add(Setting(**{"slug": slug, "agency_id": umbrella.id, "name": name, **given}))


def make_person(name: str = "", *roles: Role, agency: Agency | None = None, **given: object) -> Person:
    """A person who works somewhere, with these roles."""
    name = name or f"Person {next(numbers)}"
    email = given.pop("email", name.lower().replace(" ", ".").replace("'", "") + "@northshire.example")
    person = add(Person(name=name, email=email, created_at=BORN))
    affiliation = {
        "person_id": person.id,
        "agency_id": (agency or make_agency()).id,
        "role_group": ROLE_GROUPS[1],
        "from_on": LONG_AGO,
    }
    add(Affiliation(**{**affiliation, **given}))
    for role in roles:
        add(
            RoleGrant(
                person_id=person.id, partnership_id=make_partnership().id, role=role.value, from_on=LONG_AGO
            )
        )
    return person


def make_course(title: str = "Working Together to Safeguard Children", **given: object) -> Course:
    """A virtual course of level 3 in the partnership's programme."""
    slug = str(given.pop("slug", title.lower().replace(" ", "-").replace(":", "")))
    usual = {
        "slug": slug,
        "title": title,
        "kind": "core",
        "delivery": "virtual",
        "level": 3,
        "minutes": 180,
        "summary": "How agencies keep children safe together.",
        "outcomes": ["share information early", "know what to do next"],
        "search_text": search_text(title, given.get("other_names", ()), [str(given.get("summary", ""))]),
        "created_at": BORN,
    }
    found = db.session.query(Course).filter_by(slug=slug).one_or_none()
    if found:
        return found
    course = add(Course(**{**usual, **given}))
    add(CourseOffer(course_id=course.id, partnership_id=make_partnership().id))
    return course


def make_requirement(course: Course, required: Course, strength: str = "by a deadline") -> CourseRequirement:
    """One course comes before another."""
    return add(CourseRequirement(course_id=course.id, required_id=required.id, strength=strength))


def make_completion(
    person: Person, course: Course, how: str = "module", completed_at: datetime = BORN
) -> Completion:
    """The person has completed the course."""
    return add(Completion(person_id=person.id, course_id=course.id, how=how, completed_at=completed_at))


def make_evidence(person: Person, course: Course, state: str = "waiting", **given: object) -> Evidence:
    """A certificate from elsewhere that somebody handed in."""
    usual = {
        "person_id": person.id,
        "course_id": course.id,
        "partnership_id": given.get("partnership_id") or make_partnership().id,
        "provider": "Derbyshire",
        "completed_on": date(2026, 5, 4),
        "file_name": "certificate.pdf",
        "file_type": "application/pdf",
        "file": b"%PDF-1.7\n%%EOF\n",
        "handed_in_at": datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        "state": state,
    }
    return add(Evidence(**{**usual, **given}))


def make_material(event: Event, **given: object) -> Material:
    """Slides that Tom gave to those on a date, from booking on."""
    usual = {
        "partnership_id": event.host_id,
        "event_id": event.id,
        "kind": "file",
        "title": "Slides",
        "file_name": "Slides.pdf",
        "file_type": "application/pdf",
        "file": b"%PDF-1.7\n%%EOF\n",
        "file_size": 15,
        "shown": "booking",
        "added_at": BORN,
    }
    return add(Material(**{**usual, **given}))


def make_event(course: Course | None = None, starts: datetime | None = None, **given: object) -> Event:
    """An event of one session (three hours) four weeks after TODAY, with 20 places."""
    course = course or make_course()
    starts_at = starts or from_london(date(2026, 12, 18), datetime(2026, 12, 18, 9, 30).time())  # noqa: DTZ001
    ends_at = given.pop("ends", None) or starts_at + timedelta(hours=3)
    capacity = int(str(given.pop("capacity", 20)))
    usual = {
        "course_id": course.id,
        "host_id": make_partnership().id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "capacity": capacity,
        "booking_limit": capacity,
        "created_at": BORN,
    }
    joining_url = given.pop("joining_url", "https://meet.example/abc")
    event = add(Event(**{**usual, **given}))
    add(EventSession(event_id=event.id, starts_at=starts_at, ends_at=ends_at, joining_url=joining_url))
    return event


def make_undated(course: Course | None = None, **given: object) -> Event:
    """An event that has no date yet (``state="postponed"``: no longer) and gathers a waiting list."""
    usual = {
        "course_id": (course or make_course()).id,
        "host_id": make_partnership().id,
        "capacity": 20,
        "booking_limit": given.get("capacity", 20),
        "created_at": BORN,
    }
    return add(Event(**{**usual, **given}))


def make_booking(
    event: Event, person: Person | None = None, state: str = State.BOOKED, **given: object
) -> Booking:
    """A booking as it would be after the act, with its history; no letters."""
    person = person or make_person()
    works = db.session.query(Affiliation).filter_by(person_id=person.id).first()
    assert works is not None
    made_at = given.pop("made_at", datetime(2026, 11, 2, 9, 0, tzinfo=UTC) + timedelta(minutes=next(numbers)))
    booking = Booking(
        **{
            "event_id": event.id,
            "person_id": person.id,
            "state": str(state),
            "agency_id": works.agency_id,
            "setting_id": works.setting_id,
            "team_id": works.team_id,
            "sector": works.agency.sector,
            "role_group": works.role_group,
            "made_at": made_at,
            "joined_at": made_at,
            **given,
        }
    )
    add(booking)
    add(BookingChange(booking_id=booking.id, at=made_at, by_id=person.id, to_state=str(state)))
    return booking


def make_trainer(event: Event, person: Person | None = None, part: str = "pool") -> EventTrainer:
    """Tom trains this event."""
    person = person or make_person("Tom Trainer", Role.TRAINER)
    works = db.session.query(Affiliation).filter_by(person_id=person.id).first()
    agency_id = works.agency_id if works and part == "pool" else None
    return add(EventTrainer(event_id=event.id, person_id=person.id, agency_id=agency_id, part=part))


def make_policy(**given: object) -> ChargePolicy:
    """From April 2026 a half day costs £45 and a full day £80 where the agency's standing is "other"."""
    usual = {
        "partnership_id": make_partnership().id,
        "from_on": date(2026, 4, 1),
        "charging": True,
        "half_day": 4500,
        "full_day": 8000,
        "exempt": ["partner", "relevant", "contributor", "reciprocal"],
        "text": "Places are free for partners. Others pay by invoice.",
        "set_at": BORN,
    }
    return add(ChargePolicy(**{**usual, **given}))
