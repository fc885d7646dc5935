"""The scenario: what the hospital is like, read from a YAML file and checked.

The scenario holds every assumption that is not medicine (volumes, seasons, money, behavior).
Medicine is in the clinical catalogue, see :mod:`generator.catalogue`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Field, model_validator

from generator.catalogue import load_catalogue
from generator.settings.billing import Charges, Claims, Coverage, Payer, Payments
from generator.settings.hospital import Department, Facility
from generator.settings.outcomes import (
    Dispositions,
    Mortality,
    Readmission,
    ReadmissionFlag,
    Transfers,
)
from generator.settings.people import Area, ConditionMix, PeopleMix
from generator.settings.records import Coding, Surveys, Vitals
from generator.settings.visits import Arrivals, ChronicSeason, Emergency, Outpatient, Stays, Visits
from generator.validation import Count, Part, ScenarioError, Text, check

DEMO = Path(__file__).parent / "scenarios" / "demo.yaml"


class Defaults(Part):
    """Used when the command line does not say otherwise."""

    patients: Annotated[int, Field(ge=1)]
    seed: Count


class Period(Part):
    """First and last day on which encounters arrive."""

    first_day: dt.date
    last_day: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day >= self.last_day:
            raise ValueError("last_day must be after first_day")
        return self


class Scenario(Part):
    """A whole scenario; :func:`load_scenario` reads one from a file."""

    name: Text
    defaults: Defaults
    period: Period
    facilities: Annotated[list[Facility], Field(min_length=1)]
    departments: Annotated[list[Department], Field(min_length=1, max_length=99)]
    fallback_departments: Annotated[list[Text], Field(min_length=1)]
    catchment: Annotated[list[Area], Field(min_length=1)]
    people: PeopleMix
    visits: Visits
    arrivals: Arrivals
    chronic_season: ChronicSeason
    emergency: Emergency
    outpatient: Outpatient
    stays: Stays
    conditions: dict[str, ConditionMix]
    coding: Coding
    dispositions: Dispositions
    transfers: Transfers
    mortality: Mortality
    readmission: Readmission
    emr_readmission_flag: ReadmissionFlag
    vitals: Vitals
    charges: Charges
    payers: Annotated[list[Payer], Field(min_length=1)]
    coverage: Coverage
    claims: Claims
    payments: Payments
    surveys: Surveys

    @model_validator(mode="after")
    def _references(self) -> Self:
        facilities = _unique([facility.id for facility in self.facilities], "facility id")
        departments = _unique([department.id for department in self.departments], "department id")
        _unique([payer.id for payer in self.payers], "payer id")
        for department in self.departments:
            _need(department.facility, facilities, f"facility of {department.id}")
        named = [
            ("fallback_departments", self.fallback_departments),
            ("readmission.other_departments", self.readmission.other_departments),
            ("surveys.shifts", [shift.department for shift in self.surveys.shifts]),
            ("charges.rules", [d for rule in self.charges.rules for d in rule.departments or ()]),
        ]
        for where, ids in named:
            for department_id in ids:
                _need(department_id, departments, where)
        conditions = [("chronic_season.conditions", c) for c in self.chronic_season.conditions]
        conditions.append(("readmission.target.condition", self.readmission.target.condition))
        for department in self.departments:
            where = f"assigned_conditions of {department.id}"
            conditions += [(where, c) for c in department.assigned_conditions or ()]
        for where, condition in conditions:
            _need(condition, set(self.conditions), where)
        catalogue = load_catalogue()
        for department in self.departments:
            where = f"clinical_profile of {department.id}"
            _need(department.profile, set(catalogue.profiles), where)
        for condition in self.conditions:
            _need(condition, set(catalogue.conditions), "conditions (clinical catalog)")
        offered = {payer.category for payer in self.payers if payer.share > 0}
        for mix in self.coverage.mix.values():
            for category, share in mix.items():
                if share > 0:
                    _need(category, offered, "coverage.mix (no payer has this category)")
        if sum(department.share_of_patients for department in self.departments) <= 0:
            raise ValueError("no department has a share_of_patients greater than 0")
        return self


def load_scenario(path: Path | None = None) -> Scenario:
    """Read and check a scenario file (default: the demo hospital).

    Raises:
        ScenarioError: the file is missing, is not YAML, or breaks a rule; one sentence says which.
    """
    file = path or DEMO
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScenarioError(f"cannot read scenario {file}: {reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        raise ScenarioError(f"scenario {file.name} is not valid YAML{where}") from error
    if not isinstance(content, dict):
        raise ScenarioError(f"scenario {file.name} holds no settings")
    return check(Scenario, content, f"scenario {file.name}")


def _unique(ids: list[str], what: str) -> set[str]:
    twice = [value for value in ids if ids.count(value) > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]} occurs twice")
    return set(ids)


def _need(value: str, known: Collection[str], where: str) -> None:
    if value not in known:
        raise ValueError(f"{where}: {value} is not defined")
