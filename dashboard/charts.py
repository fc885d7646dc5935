"""Charts, declared in Vega-Lite's grammar through Altair."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Literal, TypedDict

import altair as alt
import pandas as pd
from altair.utils import schemapi

from dashboard.figures import (
    Figures,
    Value,
    format_of,
    given,
    records,
    sorted_by,
    split_by,
    title_of,
    written,
)
from dashboard.multiples import SIGNALS
from measures.catalogue import catalogue
from measures.formats import FORMS, Format
from measures.theme import BAD, GREY, INK, LINE, SERIES

Chart = alt.Chart | alt.LayerChart | alt.FacetChart
HEIGHT, BAR_HEIGHT = 280, 30
# In pixels, for the figure at the end of the longest bar.
ROOM_FOR_LABELS = 56

# Text that is large and dark enough to read.
STYLE = {
    "font": "Source Sans, Segoe UI, sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "#E4E8EC",
        "domainColor": LINE,
        "tickColor": LINE,
    },
    "legend": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
    },
    "text": {"fontSize": 12},
}


class MeasureAxis(TypedDict):
    """What an axis of figures is made of, as Altair names it."""

    field: str
    type: Literal["quantitative"]
    title: str | None
    axis: alt.Axis
    scale: alt.Scale


def specification(
    figures: Figures,
    width: int | str = "container",
    height: int | None = None,
    is_checked: bool = False,
) -> dict[str, object]:
    """The chart of a visual's figures as Vega-Lite's JSON; without a row it says so.

    Args:
        figures: of a chart.
        width: in pixels, or that of the place where it stands.
        height: in pixels, if not that of its kind.
        is_checked: whether Altair looks at every part for whether it is right. That takes longer
            than all else: the tests do it once, and a reader need not wait for it.
    """
    figures = figures.drawn()
    with schemapi.debug_mode(is_checked):
        made = _drawn(figures)
        result = made.to_dict(validate=is_checked)
    # these would be copied with each layer if Altair held them; without data it names one in each
    for layer in result.get("layer", []):
        layer.pop("data", None)
    result.pop("datasets", None)
    result |= {"data": {"values": _records(figures)}, "config": STYLE, "width": width}
    if figures.visual.kind == "bar":
        result["padding"] = {"left": 5, "top": 5, "bottom": 5, "right": ROOM_FOR_LABELS}
    if height:
        result["height"] = height
    return result


def _drawn(figures: Figures) -> Chart:
    rows = figures.rows
    if figures.visual.kind == "scatter":
        rows = rows.dropna(subset=[figures.visual.y[0], given(figures.visual.against)])
    if rows.empty or rows[figures.visual.y[0]].isna().all():
        words = alt.value("No data for this selection, or too few to show")
        said: alt.Chart = alt.Chart().mark_text(fontSize=14, color=INK).encode(text=words)
        return said
    return KINDS[figures.visual.kind](figures)


def _records(figures: Figures) -> list[dict[str, Value]]:
    """Fields f0, f1, … by place among all columns, and t0, t1, … with the same in words.

    Vega-Lite reads points and brackets in names as paths.
    """
    fields = _fields(figures)
    result = []
    for row in records(figures.rows):
        record: dict[str, Value] = {}
        for i, field in enumerate(fields):
            record[f"f{i}"] = None if pd.isna(row[field]) else row[field]
            record[f"t{i}"] = written(field, row, figures.visual)
        result.append(record)
    return result or [{}]


def _fields(figures: Figures) -> list[str]:
    return list(figures.rows.columns)


def _value(figures: Figures, field: str) -> str:
    return f"f{_fields(figures).index(field)}"


def _words(figures: Figures, field: str) -> str:
    return f"t{_fields(figures).index(field)}"


def _tooltips(figures: Figures) -> list[alt.Tooltip]:
    visual = figures.visual
    fields = [*split_by(visual), *visual.measures(), *visual.tooltips]
    return [
        alt.Tooltip(f"{_words(figures, field)}:N", title=title_of(field))
        for field in dict.fromkeys(fields)
    ]


def _form(figures: Figures, name: str) -> Format:
    return format_of(catalogue()[name], {}, figures.visual)


def _categories(figures: Figures, field: str) -> list[str]:
    """The values of a column in their order: their own, or that of the rows."""
    rows = figures.rows
    order = sorted_by(field)
    if order:
        rows = rows.sort_values(order)
    return list(dict.fromkeys("(none)" if pd.isna(v) else str(v) for v in rows[field]))


def _measure_axis(
    figures: Figures,
    name: str,
    is_from_zero: bool,
    field: str | None = None,
    title: str | None = None,
) -> MeasureAxis:
    """The axis of a measure; `field` is what stands along it if that is not the measure itself."""
    return {
        "field": field or _value(figures, name),
        "type": "quantitative",
        "title": title,
        "axis": alt.Axis(format=FORMS[_form(figures, name)].axis, tickCount=5),
        "scale": alt.Scale(zero=is_from_zero),
    }


def _color(figures: Figures, field: str) -> alt.Color:
    values = _categories(figures, field)
    return alt.Color(
        f"{_words(figures, field)}:N",
        title=title_of(field),
        sort=values,
        scale=alt.Scale(domain=values, range=list(SERIES[: len(values)])),
        legend=alt.Legend(orient="bottom", columns=3),
    )


def _bars(figures: Figures) -> Chart:
    """Bars that lie, longest names first readable; several measures or series beside each other."""
    visual = figures.visual
    y = visual.y[0]
    x = given(visual.x)
    # the order of the rows, which the page asks for
    order = list(dict.fromkeys(written(x, row, visual) for row in records(figures.rows)))
    position = alt.Y(
        f"{_words(figures, x)}:N", sort=order, title=None, axis=alt.Axis(labelLimit=190)
    )
    across = alt.X(**_measure_axis(figures, y, is_from_zero=True))
    bars: alt.Chart = alt.Chart().encode(y=position, x=across, tooltip=_tooltips(figures))
    if visual.series:
        series = _words(figures, visual.series)
        grouped: alt.Chart = bars.mark_bar().encode(
            color=_color(figures, visual.series),
            yOffset=alt.YOffset(f"{series}:N", sort=_categories(figures, visual.series)),
        )
        return grouped.properties(height=max(HEIGHT, BAR_HEIGHT * 2 * len(order)))
    labels = bars.mark_text(align="left", dx=4, color=INK).encode(text=f"{_words(figures, y)}:N")
    return alt.layer(bars.mark_bar(color=SERIES[0]), labels).properties(
        height=max(HEIGHT, BAR_HEIGHT * len(order))
    )


def _columns(figures: Figures) -> Chart:
    """Bars that stand, in the order of their axis; a color for each of several measures."""
    visual = figures.visual
    x = given(visual.x)
    order = _categories(figures, x)
    position = alt.X(f"{_words(figures, x)}:N", sort=order, title=None, axis=alt.Axis(labelAngle=0))
    if len(visual.y) == 1:
        bars = alt.Chart().encode(
            x=position,
            y=alt.Y(**_measure_axis(figures, visual.y[0], is_from_zero=True)),
            tooltip=_tooltips(figures),
        )
        labels = bars.mark_text(dy=-8, color=INK).encode(text=f"{_words(figures, visual.y[0])}:N")
        return alt.layer(bars.mark_bar(color=SERIES[0]), labels).properties(height=HEIGHT)
    values = [_value(figures, name) for name in visual.y]
    names = " ".join(
        # as JavaScript quotes: names have apostrophes
        f"datum.measure == '{v}' ? {json.dumps(n)} :"
        for v, n in zip(values, visual.y, strict=True)
    )
    grouped: alt.Chart = (
        alt.Chart()
        .transform_fold([*values], as_=["measure", "value"])
        .transform_calculate(name=f"{names} ''")
        .mark_bar()
        .encode(
            x=position,
            xOffset=alt.XOffset("name:N", sort=list(visual.y)),
            y=alt.Y(**_measure_axis(figures, visual.y[0], True, field="value")),
            color=alt.Color(
                "name:N",
                title=None,
                sort=list(visual.y),
                scale=alt.Scale(range=list(SERIES[: len(values)])),
                legend=alt.Legend(orient="bottom", columns=1, labelLimit=260),
            ),
            tooltip=_tooltips(figures),
        )
    )
    return grouped.properties(height=HEIGHT)


def _lines(figures: Figures) -> Chart:
    visual = figures.visual
    if visual.y[0].startswith("Control chart: "):
        return _control_chart(figures)
    line: alt.Chart = (
        alt.Chart()
        .mark_line(point=alt.OverlayMarkDef(size=28), color=SERIES[0])
        .encode(
            x=_months(figures),
            y=alt.Y(**_measure_axis(figures, visual.y[0], is_from_zero=False)),
            tooltip=_tooltips(figures),
        )
    )
    if visual.series:
        color = _color(figures, visual.series)
        line = line.mark_line(point=alt.OverlayMarkDef(size=28)).encode(color=color)
    return line.properties(height=HEIGHT)


def _months(figures: Figures) -> alt.X:
    """Months along the axis; the year is told where it begins."""
    x = given(figures.visual.x)
    order = _categories(figures, x)
    return alt.X(
        f"{_words(figures, x)}:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=-60, labelOverlap=True),
    )


def _control_chart(figures: Figures) -> Chart:
    """Values, center line and limits; months with a signal stand out in color, size and shape."""
    x, tooltips = _months(figures), _tooltips(figures)
    value, *others = figures.visual.y
    base = alt.Chart().encode(x=x)
    axis = _measure_axis(figures, value, is_from_zero=False)
    layers = [
        base.mark_line(
            color=GREY,
            strokeDash=[1, 0] if name.endswith("center line") else [5, 4],
            strokeWidth=1.2,
        ).encode(y=alt.Y(**_measure_axis(figures, value, False, field=_value(figures, name))))
        for name in others
    ]
    layers.append(
        base.mark_line(color=SERIES[0], point=alt.OverlayMarkDef(size=22)).encode(
            y=alt.Y(**axis), tooltip=tooltips
        )
    )
    is_signal = (figures.rows[SIGNALS] > 0) & figures.rows[value].notna()
    if is_signal.any():
        layers.append(
            base.transform_filter(f"datum.{_value(figures, SIGNALS)} > 0")
            .mark_point(color=BAD, shape="diamond", filled=True, size=130, opacity=1)
            .encode(y=alt.Y(**axis), tooltip=tooltips)
        )
    return alt.layer(*layers).properties(height=HEIGHT)


def _scatter(figures: Figures) -> Chart:
    """A named point each."""
    visual = figures.visual
    x, y = given(visual.against), visual.y[0]
    points = (
        alt.Chart()
        .encode(
            x=alt.X(**_measure_axis(figures, x, False, title=x)),
            y=alt.Y(**_measure_axis(figures, y, False, title=y)),
            tooltip=_tooltips(figures),
        )
        .properties(height=HEIGHT + 60)
    )
    names = points.mark_text(align="left", dx=8, color=INK).encode(
        text=f"{_words(figures, given(visual.x))}:N"
    )
    return alt.layer(points.mark_circle(size=90, color=SERIES[0], opacity=1), names)


KINDS: Mapping[str, Callable[[Figures], Chart]] = {
    "bar": _bars,
    "column": _columns,
    "line": _lines,
    "scatter": _scatter,
}
