"""What a reader of a report sees in place of a column's name."""

from __future__ import annotations

import re

# Words that are not written as they stand in a column's name.
WORDS = {
    "id": "ID",
    "icd10": "ICD-10",
    "lace": "LACE",
    "hwr": "HWR",
    "iso": "ISO",
    "us": "US",
    "copd": "COPD",
    "bp": "blood pressure",
}
# Units at the end of a name.
UNITS = {
    "days": "days",
    "minutes": "minutes",
    "years": "years",
    "months": "months",
    "mmhg": "mmHg",
    "bpm": "per minute",
    "mg_dl": "mg/dL",
}


def column_title(column: str, is_yes_no: bool = False) -> str:
    """A title: `length_of_stay_days` is Length of stay (days), but of 30_days no unit is made.

    Args:
        column: the name in the mart.
        is_yes_no: whether it is shown as Yes and No, so that `is_` says nothing.
    """
    if is_yes_no:
        column = column.removeprefix("is_")
    unit = ""
    for suffix, title in UNITS.items():
        match = re.fullmatch(rf"(.*?)_{suffix}", column)
        # a number before it makes it the name of a window, 30_days
        if match and not match[1][-1].isdigit():
            column, unit = match[1], f" ({title})"
            break
    title = " ".join(WORDS.get(word, word) for word in column.split("_"))
    return title[0].upper() + title[1:] + unit
