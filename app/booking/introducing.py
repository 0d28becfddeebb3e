"""Somebody who is named by another person, with name and address: known already, or written down now."""

from datetime import datetime

from ..accounts.actions import introduce, person_at, person_of
from ..accounts.addresses import fault_of as fault_of
from ..accounts.models import Agency, Person, Setting, Team
from ..accounts.rules import tidy_email, tidy_name
from ..clock import london_day
from ..db import db
from ..errors import Refused
from .colleagues import SomePlace, is_colleague, works
from .workplaces import Workplace, workplaces_of


def colleague_of(
    place: SomePlace, *, email: str, name: str, now: datetime, role_group: str = ""
) -> tuple[Person, Workplace]:
    """The person of this address and where they work: at the same place, if they do.

    Somebody new is written down, and whoever has not said where they work, works at that place from today, in this
    role group. Raises Refused for a closed account, and for somebody new without a name.
    """
    email, name = tidy_email(email), tidy_name(name)
    if not name and person_of(email) is None:
        raise Refused(f"We do not know {email} yet. Enter the name too.", reason="name")
    person = person_at(email, name=name, now=now)
    if person.closed_at:
        raise Refused(f"The account of {email} is closed. Ring the training team.")
    jobs = workplaces_of(person.id, london_day(now))
    if not jobs:
        introduce(
            person,
            name=person.name or name or email,
            agency=db.session.get_one(Agency, place.agency_id),
            setting=db.session.get(Setting, place.setting_id) if place.setting_id else None,
            team=db.session.get(Team, place.team_id) if place.team_id else None,
            role_group=role_group,
            now=now,
        )
        db.session.flush()
        jobs = workplaces_of(person.id, london_day(now))
    return person, nearest(jobs, place)


def nearest(jobs: list[Workplace], place: SomePlace) -> Workplace:
    """The job that is at the same place, else with the same agency, else the longest held."""
    here = works(place)
    for near in (True, False):
        for job in jobs:
            if is_colleague(here, works(job), umbrella=False, near=near):
                return job
    return jobs[0]
