"""Drawings as files: the same bytes every time, small, in our own typeface and colours, keyed by what they show."""

import gzip
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from struct import unpack

import pytest
from matplotlib.font_manager import findfont

from app.impact.charts import (
    NARROW,
    PAGE,
    PALETTE,
    WIDE,
    BarRow,
    ChangeRow,
    FunnelRow,
    MonthRow,
    bars_chart,
    change_chart,
    chart_key,
    funnel_chart,
    months_chart,
)
from app.impact.drawing import FONTS, Canvas, face, families
from app.impact.svg import coarser, served

ROOT = Path(__file__).resolve().parents[1]
COURSES = [
    "Strategy discussions, joint investigations and child protection medicals",
    "Sudden unexpected death in infancy and safer sleep for babies",
    "Perplexing presentations including fabricated or induced illness",
    "Working together to safeguard children",
    "Safeguarding children today",
    "Neglect",
    "Safeguarding against forced marriage",
    "Child exploitation and county lines",
]
ROWS = [ChangeRow(name, 40 + n, 111, 117 - n, 125) for n, name in enumerate(COURSES)]
CHARTS = [
    change_chart(ROWS),
    bars_chart([BarRow("Health", 1204), BarRow("Education", 611)]),
    months_chart([MonthRow(date(2021, month, 1), 30 * month) for month in range(1, 13)]),
    funnel_chart([FunnelRow("Places offered", 131), FunnelRow("Came", 125, 131, "places offered")]),
]
every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)


@every_chart
def test_the_same_chart_gives_the_same_bytes(chart):
    assert chart.svg(WIDE) == chart.svg(WIDE)
    assert chart.svg(NARROW) == chart.svg(NARROW) != chart.svg(WIDE)
    assert chart.png() == chart.png()


def test_threads_that_draw_at_once_draw_the_same():
    alone = [chart.svg() for chart in CHARTS]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda chart: chart.svg(), CHARTS * 4))
    assert together == alone * 4


def test_another_process_draws_the_same():
    program = "from tests.test_drawing import CHARTS; import sys; sys.stdout.write(CHARTS[0].svg())"
    other = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert other.stdout == CHARTS[0].svg()


@every_chart
def test_a_picture_for_documents_is_as_wide_as_the_page_at_160_dots_an_inch(chart):
    picture = chart.png()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert unpack(">I", picture[16:20])[0] == round(PAGE * 160)
    assert b"Software" not in picture


@every_chart
@pytest.mark.parametrize("inches", [WIDE, NARROW])
def test_a_drawing_is_under_16_kilobytes_on_its_way(chart, inches):
    assert len(gzip.compress(chart.svg(inches).encode())) < 16_000


def test_words_from_people_cannot_become_markup():
    chart = change_chart(
        [ChangeRow("Men & <script>alert(1)</script> $x^2$", 1, 2, 2, 2)], title='"Fathers" & <b>'
    )
    svg = chart.svg()
    assert "<script" not in svg
    assert "&quot;Fathers&quot; &amp; &lt;b&gt;" in svg
    assert "Men &amp; &lt;script&gt;" in svg


def test_our_own_cuts_of_inter_are_used():
    assert families() == ("Inter", "DejaVu Sans")
    used = {weight: Path(findfont(face(12, weight))) for weight in ("regular", "semibold", "bold")}
    assert {path.parent for path in used.values()} == {FONTS}
    assert [path.name for path in used.values()] == [
        "Inter-Regular.ttf",
        "Inter-SemiBold.ttf",
        "Inter-Bold.ttf",
    ]


def test_letters_that_inter_lacks_are_drawn_all_the_same():
    assert "<path" in bars_chart([BarRow("Київ, Łódź, Ω", 3)]).svg()


def test_the_site_starts_without_loading_what_draws():
    program = (
        "import sys; from app.impact.charts import *; chart = bars_chart([BarRow('Health', 3)]);"
        "print('matplotlib' in sys.modules); chart.svg(); print('matplotlib.pyplot' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["False", "False"]


# Keys


def test_the_key_changes_with_all_that_is_shown_and_with_nothing_else():
    key = change_chart(ROWS).key
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert change_chart(list(ROWS)).key == key
    others = [
        change_chart(ROWS[1:]),
        change_chart(ROWS[::-1]),
        change_chart([replace(ROWS[0], good_after=0), *ROWS[1:]]),
        change_chart(ROWS, title="Another finding"),
        change_chart(ROWS, palette=replace(PALETTE, after="#000000")),
        bars_chart([BarRow("Health", 3)]),
        bars_chart([BarRow("Health", 3)], total=9),
        months_chart([]),
        funnel_chart([]),
    ]
    assert len({key, *(other.key for other in others)}) == 10


def test_the_key_is_the_digest_of_chart_palette_rows_and_words():
    chart = bars_chart([BarRow("Health", 3)])
    assert chart.key == chart_key("bars", [BarRow("Health", 3)], PALETTE, chart.title, chart.description)
    assert chart.key != chart_key("months", [BarRow("Health", 3)], PALETTE, chart.title, chart.description)


# Colours


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ink", [PALETTE.ink, PALETTE.quiet, PALETTE.before, PALETTE.after])
@pytest.mark.parametrize("ground", [PALETTE.paper, "#ffffff", "#f4efe6"])
def test_words_can_be_read_on_page_paper_and_card(ink, ground):
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_charts_wear_the_colours_of_the_site():
    theme = (ROOT / "app/static/vendor/govuk.css").read_text()
    site = dict(re.findall(r"--govuk-([a-z-]+)-colour: ?(#[0-9a-f]{6})", theme))
    worn = (PALETTE.ink, PALETTE.quiet, PALETTE.after, PALETTE.grid, PALETTE.paper)
    assert worn == tuple(
        site[name] for name in ("text", "secondary-text", "brand", "border", "body-background")
    )


# Words and outlines


def test_words_are_wrapped_to_their_width_and_long_ones_broken():
    canvas = Canvas(NARROW, PALETTE)
    words = "Safeguarding children today " + "Llanfairpwllgwyngyllgogerychwyrndrobwll" * 2
    lines = canvas.wrap(words, 120, 11.5)
    assert all(canvas.measure(line, 11.5) <= 120 for line in lines)
    assert lines[:2] == ["Safeguarding children", "today"]
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert canvas.wrap("", 120, 11.5) == []


def test_a_letter_keeps_its_outline_on_the_coarser_grid():
    outline = "M 563 0 L 563 4656 L 1263 4656 Q 3231 1563 3337 1381 z M 8 16 L 0 0 z"
    assert coarser(outline) == "M70 0l0 582l88 0q246-387 259-409zM1 2l-1-2z"


def test_what_only_machines_read_is_left_out():
    drawn = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg xmlns="http://www.w3.org/2000/svg">\n'
        '<metadata>\n<dc:date>now</dc:date></metadata><!-- 42 of 111 --><g id="text_1">\n'
        '<path id="Inter-Regular-3d" d="M 8.123456 1"/><use xlink:href="#Inter-Regular-3d" '
        'transform="translate(63.515625 0)"/></g></svg>'
    )
    assert served(drawn, key="0123456789abcdef", title="A & B", description="C") == (
        '<svg role="img" aria-labelledby="title-0123456789ab words-0123456789ab" xmlns="http://www.w3.org/2000/svg">'
        '<title id="title-0123456789ab">A &amp; B</title><desc id="words-0123456789ab">C</desc> '
        '<g> <path id="s0" d="M 8.12 1"/><use xlink:href="#s0" x="63.5"/></g></svg>'
    )
