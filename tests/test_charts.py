"""The charts: what they say, what they print beside each mark, and that nothing is clipped or written over."""

from datetime import date
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from app.impact.charts import (
    NARROW,
    PAGE,
    WIDE,
    BarRow,
    ChangeRow,
    FunnelRow,
    MonthRow,
    bars_chart,
    change_chart,
    funnel_chart,
    months_chart,
)
from app.impact.drawing import STYLE, Canvas

WIDTHS = (WIDE, PAGE, NARROW)
LONG = (
    "Strategy discussions, joint investigations and child protection medicals, with a very long title that "
    "somebody pasted from a programme & never cut, Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch "
    "included twice: LlanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochLlanfairpwllgwyngyll"
)
STRATEGY = ChangeRow("Strategy discussions", 42, 111, 117, 125)
FELL = ChangeRow("Neglect", 14, 20, 9, 20)
SAME = ChangeRow("Child exploitation", 18, 30, 36, 60)
ONLY_AFTER = ChangeRow("Online safety", 0, 0, 20, 33, note="Fewer than 5 answers")
ONLY_BEFORE = ChangeRow("Hidden harm", 7, 20, 0, 0)
UNANSWERED = ChangeRow("Private fostering", 0, 0, 0, 0)
EXTREME = ChangeRow(LONG, 0, 1204, 1311, 1311)
ALL_KINDS = [STRATEGY, FELL, SAME, ONLY_AFTER, ONLY_BEFORE, UNANSWERED, EXTREME]
YEAR = [date(2021 + (m > 11), m % 12 + 1, 1) for m in range(3, 15)]

CHARTS = {
    "change of all kinds": change_chart(ALL_KINDS),
    "change of nothing": change_chart([]),
    "change of one": change_chart([STRATEGY]),
    "change of one unanswered": change_chart([UNANSWERED]),
    "change of 25": change_chart([ChangeRow(f"Course {n}", n, 40, 20 + n % 9, 33) for n in range(25)]),
    "bars": bars_chart([BarRow("Health", 1204), BarRow(LONG, 611), BarRow("Police", 1), BarRow("Faith", 0)]),
    "bars of nothing": bars_chart([]),
    "bars of zeros": bars_chart([BarRow("Health", 0)]),
    "bars of 25": bars_chart([BarRow(f"Agency {n}", n * n) for n in range(25)], total=40_000),
    "months": months_chart([MonthRow(day, 30 * n) for n, day in enumerate(YEAR)]),
    "months in thousands": months_chart([MonthRow(day, 1000 * n) for n, day in enumerate(YEAR)]),
    "months to come": months_chart([MonthRow(day, None) for day in YEAR]),
    "one month": months_chart([MonthRow(YEAR[0], 3)]),
    "two years of months": months_chart([MonthRow(day, 12_345) for day in YEAR * 2]),
    "no months": months_chart([]),
    "funnel": funnel_chart(
        [
            FunnelRow("Places offered", 131),
            FunnelRow("Came", 140, 131, "places offered"),
            FunnelRow("Answered", 0, 0),
        ]
    ),
    "funnel of long words": funnel_chart([FunnelRow(LONG, 12_345, 99_999, LONG)]),
    "funnel of nothing": funnel_chart([]),
}
every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
every_width = pytest.mark.parametrize("inches", WIDTHS)


def drawn(chart, inches):
    canvas = Canvas(inches, chart.palette)
    canvas.finish(chart.draw(canvas))
    return canvas


def boxes(canvas):
    """Every piece of writing with the box it takes, in pixels."""
    renderer = FigureCanvasAgg(canvas.figure).get_renderer()
    written = [text for text in canvas.axes.texts if text.get_text()]
    with rc_context(STYLE):
        return [(text.get_text(), text.get_window_extent(renderer)) for text in written]


def printed(chart, inches=WIDE):
    return [text.get_text() for text in drawn(chart, inches).axes.texts]


