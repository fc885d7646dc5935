"""What the scenario says of how stays end and who comes back."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from generator.validation import (
    DispositionsByAge,
    Mix,
    Part,
    Positive,
    Share,
    SharesByAge,
    Skewed,
    Text,
    parse_ages,
)


class Dispositions(Part):
    """Where patients go, by class of encounter and age."""

    inpatient: DispositionsByAge
    emergency: DispositionsByAge
    observation: DispositionsByAge


class Transfers(Part):
    """Transfers between the sites."""

    to_other_site_share: Share
    hours: Skewed


class Mortality(Part):
    """Deaths in hospital at severity 1, and later at home."""

    inpatient: SharesByAge
    observation: SharesByAge
    emergency: SharesByAge
    hospice_days: Skewed
    after_stay_share: SharesByAge
    after_stay_days: Skewed


class ReadmissionTarget(Part):
    """A group of which so many patients come back after a stay: stated, not left to their risks."""

    condition: Text
    code: Text
    ages: Text
    within_days: Annotated[int, Field(ge=1)]
    share_of_patients: Annotated[float, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _ages_are_a_band(self) -> Self:
        parse_ages(self.ages)
        return self


class Readmission(Part):
    """Chance that an inpatient comes back (log-odds), when and where to."""

    base: float
    age_65_or_more: float
    elective: float
    each_earlier_stay: float
    each_doubling_of_nights: float
    left_against_advice: float
    most_likely: Share
    target: ReadmissionTarget
    within_days: Annotated[int, Field(ge=1)]
    earliness: Positive
    same_department_share: Share
    other_departments: Mix
    same_diagnosis_share: Share
    planned_share: Share


class ReadmissionFlag(Part):
    """What the EMR itself flags as a readmission."""

    within_days: Annotated[int, Field(ge=1)]
    missed_share: Share
