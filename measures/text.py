"""How a figure is printed, as in Power BI."""

from __future__ import annotations

from measures.catalogue import Format

NOTHING = "–"
FORMS: dict[Format, str] = {
    "count": "{:,.0f}",
    "decimal": "{:,.1f}",
    "share": "{:,.1%}",
    "money": "${:,.0f}",
    "days": "{:,.1f}",
    "minutes": "{:,.0f}",
    "ratio": "{:.2f}",
    "score": "{:.2f}",
    "change": "{:+.1%}",
    "change_whole": "{:+,.0f}",
    "change_tenths": "{:+,.1f}",
    "change_hundredths": "{:+.2f}",
    "points": "{:+.1f} points",
}


def text(form: Format, value: float | None) -> str:
    """A value in words, a dash where there is none or none may be shown."""
    if value is None:
        return NOTHING
    if form == "yes_no":
        return "Yes" if value else "No"
    written = FORMS[form].format(float(value))
    # what rounds to nothing has no sign
    unsigned = FORMS[form].format(0.0)
    return unsigned.replace("+", "") if written.lstrip("+-") == unsigned.lstrip("+-") else written
