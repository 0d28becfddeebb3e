"""Invented people: who they are, where they worked when, and as what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from ..accounts.models import Affiliation, Person
from ..clock import start_of_day
from .agencies import Employer, Place
from .facts import facts
from .rows import Rows
from .seed import chance, pick, public_id

MANAGE = {"Manages or supervises practitioners", "Senior or strategic leader"}
LEADS = MANAGE | {"Designated or named safeguarding lead"}
NOBODYS = "elsewhere.example"
Job = tuple[str, str]  # what it is called, and its role group


@dataclass
class Post:
    """Where somebody works, from a day to a day."""

    employer: Employer
    place: Place | None
    team: str
    job: str
    role_group: str
    from_on: date
    until_on: date | None = None

    @property
    def team_id(self) -> int | None:
        """The team's id, where the agency has teams."""
        return self.employer.teams.get(self.team)

    @property
    def unit(self) -> tuple[int, int | None, str]:
        """Whose manager may be theirs."""
        return self.employer.id, self.place.id if self.place else None, self.team


@dataclass
class Human:
    """A person who does not exist."""

    id: int
    name: str
    email: str
    posts: list[Post] = field(default_factory=list)
    busy: set[date] = field(default_factory=set)
    done: set[tuple[str, int]] = field(default_factory=set)  # course and year

    def post_on(self, day: date) -> Post | None:
        """Where they work on a day."""
        for post in self.posts:
            if post.from_on <= day and (post.until_on is None or day <= post.until_on):
                return post
        return None

    @property
    def first_on(self) -> date:
        """Since when they are known here."""
        return self.posts[0].from_on if self.posts else date(2019, 9, 2)


Lead = tuple[Human, Post]


class Names:
    """Names that nobody else has, and addresses made of them."""

    def __init__(self, draw: Random) -> None:
        self.draw, self.given, self.addresses = draw, set[str](), set[str]()
        self.lists = [
            ((group["first"].split(), group["last"].split()), group["share"])
            for group in facts("names")["names"]
        ]

    def next(self) -> str:
        """A name that was not given out yet."""
        while True:
            first, last = pick(self.draw, self.lists)
            name = f"{self.draw.choice(first)} {self.draw.choice(last)}"
            if name not in self.given:
                self.given.add(name)
                return name

    def address(self, name: str, employer: Employer) -> str:
        """Their address at work."""
        domain = self.draw.choice(employer.domains or [NOBODYS])
        local = ".".join(name.lower().replace("'", "").split())
        found, number = f"{local}@{domain}", 1
        while found in self.addresses:
            number += 1
            found = f"{local}{number}@{domain}"
        self.addresses.add(found)
        return found


class Crowd:
    """Everybody of the demonstration, in the order of their ids."""

    def __init__(self, employers: dict[str, Employer], as_of: date) -> None:
        self.employers, self.as_of = employers, as_of
        self.everybody: list[Human] = []
        self.names = Names(chance("names"))

    def join(self, name: str, email: str, *posts: Post) -> Human:
        """Add a person."""
        human = Human(
            len(self.everybody) + 1, name, email, [p for post in posts for p in self.successive(post)]
        )
        self.everybody.append(human)
        return human

    def hire(self, draw: Random, employer: Employer, from_on: date, until_on: date | None) -> Human:
        """Add an invented person of an agency, at one of its settings where it has some."""
        name = self.names.next()
        place = draw.choice(employer.settings) if employer.settings else None
        team = pick(draw, shares(employer)) if employer.teams else ""
        title, role_group = pick(draw, jobs(employer, team))
        post = Post(employer, place, team, title, role_group, from_on, until_on)
        return self.join(name, self.names.address(name, employer), post)

    def successive(self, post: Post) -> Iterator[Post]:
        """A post, and the one it became where the agency was succeeded by another."""
        end = post.employer.until
        if end is None or (post.until_on and post.until_on <= end):
            yield post
            return
        yield Post(post.employer, post.place, post.team, post.job, post.role_group, post.from_on, end)
        later = self.employers[post.employer.successor]
        team = post.team if post.team in later.teams else next(iter(later.teams), "")
        yield Post(later, None, team, post.job, post.role_group, end + timedelta(days=1), post.until_on)

    def at_work(self, day: date) -> list[Human]:
        """Who works somewhere on a day."""
        return [human for human in self.everybody if human.post_on(day)]


def shares(employer: Employer) -> list[tuple[str, float]]:
    """The teams of an agency with how many in a hundred work there."""
    return [(team, facts("people")["teams"][team]["share"]) for team in employer.teams]


def jobs(employer: Employer, team: str) -> list[tuple[Job, float]]:
    """The jobs of a team, else of the agency, else of its sector, with their weights."""
    given = facts("people")
    of_team = given["teams"].get(team, {}).get("jobs")
    found = of_team or given["jobs"].get(employer.slug) or given["jobs"][employer.sector]
    return [((title, group), share) for title, group, share in found]


def hire_the_county(crowd: Crowd) -> None:
    """The 3,000 of 2021/22, of whom some have left since, and those who came later."""
    draw = chance("people")
    for employer in crowd.employers.values():
        for _ in range(employer.people):
            left = date(2022, 4, 1) + timedelta(days=draw.randint(0, 3600))
            since = date(2012, 9, 3) + timedelta(days=draw.randint(0, 3100))
            crowd.hire(draw, employer, since, left if left < crowd.as_of else None)
    for employer in crowd.employers.values():
        current = crowd.employers[employer.successor] if employer.successor else employer
        for _ in range(round(employer.people * 0.35)):
            since = date(2022, 7, 4) + timedelta(
                days=draw.randint(0, max(1, (crowd.as_of - date(2022, 10, 1)).days))
            )
            crowd.hire(draw, current, since, None)


def add_people(rows: Rows, crowd: Crowd) -> None:
    """The rows of everybody, with their line managers."""
    leads: dict[tuple[int, int | None, str], list[Lead]] = {}
    for human in crowd.everybody:
        for post in human.posts:
            if post.role_group in LEADS:
                leads.setdefault(post.unit, []).append((human, post))
    for human in crowd.everybody:
        last = human.posts[-1].until_on if human.posts else None
        closed = last + timedelta(days=39 * 30) if last else None  # an account unused for 39 months
        rows.add(
            Person,
            public_id=public_id("person", human.id),
            name=human.name,
            email=human.email,
            created_at=start_of_day(min(human.first_on, crowd.as_of)),
            closed_at=start_of_day(closed) if closed and closed < crowd.as_of else None,
        )
        for post in human.posts:
            add_post(rows, human, post, manager_of(human, post, leads.get(post.unit, [])))


def manager_of(human: Human, post: Post, leads: list[Lead]) -> Human | None:
    """Somebody else of the unit who leads it, and is there as long; a safeguarding lead where nobody manages."""
    end = post.until_on or date.max
    there = [(h, p) for h, p in leads if h is not human and (p.until_on or date.max) >= end]
    managers = [h for h, p in there if p.role_group in MANAGE] or [h for h, _ in there]
    return managers[human.id % len(managers)] if managers else None


def add_post(rows: Rows, human: Human, post: Post, manager: Human | None) -> None:
    """One post as an affiliation."""
    rows.add(
        Affiliation,
        person_id=human.id,
        agency_id=post.employer.id,
        setting_id=post.place.id if post.place else None,
        team_id=post.team_id,
        job_role=post.job,
        role_group=post.role_group,
        manager_name=manager.name if manager else "",
        manager_email=manager.email if manager else "",
        from_on=post.from_on,
        until_on=post.until_on,
    )
