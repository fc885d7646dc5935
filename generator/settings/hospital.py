"""What the scenario says of the hospital: its sites and departments."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from generator.validation import (
    OLDEST_AGE,
    AgeMix,
    ClassMix,
    DispositionMix,
    Mix,
    NotNegative,
    Part,
    Positive,
    Share,
    Text,
    Weights12,
    parse_ages,
)


class Facility(Part):
    """A hospital site."""

    id: Text
    name: Text
    city: Text
    state: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    zip_code: Annotated[str, Field(pattern=r"^\d{5}$")]


class Eligibility(Part):
    """Whom a department treats."""

    sex: Literal["any", "F", "M"]
    min_age: Annotated[int, Field(ge=0, le=OLDEST_AGE)]
    max_age: Annotated[int, Field(ge=0, le=OLDEST_AGE)]


class LengthOfStay(Part):
    """Nights of an inpatient stay: mean, and the standard deviation of their logarithm."""

    mean_nights: Positive
    spread: NotNegative


class Department(Part):
    """A department: whom it treats, how often, how long, at what price."""

    name: Text
    id: Text
    facility: Text
    service_line: Text
    specialty: Text
    clinical_profile: str | None = None
    beds_per_1000: Positive
    providers_per_1000: Positive
    patients: Eligibility
    ages: AgeMix
    newborn_share: Share = 0.0
    share_of_patients: NotNegative
    share_of_visits: NotNegative
    classes: ClassMix
    elective_share: Share
    through_er_share: Share
    length_of_stay: LengthOfStay
    price_level: Positive
    readmission: float
    rating: Annotated[float, Field(ge=0, le=10)]
    months: Weights12
    dispositions: DispositionMix | None = None
    assigned_conditions: Mix | None = None

    @property
    def profile(self) -> str:
        """Name of its list of diagnoses in the clinical catalogue."""
        return self.clinical_profile or self.name

    @model_validator(mode="after")
    def _ages_are_treated(self) -> Self:
        bands = [parse_ages(band) for band in self.ages]
        if bands[0][0] < self.patients.min_age or bands[-1][1] > self.patients.max_age:
            raise ValueError(f"ages of {self.name} lie outside min_age and max_age of its patients")
        return self
