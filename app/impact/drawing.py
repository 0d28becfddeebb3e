"""A sheet to draw charts on, measured in points from its top left, and how it becomes SVG or PNG.

Everything is drawn with matplotlib's ``Figure`` (never pyplot), which is imported when first needed because that
takes more than a second. It is not safe for threads: one lock is held from the first measured word to the last
byte. Letters become shapes, so that a drawing looks the same in a page, in a PDF and in a word processor.
"""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal

from .svg import served

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

# Widths in inches: a dashboard, a phone, and A4 between its margins (so type keeps its size in a document).
WIDE, NARROW, PAGE = 9.6, 4.2, 6.7
POINTS = 72
DPI = 160
# Sizes of type and the distance between lines, in points.
LABEL, VALUE, SMALL, LEAD = 11.5, 12.0, 10.0, 15.0
FONTS = Path(__file__).resolve().parents[1] / "static" / "vendor" / "fonts"
LOCK = RLock()
# Letters as shapes, and exactly as wide as measured: hinting would fit them to pixels and widen whole lines.
STYLE: dict[Any, Any] = {"svg.fonttype": "path", "text.hinting": "none", "path.snap": False}

Weight = Literal["regular", "semibold", "bold"]
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Palette:
    """The colours of a drawing. Words are printed in ``ink``, ``quiet``, ``before`` and ``after`` only."""

    ink: str = "#1f1b2e"
    quiet: str = "#57526a"
    before: str = "#a04b06"
    after: str = "#33297a"
    joined: str = "#cdc7ea"
    track: str = "#e8e2f2"
    grid: str = "#dcd4c7"
    paper: str = "#fdfbf8"


PALETTE = Palette()


@cache
def families() -> tuple[str, ...]:
    """The typefaces to use, in order: our static cuts of Inter if they are there, then what matplotlib brings."""
    from matplotlib.font_manager import fontManager

    # It would say at each drawing that DejaVu Sans has no semibold and that it takes bold instead.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    cuts = sorted(FONTS.glob("Inter-*.ttf"))
    for cut in cuts:
        fontManager.addfont(str(cut))
    return ("Inter", "DejaVu Sans") if cuts else ("DejaVu Sans",)


@cache
def face(size: float, weight: Weight) -> "FontProperties":
    """The typeface in a size and a weight."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(families()), size=size, weight=weight)


class Canvas:
    """One drawing in the making; ``x`` grows to the right and ``y`` downwards, both in points."""

    def __init__(self, inches: float, palette: Palette) -> None:
        from matplotlib.figure import Figure

        self.palette = palette
        self.width = inches * POINTS
        self.narrow = inches < (NARROW + PAGE) / 2
        self.figure = Figure(figsize=(inches, inches), dpi=DPI)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, self.width)

    def measure(self, words: str, size: float, weight: Weight = "regular") -> float:
        """How wide the words will be."""
        from matplotlib.textpath import text_to_path

        return float(text_to_path.get_text_width_height_descent(words, face(size, weight), ismath=False)[0])

    def wrap(self, words: str, width: float, size: float, weight: Weight = "regular") -> list[str]:
        """The words in lines no wider than ``width``; a word too long for a line is broken."""
        lines: list[str] = []
        for word in words.split():
            if lines and self.measure(f"{lines[-1]} {word}", size, weight) <= width:
                lines[-1] += f" {word}"
                continue
            rest = word
            while self.measure(rest, size, weight) > width and len(rest) > 1:
                fits = max(1, sum(self.measure(rest[:n], size, weight) <= width for n in range(1, len(rest))))
                lines.append(rest[:fits])
                rest = rest[fits:]
            lines.append(rest)
        return lines

    def write(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        weight: Weight = "regular",
        colour: str = "",
        align: Align = "left",
    ) -> None:
        """Words with their baseline at ``y``."""
        self.axes.text(
            x,
            y,
            words,
            fontproperties=face(size, weight),
            color=colour or self.palette.ink,
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def lines(self, x: float, y: float, lines: Sequence[str], size: float, **style: Any) -> None:
        """Lines of words, the baseline of the first one at ``y``."""
        for number, words in enumerate(lines):
            self.write(x, y + number * (LEAD if size > SMALL else LEAD - 2), words, size, **style)

    def paragraph(self, x: float, y: float, words: str, width: float) -> float:
        """Small print from the baseline ``y`` on; where it ends."""
        lines = self.wrap(words, width, SMALL)
        self.lines(x, y, lines, SMALL, colour=self.palette.quiet)
        return y + (len(lines) - 1) * (LEAD - 2) + 6

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, thickness: float) -> None:
        """A straight line."""
        style: dict[str, Any] = {"solid_capstyle": "butt", "clip_on": False}
        self.axes.plot([x0, x1], [y0, y1], color=colour, linewidth=thickness, **style)

    def dot(self, x: float, y: float, diameter: float, fill: str, edge: str) -> None:
        """A round mark with an edge."""
        self.axes.plot([x], [y], "o", ms=diameter, mfc=fill, mec=edge, mew=2.2, clip_on=False)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle whose top left corner is at ``x``, ``y``."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0, clip_on=False))

    def finish(self, height: float) -> None:
        """Cut the sheet at its final height."""
        self.figure.set_size_inches(self.width / POINTS, height / POINTS)
        self.axes.set_ylim(height, 0)


@dataclass(frozen=True)
class Drawing:
    """A chart ready to be drawn at any width: its name, its finding as a title, itself in words, and its key.

    The key names the picture: same key, same bytes. What must not be shown has to be left out before.
    """

    name: str
    title: str
    description: str
    key: str
    palette: Palette
    draw: Callable[[Canvas], float] = field(repr=False, compare=False)

    def svg(self, inches: float = WIDE) -> str:
        """The drawing as a document of its own, for ``<img>``; nothing behind it is painted."""
        with self._drawn(inches) as figure, io.BytesIO() as file:
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            figure.savefig(file, format="svg", metadata=nothing, transparent=True)
            drawn = file.getvalue().decode()
            return served(drawn, key=self.key, title=self.title, description=self.description)

    def png(self, inches: float = PAGE, dpi: int = DPI) -> bytes:
        """The drawing on white, for documents."""
        with self._drawn(inches) as figure, io.BytesIO() as file:
            figure.savefig(file, format="png", dpi=dpi, metadata={"Software": None}, facecolor="white")
            return file.getvalue()

    @contextmanager
    def _drawn(self, inches: float) -> Iterator[Any]:
        from matplotlib import rc_context

        with LOCK, rc_context(STYLE | {"svg.hashsalt": self.key}):
            canvas = Canvas(inches, self.palette)
            canvas.finish(self.draw(canvas))
            yield canvas.figure
