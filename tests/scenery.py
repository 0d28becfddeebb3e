"""What the pages of ``tests/addresses.py`` need: two databases, and the names of things in them.

The filled one is the demonstration, with a few more bookings of Priya's, made as she would make them; the empty one
has a partnership, agencies and the people who work with the site.
"""

from datetime import timedelta

import sqlalchemy as sa

from app.accounts import sign_in
from app.accounts.models import Person, RoleGrant
from app.accounts.rules import Role, role_slug
from app.attendance import check_in_links, missed
from app.attendance.check_in_models import CheckInKey, CheckInLink
from app.attendance.confirming import Confirmed, confirm, proposed
from app.attendance.models import Mark, RegisterClosing
from app.attendance.report_facts import gather_with
from app.attendance.reporting import hand_in, read_files
from app.booking import actions as booking
from app.booking import messages
from app.booking.checks import occasion_of
from app.booking.delegates import Narrowed
from app.booking.headcounts import Numbers, send_numbers
from app.booking.leading import led_of
from app.booking.models import Booking, Nomination
from app.booking.promoting import offer
from app.booking.rules import Asked, State
from app.booking.steps import claim
from app.booking.workplaces import workplaces_of
from app.catalogue.models import Course, Event, EventSession, Venue
from app.clock import london_day, now, stopped_at
from app.db import db, writing
from app.imports import drafts
from app.imports.loading import handed_in, load
from app.partnerships.models import Partnership
from app.records import part_one
from app.records.actions import changing, settle
from tests.agreements import ask_for_place, charge, last_event_with_places
from tests.attendance_reports import Call, Guest, Stay, as_teams_saves, teams_2022
from tests.factories import add, make_agency, make_evidence, make_person, make_setting
from tests.found import CHECK_IN_LINK, FOUND, LATE_COURSE, coming, email_of, one, person_called

ROLES = (
    Role.PRACTITIONER,
    Role.TRAINER,
    Role.AGENCY_LEAD,
    Role.ADMINISTRATOR,
    Role.COORDINATOR,
    Role.LWD_MEMBER,
    Role.SCRUTINEER,
)
NEWCOMER = "newcomer"


def furnish_empty() -> None:
    """An agency, a setting under an umbrella, somebody for each role."""
    make_agency()
    make_setting()
    for role in ROLES:
        granted = () if role == Role.PRACTITIONER else (role,)
        make_person(f"{role.value.title()} One", *granted, email=email_of(role_slug(role)))
    meet_newcomer()


def furnish_filled() -> None:
    """What the demonstration leaves to those who try it: a place given up, one at short notice, a date called off."""
    meet_newcomer()
    furnish_agreements()
    given_up = book_for_priya(int(FOUND["date"]()))
    with changing(given_up.event_id, now=now()):
        booking.cancel(given_up, by=given_up.person, now=now(), why="A strategy discussion")
    book_for_priya(plan_soon())
    offer_to_priya(int(FOUND["date"]()))
    forget_marks(int(FOUND["closed"]()))
    hand_in_for_priya()
    part_one.due(stopped_at(now()))
    hold_for_leah(int(FOUND["date"]()))
    write_to_all(int(FOUND["booked_date"]()))
    hand_in_files()
    with changing(int(one(coming().order_by(Event.starts_at.desc()))), now=now()) as called_off:
        called_off.state = "cancelled"
    plan_forum()
    say_why()
    hand_in_reports(FOUND["open_register"]())
    mail_a_check_in_link()
    with writing() as session:
        course = session.scalars(sa.select(Course).where(Course.slug == LATE_COURSE)).one()
        booking.tell_me(course, person_called("trainer"), now=now())


def hand_in_files() -> None:
    """Two files of venues that were loaded, one of them in use since; one to load, and one full of faults."""
    ada, partnership = person_called("administrator"), db.session.scalars(sa.select(Partnership)).one()
    for name in ("venues.csv", "rooms.csv"):
        file = handed_in("venues", f"Name,Places\n{name[:5].title()} Hall,40\n".encode(), name)
        load(file, partnership, by=ada, now=now())
    with changing(int(one(coming())), now=now()) as event:
        room = db.session.scalars(sa.select(Venue).where(Venue.name == "Rooms Hall")).one()
        for session in db.session.scalars(EventSession.of(event.id)):
            session.venue = room
    handed = (
        ("new.csv", "Name\nLow Hall\n"),
        ("old.csv", "Name,Places\n" + ",many\n" * 30),
        ("odd.csv", "Rooms,Tea\nTop,yes\n"),
    )
    for name, content in handed:
        with writing():
            draft = drafts.hand_in(
                "venues", content.encode(), name, partnership=partnership, by=ada, now=now()
            )
        if name != "odd.csv":
            drafts.dry_run(draft, draft.columns, now=now())


