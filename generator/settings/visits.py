"""What the scenario says of visits: how often, when, and how long they take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.validation import (
    NotNegative,
    Part,
    Positive,
    Share,
    Skewed,
    Text,
    Weights7,
    Weights12,
    Weights24,
)


class Visits(Part):
    """How often patients come beside readmissions."""

    further_mean: NotNegative
    further_per_condition: NotNegative
    most_further: Annotated[int, Field(ge=0, le=30)]
    same_department_share: Share
    fewest_days_between: Annotated[int, Field(ge=1)]


class ArrivalPattern(Part):
    """Arrivals by weekday (Monday first) and by hour (midnight first)."""

    weekdays: Weights7
    hours: Weights24


class Arrivals(Part):
    """When patients arrive, unscheduled and scheduled."""

    unscheduled: ArrivalPattern
    scheduled: ArrivalPattern


class ChronicSeason(Part):
    """Months in which patients with one of the conditions come more often."""

    conditions: list[Text]
    months: Weights12


class EmergencyReturn(Part):
    """Patients who were sent home from the emergency room and come back."""

    share: Share
    within_days: Annotated[int, Field(ge=1)]
    earliness: Positive
    inpatient_share: Share


class Emergency(Part):
    """The emergency room: waits and times in minutes."""

    wait_minutes: Skewed
    wait_by_hour: Annotated[list[Positive], Field(min_length=24, max_length=24)]
    treatment_minutes: Skewed
    admission_minutes: Skewed
    boarding_minutes: Skewed
    left_without_being_seen_share: Share
    patience_minutes: Skewed
    ambulance_share: Share
    return_: Annotated[EmergencyReturn, Field(alias="return")]


class Outpatient(Part):
    """Clinic visits: times in minutes."""

    wait_minutes: Skewed
    visit_minutes: Skewed


class Stays(Part):
    """Inpatient and observation stays."""

    most_nights: Annotated[int, Field(ge=1, le=365)]
    observation_hours: Skewed
    discharge_hours: Weights24
    admission_minutes: Skewed
