"""What the scenario says of what is recorded: codes, vital signs, surveys."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from generator.validation import (
    CLASSES,
    ByAge,
    ClassShares,
    EncounterClass,
    Mix,
    NotNegative,
    Part,
    Positive,
    Share,
    SharesByAge,
    Skewed,
    Text,
)


class Coding(Part):
    """How completely lasting conditions are coded."""

    recorded_share: ClassShares
    most_diagnoses: Annotated[int, Field(ge=3, le=99)]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _need_every_class(self.recorded_share)
        return self


class VitalSpread(Part):
    """Standard deviations of the measured values."""

    systolic: NotNegative
    heart_rate: NotNegative
    glucose: NotNegative


class Vitals(Part):
    """Vital signs: resting values by age, and how they vary."""

    every_days: Annotated[int, Field(ge=1)]
    most_sets: Annotated[int, Field(ge=1, le=90)]
    systolic: ByAge
    diastolic_share: Share
    heart_rate: ByAge
    glucose: ByAge
    between_patients: VitalSpread
    within_patient: VitalSpread
    glucose_measured_share: ClassShares
    recovery: Share

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _need_every_class(self.glucose_measured_share)
        return self


class RatingShift(Part):
    """A department's mean rating changes from a day on."""

    department: Text
    from_: Annotated[dt.date, Field(alias="from")]
    change: float


class Surveys(Part):
    """Who is asked, who answers, and what moves the ratings."""

    sent_share: ClassShares
    sent_share_children: Share
    sent_after_days: Skewed
    modes: Mix
    response: SharesByAge
    returned_after_days: Skewed
    spread: Positive
    monthly_spread: Annotated[float, Field(ge=0, le=2)]
    per_hour_waited: float
    per_night: float
    readmitted: float
    age_65_or_more: float
    missing_item_share: Share
    shifts: list[RatingShift]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _need_every_class(self.sent_share)
        return self


def _need_every_class(shares: dict[EncounterClass, float]) -> None:
    missing = [name for name in CLASSES if name not in shares]
    if missing:
        raise ValueError(f"there is no share for the class {missing[0]}")
