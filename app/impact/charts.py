"""The charts of the dashboard and the annual report: plain values in, drawings out.

What is drawn is also printed: every mark carries its percentage and its counts, so no chart needs a legend and
colour never carries anything alone. A fall is drawn with the same marks as a rise. Percentages are rounded as
everywhere else. Numbers too small to be shown must be left out before they come here.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from .bars import Column, Strip, columns, columns_fit, strips
from .chart_rows import BarRow, ChangeRow, FunnelRow, MonthRow, of, percent
from .drawing import NARROW, PAGE, PALETTE, WIDE, Canvas, Drawing, Palette
from .dumbbells import Dumbbell, Words, dumbbells
from .statistics import wilson

__all__ = [
    "NARROW",
    "PAGE",
    "PALETTE",
    "WIDE",
    "BarRow",
    "ChangeRow",
    "Drawing",
    "FunnelRow",
    "MonthRow",
    "Palette",
    "bars_chart",
    "change_chart",
    "chart_key",
    "funnel_chart",
    "months_chart",
]

# Raised whenever a drawing of the same numbers changes, so that kept pictures are drawn anew.
VERSION = 1
NOTHING = "There is nothing to show yet."
FOOTNOTE = "Good or very good, of those who answered. Thin line: 95% interval of the percentage after."


def chart_key(name: str, rows: Sequence[Any], palette: Palette, *words: str) -> str:
    """What a drawing is kept under: a digest of the chart, its version, the palette and all it shows."""
    shown = [name, VERSION, asdict(palette), [asdict(row) for row in rows], words]
    return sha256(json.dumps(shown, default=str).encode()).hexdigest()


def change_chart(rows: Sequence[ChangeRow], *, title: str = "", palette: Palette = PALETTE) -> Drawing:
    """Good or very good before and after, a dumbbell for each course, in the order given."""
    shown = [_dumbbell(row, palette) for row in rows]
    sentences = [row.sentence for row in rows]
    found = title or _change_found(rows)
    return _drawing("change", rows, found, sentences, palette, lambda on: dumbbells(on, shown, FOOTNOTE))


def bars_chart(
    rows: Sequence[BarRow], *, total: int | None = None, title: str = "", palette: Palette = PALETTE
) -> Drawing:
    """A bar for each row with its count and its share of ``total`` (of their sum, if it is not given)."""
    whole = sum(row.count for row in rows) if total is None else total
    shown = [Strip(row.label, f"{row.count:,}", row.count, aside=row.share(whole)) for row in rows]
    sentences = [row.sentence(whole) for row in rows]
    found = title or _bars_found(rows, whole)
    return _drawing("bars", rows, found, sentences, palette, lambda on: strips(on, shown))


def months_chart(rows: Sequence[MonthRow], *, title: str = "", palette: Palette = PALETTE) -> Drawing:
    """How many came in each month: columns, or strips where columns would make the type too small."""
    side_by_side = [_column(row, named_year=row is rows[0] or row.month.month == 1) for row in rows]
    below = [Strip(row.name, f"{row.came:,}", row.came) for row in rows if row.came is not None]
    sentences = [row.sentence for row in rows]

    def draw(on: Canvas) -> float:
        return columns(on, side_by_side) if columns_fit(on, side_by_side) else strips(on, below)

    return _drawing("months", rows, title or _months_found(rows), sentences, palette, draw)


def funnel_chart(rows: Sequence[FunnelRow], *, title: str = "", palette: Palette = PALETTE) -> Drawing:
    """From places offered to answers: each step in front of what it is a share of."""
    shown = [
        Strip(row.label, f"{row.count:,}", row.count, below=row.share, track=row.whole or 0) for row in rows
    ]
    sentences = [row.sentence for row in rows]
    found = title or _funnel_found(rows)
    return _drawing("funnel", rows, found, sentences, palette, lambda on: strips(on, shown))


def _drawing(
    name: str,
    rows: Sequence[Any],
    title: str,
    sentences: Sequence[str],
    palette: Palette,
    draw: Callable[[Canvas], float],
) -> Drawing:
    description = " ".join(sentences) or NOTHING
    key = chart_key(name, rows, palette, title, description)
    return Drawing(name, title, description, key, palette, draw if rows else _draw_nothing)


def _draw_nothing(on: Canvas) -> float:
    return on.paragraph(0, 20, NOTHING, on.width) + 6


def _dumbbell(row: ChangeRow, palette: Palette) -> Dumbbell:
    def words(name: str, good: int, answered: int, colour: str) -> Words:
        if not answered:
            return Words(name, row.note, name.lower())
        return Words(name, percent(good, answered), of(good, answered), colour)

    return Dumbbell(
        label=row.label,
        before=row.share_before,
        after=row.share_after,
        interval=wilson(row.good_after, row.answered_after) if row.answered_after else None,
        words_before=words("Before", row.good_before, row.answered_before, palette.before),
        words_after=words("After", row.good_after, row.answered_after, palette.after),
        note=row.note,
    )


def _column(row: MonthRow, *, named_year: bool) -> Column:
    value = "" if row.came is None else f"{row.came:,}"
    return Column(f"{row.month:%b}", value, row.came, below=f"{row.month:%Y}" if named_year else "")


def _change_found(rows: Sequence[ChangeRow]) -> str:
    """Counts of courses and nothing more: whether a change is more than chance is said elsewhere."""
    both = [row for row in rows if row.direction is not None]
    if not both:
        return "No course has answers from both before and after yet"
    if len(both) == 1:
        row = both[0]
        before, after = (
            percent(row.good_before, row.answered_before),
            percent(row.good_after, row.answered_after),
        )
        return f"{row.label}: {before} rated themselves good or very good before, {after} after"
    directions = [row.direction for row in both]
    courses, more = len(both), directions.count(1)
    share = f"all {courses}" if more == courses else f"{more or 'none'} of {courses}"
    others = ((directions.count(-1), "fewer in"), (directions.count(0), "the same share in"))
    rest = "".join(f", {words} {count}" for count, words in others if count)
    return f"More rated themselves good or very good after than before in {share} courses{rest}"


def _bars_found(rows: Sequence[BarRow], whole: int) -> str:
    most = max(rows, key=lambda row: row.count, default=None)
    if most is None or not most.count:
        return "Nobody came yet"
    return f"Most came from {most.label}: {of(most.count, whole)} ({most.share(whole)})"


def _months_found(rows: Sequence[MonthRow]) -> str:
    over = [(row.came, row) for row in rows if row.came]
    if not over:
        return "Nobody came yet"
    most, when = max(over, key=lambda pair: pair[0])
    return f"Most came in {when.name}: {of(most, sum(came for came, _ in over))}"


def _funnel_found(rows: Sequence[FunnelRow]) -> str:
    if not rows:
        return "There were no places to offer yet"
    first, last = rows[0], rows[-1]
    return f"{first.label}: {first.count:,}; {last.label.lower()}: {last.count:,}"
