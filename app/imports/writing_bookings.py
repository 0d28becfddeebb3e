"""Plans to rows of past bookings: people we do not know, their places of work, bookings, marks, closed registers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Affiliation, Person, Setting
from ..accounts.rules import slug_of
from ..attendance.models import Mark, RegisterClosing
from ..attendance.rules import Way
from ..booking.models import Booking, BookingChange
from ..booking.rules import ON_THE_REGISTER
from ..clock import london_day
from ..db import adding_alone, db
from .booking_rows import BookingPlan, PersonKey
from .known import some
from .made import Made
from .workplaces import WorksAt


class Writer:
    """Adds the bookings of one file; ``by_id`` is who loads it (None: a command)."""

    def __init__(self, made: Made, *, by_id: int | None, why: str, now: datetime) -> None:
        self.made, self.by_id, self.why, self.now = made, by_id, why, now
        self.people: dict[PersonKey, int] = {}
        self.settings: dict[tuple[int, str], int] = {}

    def add(self, plans: Sequence[BookingPlan]) -> list[int]:
        """Everything of these plans; returns the ids of the events they belong to."""
        self.add_settings(plans)
        self.add_people(plans)
        marked: dict[int, int] = {}
        for plan in plans:
            self.add_booking(plan)
            marked.setdefault(plan.event.id, plan.line)
        self.close_registers(marked)
        return sorted(marked)

    def add_settings(self, plans: Sequence[BookingPlan]) -> None:
        """The schools and settings that rows say are new, each once."""
        wanted = [plan for plan in plans if plan.works.new_setting]
        if not wanted:
            return
        taken = set(db.session.scalars(sa.select(Setting.slug)))
        for plan in wanted:
            key = setting_key(plan.works)
            if key not in self.settings:
                slug = slug_of(plan.works.new_setting, taken=taken, length=120)
                taken.add(slug)
                values = {"slug": slug, "agency_id": plan.works.agency.id, "name": plan.works.new_setting}
                self.settings[key] = self.made.add(Setting, plan.line, **values)

    def setting_id(self, works: WorksAt) -> int | None:
        """The setting of a place of work, a new one included."""
        return self.settings[setting_key(works)] if works.new_setting else works.setting_id

    def add_people(self, plans: Sequence[BookingPlan]) -> None:
        """Those we do not know become guests, with where they worked from their first of these dates to the last."""
        adding_alone(Person)
        for emails in some(dict.fromkeys(plan.email for plan in plans if plan.email)):
            rows = db.session.execute(sa.select(Person.email, Person.id).where(Person.email.in_(emails)))
            self.people |= {("email", row.email): row.id for row in rows}
        known = frozenset(self.people)
        spans: dict[tuple[PersonKey, WorksAt], list[date]] = {}
        first: dict[tuple[PersonKey, WorksAt], BookingPlan] = {}
        for plan in plans:
            if plan.person not in known:
                spans.setdefault((plan.person, plan.works), []).append(london_day(plan.event.starts_at))
                first.setdefault((plan.person, plan.works), plan)
        for (person, works), days in spans.items():
            self.add_affiliation(first[person, works], days)

    def add_affiliation(self, plan: BookingPlan, days: Sequence[date]) -> None:
        """Where a guest worked; the guest as well, if this is the first place."""
        if plan.person not in self.people:
            who = {"name": plan.name, "email": plan.email or None, "is_guest": True}
            self.people[plan.person] = self.made.add(Person, plan.line, **who, created_at=self.now)
        self.made.add(
            Affiliation,
            plan.line,
            person_id=self.people[plan.person],
            agency_id=plan.works.agency.id,
            setting_id=self.setting_id(plan.works),
            team_id=plan.works.team_id,
            job_role=plan.job_role,
            role_group=plan.role_group,
            from_on=min(days),
            until_on=max(days),
        )

    def add_booking(self, plan: BookingPlan) -> None:
        """One booking as it would stand today: with its first line of history and a mark for every session."""
        booking_id = self.made.add(
            Booking,
            plan.line,
            event_id=plan.event.id,
            person_id=self.people[plan.person],
            state=plan.state.value,
            agency_id=plan.works.agency.id,
            setting_id=self.setting_id(plan.works),
            team_id=plan.works.team_id,
            sector=plan.works.agency.sector,
            role_group=plan.role_group,
            made_at=plan.made_at,
            made_by_id=self.by_id,
            joined_at=plan.made_at,
        )
        change = {"booking_id": booking_id, "at": plan.made_at, "by_id": self.by_id, "why": self.why}
        self.made.add(BookingChange, plan.line, **change, to_state=plan.state.value)
        for session_id, ended_at in plan.event.sessions:
            values: dict[str, Any] = {"mark": plan.mark.value, "why": plan.why, "marked_by_id": self.by_id}
            where = {"booking_id": booking_id, "session_id": session_id}
            self.made.add(Mark, plan.line, **where, **values, marked_at=ended_at, how=Way.IMPORT.value)

    def close_registers(self, marked: dict[int, int]) -> None:
        """Close the registers in which everybody will have a mark; those that are closed stay as they are."""
        for ids in some(sorted(marked)):
            unmarked = (
                sa.select(Booking.event_id)
                .where(Booking.event_id.in_(ids), Booking.state.in_(sorted(ON_THE_REGISTER)))
                .where(~sa.exists().where(Mark.booking_id == Booking.id))
            )
            closed = sa.select(RegisterClosing.event_id).where(RegisterClosing.event_id.in_(ids))
            stays = {*db.session.scalars(unmarked), *db.session.scalars(closed)}
            for event_id in ids:
                if event_id not in stays:
                    values = {"event_id": event_id, "closed_at": self.now, "closed_by_id": self.by_id}
                    self.made.add(RegisterClosing, marked[int(event_id)], **values)


def setting_key(works: WorksAt) -> tuple[int, str]:
    """A new setting: two rows may write it a little differently."""
    return works.agency.id, slug_of(works.new_setting, length=120)
