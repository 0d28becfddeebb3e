"""The year's dashboard, composed from its figures: tiles, courses, reach. Nothing is counted here."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .charts import (
    BarRow,
    ChangeRow,
    Drawing,
    FunnelRow,
    MonthRow,
    bars_chart,
    change_chart,
    funnel_chart,
    months_chart,
)
from .figures import SMALLEST, Figure, of_course, of_year
from .sums import UNKNOWN_SECTOR, CourseName, Sum, Year
from .year import AgencyName

TOO_FEW = f"Fewer than {SMALLEST} answers"


@dataclass(frozen=True)
class CourseLine:
    """A course's row: its figures by identifier."""

    course: CourseName
    figures: dict[str, Figure]

    def __getitem__(self, id: str) -> Figure:
        return self.figures[id]


@dataclass(frozen=True)
class ReachLine:
    """A sector's or an agency's row."""

    label: str
    slug: str
    came: int
    modules: int


def by_id(figures: list[Figure]) -> dict[str, Figure]:
    """Figures of one scope by their identifier."""
    return {figure.id: figure for figure in figures}


@lru_cache(maxsize=8)
def year_figures(year: Year) -> dict[str, Figure]:
    """The figures of the year as a whole."""
    return by_id(of_year(year))


@lru_cache(maxsize=8)
def course_lines(year: Year) -> list[CourseLine]:
    """Every course that ran, most people first."""
    lines = [CourseLine(course, by_id(of_course(course, total))) for course, total in year.courses.items()]
    return sorted(lines, key=lambda line: (-int(line["came"].value or 0), line.course.title))


def rise(line: CourseLine) -> Decimal | None:
    """Points from before to after, of everybody who answered; None unless both can be shown."""
    before, after = line["good_before_percent"].value, line["good_after_percent"].value
    return None if before is None or after is None else Decimal(after) - Decimal(before)


def rated_lines(lines: list[CourseLine]) -> list[CourseLine]:
    """Courses with something to show on both sides, largest rise first."""
    found = [(rise(line), line) for line in lines]
    shown = [(points, line) for points, line in found if points is not None]
    return [line for _, line in sorted(shown, key=lambda pair: (-pair[0], pair[1].course.title))]


def change_row(line: CourseLine) -> ChangeRow:
    """A course as the chart draws it."""
    before, after = line["good_before_percent"], line["good_after_percent"]
    return ChangeRow(
        line.course.title,
        before.numerator or 0,
        before.denominator or 0,
        after.numerator or 0,
        after.denominator or 0,
        TOO_FEW,
    )


def sector_lines(year: Year) -> list[ReachLine]:
    """Sectors by who came; the unknown last."""
    modules = year.modules_total.by_sector
    names = year.total.by_sector.keys() | modules.keys()
    lines = [
        ReachLine(
            name,
            "",
            year.total.by_sector.get(name, Counter())["came"],
            modules.get(name, Counter())["begun"],
        )
        for name in names
    ]
    return sorted(lines, key=lambda x: (x.label == UNKNOWN_SECTOR, -x.came, x.label))


def agency_lines(year: Year, agencies: dict[int, AgencyName]) -> list[ReachLine]:
    """Agencies by who came."""
    came: Counter[int] = Counter()
    begun: Counter[int] = Counter()
    for (agency, _), counts in year.total.by_unit.items():
        came[agency or 0] += counts["came"]
    for (agency, _), counts in year.modules_total.by_unit.items():
        begun[agency or 0] += counts["begun"]
    unknown = AgencyName(0, "", "Not known", "")
    found = [(agencies.get(id, unknown), id) for id in came.keys() | begun.keys()]
    lines = [ReachLine(name.name, name.slug, came[id], begun[id]) for name, id in found]
    return sorted(lines, key=lambda x: (-x.came, -x.modules, x.label))


def month_rows(year: Year, today: date) -> list[MonthRow]:
    """The twelve months from April; None for those not over."""
    rows = []
    for number in range(12):
        first = date(year.start + (number + 3) // 12, (number + 3) % 12 + 1, 1)
        over = (today.year, today.month) > (first.year, first.month) or first < today
        rows.append(MonthRow(first, year.months[first.year, first.month] if over else None))
    return rows


def funnel_rows(total: Sum) -> list[FunnelRow]:
    """From places offered to answers after."""
    out, answered = total.outcomes, total.answered
    return [
        FunnelRow("Places offered", total.places_offered),
        FunnelRow("Expected", out["expected"], total.places_offered, "places"),
        FunnelRow("Came", out["came"], total.places_offered, "places"),
        FunnelRow("Answered before", answered["before"], out["expected"], "expected"),
        FunnelRow("Answered after", answered["after"], out["came"], "who came"),
    ]


def drawings(year: Year, agencies: dict[int, AgencyName], today: date) -> dict[str, Drawing]:
    """The dashboard's charts by name."""
    rated = [change_row(line) for line in rated_lines(course_lines(year))]
    sectors = [BarRow(line.label, line.came) for line in sector_lines(year)]
    return {
        "change": change_chart(rated),
        "sectors": bars_chart(sectors),
        "months": months_chart(month_rows(year, today)),
        "funnel": funnel_chart(funnel_rows(year.total), title=funnel_finding(year)),
    }


def funnel_finding(year: Year) -> str:
    """The heading over the way from places to answers."""
    figures = year_figures(year)
    take_up = figures["take_up"]
    if take_up.value is None:
        return "There were no places to offer yet"
    return f"{take_up.value}% of the places offered were taken up"


Table = list[list[str]]


def reach_table(lines: list[ReachLine]) -> Table:
    """Sectors or agencies as a table's rows."""
    return [[line.label, f"{line.came:,}", f"{line.modules:,}"] for line in lines]


def module_table(year: Year) -> Table:
    """Modules as a table's rows, most taken up first."""
    ordered = sorted(year.modules.items(), key=lambda item: (-item[1].begun, item[0].title))
    return [[course.title, f"{total.begun:,}", f"{total.completed:,}"] for course, total in ordered]


def tables(year: Year, agencies: dict[int, AgencyName], today: date) -> dict[str, Table]:
    """The tables beside the charts."""
    months = month_rows(year, today)
    return {
        "sectors": reach_table(sector_lines(year)),
        "agencies": reach_table(agency_lines(year, agencies)),
        "funnel": [[row.label, f"{row.count:,}", row.share] for row in funnel_rows(year.total)],
        "months": [[row.name, "not over yet" if row.came is None else f"{row.came:,}"] for row in months],
        "modules": module_table(year),
    }
