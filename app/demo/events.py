"""Events with their sessions, venues and trainers, as rows."""

from datetime import date, timedelta

from ..attendance.models import HeadcountMark, RegisterClosing
from ..booking.models import Headcount
from ..catalogue.models import Event, EventChange, EventSession, Venue
from ..clock import london_day, start_of_day
from ..pool.models import EventTrainer
from .agencies import Employer
from .delegates import Held
from .facts import facts
from .people import Human
from .plan import EventPlan
from .rows import Rows
from .seed import chance, public_id

PUBLISHED_BEFORE = timedelta(weeks=20)


class Programme:
    """Puts events into the programme of a partnership."""

    def __init__(
        self,
        rows: Rows,
        *,
        partnership_id: int,
        courses: dict[str, int],
        pool: dict[int, Human],
        experts: dict[int, Human],
        coordinator: str,
    ) -> None:
        self.rows, self.partnership_id, self.courses = rows, partnership_id, courses
        self.pool, self.experts, self.coordinator = pool, experts, coordinator
        self.venues = {given["name"]: rows.add(Venue, **given) for given in facts("current_year")["venue"]}

    def add(self, plan: EventPlan) -> Held:
        """An event as it stands before anybody books."""
        name = (plan.course, plan.starts_at.isoformat())
        created = plan.starts_at - PUBLISHED_BEFORE
        event_id = self.rows.add(
            Event,
            course_id=self.courses[plan.course],
            host_id=self.partnership_id,
            state="published" if plan.took_place else "cancelled",
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            capacity=plan.capacity,
            booking_limit=plan.capacity,
            headcount_only=plan.headcount_only,
            took_place=plan.took_place,
            notes="Bring something to write with." if plan.venue else "",
            join_token=public_id("event", *name),
            created_at=created,
        )
        note = {"event_id": event_id, "by": self.coordinator}
        self.rows.add(EventChange, at=created, what="created", was=None, now=plan.capacity, **note)
        if not plan.took_place:
            at = plan.starts_at - timedelta(hours=26)
            was, why = "published", plan.cancelled_because
            self.rows.add(EventChange, at=at, what="state", was=was, now="cancelled", why=why, **note)
        return Held(event_id, plan, self.sessions(event_id, plan), self.trainers(event_id, plan))

    def sessions(self, event_id: int, plan: EventPlan) -> list[int]:
        """The sittings, in a room or online."""
        return [
            self.rows.add(
                EventSession,
                public_id=public_id("session", event_id, number),
                event_id=event_id,
                starts_at=starts_at,
                ends_at=ends_at,
                venue_id=self.venues.get(plan.venue),
                joining_url=""
                if plan.venue or plan.scene == "no link"
                else f"https://meet.example/{public_id('room', event_id, length=10)}",
            )
            for number, (starts_at, ends_at) in enumerate(plan.sittings)
        ]

    def trainers(self, event_id: int, plan: EventPlan) -> list[int]:
        """Who delivers it: of the pool with their agency of the day, and the expert."""
        draw = chance("preparation", plan.course, plan.starts_at.date())
        day = london_day(plan.starts_at)
        people = [(self.pool[number], "pool") for number in plan.pool]
        people += [(self.experts[plan.expert], "expert")] if plan.expert else []
        for human, part in people:
            post = human.post_on(day)
            self.rows.add(
                EventTrainer,
                public_id=public_id("trainer", event_id, human.id),
                event_id=event_id,
                person_id=human.id,
                agency_id=post.employer.id if post and part == "pool" else None,
                part=part,
                confirmed_at=plan.starts_at - timedelta(weeks=12),
                preparation_minutes=draw.choice((30, 45, 60, 90)),
            )
        return [human.id for human, _ in people]


def add_organisations(rows: Rows, held: Held, umbrella: Employer) -> None:
    """A headcount-only event: organisations with their numbers; of the last ones nobody came."""
    plan, draw = held.plan, chance("organisations", held.plan.course)
    chosen = draw.sample(umbrella.settings, plan.organisations)
    for number, place in enumerate(chosen):
        expected = draw.choice((1, 1, 1, 2, 2, 3))
        headcount_id = rows.add(
            Headcount,
            event_id=held.id,
            organisation=place.name,
            agency_id=umbrella.id,
            setting_id=place.id,
            sector=umbrella.sector,
            expected=expected,
            booked_on=booked_on(plan, draw.randint(3, 40)),
            token=public_id("organisation", held.id, place.id),
        )
        rows.add(
            HeadcountMark,
            headcount_id=headcount_id,
            came=draw.randint(max(1, expected - 1), expected) if number < plan.attended else 0,
            marked_at=plan.ends_at,
            marked_by_id=held.trainer_ids[0],
        )


def booked_on(plan: EventPlan, days: int) -> date:
    """A day so many days before."""
    return london_day(plan.starts_at) - timedelta(days=days)


def close_register(rows: Rows, held: Held) -> None:
    """The trainer closes the register a quarter of an hour after the end; one was forgotten, for the desk."""
    if held.plan.scene == "evaluate":
        return
    rows.add(
        RegisterClosing,
        event_id=held.id,
        closed_at=held.plan.ends_at + timedelta(minutes=15),
        closed_by_id=held.trainer_ids[0],
    )


def is_over(plan: EventPlan, as_of: date) -> bool:
    """Whether it began before the day that the demonstration is built for."""
    return plan.starts_at < start_of_day(as_of)