def meet_newcomer() -> None:
    """Somebody who used a sign-in link and has not said yet who they are; and another link, not used yet."""
    add(Person(name="", email=email_of(NEWCOMER), created_at=now()))
    partnership = db.session.scalars(sa.select(Partnership)).one()
    with writing():
        sign_in.ask(email_of(NEWCOMER), next_url="", network="", partnership=partnership, now=now())


def furnish_agreements() -> None:
    """Priya asks for a place to which her manager has to agree; a request is taken back; two places cost something."""
    late, trainer = last_event_with_places(), person_called("trainer")
    taken_back, _ = ask_for_place(late, trainer)
    with changing(late, now=now()):
        booking.withdraw(taken_back, by=trainer, now=now())
    ask_for_place(late, person_called("practitioner"))
    booked = sa.select(Booking).join(Event).where(Booking.state == State.BOOKED, Event.starts_at > now())
    exported, proposed = db.session.scalars(booked.order_by(Booking.id.desc()).limit(2))
    charge(exported, person_called("administrator"), exported=True)
    charge(proposed, person_called("administrator"))


def book_for_priya(event_id: int) -> Booking:
    """A booking as she would make it."""
    with changing(event_id, now=now()) as event:
        priya = person_called("practitioner")
        works = workplaces_of(priya.id, london_day(now()))[0]
        asked = Asked(needs="", mobile="", clash_confirmed=True, or_wait=True)
        return booking.book(event, priya, works, by=priya, now=now(), asked=asked)


def hold_for_leah(event_id: int) -> None:
    """Places that the agency lead holds for people without names yet."""
    leah = person_called("agency-lead")
    grants = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == leah.id)).all()
    due = now() + timedelta(days=4)
    made = {"asked": 2, "places": 2, "made_at": now(), "by_id": leah.id, "name_by_at": due}
    add(Nomination(event_id=event_id, **led_of(grants)[0]._asdict(), **made))


def hand_in_for_priya() -> None:
    """A certificate of hers that nobody has checked yet."""
    e_learning = sa.select(Course).where(Course.slug == FOUND["e_learning"]())
    host = db.session.scalars(sa.select(Partnership)).one()
    make_evidence(person_called("practitioner"), db.session.scalars(e_learning).one(), partnership_id=host.id)


def write_to_all(event_id: int) -> None:
    """A message to everybody on a date, not sent yet."""
    with changing(event_id, now=now()) as event:
        ada = person_called("administrator")
        messages.draft(
            event,
            Narrowed(),
            subject="Parking",
            text="Behind the church.",
            short_text="Park behind.",
            by=ada,
            now=now(),
        )


def offer_to_priya(event_id: int) -> None:
    """A place that is held for her until she answers, as the waiting list would do it."""
    with changing(event_id, now=now()) as event:
        priya = person_called("practitioner")
        works = workplaces_of(priya.id, london_day(now()))[0]
        occasion = occasion_of(event, now())
        asked = Asked(clash_confirmed=True)
        waits = claim(occasion, priya, works, state=State.WAITING, by=priya, now=now(), asked=asked)
        offer(waits, priya, occasion, now())


def plan_soon() -> int:
    """A date so near that giving up a place on it counts as late; returns its id."""
    starts = now().replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=4)
    ends = starts + timedelta(hours=2)
    with writing() as session:
        course = session.scalars(sa.select(Course).where(Course.slug == LATE_COURSE)).one()
        host = session.scalars(sa.select(Partnership)).one()
        event = Event(course_id=course.id, host_id=host.id, capacity=12, booking_limit=12, created_at=now())
        event.starts_at, event.ends_at = starts, ends
        event.minimum, event.minimum_by = 8, london_day(now())
        undated = {"course_id": course.id, "host_id": host.id, "created_at": now()}
        session.add_all([event, Event(**undated, capacity=12, booking_limit=12)])
        session.flush()
        session.add(EventSession(event_id=event.id, starts_at=starts, ends_at=ends, joining_url=""))
        settle(event.id, now=now())
    return event.id


