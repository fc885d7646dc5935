"""The table of satisfaction surveys."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from generator import surveys
from generator.contract import build, days, identifiers, labels, whole_numbers
from generator.plan import Plan


def surveys_table(plan: Plan, spelled: np.ndarray, rows: surveys.Surveys) -> pa.Table:
    """One row per survey sent."""
    own = spelled[rows.encounter]
    return build(
        "surveys",
        survey_id=identifiers("S", own),
        encounter_id=identifiers("E", own),
        sent_on=days(rows.sent),
        returned_on=days(rows.returned),
        mode=labels(list(plan.scenario.surveys.modes), rows.mode),
        overall_rating=whole_numbers(rows.rating),
        discharge_information=whole_numbers(rows.discharge_information),
        **{name: whole_numbers(values) for name, values in rows.items.items()},
    )
