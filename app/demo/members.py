"""What the desk knows of the training pool: approvals, days, areas, releases, who is away, contracts with experts."""

from datetime import date, timedelta
from typing import Any

from ..accounts.models import Affiliation, Agency, Person
from ..catalogue.models import Event, EventSession
from ..clock import london_day, start_of_day
from ..partnerships.rules import DEFAULTS, reporting_year
from ..pool.models import (
    Commission,
    CommissionEvent,
    DeliveryApproval,
    EventTrainer,
    PoolApplication,
    PoolMember,
    ReleaseRequest,
    Unavailability,
)
from ..pool.release_rules import ends_at
from ..pool.releases import hash_of, token_of
from ..working_days import working_days_before
from .rows import Row, Rows
from .seed import chance, public_id

AREAS = ("Ashfield", "Bassetlaw", "Broxtowe", "Gedling", "Mansfield", "Newark and Sherwood", "Rushcliffe")
MOST = 5  # courses somebody is approved for
LATELY = timedelta(days=500)
A_DAY = 360
FEE = 45_000  # pence, for a day


class PoolDesk:
    """Completes the rows of the members once it is known what each of them delivers."""

    def __init__(self, rows: Rows, *, partnership_id: int, as_of: date, by: int) -> None:
        self.rows, self.partnership_id, self.as_of, self.by = rows, partnership_id, as_of, by
        self.events = {row["id"]: row for row in rows.of(Event)}
        self.year_end = date(reporting_year(as_of) + 1, 3, 31)

    def add(self, *, soon_over: int) -> None:
        """Everything; the release of one person ends soon."""
        delivered = self.delivered()
        managers = {row["person_id"]: row["manager_name"] for row in self.rows.of(Affiliation)}
        for member in self.rows.of(PoolMember):
            draw = chance("member", member["person_id"])
            events = delivered.get(member["person_id"], [])
            self.approve(member, events, draw)
            if member["standing"] == "expert":
                self.commission(member, events)
            else:
                self.describe(member, managers.get(member["person_id"], ""), draw)
                self.go_away(member, draw)
        tom = next(row for row in self.rows.of(PoolMember) if row["person_id"] == soon_over)
        tom.update(released_until=self.as_of + timedelta(days=33), days_offered=4, phone="07700 900123")
        tom.update(train_the_trainer_on=date(2021, 6, 15), areas=list(AREAS[1:5]))

        self.ask_manager(tom)
        self.would_join()

    def ask_manager(self, member: Row) -> None:
        """Tom's manager was asked two days ago to release him for another year, and has not answered."""
        works = next(row for row in self.rows.of(Affiliation) if row["person_id"] == member["person_id"])
        request = ReleaseRequest(public_id=public_id("release", member["id"]))
        asked_at = working_days_before(start_of_day(self.as_of), 2) - timedelta(hours=7)
        self.rows.add(
            ReleaseRequest,
            public_id=request.public_id,
            member_id=member["id"],
            manager_name=works["manager_name"],
            manager_email=works["manager_email"] or "manager@nottshc.example",
            until_on=self.as_of + timedelta(days=365),
            token_hash=hash_of(token_of(request)),
            asked_at=asked_at,
            asked_by_id=self.by,
            expires_at=ends_at(asked_at, working_days=DEFAULTS["release_working_days"]),
            answer="",
        )

    def would_join(self) -> None:
        """A police officer who came to many courses would like to deliver some."""
        members = {row["person_id"] for row in self.rows.of(PoolMember)}
        police = next(row["id"] for row in self.rows.of(Agency) if row["slug"] == "nottinghamshire-police")
        signs_in = {row["id"] for row in self.rows.of(Person) if str(row["email"]).endswith("@demo.example")}
        officer = next(
            row
            for row in self.rows.of(Affiliation)
            if row["agency_id"] == police
            and row["until_on"] is None
            and row["manager_email"]
            and row["person_id"] not in members | signs_in
        )
        asked = sorted({row["course_id"] for row in self.rows.of(DeliveryApproval)})[:2]
        self.rows.add(
            PoolApplication,
            public_id=public_id("pool application", officer["person_id"]),
            partnership_id=self.partnership_id,
            person_id=officer["person_id"],
            asked_at=working_days_before(start_of_day(self.as_of), 1) - timedelta(hours=9),
            course_ids=asked,
            areas=list(AREAS[:2]),
            days_offered=3,
            about="Ten years in the child protection team. I co-deliver our own induction every month.",
            manager_name=officer["manager_name"],
            manager_email=officer["manager_email"],
            state="waiting",
        )

    def delivered(self) -> dict[int, list[Row]]:
        """The events of the last years and to come, by who is on them."""
        found: dict[int, list[Row]] = {}
        since = start_of_day(self.as_of - LATELY)
        for row in self.rows.of(EventTrainer):
            event = self.events[row["event_id"]]
            if event["starts_at"] and event["starts_at"] > since and row["part"] in ("pool", "expert"):
                found.setdefault(row["person_id"], []).append(event)
        return found

    def approve(self, member: Row, events: list[Row], draw: Any) -> None:
        """Approved for what they deliver; a few approvals end soon, and one in thirty is for observing more."""
        for course_id in sorted({event["course_id"] for event in events})[:MOST]:
            ends = draw.choice((None, None, 500, 380, 300, 200, 45))
            self.rows.add(
                DeliveryApproval,
                member_id=member["id"],
                course_id=course_id,
                delivers_as=draw.choice(("lead", "lead", "co")),
                from_on=member["from_on"] + timedelta(days=draw.randint(0, 700)),
                until_on=self.as_of + timedelta(days=ends) if ends else None,
                approved_by_id=self.by,
            )

    def describe(self, member: Row, manager: str, draw: Any) -> None:
        """What they offer, and what their manager agreed to."""
        trained = date(2021, 1, 11) + timedelta(days=draw.randint(0, 1500))
        ends = draw.choice(
            (self.year_end, self.year_end, self.year_end, self.year_end.replace(year=self.year_end.year + 1))
        )
        unlucky = draw.random()
        member.update(
            train_the_trainer_on=None if unlucky < 0.08 else trained,
            released_by="" if unlucky > 0.95 else manager,
            released_until=None if unlucky > 0.95 else ends,
            days_offered=draw.choice((2, 2, 3, 3, 4, 6)),
            areas=sorted(draw.sample(AREAS, draw.randint(2, 5))),
            in_the_room=draw.random() < 0.9,
            virtual=draw.random() < 0.85,
            phone=f"07700 900{draw.randint(100, 999)}",
        )
        if not member["in_the_room"]:
            member["virtual"] = True

    def go_away(self, member: Row, draw: Any) -> None:
        """One in four has named days on which they cannot, none of them a day they deliver on."""
        if draw.random() > 0.25:
            return
        first = self.as_of + timedelta(days=draw.randint(5, 90))
        last = first + timedelta(days=draw.choice((0, 4, 9)))
        mine = {
            row["event_id"] for row in self.rows.of(EventTrainer) if row["person_id"] == member["person_id"]
        }
        days = {london_day(row["starts_at"]) for row in self.rows.of(EventSession) if row["event_id"] in mine}
        if not any(first <= day <= last for day in days):
            self.rows.add(Unavailability, member_id=member["id"], from_on=first, until_on=last)

    def commission(self, member: Row, events: list[Row]) -> None:
        """A contract for each date of this year: paid for what is over, but the last one."""
        year = start_of_day(date(reporting_year(self.as_of), 4, 1))
        mine = sorted((e for e in events if e["starts_at"] >= year), key=lambda e: (e["starts_at"], e["id"]))
        over = [event for event in mine if london_day(event["ends_at"]) < self.as_of]
        for event in mine:
            on = london_day(event["starts_at"])
            agreed = min(on, self.as_of) - timedelta(days=28)
            paid = event in over[:-1]
            number = self.rows.add(
                Commission,
                public_id=public_id("commission", event["id"], member["id"]),
                member_id=member["id"],
                reference=f"NSCP/{on:%y%m}/{event['id']}",
                fee_pence=FEE * max(1, round(self.minutes(event["id"]) / A_DAY * 2)) // 2,
                for_what="Preparation and delivery, materials included",
                agreed_by="Head of safeguarding partnerships",
                agreed_on=agreed,
                paid_on=on + timedelta(days=21) if paid and on + timedelta(days=21) < self.as_of else None,
                entered_at=start_of_day(agreed) + timedelta(hours=10),
                entered_by_id=self.by,
            )
            self.rows.add(CommissionEvent, commission_id=number, event_id=event["id"])

    def minutes(self, event_id: int) -> int:
        """How long an event is."""
        return sum(
            int((row["ends_at"] - row["starts_at"]).total_seconds()) // 60
            for row in self.rows.of(EventSession)
            if row["event_id"] == event_id
        )
