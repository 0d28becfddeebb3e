"""E-learning taken up and completed, as rows."""

from datetime import date, datetime, time, timedelta
from random import Random

from ..clock import from_london, london_day
from ..completions.models import Completion
from ..elearning.models import ModuleTake
from ..partnerships.rules import year_bounds
from .delegates import Held
from .people import Crowd, Human
from .plan import Taken, YearPlan
from .rows import Rows
from .seed import chance, split

FIRST_PART = {
    "working-together": "working-together-part-1",
    "managing-allegations": "managing-allegations-e-learning",
    "parental-conflict": "parental-conflict-e-learning",
}


class OnlineYear:
    """Who took up which module in a reporting year, up to the day."""

    def __init__(
        self, rows: Rows, crowd: Crowd, *, courses: dict[str, int], partnership_id: int, as_of: date
    ) -> None:
        self.rows, self.crowd, self.courses = rows, crowd, courses
        self.partnership_id, self.as_of = partnership_id, as_of

    def add(self, year: YearPlan, events: list[Held], *, how: str) -> None:
        """As many as the plan says, to the unit: who went to the course comes first, then who did nothing else."""
        first, last = year_bounds(year.start)
        last = min(last, self.as_of - timedelta(days=1))
        if last <= first:
            return
        people = [h for h in self.crowd.at_work(first) if (h.post_on(last) or not h.posts[-1].until_on)]
        idle = {h.id for h in people} - {d.human.id for held in events for d in held.delegates if d.came}
        share = self.share_out(year, [h for h in people if h.id in idle])
        for slug, taken in year.modules.items():
            before = needed_first(slug, events, first)
            chosen = self.choose(slug, year.start, taken, before, share[slug], people)
            self.take(slug, year.start, taken, chosen, before, (first, last), how)

    def share_out(self, year: YearPlan, idle: list[Human]) -> dict[str, list[Human]]:
        """Everybody who came to no event took up one module at least; the modules share them by their size."""
        draw = chance("idle", year.start)
        order = draw.sample(idle, len(idle))
        counts = split(
            min(len(order), sum(m.begun for m in year.modules.values()) // 2),
            [m.begun for m in year.modules.values()],
        )
        found, at = {}, 0
        for slug, count in zip(year.modules, counts, strict=True):
            found[slug] = order[at : at + count]
            at += count
        return found

    def choose(
        self,
        slug: str,
        start: int,
        taken: Taken,
        before: dict[int, date],
        idle: list[Human],
        people: list[Human],
    ) -> list[Human]:
        """Exactly as many people as took it up."""
        draw = chance("module", slug, start)
        needed = [self.crowd.everybody[i - 1] for i in before]
        rest = draw.sample(people, len(people))
        return list({h.id: h for h in (*needed, *idle, *rest)}.values())[: taken.begun]

    def take(
        self,
        slug: str,
        start: int,
        taken: Taken,
        chosen: list[Human],
        before: dict[int, date],
        bounds: tuple[date, date],
        how: str,
    ) -> None:
        """The rows: begun some day, completed by so many, those who needed it first of all."""
        draw = chance("taken", slug, start)
        finished = [h for h in chosen if h.id in before]
        others = [h for h in chosen if h.id not in before]
        finished += draw.sample(others, max(0, taken.completed - len(finished)))
        done = {h.id for h in finished[: taken.completed]}
        for human in sorted(chosen, key=lambda h: h.id):
            last = min(bounds[1], before.get(human.id, bounds[1]))
            begun = some_time(draw, human, bounds[0], last)
            completed = begun + timedelta(minutes=draw.randint(22, 55)) if human.id in done else None
            self.add_take(slug, start, human, begun, completed, how)

    def add_take(
        self, slug: str, start: int, human: Human, begun: datetime, completed: datetime | None, how: str
    ) -> None:
        """One module taken up, and its completion."""
        post = human.post_on(london_day(begun)) or human.posts[0]
        course_id = self.courses[slug]
        self.rows.add(
            ModuleTake,
            person_id=human.id,
            course_id=course_id,
            partnership_id=self.partnership_id,
            year=start,
            agency_id=post.employer.id,
            setting_id=post.place.id if post.place else None,
            sector=post.employer.sector,
            role_group=post.role_group,
            begun_at=begun,
            completed_at=completed,
            how=how,
        )
        if completed:
            self.rows.add(
                Completion, person_id=human.id, course_id=course_id, completed_at=completed, how="module"
            )


def needed_first(slug: str, events: list[Held], first: date) -> dict[int, date]:
    """Who came to the course whose first part this module is, with the day before it; not for part of them."""
    found = {}
    for held in events:
        if FIRST_PART.get(held.plan.course) == slug:
            day = london_day(held.plan.starts_at) - timedelta(days=1)
            for delegate in held.delegates:
                if day > first and (delegate.came or (delegate.expected and delegate.human.id % 6)):
                    found[delegate.human.id] = day
    return found


def some_time(draw: Random, human: Human, first: date, last: date) -> datetime:
    """An hour of the working day between two days on which they work here."""
    post = human.posts[-1]
    if post.until_on and first <= post.until_on < last:
        last = post.until_on
    first = max(first, min(human.first_on, last))
    day = first + timedelta(days=draw.randint(0, (last - first).days))
    if day.weekday() > 4 and draw.random() < 0.85:  # few learn at the weekend
        day = max(first, day - timedelta(days=2))
    return from_london(day, time(draw.randint(8, 18), draw.randint(0, 59)))
