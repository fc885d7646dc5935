"""A scenario and the clinical catalogue as arrays, compiled once per run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from generator.catalogue import Catalogue, Diagnosis, load_catalogue
from generator.scenario import Scenario
from generator.validation import CATEGORIES, CLASSES, OLDEST_AGE, band_of_age, by_age

MINUTES_PER_DAY = 1440
INPATIENT, EMERGENCY, OBSERVATION, OUTPATIENT = range(len(CLASSES))
SEXES = ("F", "M", "X", "U")
UNSCHEDULED, SCHEDULED = 0, 1


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - dt.date(1970, 1, 1)).days


@dataclass(frozen=True)
class Diagnoses:
    """The principal diagnoses of all departments, one position each."""

    items: list[Diagnosis]
    code: np.ndarray  # position in Plan.codes
    weight: np.ndarray
    in_class: np.ndarray  # (items, classes) bool
    is_elective: np.ndarray
    is_newborn: np.ndarray
    is_trauma: np.ndarray
    sexes: np.ndarray  # (items, sexes) bool
    min_age: np.ndarray
    max_age: np.ndarray
    implies: np.ndarray  # position of a condition, -1 for none
    excluded_by: np.ndarray  # (items, conditions): whoever has one of these cannot have it
    needs: np.ndarray  # (items, conditions): only who has one of these, if any is set
    likes: np.ndarray  # position of a condition, -1 for none
    stay: np.ndarray
    severity: np.ndarray
    intensive_care: np.ndarray
    once: np.ndarray
    pregnancy: np.ndarray  # 0 none, 1 pregnant, 2 delivery, 3 postpartum
    gestation_weeks: np.ndarray  # 0 where no code states them


class Plan:
    """All look-ups of one run.

    Args:
        scenario: the checked scenario.
        patients: persons of the whole run; staff and beds follow from it.
    """

    def __init__(self, scenario: Scenario, patients: int) -> None:
        self.scenario = scenario
        self.patients = patients
        self.catalogue: Catalogue = load_catalogue()
        self.first_day = day_number(scenario.period.first_day)
        self.last_day = day_number(scenario.period.last_day)
        self.start = self.first_day * MINUTES_PER_DAY
        self.end = (self.last_day + 1) * MINUTES_PER_DAY
        self.departments = scenario.departments
        self._compile_departments()
        self._compile_conditions()
        self._compile_days()
        self._compile_diagnoses()
        self._compile_payers()

    # --- departments ---------------------------------------------------------------------------

    def _compile_departments(self) -> None:
        departments = self.departments
        self.department_position = {d.id: i for i, d in enumerate(departments)}
        self.facility = np.array(
            [[f.id for f in self.scenario.facilities].index(d.facility) for d in departments]
        )
        self.min_age = np.array([d.patients.min_age for d in departments])
        self.max_age = np.array([d.patients.max_age for d in departments])
        self.treats_sex = np.array(
            [[d.patients.sex in ("any", sex) for sex in SEXES] for d in departments]
        )
        self.class_mix = np.array([[d.classes.get(c, 0.0) for c in CLASSES] for d in departments])
        self.elective_share = np.array([d.elective_share for d in departments])
        self.through_er_share = np.array([d.through_er_share for d in departments])
        self.mean_nights = np.array([d.length_of_stay.mean_nights for d in departments])
        self.nights_spread = np.array([d.length_of_stay.spread for d in departments])
        self.price_level = np.array([d.price_level for d in departments])
        self.readmission = np.array([d.readmission for d in departments])
        self.rating = np.array([d.rating for d in departments])
        self.fallback = [self.department_position[d] for d in self.scenario.fallback_departments]
        thousands = self.patients / 1000
        self.providers = np.array(
            [max(1, round(d.providers_per_1000 * thousands)) for d in departments]
        )
        self.beds = [max(1, round(d.beds_per_1000 * thousands)) for d in departments]

    def treats(self, department: np.ndarray, sex: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Whether departments treat patients of this sex and age."""
        return np.asarray(
            (age >= self.min_age[department])
            & (age <= self.max_age[department])
            & self.treats_sex[department, sex]
        )

    # --- conditions ----------------------------------------------------------------------------

    def _compile_conditions(self) -> None:
        clinical = self.catalogue.conditions
        self.conditions = [name for name in clinical if name in self.scenario.conditions]
        self.condition_position = {name: i for i, name in enumerate(self.conditions)}
        mixes = [self.scenario.conditions[name] for name in self.conditions]
        women = np.array([by_age(mix.F) for mix in mixes])
        men = np.array([by_age(mix.M) for mix in mixes])
        only_one_sex = np.array([clinical[name].sex != "any" for name in self.conditions])
        both = np.where(only_one_sex[:, None], 0.0, (women + men) / 2)
        # (conditions, sexes, ages)
        self.prevalence = np.stack([women, men, both, both], axis=1)
        self.longer_stay = np.array([mix.longer_stay for mix in mixes])
        self.condition_readmission = np.array([mix.readmission for mix in mixes])
        self.condition_systolic = np.array([clinical[c].systolic for c in self.conditions])
        self.condition_heart_rate = np.array([clinical[c].heart_rate for c in self.conditions])
        self.condition_glucose = np.array([clinical[c].glucose for c in self.conditions])
        self.is_cancer = np.array(
            [clinical[c].group == "cancer" or clinical[c].requires == "cancer"
             for c in self.conditions]
        )  # fmt: skip
        self.is_seasonal = self.condition_mask(self.scenario.chronic_season.conditions)
        self.codes: list[str] = []
        self._code_position: dict[str, int] = {}
        self.variants = [
            (
                np.array([self.code_of(code) for code in clinical[c].codes]),
                list(clinical[c].codes.values()),
            )
            for c in self.conditions
        ]
        self.assigned = [self.condition_mask(d.assigned_conditions or ()) for d in self.departments]

    def condition_mask(self, names: Iterable[str]) -> np.ndarray:
        """Conditions by name as a mask."""
        mask = np.zeros(len(self.conditions), dtype=bool)
        for name in names:
            if name in self.condition_position:
                mask[self.condition_position[name]] = True
        return mask

    def code_of(self, code: str) -> int:
        """Position of a diagnosis code in `codes`, added when new."""
        if code not in self._code_position:
            self._code_position[code] = len(self.codes)
            self.codes.append(code)
        return self._code_position[code]

    # --- days ----------------------------------------------------------------------------------

    def _compile_days(self) -> None:
        """Day densities, cumulative: (departments, seasonal, pattern, days)."""
        days = np.arange(self.first_day, self.last_day + 1)
        dates = days.astype("datetime64[D]")
        months = dates.astype("datetime64[M]").astype(int) % 12
        weekdays = (days + 3) % 7
        arrivals = self.scenario.arrivals
        patterns = [arrivals.unscheduled, arrivals.scheduled]
        season = np.array([np.ones(12), self.scenario.chronic_season.months])
        by_month = np.array([d.months for d in self.departments])
        by_weekday = np.array([p.weekdays for p in patterns])
        weights = (
            by_month[:, None, None, months]
            * season[None, :, None, months]
            * by_weekday[None, None, :, weekdays]
        )
        edges = np.cumsum(weights, axis=-1)
        self.day_edges = edges / edges[..., -1:]
        self.hour_weights = [p.hours for p in patterns]

    # --- diagnoses -----------------------------------------------------------------------------

    def _compile_diagnoses(self) -> None:
        catalogue = self.catalogue
        self.profiles = list(catalogue.profiles)
        self.profile_of = np.array([self.profiles.index(d.profile) for d in self.departments])
        items = [item for profile in self.profiles for item in catalogue.profiles[profile]]
        sizes = [len(catalogue.profiles[profile]) for profile in self.profiles]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        self.profile_items = [
            np.arange(starts[i], starts[i + 1]) for i in range(len(self.profiles))
        ]
        position = self.condition_position
        none = np.zeros(len(self.conditions), dtype=bool)
        excluded = []
        for item in items:
            group = catalogue.conditions[item.implies].group if item.implies else None
            rivals = [c for c in catalogue.members(group) if c != item.implies] if group else []
            excluded.append(self.condition_mask(rivals))
        weeks = [next((int(c[4:]) for c in item.also if c.startswith("Z3A.")), 0) for item in items]
        kinds = (None, "pregnant", "delivery", "postpartum")
        self.diagnoses = Diagnoses(
            items=items,
            code=np.array([self.code_of(item.code) for item in items]),
            weight=np.array([item.weight for item in items]),
            in_class=np.array([[c in item.classes for c in CLASSES] for item in items]),
            is_elective=np.array([item.how == "elective" for item in items]),
            is_newborn=np.array([item.type == "newborn" for item in items]),
            is_trauma=np.array([item.type == "trauma" for item in items]),
            sexes=np.array([[item.sex in ("any", sex) for sex in SEXES] for item in items]),
            min_age=np.array([item.min_age for item in items]),
            max_age=np.array([item.max_age for item in items]),
            implies=np.array([position.get(item.implies or "", -1) for item in items]),
            excluded_by=np.array(excluded),
            needs=np.array(
                [self.condition_mask(catalogue.members(i.needs)) if i.needs else none
                 for i in items]
            ),
            likes=np.array([position.get(item.likes or "", -1) for item in items]),
            stay=np.array([item.stay for item in items]),
            severity=np.array([item.severity for item in items]),
            intensive_care=np.array([item.intensive_care for item in items]),
            once=np.array([item.once for item in items]),
            pregnancy=np.array([kinds.index(item.pregnancy) for item in items]),
            gestation_weeks=np.array(weeks),
        )  # fmt: skip
        self.also = [np.array([self.code_of(c) for c in item.also], dtype=int) for item in items]
        self.complications = [
            (self.code_of(c.code), c.share, c.min_age, c.after_surgery)
            for c in catalogue.complications
        ]
        self.combined = [
            (
                position[rule.condition],
                self.condition_mask(rule.with_),
                self.code_of(rule.code),
            )
            for rule in catalogue.combined_codes
        ]
        self._compile_same_diagnosis(items)

    def _compile_same_diagnosis(self, items: list[Diagnosis]) -> None:
        """For each profile and diagnosis: the profile's diagnosis of the same code, or -1.

        Only what can be treated again as an unscheduled inpatient.
        """
        again = [
            "inpatient" in item.classes
            and item.how == "unscheduled"
            and not item.once
            and not item.pregnancy
            and item.type != "newborn"
            for item in items
        ]
        self.same_diagnosis = np.full((len(self.profiles), len(items)), -1)
        for profile, positions in enumerate(self.profile_items):
            by_code = {items[i].code: i for i in reversed(positions) if again[i]}
            for i, item in enumerate(items):
                self.same_diagnosis[profile, i] = by_code.get(item.code, -1)

    # --- payers --------------------------------------------------------------------------------

    def _compile_payers(self) -> None:
        self.plans = self.scenario.payers
        self.plan_category = np.array([CATEGORIES.index(p.category) for p in self.plans])
        mix = self.scenario.coverage.mix
        self.coverage_band = band_of_age(mix)
        self.coverage_mix = [[band.get(c, 0.0) for c in CATEGORIES] for band in mix.values()]


def age_in_years(birth_day: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Completed years between two days (since 1970-01-01); birthdays of 29 February on 1 March."""
    born = birth_day.astype("datetime64[D]")
    then = day.astype("datetime64[D]")
    born_month, then_month = born.astype("datetime64[M]"), then.astype("datetime64[M]")
    born_date = (born - born_month.astype("datetime64[D]")).astype(int)
    then_date = (then - then_month.astype("datetime64[D]")).astype(int)
    months = (then_month - born_month).astype(int) - (then_date < born_date)
    return np.asarray(np.clip(months // 12, 0, OLDEST_AGE))
