"""How shares before and after are laid out: a dumbbell a row, its words beside it, as long a scale as they allow."""

from collections.abc import Sequence
from dataclasses import dataclass

from .drawing import LABEL, LEAD, SMALL, VALUE, Align, Canvas, Weight

GAP = 7.0
DOT = 9.0
ROW = 47.0


@dataclass(frozen=True)
class Words:
    """What stands beside a mark: which one it is, its value, and the counts that the value comes from.

    Where a mark is missing (``colour`` is empty), the value says why, in small print.
    """

    name: str
    value: str
    counts: str
    colour: str = ""

    @property
    def size(self) -> float:
        """How large the value is written."""
        return VALUE if self.colour else SMALL

    @property
    def weight(self) -> Weight:
        """How heavy the value is written."""
        return "semibold" if self.colour else "regular"


@dataclass(frozen=True)
class Dumbbell:
    """Two shares from 0 to 1 (either may be missing) with an interval around the later one."""

    label: str
    before: float | None
    after: float | None
    interval: tuple[float, float] | None
    words_before: Words
    words_after: Words
    note: str = ""

    @property
    def places(self) -> list[float]:
        """Every place on the scale that is marked."""
        return [place for place in (self.before, self.after, *(self.interval or ())) if place is not None]

    @property
    def outer_words(self) -> tuple[Words, Words]:
        """The words to the left and to the right of the marks."""
        fell = self.before is not None and self.after is not None and self.after < self.before
        return (self.words_after, self.words_before) if fell else (self.words_before, self.words_after)


@dataclass(frozen=True)
class Scale:
    """Where 0 and 1 lie on the sheet."""

    start: float
    end: float

    def at(self, share: float) -> float:
        """The place of a share."""
        return self.start + share * (self.end - self.start)


def dumbbells(canvas: Canvas, rows: Sequence[Dumbbell], footnote: str) -> float:
    """Draw all rows, a scale and a footnote; labels stand left of their marks, or above them on a narrow sheet."""
    column = 0.0 if canvas.narrow else _label_column(canvas, rows)
    scale = _longest_scale(canvas, column, rows)
    named = next((row for row in rows if row.before is not None and row.after is not None), None)
    y = 0.0
    for row in rows:
        y = _row(canvas, row, scale, column, y, named=row is named)
    for share, words in ((0, "0%"), (0.5, "50%"), (1, "100%")):
        canvas.write(scale.at(share), y + 8, words, SMALL, colour=canvas.palette.quiet, align="center")
    return canvas.paragraph(column, y + 30, footnote, canvas.width - column)


def _label_column(canvas: Canvas, rows: Sequence[Dumbbell]) -> float:
    longest = max((canvas.measure(row.label, LABEL) for row in rows), default=0)
    return min(0.31 * canvas.width, longest) + 18


def _words_width(canvas: Canvas, words: Words) -> float:
    return max(canvas.measure(words.value, words.size, words.weight), canvas.measure(words.counts, SMALL))


def _longest_scale(canvas: Canvas, column: float, rows: Sequence[Dumbbell]) -> Scale:
    """The longest scale on which all words stay on the sheet, found by moving its ends in until they do."""
    start, end, room = column + DOT, canvas.width - 16, GAP + DOT / 2
    needs = [
        (min(row.places), max(row.places), *(_words_width(canvas, words) + room for words in row.outer_words))
        for row in rows
        if row.places
    ]
    for _ in range(12):
        for low, high, left, right in needs:
            start = max(start, column + left - low * (end - start))
            end = min(end, canvas.width - right + (1 - high) * (end - start))
    return Scale(start, end)


def _row(canvas: Canvas, row: Dumbbell, scale: Scale, column: float, y: float, *, named: bool) -> float:
    """One row from ``y`` on; where it ends."""
    width = (column or canvas.width + 18) - 18
    lines = canvas.wrap(row.label, width, LABEL, "semibold" if canvas.narrow else "regular")
    head = LEAD if named else 0.0
    if canvas.narrow:
        canvas.lines(0, y + LEAD, lines, LABEL, weight="semibold")
        middle = y + len(lines) * LEAD + head + (19 if row.places else 12)
        end = middle + (26 if row.places else 16)
    else:
        height = max(ROW, len(lines) * LEAD + 14)
        middle = y + head + height / 2
        canvas.lines(0, middle + 4 - (len(lines) - 1) * LEAD / 2, lines, LABEL)
        end = y + head + height
    if row.places:
        _marks(canvas, row, scale, middle, named=named)
    else:
        canvas.write(column, middle + 4, row.note, SMALL, colour=canvas.palette.quiet)
    return end


def _marks(canvas: Canvas, row: Dumbbell, scale: Scale, middle: float, *, named: bool) -> None:
    palette, (left, right) = canvas.palette, row.outer_words
    first, last = scale.at(min(row.places)) - GAP - DOT / 2, scale.at(max(row.places)) + GAP + DOT / 2
    _track(
        canvas, scale, first - _words_width(canvas, left) - 5, last + _words_width(canvas, right) + 5, middle
    )
    if row.before is not None and row.after is not None:
        canvas.line(scale.at(row.before), middle, scale.at(row.after), middle, palette.joined, 6)
    if row.interval:
        low, high = (scale.at(end) for end in row.interval)
        canvas.line(low, middle, high, middle, palette.after, 1.2)
        for end in (low, high):
            canvas.line(end, middle - 4, end, middle + 4, palette.after, 1.2)
    if row.before is not None:
        same = row.before == row.after
        canvas.dot(scale.at(row.before), middle, DOT + (6 if same else 0), palette.paper, palette.before)
    if row.after is not None:
        canvas.dot(scale.at(row.after), middle, DOT, palette.after, palette.after)
    _beside(canvas, first, middle, left, "right", named=named)
    _beside(canvas, last, middle, right, "left", named=named)


def _track(canvas: Canvas, scale: Scale, left: float, right: float, middle: float) -> None:
    """The scale of a row, faint, on either side of its words; a stump would only be in the way."""
    for start, end in ((scale.start, left), (right, scale.end)):
        if end - start < 10:
            continue
        canvas.line(start, middle, end, middle, canvas.palette.grid, 1)
        for tick in (scale.at(share) for share in (0, 0.5, 1)):
            if start <= tick <= end:
                canvas.line(tick, middle - 4, tick, middle + 4, canvas.palette.grid, 1)


def _beside(canvas: Canvas, x: float, middle: float, words: Words, align: Align, *, named: bool) -> None:
    if named:
        canvas.write(x, middle - 15, words.name, SMALL, weight="semibold", colour=words.colour, align=align)
    quiet = canvas.palette.quiet
    colour = words.colour or quiet
    canvas.write(x, middle - 1, words.value, words.size, weight=words.weight, colour=colour, align=align)
    canvas.write(x, middle + 12, words.counts, SMALL, colour=quiet, align=align)
