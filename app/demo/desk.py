"""What keeps a booking desk busy: requests to approve, places held without names, a date too few want, a charge."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..booking.approval_rules import ENDS
from ..booking.approving import hash_of, token_of
from ..booking.models import Approval, Booking, BookingChange, Charge, ChargePolicy, MixRule, Nomination
from ..booking.rules import HOLDING, LEAD, LIVE, State
from ..catalogue.models import Course, Event
from ..clock import start_of_day
from ..partnerships.rules import DEFAULTS, reporting_year
from ..working_days import working_days_after, working_days_before
from .bookings import POLICY
from .people import Crowd, Human
from .rows import Row, Rows
from .seed import public_id

APPROVED_BY_LEADS = "managing-allegations"
WITHOUT_LEAD = "nottinghamshire-healthcare"
UNDATED = "county-lines"
SHARED = "criminal-exploitation"
FEW = "radicalisation"
FREE_OF_CHARGE = ["partner", "relevant", "contributor", "reciprocal"]
PAYS = "other-organisations"
TERMS = {"half_day": 4500, "full_day": 9000, "late": 2000, "missed": 3000}


class BusyDesk:
    """Adds the scenes to the rows of the programme and its bookings."""

    def __init__(
        self, rows: Rows, crowd: Crowd, *, courses: dict[str, int], partnership_id: int, as_of: date
    ) -> None:
        self.rows, self.crowd, self.courses, self.as_of = rows, crowd, courses, as_of
        self.partnership_id = partnership_id
        self.now = start_of_day(as_of)
        coming = {row["id"] for row in rows.of(Event) if row["starts_at"] >= self.now}
        live = [row for row in rows.of(Booking) if row["event_id"] in coming and row["state"] in LIVE]
        self.held = [row for row in live if row["state"] in HOLDING]
        self.taken = {row["person_id"] for row in live}

    def add(self, *, lead: Human) -> None:
        """All of them."""
        self.undated()
        self.requests(lead)
        self.places_without_names(lead)
        self.too_few()
        self.charges()

    def event_of(self, slug: str, *, days: int, free: int) -> Row | None:
        """The soonest date of a course that many days ahead with that many places free."""
        found = [
            row
            for row in self.rows.of(Event)
            if row["course_id"] == self.courses[slug]
            and row["state"] == "published"
            and row["starts_at"] > self.now + timedelta(days=days)
            and row["booking_limit"] - self.number_on(row["id"]) >= free
        ]
        return min(found, key=lambda row: row["starts_at"], default=None)

    def number_on(self, event_id: int) -> int:
        """How many hold a place there."""
        return sum(row["event_id"] == event_id for row in self.held)

    def somebody(self, count: int, slug: str = "") -> list[Human]:
        """People with nothing else ahead of them, of one agency if it is named; each only once."""
        free = (
            human
            for human in self.crowd.at_work(self.as_of)
            if human.id not in self.taken and human.email.endswith(".example")
        )
        found = []
        for human in free:
            post = human.post_on(self.as_of)
            if post and (not slug or post.employer.slug == slug):
                found.append(human)
            if len(found) == count:
                break
        self.taken |= {human.id for human in found}
        return found

    def book(self, event_id: int, human: Human, state: State, at: datetime, **more: Any) -> Row:
        """A booking with the first line of its history."""
        post = human.post_on(self.as_of)
        assert post is not None
        row = self.rows.row(
            Booking,
            public_id=public_id("booking", event_id, human.id),
            event_id=event_id,
            person_id=human.id,
            state=state.value,
            agency_id=post.employer.id,
            setting_id=post.place.id if post.place else None,
            team_id=post.team_id,
            sector=post.employer.sector,
            role_group=post.role_group,
            made_at=at,
            made_by_id=human.id,
            joined_at=at,
            **{"policy": POLICY, **more},
        )
        self.rows.add(BookingChange, booking_id=row["id"], at=at, by_id=human.id, to_state=state.value)
        return row

    def undated(self) -> None:
        """A course without a date, and those who wait for one."""
        event_id = self.rows.add(
            Event,
            course_id=self.courses[UNDATED],
            host_id=self.partnership_id,
            state="published",
            capacity=40,
            booking_limit=40,
            join_token=public_id("event", UNDATED, "undated"),
            created_at=self.now - timedelta(days=20),
        )
        for number, human in enumerate(self.somebody(5)):
            at = self.now - timedelta(days=18 - 3 * number, hours=5)
            self.book(event_id, human, State.WAITING, at)

    def requests(self, lead: Human) -> None:
        """Requests on a course that agencies' leads approve: two of one lead, one where there is nobody to ask."""
        event, post = self.event_of(APPROVED_BY_LEADS, days=21, free=4), lead.post_on(self.as_of)
        if event is None or post is None:
            return
        people = [*self.somebody(2, post.employer.slug), *self.somebody(1, WITHOUT_LEAD)]
        for human, working_days in zip(people, (4, 1, 1), strict=False):
            asked_at = working_days_before(self.now, working_days) - timedelta(hours=3)
            policy = {**POLICY, "to_approve": True}
            booking = self.book(event["id"], human, State.REQUESTED, asked_at, policy=policy)
            own = human.post_on(self.as_of)
            self.ask(booking, lead if own and own.employer is post.employer else None, asked_at)

    def ask(self, booking: Row, lead: Human | None, asked_at: datetime) -> None:
        """The question to the lead, or one that stands at the desk."""
        asked = Approval(public_id=public_id("approval", booking["id"]))
        self.rows.add(
            Approval,
            public_id=asked.public_id,
            booking_id=booking["id"],
            mode=LEAD,
            approver_name=lead.name if lead else "",
            approver_email=lead.email if lead else "",
            token_hash=hash_of(token_of(asked)),
            asked_at=asked_at,
            expires_at=working_days_after(asked_at, DEFAULTS[ENDS]),
        )

    def places_without_names(self, lead: Human) -> None:
        """An agency's lead holds places for people to be named, on a date whose places are shared."""
        event, post = self.event_of(SHARED, days=35, free=8), lead.post_on(self.as_of)
        if event is None or post is None:
            return
        self.rows.add(
            Nomination,
            public_id=public_id("nomination", event["id"]),
            event_id=event["id"],
            agency_id=post.employer.id,
            asked=4,
            places=4,
            made_at=self.now - timedelta(days=3, hours=2),
            by_id=lead.id,
            name_by_at=working_days_before(event["starts_at"], DEFAULTS["nominate_until_working_days"]),
        )
        self.rows.add(MixRule, event_id=event["id"], kind="cap", of="setting", places=3)

    def too_few(self) -> None:
        """A date for which too few have booked, to be decided today."""
        event = self.event_of(FEW, days=10, free=5)
        if event:
            event["minimum"] = self.number_on(event["id"]) + 4
            event["minimum_by"] = self.as_of

    def charges(self) -> None:
        """The policy of the year, and a place that costs something."""
        self.rows.add(
            ChargePolicy,
            partnership_id=self.partnership_id,
            from_on=date(reporting_year(self.as_of), 4, 1),
            charging=True,
            exempt=FREE_OF_CHARGE,
            empty_place=4500,
            text="Partner and relevant agencies, those who contribute and our neighbours pay nothing.",
            set_at=self.now - timedelta(days=30),
            **TERMS,
        )
        event, people = self.event_of(SHARED, days=35, free=8), self.somebody(1, PAYS)
        if event is None or not people:
            return
        at = self.now - timedelta(days=2, hours=4)
        kept = {"place": 4500, "late": 2000, "missed": 3000, "from_on": f"{reporting_year(self.as_of)}-04-01"}
        policy = {**POLICY, "charge": kept, "purchase_order": "PO 40117"}
        booking = self.book(event["id"], people[0], State.BOOKED, at, policy=policy)
        self.rows.add(
            Charge,
            public_id=public_id("charge", booking["id"]),
            booking_id=booking["id"],
            kind="place",
            pence=4500,
            purchase_order="PO 40117",
            proposed_at=at,
        )


def let_leads_approve(session: Session) -> None:
    """One course of the demonstration asks for the approval of the agency's lead."""
    course = sa.update(Course).where(Course.slug == APPROVED_BY_LEADS)
    session.execute(course.values(approval=LEAD))