def forget_marks(event_id: int) -> None:
    """A register of the trainer's that is not closed yet: two people have no mark."""
    with changing(event_id, now=now()):
        others = sa.and_(Booking.event_id == event_id, Booking.person_id != person_called("practitioner").id)
        booked = sa.select(Booking.id).where(others, Booking.state == State.BOOKED)
        db.session.execute(sa.delete(RegisterClosing).where(RegisterClosing.event_id == event_id))
        db.session.execute(sa.delete(Mark).where(Mark.booking_id.in_(booked.order_by(Booking.id).limit(2))))


def hand_in_reports(event_id: str) -> None:
    """Two reports of a meeting: one saved in the register, one to be looked through with everything that can be."""
    event = db.session.get_one(Event, int(event_id))
    starts, ends = event.times
    booked = sa.select(Person.name).join(Booking, Booking.person_id == Person.id)
    names = db.session.scalars(
        booked.where(Booking.event_id == event.id, Booking.state == State.BOOKED).order_by(Booking.id)
    ).all()
    half = starts + (ends - starts) / 2
    there = [
        Guest(name, "", (Stay(starts, half if number < 3 else ends),))
        for number, name in enumerate(names[3:])
    ]
    others = [Guest("Xavier Quill", "x.quill@nowhere.example", (Stay(starts, ends),))]
    for name, guests in (("first.csv", there[:4]), ("second.csv", [*there, *others])):
        content = as_teams_saves(teams_2022(Call("A meeting", tuple(guests), starts, ends, opted_out=1)))
        with changing(event.id, now=now()) as locked:
            report = hand_in(locked.id, read_files(locked.id, [(name, content)]), by=None, now=now())
            if name == "first.csv":
                found = gather_with(locked, report, now=now())
                confirm(locked, report, found, Confirmed(proposed(found)), by=None, now=now())


def mail_a_check_in_link() -> None:
    """Somebody with a place today asked for a link to check in with."""
    key = db.session.scalars(sa.select(CheckInKey)).one()
    session = db.session.get_one(EventSession, key.session_id)
    there = sa.select(Booking.id).where(Booking.event_id == session.event_id, Booking.state == State.BOOKED)
    link = CheckInLink(token_hash=check_in_links.hash_of(CHECK_IN_LINK), session_id=session.id, step=0)
    link.asked_at, link.expires_at = now(), now() + timedelta(days=1)
    with changing(session.event_id, now=now()):
        link.booking_id = db.session.scalars(there.order_by(Booking.id)).all()[0]
        db.session.add(link)


def say_why() -> None:
    """Somebody who did not come says why."""
    absent = sa.select(Booking).join(Event, Event.id == Booking.event_id).where(missed.marked("absent"))
    lately = (Event.ends_at.between(now() - timedelta(weeks=7), now()), Booking.state == State.BOOKED)
    booking = db.session.scalars(absent.where(*lately).order_by(Booking.id.desc())).first()
    assert booking is not None
    with changing(booking.event_id, now=now()):
        missed.answer(booking, "could not join or get there", "The link did not open.", now=now())


def plan_forum() -> None:
    """A coming forum to which a school sends its numbers."""
    starts = now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=60)
    ends = starts + timedelta(hours=2)
    with writing() as session:
        course = session.scalars(sa.select(Course).where(Course.kind == "forum").limit(1)).one()
        host = session.scalars(sa.select(Partnership)).one()
        event = Event(course_id=course.id, host_id=host.id, capacity=80, booking_limit=80, created_at=now())
        event.starts_at, event.ends_at, event.headcount_only = starts, ends, True
        session.add(event)
        session.flush()
        session.add(EventSession(event_id=event.id, starts_at=starts, ends_at=ends))
        settle(event.id, now=now())
    sent = Numbers(
        organisation="Hill Top Academy",
        expected=3,
        contact_name="Holly",
        contact_email="holly@hilltop.example",
    )
    with changing(event.id, now=now()) as forum:
        send_numbers(forum, sent, network=None, now=now())
