"""Codes that the oracle knows, labeled by hand, and the weight of diseases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

# code without dot: (Charlson disease, weight, LACE disease, points)
COMORBIDITIES = {
    "E119": ("diabetes", 1, "diabetes", 1),
    "E1165": ("diabetes", 1, "diabetes", 1),
    "E1122": ("diabetes", 2, "diabetes", 2),
    "I509": ("heart failure", 1, "heart failure", 2),
    "I214": ("infarction", 1, "infarction", 1),
    "I252": ("infarction", 1, "infarction", 1),
    "I639": ("stroke", 1, "stroke", 1),
    "J449": ("lung", 1, "lung", 2),
    "N183": ("renal", 2, "liver or renal", 2),
    "N186": ("renal", 2, "liver or renal", 4),
    "Z992": ("renal", 2, "liver or renal", 4),
    "K7030": ("liver", 1, "liver or renal", 2),
    "K7210": ("liver", 3, "liver or renal", 4),
    "B182": ("liver", 1, "liver or renal", 2),
    "C50911": ("tumor", 2, "tumor", 2),
    "C787": ("tumor", 6, "tumor", 6),
    "F0390": ("dementia", 1, "dementia", 3),
    "M059": ("rheumatic", 1, "connective tissue", 3),
    "B20": ("AIDS", 6, "AIDS", 4),
    "K259": ("ulcer", 1, None, 0),
    "G8190": ("hemiplegia", 2, None, 0),
    "I1311": ("renal", 2, "liver or renal", 4),
    "I130": ("heart failure", 1, "heart failure", 2),
}
ALWAYS_PLANNED_PROCEDURES = {"50360"}
POTENTIALLY_PLANNED_PROCEDURES = {"27447", "93458", "96413"}
SURGERY = {"27447", "27236"}
ALWAYS_PLANNED_DIAGNOSES = {"Z5111", "Z5189"}
ACUTE_DIAGNOSES = {"I509", "I214", "I639", "J449", "S72001A", "A419"}
PSYCHIATRIC = {"F0390", "F329"}
REHABILITATION = {"Z5189"}
CANCER = {"C50911", "C787", "Z5111"}
CHRONIC = {"E119", "E1165", "E1122", "I509", "I214", "I252", "J449", "N183", "N186", "I1311",
           "I130", "I10", "C50911", "C787"}  # fmt: skip


def heaviest(codes: Iterable[str], disease: int, weight: int) -> int:
    """Sum over diseases of the heaviest form."""
    found: dict[str, int] = defaultdict(int)
    for code in codes:
        entry = COMORBIDITIES.get(code)
        if entry and entry[disease]:
            found[entry[disease]] = max(found[entry[disease]], entry[weight])
    return sum(found.values())
