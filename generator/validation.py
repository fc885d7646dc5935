"""Types and checks that the scenario and the clinical catalogue share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

OLDEST_AGE = 120
CLASSES: tuple[EncounterClass, ...] = ("inpatient", "emergency", "observation", "outpatient")
CATEGORIES: tuple[Category, ...] = (
    "Private",
    "Medicare",
    "Medicaid",
    "Other Government",
    "Uninsured",
)
DISPOSITIONS = ("01", "02", "03", "06", "07", "20", "50", "51", "62", "65", "LWBS")

Value = TypeVar("Value")
Model = TypeVar("Model", bound=BaseModel)

_AGE_BAND = re.compile(r"^(\d{1,3})-(\d{1,3})$")


class ScenarioError(ValueError):
    """A scenario or catalogue that cannot be used; the text is one sentence for the user."""


def parse_ages(band: str) -> tuple[int, int]:
    """Return the first and the last age of a band such as ``18-64``, both included."""
    match = _AGE_BAND.match(band)
    if not match or not int(match[1]) <= int(match[2]) <= OLDEST_AGE:
        raise ValueError(f"'{band}' is not an age band such as 18-64")
    return int(match[1]), int(match[2])


def _bands_in_order(bands: dict[str, Value]) -> dict[str, Value]:
    parsed = [parse_ages(band) for band in bands]
    if not parsed:
        raise ValueError("at least one age band is needed")
    for (_, last), (first, _) in pairwise(parsed):
        if first != last + 1:
            raise ValueError("age bands must follow each other without gaps")
    return bands


def _all_ages(bands: dict[str, Value]) -> dict[str, Value]:
    _bands_in_order(bands)
    parsed = [parse_ages(band) for band in bands]
    if parsed[0][0] != 0 or parsed[-1][1] != OLDEST_AGE:
        raise ValueError(f"age bands must cover 0 to {OLDEST_AGE}")
    return bands


def _some_weight(weights: list[float]) -> list[float]:
    if sum(weights) <= 0:
        raise ValueError("at least one weight must be greater than 0")
    return weights


def _some_weight_in_mix(mix: dict[str, float]) -> dict[str, float]:
    _some_weight(list(mix.values()))
    return mix


Share = Annotated[float, Field(ge=0, le=1)]
NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Weights7 = Annotated[
    list[NotNegative], Field(min_length=7, max_length=7), AfterValidator(_some_weight)
]
Weights12 = Annotated[list[Positive], Field(min_length=12, max_length=12)]
Weights24 = Annotated[
    list[NotNegative], Field(min_length=24, max_length=24), AfterValidator(_some_weight)
]
Mix = Annotated[dict[Text, NotNegative], AfterValidator(_some_weight_in_mix)]
EncounterClass = Literal["inpatient", "emergency", "observation", "outpatient"]
Category = Literal["Private", "Medicare", "Medicaid", "Other Government", "Uninsured"]
ClassMix = Annotated[dict[EncounterClass, NotNegative], AfterValidator(_some_weight_in_mix)]
ClassShares = dict[EncounterClass, Share]
AgeMix = Annotated[dict[str, NotNegative], AfterValidator(_bands_in_order)]
ByAge = Annotated[dict[str, NotNegative], AfterValidator(_all_ages)]
SharesByAge = Annotated[dict[str, Share], AfterValidator(_all_ages)]
Disposition = Literal["01", "02", "03", "06", "07", "50", "51", "62", "65"]
DispositionMix = Annotated[dict[Disposition, NotNegative], AfterValidator(_some_weight_in_mix)]
DispositionsByAge = Annotated[dict[str, DispositionMix], AfterValidator(_all_ages)]
CoverageMix = Annotated[dict[Category, NotNegative], AfterValidator(_some_weight_in_mix)]
CoverageByAge = Annotated[dict[str, CoverageMix], AfterValidator(_all_ages)]


class Part(BaseModel):
    """A part of the scenario: unknown keys are errors, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Skewed(Part):
    """A log-normal quantity: half of the values lie above the median."""

    median: Positive
    spread: NotNegative


def check(model: type[Model], content: object, name: str) -> Model:
    """Validate content against a model and turn its first error into one sentence."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        errors = error.errors()
        first = errors[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = "there is no such setting"
        elif first["type"] == "missing":
            message = "this setting is missing"
        elif "Input should" in message:
            message = message.replace("Input should", "it should")
            if not isinstance(first["input"], dict | list):
                message += f", not {first['input']!r}"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        where = f"{name}: {field}: " if field else f"{name}: "
        raise ScenarioError(f"{where}{message}{more}") from error


def by_age(bands: dict[str, float]) -> np.ndarray:
    """Spread values by age band over single years of age: shape (121,), 0 outside the bands."""
    values = np.zeros(OLDEST_AGE + 1)
    for band, value in bands.items():
        first, last = parse_ages(band)
        values[first : last + 1] = value
    return values


def band_of_age(bands: Iterable[str]) -> np.ndarray:
    """Index of the band that holds each single year of age: shape (121,)."""
    index = np.zeros(OLDEST_AGE + 1, dtype=np.int64)
    for position, band in enumerate(bands):
        first, last = parse_ages(band)
        index[first : last + 1] = position
    return index
