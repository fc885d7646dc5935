"""The findings that the demo shows on purpose, and its plausibility, for any seed."""

from __future__ import annotations

import pytest

from tests.generator.conftest import extract
from tests.generator.findings import measure

SEEDS = (2024, *range(101, 112))

# Figure, at least, at most.
BOUNDS = [
    ("F1 share", 0.30, 0.37),
    ("F2 Adults margin", 1.0, None),
    ("F2 Seniors margin", 1.0, None),
    ("F3 lowest peak over highest other", 1.0, None),
    ("F3 lowest peak over mean other", 1.10, None),
    ("F4 summer over rest", 1.10, None),
    ("F4 least rise", 1.0, None),
    ("F5 Orthopedics", -0.12, -0.08),
    ("F5 largest other", None, 0.04),
    ("F5 months to signal", 1, 3),
    ("F6 uninsured", 0.10, 0.14),
    ("F6 private", 0.38, 0.42),
    ("F7 margin", 0.0, None),
    ("F8 margin", 0.0, None),
    ("F9 rank correlation", None, -0.4),
    ("readmission rate", 0.10, 0.20),
    ("length of stay days", 4.0, 6.0),
    ("ER admits", 0.15, 0.30),
    ("denial rate", 0.08, 0.15),
    ("response rate", 0.20, 0.30),
    ("inpatient charge", 20_000, 60_000),
    ("inpatient allowed", 8_000, 20_000),
    ("charge lines per stay", 12, None),
    ("LACE c-statistic", 0.62, 0.75),
    ("hypertensives mmHg above", 8, None),
    ("diabetics mg/dL above", 30, None),
    ("comorbid stay ratio", 1.05, None),
    ("comorbid charge ratio", 1.05, None),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_findings_and_plausibility(seed):
    figures = measure(extract(seed))
    assert set(figures) - {"F1 diabetic adults"} == {name for name, _, _ in BOUNDS}
    outside = {
        name: figures[name]
        for name, low, high in BOUNDS
        if (low is not None and not figures[name] >= low)
        or (high is not None and not figures[name] <= high)
    }
    assert not outside
