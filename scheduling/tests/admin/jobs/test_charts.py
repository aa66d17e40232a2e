"""Charts: the positions of values."""

import pytest
from django.utils import translation

from scheduling.admin.charts import Bar, Dot, bar_chart, dot_chart
from scheduling.admin.charts.scales import ColumnScale, LinearScale, ticks
from scheduling.tests.factories import moment

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (151, [0, 100, 200]),
        (3, [0, 1, 2, 3]),
        (20, [0, 10, 20]),
        (0.5, [0, 0.2, 0.4, 0.6]),
        (692, [0, 500, 1000]),
        (1, [0, 0.5, 1]),
        (0, [0, 1]),
    ],
)
def test_ticks_are_round_and_reach_the_top(most, expected):
    assert ticks(most) == pytest.approx(expected)


def test_a_value_is_scaled_between_bottom_and_top():
    scale = LinearScale(200, 100)
    assert (scale.y(0), scale.y(100), scale.y(200)) == (100, 50, 0)


def test_a_small_value_has_a_visible_bar():
    scale = LinearScale(1_000_000, 100)
    assert scale.bar_height(1) == 2
    assert scale.bar_height(0) == 0


def test_columns_fill_the_width_evenly():
    bands = ColumnScale(4, 0.5)
    assert [bands.edge(n) for n in range(4)] == ["0.000%", "25.000%", "50.000%", "75.000%"]
    assert (bands.left(0), bands.width, bands.middle(3)) == ("6.250%", "12.500%", "87.500%")


def bars(*values: int, gaps: tuple[int, ...] = ()):
    data = [Bar(f"day {n}", f"{n}", value, str(value), n in gaps) for n, value in enumerate(values)]
    return bar_chart("key", "title", "text", data)


def test_bars_are_as_high_as_their_values():
    chart = bars(0, 50, 100)
    assert [drawn.height for drawn in chart.bars] == [0, 75, 150]
    assert [text for _y, text in chart.lines] == ["0", "50", "100"]


def test_a_gap_is_as_high_as_the_chart():
    chart = bars(5, 0, gaps=(1,))
    assert chart.bars[1].height == chart.height
    assert chart.has_gaps
    assert not bars(5, 0).has_gaps


def test_an_empty_chart_has_whole_numbers_on_its_axis():
    chart = bars(0, 0)
    assert [text for _y, text in chart.lines] == ["0", "1"]
    assert bars().bars == []


def test_of_many_bars_the_ends_and_a_few_others_are_labelled():
    chart = bars(*range(30))
    assert [(text, anchor) for _x, text, anchor in chart.labels] == [
        ("0", "start"),
        ("10", "middle"),
        ("19", "middle"),
        ("29", "end"),
    ]


def test_dots_are_placed_by_their_moment():
    span = (moment("2026-01-01 00:00"), moment("2026-01-11 00:00"))
    dots = [
        Dot(moment(text), value, "circle", "run", "text")
        for text, value in (("2026-01-01 00:00", 0.5), ("2026-01-06 00:00", 1.0))
    ]
    chart = dot_chart("key", "title", "text", dots, span, [(span[0], "a"), (span[1], "b")])
    assert [drawn.x for drawn in chart.dots] == ["1.500%", "50.000%"]
    assert [drawn.y for drawn in chart.dots] == [75, 0]
    assert [(x, anchor) for x, _text, anchor in chart.labels] == [
        ("1.500%", "start"),
        ("98.500%", "end"),
    ]


def test_the_axis_of_seconds_is_in_the_readers_language():
    span = (moment("2026-01-01 00:00"), moment("2026-01-11 00:00"))
    dots = [Dot(span[0], 0.5, "circle", "run", "text")]
    with translation.override("es"):
        chart = dot_chart("key", "title", "text", dots, span, [])
    assert [text for _y, text in chart.lines] == ["0 s", "0,2 s", "0,4 s", "0,6 s"]


def test_the_axis_is_as_wide_as_its_longest_label():
    few = bar_chart("k", "t", "d", [Bar("a", "a", 3, "3")])
    many = bar_chart("k", "t", "d", [Bar("a", "a", 20_000, "20,000")])
    assert many.axis - few.axis == 8 * (len("20,000") - len("999"))


def test_an_axis_of_short_durations_is_in_milliseconds():
    span = (moment("2026-01-05T00:00"), moment("2026-01-06T00:00"))
    dot = Dot(span[0], 0.006, "circle", "a run", "0.006 s")
    chart = dot_chart("k", "t", "d", [dot], span, [])
    assert [text for _, text in chart.lines] == ["0 ms", "2 ms", "4 ms", "6 ms"]
