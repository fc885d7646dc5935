"""The clinical catalogue: conditions, diagnoses and procedures, read from clinical.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from generator.validation import (
    OLDEST_AGE,
    EncounterClass,
    Mix,
    NotNegative,
    Part,
    Positive,
    ScenarioError,
    Share,
    Text,
    check,
)

FILE = Path(__file__).parent / "data" / "clinical.yaml"
Sex = Literal["any", "F", "M"]
VisitKind = Literal["emergency", "admission", "outpatient", "observation"]
Age = Annotated[int, Field(ge=0, le=OLDEST_AGE)]


class Condition(Part):
    """A lasting condition: its codes and what it adds to vital signs."""

    codes: Mix
    group: str | None = None
    requires: str | None = None
    sex: Sex = "any"
    systolic: float = 0.0
    heart_rate: float = 0.0
    glucose: float = 0.0


class CombinedCode(Part):
    """The code of a condition changes when the patient also has others."""

    condition: Text
    with_: Annotated[list[Text], Field(alias="with", min_length=1)]
    code: Text


class Complication(Part):
    """A condition that arises during an inpatient stay."""

    code: Text
    share: Share
    min_age: Age = 0
    after_surgery: bool = False


class Procedure(Part):
    """A procedure code: system, revenue category, list price in dollars."""

    system: Literal["CPT", "HCPCS"]
    category: Text
    price: Positive
    surgery: bool = False


class AcuteVitals(Part):
    """What an illness adds to vital signs on arrival."""

    systolic: float = 0.0
    heart_rate: float = 0.0
    glucose: float = 0.0


class Diagnosis(Part):
    """A principal diagnosis of a department: in whom, where and how it is treated."""

    code: Text
    weight: Positive
    classes: Annotated[list[EncounterClass], Field(min_length=1)]
    how: Literal["unscheduled", "elective"] = "unscheduled"
    type: Literal["trauma", "newborn"] | None = None
    sex: Sex = "any"
    min_age: Age = 0
    max_age: Age = OLDEST_AGE
    implies: str | None = None
    needs: str | None = None
    likes: str | None = None
    stay: Positive = 1.0
    severity: NotNegative = 1.0
    intensive_care: Share = 0.0
    once: bool = False
    pregnancy: Literal["delivery", "pregnant", "postpartum"] | None = None
    also: list[Text] = Field(default_factory=list)
    procedures: dict[Text, Share] = Field(default_factory=dict)
    vitals: AcuteVitals = AcuteVitals()


class Catalogue(Part):
    """The whole clinical catalogue."""

    conditions: dict[Text, Condition]
    families: dict[Text, list[Text]]
    combined_codes: list[CombinedCode]
    complications: list[Complication]
    procedures: dict[Text, Procedure]
    visit_procedures: dict[VisitKind, Mix]
    charged_by_the_hour: list[Text]
    boost: Positive
    profiles: dict[Text, list[Diagnosis]]

    def members(self, group: str) -> list[str]:
        """Return the conditions of an exclusive group or of a family."""
        in_group = [name for name, item in self.conditions.items() if item.group == group]
        return in_group or self.families.get(group, [])


@cache
def load_catalogue() -> Catalogue:
    """Read and check the clinical catalogue that ships with the generator."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    catalogue = check(Catalogue, content, FILE.name)
    for profile, diagnoses in catalogue.profiles.items():
        for item in diagnoses:
            unknown = set(item.procedures) - set(catalogue.procedures)
            named = {name for name in (item.implies, item.likes) if name is not None}
            unknown |= named - set(catalogue.conditions)
            if item.needs and not catalogue.members(item.needs):
                unknown.add(item.needs)
            if unknown:
                raise ScenarioError(
                    f"{FILE.name}: {profile}, {item.code}: {min(unknown)} is not defined"
                )
    return catalogue
