"""The whole demonstration, put together for a day: collected in memory, written in bulk, tallied once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..accounts.rules import Role
from ..catalogue.models import Course
from ..clock import start_of_day
from ..partnerships.models import Partnership, PartnershipSetting
from ..tallies.actions import rebuild_all
from . import accounts, events, evidence
from .agencies import add_agencies
from .bookings import BookingDesk
from .bulletin import add_bulletins
from .called import call_trainers
from .came_in import receive
from .check_ins import check_in_today
from .current_year import current_year
from .delegates import Held, choose, from_health
from .desk import BusyDesk, let_leads_approve
from .evaluations import Evaluations, questionnaires
from .events import Programme, is_over
from .facts import facts
from .given import announce_recording, give_materials
from .letters import post_letters
from .members import PoolDesk
from .modules import OnlineYear
from .outcomes import add_missed_places, write_learning_points
from .people import Crowd, Human, add_people, hire_the_county
from .plan import CoursePlan, EventPlan, YearPlan, read_year
from .registers import mark_register
from .report import Reporter
from .rows import Rows
from .seed import public_id
from .settled import settle_event
from .trainers import add_trainers, hire_trainers

MARKER = "demonstration"
PARTNERSHIP_ID = 1
MORNING = timedelta(hours=7, minutes=30)


@dataclass(frozen=True)
class Plans:
    """The years of the demonstration."""

    published: YearPlan
    forced_marriage: YearPlan
    current: YearPlan


def plans(as_of: date) -> Plans:
    """Everything that is to be true, for a day."""
    published = read_year(2021, facts("year_2021"))
    current = current_year(as_of, pattern=facts("current_year"), modules=published.modules)
    return Plans(published, read_year(2023, facts("forced_marriage")), current)


def add_partnership(session: Session, now: datetime, as_of: date) -> None:
    """The partnership, with the mark by which its data are known for a demonstration."""
    session.add(
        Partnership(
            id=PARTNERSHIP_ID,
            slug="nscp",
            name="Nottinghamshire Safeguarding Children Partnership",
            short_name="NSCP",
            contact_email="training@nscp.example",
            contact_phone="01632 960123",
        )
    )
    session.flush()
    mark = {"key": MARKER, "value": {"as_of": as_of.isoformat()}}
    session.add(
        PartnershipSetting(partnership_id=PARTNERSHIP_ID, from_on=date(2021, 4, 1), set_at=now, **mark)
    )
    session.flush()


class Builder:
    """Collects the rows of everything but the catalogue, which is in the database already."""

    def __init__(self, session: Session, as_of: date) -> None:
        self.session, self.as_of, self.now = session, as_of, start_of_day(as_of)
        self.rows, self.plans = Rows(), plans(as_of)
        courses = session.execute(sa.select(Course.slug, Course.id, Course.certificate_waits_for_after))
        found = {slug: (course_id, waits) for slug, course_id, waits in courses}
        self.courses = {slug: course_id for slug, (course_id, _) in found.items()}
        self.waits = {slug: waits for slug, (_, waits) in found.items()}
        self.asked = questionnaires(session)
        self.hire()

    def hire(self) -> None:
        """Everybody, with the people to sign in as first."""
        self.employers = add_agencies(self.rows, PARTNERSHIP_ID)
        self.crowd = Crowd(self.employers, self.as_of)
        self.accounts = accounts.hire_accounts(self.crowd)
        self.pool, self.experts = hire_trainers(self.crowd)
        self.pool[41] = self.accounts[Role.TRAINER]
        self.busy_otherwise = {human.id for human in self.crowd.everybody}
        hire_the_county(self.crowd)
        add_people(self.rows, self.crowd)
        coordinator = public_id("person", self.accounts[Role.COORDINATOR].id)
        accounts.add_grants(self.rows, self.accounts, partnership_id=PARTNERSHIP_ID)
        add_trainers(
            self.rows, self.pool, self.experts, partnership_id=PARTNERSHIP_ID, granted_by=coordinator
        )
        self.programme = Programme(
            self.rows,
            partnership_id=PARTNERSHIP_ID,
            courses=self.courses,
            pool=self.pool,
            experts=self.experts,
            coordinator=coordinator,
        )
        self.desk = BookingDesk(self.rows, course_ids=self.courses, as_of=self.as_of)
        self.evaluations = Evaluations(self.rows, self.asked, as_of=self.as_of)
        self.online = OnlineYear(
            self.rows, self.crowd, courses=self.courses, partnership_id=PARTNERSHIP_ID, as_of=self.as_of
        )

    def build(self) -> int:
        """All rows, written; then the tallies. Returns how many rows."""
        for year, here in (
            (self.plans.published, False),
            (self.plans.forced_marriage, False),
            (self.plans.current, True),
        ):
            self.add_year(year, here)
        coordinator = self.accounts[Role.COORDINATOR]
        reporter = Reporter(
            self.rows, courses=self.courses, partnership_id=PARTNERSHIP_ID, coordinator=coordinator
        )
        reporter.add_comments(self.asked, current=self.plans.current.start)
        reporter.add_passages()
        evidence.hand_in(
            self.rows, courses=self.courses, partnership_id=PARTNERSHIP_ID, now=self.now, as_of=self.as_of
        )
        busy = BusyDesk(
            self.rows, self.crowd, courses=self.courses, partnership_id=PARTNERSHIP_ID, as_of=self.as_of
        )
        busy.add(lead=self.accounts[Role.AGENCY_LEAD])
        PoolDesk(self.rows, partnership_id=PARTNERSHIP_ID, as_of=self.as_of, by=coordinator.id).add(
            soon_over=self.accounts[Role.TRAINER].id
        )
        call_trainers(
            self.rows,
            course_id=self.courses["self-harm-and-suicide"],
            cannot=self.pool[1],
            silent=self.accounts[Role.TRAINER],
            by=self.accounts[Role.ADMINISTRATOR],
            now=self.now,
        )
        give_materials(
            self.rows,
            person_id=self.practitioner.id,
            by=self.accounts[Role.TRAINER].id,
            partnership_id=PARTNERSHIP_ID,
            now=self.now,
        )
        trainer = self.accounts[Role.TRAINER].id
        announce_recording(self.rows, person_id=trainer, by=trainer, now=self.now)
        let_leads_approve(self.session)
        write_learning_points(self.session)
        written = self.rows.write(self.session)
        add_bulletins(
            self.session, PARTNERSHIP_ID, by=self.accounts[Role.COORDINATOR].id, now=self.now + MORNING
        )
        post_letters(self.session, self.practitioner.id, self.now + MORNING)
        receive(self.session, self.practitioner.id, self.now + MORNING)
        return written + rebuild_all(now=self.now)

    def add_year(self, year: YearPlan, here: bool) -> None:
        """Events in the order of their dates, then what was answered, then e-learning."""
        held = self.add_events(year)
        for course in year.courses:
            own = [held[id(event)] for event in course.events]
            self.add_outcomes(course, own, here)
        self.online.add(year, list(held.values()), how="module" if here else "earlier system")

    def add_events(self, year: YearPlan) -> dict[int, Held]:
        """Every event of a year with everybody on it, by the identity of its plan."""
        health: dict[int, int] = {}
        for course in year.courses:
            if course.outside_health is not None:
                counts = from_health(list(course.held), course.outside_health)
                health |= {id(e): n for e, n in zip(course.held, counts, strict=True)}
        found: dict[int, Held] = {}
        waiting = self.to_wait_for(year)
        for event in sorted(
            (e for c in year.courses for e in c.events), key=lambda e: (e.starts_at, e.course)
        ):
            held = found[id(event)] = self.programme.add(event)
            if event.headcount_only:
                events.add_organisations(self.rows, held, self.employers[event.umbrella])
            else:
                held.delegates = choose(
                    event,
                    self.crowd,
                    outside=self.busy_otherwise,
                    first=self.practitioner if event.scene in ("next", "evaluate", "certificate") else None,
                    last=self.practitioner if event is waiting else None,
                    health=health.get(id(event)),
                )
                self.desk.add(held)
                check_in_today(self.rows, held, self.as_of)
        return found

    @property
    def practitioner(self) -> Human:
        """The practitioner to sign in as."""
        return self.accounts[Role.PRACTITIONER]

    def to_wait_for(self, year: YearPlan) -> EventPlan | None:
        """The full event to come on whose waiting list the practitioner is."""
        full = [e for c in year.courses for e in c.events if e.waited and not is_over(e, self.as_of)]
        own = {"working-together", "criminal-exploitation", "parental-conflict"}
        return min((e for e in full if e.course not in own), key=lambda e: e.starts_at, default=None)

    def add_outcomes(self, course: CoursePlan, own: list[Held], here: bool) -> None:
        """Registers, answers, completions and certificates of a course; links for those who are asked here."""
        over = [h for h in own if is_over(h.plan, self.as_of) and h.plan.took_place]
        there = {h.id: mark_register(self.rows, h) for h in over}
        for held in over:
            events.close_register(self.rows, held)
            add_missed_places(self.rows, held)
        eager = {self.practitioner.id} if any(h.plan.scene == "certificate" for h in over) else set()
        shy = {self.practitioner.id} if any(h.plan.scene == "evaluate" for h in over) else set()
        self.evaluations.add(course, over, here=here, shy=shy, eager=eager)
        for held in own if here else ():
            self.evaluations.ask(held)
            if held.plan.scene in ("register", "next"):
                self.evaluations.add_early(held, {self.practitioner.id})
        for held in over:
            settle_event(
                self.rows,
                held,
                course_id=self.courses[course.course],
                waits_for_after=self.waits[course.course],
                minutes_there=there[held.id],
                answered_after=self.evaluations.answered_after,
            )
