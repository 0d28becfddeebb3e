"""How bars are laid out: strips, one below the other, and columns, side by side, with their numbers printed."""

from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import LABEL, LEAD, SMALL, VALUE, Canvas

GAP = 8.0
THICK = 14.0


@dataclass(frozen=True)
class Strip:
    """A bar of a length from zero, perhaps in front of the longer one it is a share of (``track``)."""

    label: str
    value: str
    length: float
    aside: str = ""
    below: str = ""
    track: float = 0.0

    @property
    def longest(self) -> float:
        """Where the strip ends, its track included."""
        return max(self.length, self.track)


@dataclass(frozen=True)
class Column:
    """A column of a height from zero; without a height there is nothing to draw yet."""

    label: str
    value: str
    height: float | None
    below: str = ""


def strips(canvas: Canvas, rows: Sequence[Strip]) -> float:
    """Draw all strips; labels stand left of them, or above them on a narrow sheet."""
    full = max((row.longest for row in rows), default=0) or 1
    y = 0.0
    if canvas.narrow:
        for row in rows:
            y = _strip_below_label(canvas, row, canvas.width / full, y)
        return y
    column = _label_column(canvas, rows)
    room = [
        (row.longest, canvas.width - column - GAP - _words_width(canvas, row)) for row in rows if row.longest
    ]
    unit = min((space / length for length, space in room), default=0)
    for row in rows:
        y = _strip_beside_label(canvas, row, unit, column, y)
    return y


def _label_column(canvas: Canvas, rows: Sequence[Strip]) -> float:
    widths = [max(canvas.measure(row.label, LABEL), canvas.measure(row.below, SMALL)) for row in rows]
    return min(0.36 * canvas.width, max(widths, default=0)) + 16


def _words_width(canvas: Canvas, row: Strip) -> float:
    return canvas.measure(row.value, VALUE, "semibold") + GAP + canvas.measure(row.aside, SMALL)


def _words(canvas: Canvas, row: Strip, x: float, y: float) -> None:
    canvas.write(x, y, row.value, VALUE, weight="semibold", colour=canvas.palette.after)
    beyond = x + canvas.measure(row.value, VALUE, "semibold") + GAP
    canvas.write(beyond, y, row.aside, SMALL, colour=canvas.palette.quiet)


def _strip(canvas: Canvas, row: Strip, x: float, y: float, unit: float, thick: float) -> None:
    """The bar itself; a count above zero is never too short to be seen."""
    if row.track:
        canvas.box(x, y, row.track * unit, thick, canvas.palette.track)
    if row.length:
        canvas.box(x, y, max(1.0, row.length * unit), thick, canvas.palette.after)
    canvas.line(x, y - 3, x, y + thick + 3, canvas.palette.grid, 1)


def _strip_beside_label(canvas: Canvas, row: Strip, unit: float, column: float, y: float) -> float:
    lines = canvas.wrap(row.label, column - 16, LABEL)
    below = canvas.wrap(row.below, column - 16, SMALL) if row.below else []
    high = len(lines) * LEAD + len(below) * (LEAD - 2)
    height = max(30.0, high + 14)
    baseline = y + (height - high) / 2 + 11
    canvas.lines(0, baseline, lines, LABEL)
    canvas.lines(0, baseline + len(lines) * LEAD - 1, below, SMALL, colour=canvas.palette.quiet)
    middle = y + height / 2
    _strip(canvas, row, column, middle - THICK / 2, unit, THICK)
    _words(canvas, row, column + row.longest * unit + GAP, middle + 4.5)
    return y + height


def _strip_below_label(canvas: Canvas, row: Strip, unit: float, y: float) -> float:
    words = _words_width(canvas, row) - (0 if row.aside else GAP)
    lines = canvas.wrap(row.label, canvas.width - words - 14, LABEL)
    below = canvas.wrap(row.below, canvas.width, SMALL) if row.below else []
    canvas.lines(0, y + LEAD, lines, LABEL)
    _words(canvas, row, canvas.width - words, y + LEAD)
    y += len(lines) * LEAD
    canvas.lines(0, y + LEAD - 2, below, SMALL, colour=canvas.palette.quiet)
    y += len(below) * (LEAD - 2) + 8
    _strip(canvas, row, 0.5, y, unit * (1 - 1 / canvas.width), 9)
    return y + 9 + 13


def columns_fit(canvas: Canvas, rows: Sequence[Column]) -> bool:
    """Whether columns side by side leave room for their numbers and labels in readable type."""
    values = [canvas.measure(row.value, _value_size(canvas), "semibold") for row in rows]
    labels = [canvas.measure(row.label, SMALL) for row in rows]
    return max(values + labels, default=0) + 3 <= _pitch(canvas, rows)


def _pitch(canvas: Canvas, rows: Sequence[Column]) -> float:
    """From one column to the next; few columns do not spread over the whole sheet."""
    return canvas.width / max(len(rows), 4)


def _value_size(canvas: Canvas) -> float:
    return SMALL if canvas.narrow else LABEL


def columns(canvas: Canvas, rows: Sequence[Column]) -> float:
    """Draw all columns side by side on one line, their numbers above and their labels below them."""
    palette, high = canvas.palette, 132.0
    tallest = max((row.height or 0 for row in rows), default=0) or 1
    pitch, ground, size = _pitch(canvas, rows), 18 + high, _value_size(canvas)
    for place, row in enumerate(rows):
        middle, wide = (place + 0.5) * pitch, min(0.66 * pitch, 44)
        if row.height is not None:
            tall = max(1.0, row.height / tallest * high) if row.height else 0.0
            canvas.box(middle - wide / 2, ground - tall, wide, tall, palette.after)
            canvas.write(middle, ground - tall - 5, row.value, size, weight="semibold", align="center")
        canvas.write(middle, ground + 16, row.label, SMALL, align="center")
        canvas.write(middle, ground + 30, row.below, SMALL, colour=palette.quiet, align="center")
    canvas.line(0, ground, pitch * len(rows), ground, palette.grid, 1)
    return ground + (36 if any(row.below for row in rows) else 22)
