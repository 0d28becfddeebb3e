"""The training pool's rules: what needs looking at about a member, days given, who may join. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Agencies whose people are the pool's (domain.md): who works elsewhere delivers as a commissioned expert.
OF_THE_POOL = frozenset({"partner", "relevant"})
# An approval or a release that ends within so many days is said to run out.
RUNS_OUT_WITHIN = timedelta(days=60)
A_DAY = 360  # minutes
POOL, EXPERT = "pool", "expert"

# What is said of a member, with the tone of its tag.
Warning = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Approved:
    """A course somebody may deliver, in which part, from when and until when."""

    title: str
    delivers_as: str
    from_on: date
    until_on: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on that day, its last day included."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


def days_of(minutes: int) -> Decimal:
    """Minutes as days of six hours, rounded to quarter days, half a quarter up."""
    quarters = (minutes * 8 + A_DAY) // (A_DAY * 2)
    return Decimal(quarters) / 4


def days_in_words(days: Decimal | int) -> str:
    """1 day, 2.5 days."""
    shown = f"{Decimal(days).normalize():f}"
    return f"{shown} {'day' if shown == '1' else 'days'}"


def runs_out(until_on: date | None, today: date) -> bool:
    """Whether something dated is over or ends soon."""
    return until_on is not None and until_on <= today + RUNS_OUT_WITHIN


def long(day: date) -> str:
    """3 March 2027."""
    return f"{day.day} {day:%B %Y}"


def warnings_of(
    *,
    standing: str,
    agency: str,
    agency_standing: str,
    approvals: Sequence[Approved],
    released_until: date | None,
    train_the_trainer_on: date | None,
    today: date,
) -> list[Warning]:
    """What needs looking at about a member, the worst first; an expert is nobody's to release."""
    found = approval_warnings(approvals, today)
    if standing == POOL:
        found += standing_warnings(agency, agency_standing)
        found += release_warnings(released_until, today)
        if train_the_trainer_on is None:
            found.append(("No train-the-trainer course", "warn"))
    return sorted(found, key=lambda one: one[1] != "bad")


def standing_warnings(agency: str, agency_standing: str) -> list[Warning]:
    """The pool are people of partner and relevant agencies."""
    if agency_standing in OF_THE_POOL:
        return []
    if not agency:
        return [("Works for no agency now", "bad")]
    return [(f"{agency} is no partner or relevant agency now", "bad")]


def release_warnings(released_until: date | None, today: date) -> list[Warning]:
    """Their manager agreed to release them, until a day."""
    if released_until is None:
        return [("Release not agreed", "warn")]
    if released_until < today:
        return [(f"Release ran out on {long(released_until)}", "bad")]
    return [(f"Release ends on {long(released_until)}", "warn")] if runs_out(released_until, today) else []


def approval_warnings(approvals: Sequence[Approved], today: date) -> list[Warning]:
    """What they may deliver ran out or runs out; one that was renewed does not."""
    if not any(one.holds(today) for one in approvals):
        ran = max((one.until_on for one in approvals if one.until_on), default=None)
        return [(f"Last approval ran out on {long(ran)}" if ran else "Approved for no course yet", "bad")]
    last = {
        (one.title, one.delivers_as): one
        for one in sorted(approvals, key=lambda one: one.until_on or date.max)
    }
    return [
        (f"Approval for {one.title} ends on {long(one.until_on)}", "warn")
        for one in last.values()
        if one.until_on and one.until_on >= today and runs_out(one.until_on, today)
    ]


def why_not_join(*, standings: Iterable[str], is_member: bool, is_waiting: bool) -> str:
    """Why somebody cannot ask to join, as a word; "" when they can.

    ``standings`` are those of the agencies they work for today.
    """
    if is_member:
        return "member"
    if is_waiting:
        return "waiting"
    return "" if OF_THE_POOL & frozenset(standings) else "agency"
