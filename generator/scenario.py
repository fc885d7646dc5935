"""The scenario: what the hospital is like, read from a YAML file and checked.

The scenario holds every assumption that is not medicine (volumes, seasons, money, behavior).
Medicine is in the clinical catalogue, see :mod:`generator.catalogue`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from generator.catalogue import load_catalogue
from generator.validation import (
    CATEGORIES,
    CLASSES,
    OLDEST_AGE,
    AgeMix,
    ByAge,
    Category,
    ClassMix,
    ClassShares,
    Count,
    CoverageByAge,
    DispositionMix,
    DispositionsByAge,
    EncounterClass,
    Mix,
    NotNegative,
    Part,
    Positive,
    ScenarioError,
    Share,
    SharesByAge,
    Skewed,
    Text,
    Weights7,
    Weights12,
    Weights24,
    check,
    parse_ages,
)

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


class Area(Part):
    """A town where patients live."""

    city: Text
    state: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    area_code: Annotated[str, Field(pattern=r"^\d{3}$")]
    share: NotNegative
    zip_codes: Annotated[list[Annotated[str, Field(pattern=r"^\d{5}$")]], Field(min_length=1)]


class PeopleMix(Part):
    """Who the patients are."""

    women_share: Share
    sex_x_share: Share
    sex_unknown_share: Share
    race: Mix
    ethnicity: Mix
    name_pool: Annotated[int, Field(ge=10, le=100_000)]
    email_domains: Annotated[list[Text], Field(min_length=1)]
    no_email_share: Share
    no_phone_share: Share


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


class ConditionMix(Part):
    """How common a lasting condition is, by sex and age, and what it does to a stay."""

    longer_stay: NotNegative
    readmission: float
    F: SharesByAge
    M: SharesByAge


class Coding(Part):
    """How completely lasting conditions are coded."""

    recorded_share: ClassShares
    most_diagnoses: Annotated[int, Field(ge=3, le=99)]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _need_every_class(self.recorded_share)
        return self


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


class ChargeRule(Part):
    """Charge lines that an encounter gets beside its procedures; amounts in dollars a line."""

    category: Text
    classes: Annotated[list[EncounterClass], Field(min_length=1)]
    departments: list[Text] | None = None
    every_days: Count = 0
    days: Annotated[int, Field(ge=1)] | None = None
    share: Share = 1.0
    surgery_only: bool = False
    icu_only: bool = False
    amount: Positive
    spread: NotNegative


class Charges(Part):
    """Charge lines."""

    per_condition: NotNegative
    per_condition_categories: list[Text]
    rules: Annotated[list[ChargeRule], Field(min_length=1)]
    procedure_spread: NotNegative


class Payer(Part):
    """An insurance plan."""

    id: Text
    name: Text
    category: Category
    share: NotNegative


class Coverage(Part):
    """Who is covered by what."""

    mix: CoverageByAge
    change_share: Share


class ClaimBehavior(Part):
    """How one category of payer treats claims."""

    allowed_share: Share
    allowed_spread: NotNegative
    denied_share: Share
    decision_days: Skewed
    patient_share: Share
    patient_pays_share: Share


class Claims(Part):
    """Claims."""

    submission_days: Skewed
    denied_in_part_share: Share
    by_category: dict[Category, ClaimBehavior]
    denial_reasons: Mix

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [category for category in CATEGORIES if category not in self.by_category]
        if missing:
            raise ValueError(f"by_category lacks {missing[0]}")
        return self


class Payments(Part):
    """Payments of payers and patients."""

    payer_days: Skewed
    patient_days: Skewed
    second_part_share: Share
    underpaid_share: Share
    underpaid_by: Share
    reversed_share: Share
    most_installments: Annotated[int, Field(ge=1, le=6)]
    installments_above: NotNegative


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


def _need_every_class(shares: dict[EncounterClass, float]) -> None:
    missing = [name for name in CLASSES if name not in shares]
    if missing:
        raise ValueError(f"there is no share for the class {missing[0]}")


def _unique(ids: list[str], what: str) -> set[str]:
    twice = [value for value in ids if ids.count(value) > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]} occurs twice")
    return set(ids)


def _need(value: str, known: Collection[str], where: str) -> None:
    if value not in known:
        raise ValueError(f"{where}: {value} is not defined")
