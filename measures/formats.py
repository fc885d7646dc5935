"""How figures are printed: one row per format, for Python, Power BI and the charts."""

from __future__ import annotations

from typing import Literal, NamedTuple

Format = Literal[
    "count",
    "decimal",
    "rate",
    "money",
    "days",
    "minutes",
    "ratio",
    "score",
    "change",
    "change_whole",
    "change_tenths",
    "change_hundredths",
    "points",
    "yes_no",
]
NOTHING = "–"


class Form(NamedTuple):
    """One format in every place that prints.

    Attributes:
        text: as Python's `str.format` writes it.
        dax: Power BI's format string.
        axis: D3's format along an axis.
        unit: what a column of plain numbers is headed with.
        change: how a change of such a figure is printed; `change` is relative to the earlier value.
    """

    text: str
    dax: str
    axis: str = ",.2f"
    unit: str = ""
    change: Format = "change_hundredths"


FORMS: dict[Format, Form] = {
    "count": Form("{:,.0f}", "#,0", ",.0f", change="change"),
    "decimal": Form("{:,.1f}", "#,0.0", ",.1f", change="change_tenths"),
    "rate": Form("{:,.1%}", "#,0.0%;-#,0.0%;#,0.0%", ".0%", "0 to 1", change="points"),
    "money": Form("${:,.0f}", r"\$#,0", "$,.3~s", "USD", change="change"),
    "days": Form("{:,.1f}", "#,0.0", ",.1f", change="change_tenths"),
    "minutes": Form("{:,.0f}", "#,0", ",.0f", change="change_whole"),
    "ratio": Form("{:.2f}", "0.00", ".2f"),
    "score": Form("{:.2f}", "0.00", ".1f"),
    "change": Form("{:+.1%}", "+0.0%;-0.0%;0.0%", unit="relative change"),
    "change_whole": Form("{:+,.0f}", "+#,0;-#,0;0"),
    "change_tenths": Form("{:+,.1f}", "+#,0.0;-#,0.0;0.0"),
    "change_hundredths": Form("{:+.2f}", "+0.00;-0.00;0.00"),
    "points": Form(
        "{:+.1f} points",
        '+0.0 "points";-0.0 "points";0.0 "points"',
        unit="percentage points",
    ),
    "yes_no": Form("", '"Yes";"Yes";"No"'),
}


def text(form: Format, value: float | None) -> str:
    """A value in words, a dash if there is none or none may be shown."""
    if value is None:
        return NOTHING
    if form == "yes_no":
        return "Yes" if value else "No"
    written = FORMS[form].text.format(float(value))
    # what rounds to nothing has no sign
    unsigned = FORMS[form].text.format(0.0)
    return unsigned.replace("+", "") if written.lstrip("+-") == unsigned.lstrip("+-") else written
