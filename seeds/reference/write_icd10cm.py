"""Write icd10cm_chapters.csv, icd10cm_categories.csv and icd10cm_codes.csv.

ICD-10-CM is in the public domain (CDC/CMS). The tables come from the package simple-icd-10-cm
(requirements/dev.txt), which ships the current year's release: chapters and categories whole, and
the full codes that the generator can write; other codes show their category's description.

    python -m seeds.reference.write_icd10cm
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import simple_icd_10_cm as icd10cm

from generator.plan import Plan
from generator.scenario import load_scenario

HERE = Path(__file__).parent


def chapters() -> list[tuple[str, str, str, str]]:
    """Chapter number, name, first and last category of every ICD-10-CM chapter."""
    rows = []
    for code in icd10cm.get_all_codes():
        if icd10cm.is_chapter(code):
            name, first, last = re.fullmatch(
                r"(.*) \((\w{3})-(\w{3})\)", icd10cm.get_description(code)
            ).groups()
            rows.append((code, name, first, last))
    return rows


def categories() -> list[tuple[str, str]]:
    """Three-character code and description of every category."""
    # The package lists a few categories twice.
    codes = dict.fromkeys(code for code in icd10cm.get_all_codes() if icd10cm.is_category(code))
    return [(code, icd10cm.get_description(code)) for code in codes]


def generator_codes() -> list[tuple[str, str]]:
    """Full code and description of every code of the generator's clinical catalogue."""
    codes = Plan(load_scenario(), patients=1).codes
    return [(code, icd10cm.get_description(code)) for code in sorted(codes)]


def write(name: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write one seed as CSV with line feeds."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Write the three seeds."""
    write(
        "icd10cm_chapters.csv",
        ("chapter_number", "chapter_name", "first_category", "last_category"),
        chapters(),
    )
    write("icd10cm_categories.csv", ("category_code", "category_description"), categories())
    write("icd10cm_codes.csv", ("diagnosis_code", "short_description"), generator_codes())


if __name__ == "__main__":
    main()
