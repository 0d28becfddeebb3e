"""Who delivers: the training pool by number, the commissioned experts, and the trainer to sign in as."""

from datetime import date

from ..accounts.models import RoleGrant
from ..accounts.rules import Role
from ..pool.models import PoolMember
from .current_year import TRAINER
from .facts import facts
from .people import Crowd, Human, Post
from .rows import Rows
from .seed import chance

POOL_FROM = date(2020, 9, 1)
GROUP = "Specialist safeguarding practitioner"
NOBODYS = "experts.example"


def hire_trainers(crowd: Crowd) -> tuple[dict[int, Human], dict[int, Human]]:
    """The people of the pool and the experts, by the numbers of the facts."""
    given = facts("people")
    numbered = sorted(
        (p["number"], agency["agency"], p) for agency in given["pool"] for p in agency["people"]
    )
    draw, pool = chance("pool"), {}
    for number, slug, person in numbered:
        employer = crowd.employers[slug]
        name = crowd.names.next()
        place = draw.choice(employer.settings) if employer.settings else None
        since = date(2014 + number % 6, 9, 1)
        post = Post(employer, place, person.get("team", ""), person["job"], GROUP, since)
        pool[number] = crowd.join(name, crowd.names.address(name, employer), post)
    experts = {
        number: crowd.join(name, f"{'.'.join(name.lower().split()[-2:])}@{NOBODYS}")
        for number, name in enumerate(given["experts"]["names"], 1)
    }
    return pool, experts


def add_trainers(
    rows: Rows, pool: dict[int, Human], experts: dict[int, Human], *, partnership_id: int, granted_by: str
) -> None:
    """Membership of the pool, and what lets them open their registers."""
    for standing, members in (("pool", pool), ("expert", experts)):
        for number, human in members.items():
            person = {"person_id": human.id, "partnership_id": partnership_id, "from_on": POOL_FROM}
            rows.add(PoolMember, standing=standing, **person)
            if number != TRAINER:  # whose role is granted with the other accounts
                rows.add(RoleGrant, role=Role.TRAINER.value, granted_by=granted_by, **person)