def written_over(one, other):
    """Whether two boxes share more than the edge of a letter."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 1 and down > 2


def dots(chart, inches=WIDE):
    """The round marks: where they are across the sheet, and how they are filled."""
    marks = [line for line in drawn(chart, inches).axes.lines if line.get_marker() == "o"]
    return [(mark.get_xdata()[0], mark.get_markerfacecolor(), mark.get_markersize()) for mark in marks]


# Whatever is drawn


@every_width
@every_chart
def test_nothing_is_clipped_and_no_words_are_written_over_others(chart, inches):
    canvas = drawn(chart, inches)
    sheet = canvas.figure.bbox
    found = boxes(canvas)
    assert found
    for words, box in found:
        assert sheet.x0 - 1 <= box.x0 and box.x1 <= sheet.x1 + 1, words
        assert sheet.y0 - 1 <= box.y0 and box.y1 <= sheet.y1 + 1, words
    for (words, box), (others, other) in combinations(found, 2):
        assert not written_over(box, other), (words, others)


counts = st.integers(0, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
change_rows = st.builds(
    lambda label, before, after: ChangeRow(label, *before, *after),
    st.text("abcdefg hijklm & ", min_size=1, max_size=90),
    counts,
    counts,
)


@settings(deadline=None, max_examples=30)
@given(rows=st.lists(change_rows, min_size=1, max_size=5), inches=st.sampled_from(WIDTHS))
def test_words_keep_clear_of_each_other_whatever_the_counts(rows, inches):
    canvas = drawn(change_chart(rows), inches)
    found, sheet = boxes(canvas), canvas.figure.bbox
    assert all(sheet.x0 - 1 <= box.x0 and box.x1 <= sheet.x1 + 1 for _, box in found)
    assert not [pair for pair in combinations(found, 2) if written_over(pair[0][1], pair[1][1])]


@every_width
@every_chart
def test_every_drawing_is_a_described_picture_of_shapes(chart, inches):
    svg = chart.svg(inches)
    root = ElementTree.fromstring(svg)
    names = {element.tag.split("}")[1] for element in root.iter()}
    assert names <= {"svg", "title", "desc", "defs", "style", "g", "path", "use"}
    assert root.get("role") == "img"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert root.get("aria-labelledby").split() == [root[0].get("id"), root[1].get("id")]
    assert (root[0].text, root[1].text) == (chart.title, chart.description)
    assert root.get("width") == f"{inches * 72:g}pt"
    links = {e.get("{http://www.w3.org/1999/xlink}href") for e in root.iter() if e.tag.endswith("use")}
    assert links <= {f"#{name}" for name in ids}


# Before and after


def test_percentages_and_counts_stand_beside_their_marks():
    for inches in WIDTHS:
        words = printed(change_chart([STRATEGY]), inches)
        assert {"Before", "37.8%", "42 of 111", "After", "93.6%", "117 of 125"} <= set(words)


def test_before_and_after_are_named_once_where_both_have_answers():
    words = printed(change_chart([ONLY_AFTER, STRATEGY, FELL]))
    assert words.count("Before") == words.count("After") == 1


def test_marks_stand_where_their_percentages_say():
    ends = ChangeRow("From nobody to all", 0, 9, 9, 9)
    (zero, _, _), (one, _, _), (before, _, _), (after, _, _) = dots(change_chart([ends, STRATEGY]))
    assert (before - zero) / (one - zero) == pytest.approx(42 / 111)
    assert (after - zero) / (one - zero) == pytest.approx(117 / 125)


def test_a_fall_is_drawn_with_the_same_marks_the_other_way_round():
    rise = ChangeRow("Neglect", 9, 20, 14, 20)
    (before, ring, size), (after, full, same_size) = dots(change_chart([FELL, rise]))[:2]
    assert after < before
    assert (ring, full) == tuple(fill for _, fill, _ in dots(change_chart([rise])))
    assert size == same_size == dots(change_chart([rise]))[0][2]
    places = dict(boxes(drawn(change_chart([FELL]), WIDE)))
    assert places["45.0%"].x1 == pytest.approx(places["After"].x1, abs=2)
    assert places["70.0%"].x0 == pytest.approx(places["Before"].x0, abs=2)
    assert places["45.0%"].x1 < places["70.0%"].x0


def test_where_nothing_changed_the_ring_is_seen_around_the_dot():
    (before, _, ring), (after, _, dot) = dots(change_chart([SAME]))
    assert before == after
    assert ring > dot + 4


def test_a_side_without_answers_says_why_and_has_no_mark():
    assert len(dots(change_chart([ONLY_AFTER]))) == 1
    assert {"Fewer than 5 answers", "before", "60.6%"} <= set(printed(change_chart([ONLY_AFTER])))
    assert {"No answers", "after", "35.0%"} <= set(printed(change_chart([ONLY_BEFORE])))
    assert dots(change_chart([UNANSWERED])) == []
    assert "No answers" in printed(change_chart([UNANSWERED]))


def test_courses_stay_in_the_order_given():
    names = [FELL.label, STRATEGY.label, SAME.label]
    assert [words for words in printed(change_chart([FELL, STRATEGY, SAME])) if words in names] == names


@pytest.mark.parametrize(
    ("rows", "finding"),
    [
        ([], "No course has answers from both before and after yet"),
        ([UNANSWERED, ONLY_AFTER], "No course has answers from both before and after yet"),
        ([STRATEGY], "Strategy discussions: 37.8% rated themselves good or very good before, 93.6% after"),
        (
            [UNANSWERED, STRATEGY],
            "Strategy discussions: 37.8% rated themselves good or very good before, 93.6% after",
        ),
        ([STRATEGY, STRATEGY], "More rated themselves good or very good after than before in all 2 courses"),
        (
            [STRATEGY, FELL, SAME, UNANSWERED],
            "More rated themselves good or very good after than before in 1 of 3 courses, "
            "fewer in 1, the same share in 1",
        ),
        (
            [FELL, FELL],
            "More rated themselves good or very good after than before in none of 2 courses, fewer in 2",
        ),
    ],
)
def test_the_finding_counts_rises_and_falls_alike(rows, finding):
    assert change_chart(rows).title == finding


def test_the_description_says_every_row():
    assert change_chart([STRATEGY, ONLY_AFTER]).description == (
        "Strategy discussions: before 37.8% (42 of 111), after 93.6% (117 of 125). "
        "Online safety: before fewer than 5 answers, after 60.6% (20 of 33)."
    )


# Reach, months, funnel


def test_bars_print_their_count_and_share():
    chart = bars_chart([BarRow("Education", 163), BarRow("Health", 37)])
    assert {"163", "81.5%", "37", "18.5%"} <= set(printed(chart)) & set(printed(chart, NARROW))
    assert chart.title == "Most came from Education: 163 of 200 (81.5%)"
    assert chart.description == "Education: 163 of 200 (81.5%). Health: 37 of 200 (18.5%)."


def test_shares_can_be_of_more_than_the_bars_shown():
    assert "16.3%" in printed(bars_chart([BarRow("Education", 163)], total=1000))


def test_of_nothing_no_share_is_printed():
    chart = bars_chart([BarRow("Health", 0)])
    assert not any("%" in words for words in printed(chart))
    assert chart.title == "Nobody came yet"


def test_bars_are_as_long_as_their_counts():
    patches = drawn(bars_chart([BarRow("Health", 100), BarRow("Police", 25)]), WIDE).axes.patches
    assert patches[1].get_width() / patches[0].get_width() == pytest.approx(0.25)


def test_a_month_that_is_not_over_has_neither_column_nor_number():
    chart = months_chart([MonthRow(YEAR[0], 77), MonthRow(YEAR[1], 0), MonthRow(YEAR[2], None)])
    assert [words for words in printed(chart) if words] == ["77", "Apr", "2021", "0", "May", "Jun"]
    assert chart.description == "April 2021: 77 came. May 2021: 0 came. June 2021: not over yet."
    assert chart.title == "Most came in April 2021: 77 of 77"


def test_months_become_rows_where_columns_would_be_too_tight():
    chart = CHARTS["months in thousands"]
    assert "Apr" in printed(chart, WIDE)
    assert "April 2021" in printed(chart, NARROW)
    assert "11,000" in printed(chart, NARROW)


def test_a_step_of_the_funnel_stands_before_what_it_is_a_share_of():
    chart = funnel_chart([FunnelRow("Places offered", 131), FunnelRow("Came", 125, 131, "places offered")])
    assert "95.4% of 131 places offered" in printed(chart)
    offered, track, came = (patch.get_width() for patch in drawn(chart, WIDE).axes.patches)
    assert (track, came / offered) == (offered, pytest.approx(125 / 131))
    assert chart.title == "Places offered: 131; came: 125"
    assert chart.description == "Places offered: 131. Came: 125 (95.4% of 131 places offered)."


def test_a_share_of_nobody_is_left_out():
    assert not any("%" in words for words in printed(funnel_chart([FunnelRow("Answered", 0, 0, "who came")])))
