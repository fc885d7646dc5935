"""The encounters of a cohort: when, where, why, how long, how they end, and what follows.

Every patient has planned visits, drawn at once over the whole period so that seasons hold. They are
played in rounds, each patient's next visit in each round, because what happens next depends on what
happened: a readmission, a transfer to the other site, a return to the emergency room, a delivery
after prenatal care, a death.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from generator.contract import MISSING, VISITS_PER_PATIENT
from generator.people import NEVER, People
from generator.plan import (
    EMERGENCY,
    INPATIENT,
    MINUTES_PER_DAY,
    OBSERVATION,
    OUTPATIENT,
    SCHEDULED,
    UNSCHEDULED,
    Plan,
    age_in_years,
)
from generator.randomness import Streams, choose, choose_row, normal_of, systematic
from generator.validation import (
    CLASSES,
    DISPOSITIONS,
    OLDEST_AGE,
    Skewed,
    band_of_age,
    by_age,
    parse_ages,
)

# Why a visit takes place.
PLANNED, READMISSION, TRANSFER, EMERGENCY_RETURN, DELIVERY = range(5)
NO_DIAGNOSIS = -1
DIED, LEFT_WITHOUT_BEING_SEEN = DISPOSITIONS.index("20"), DISPOSITIONS.index("LWBS")
HOME, TRANSFERRED = DISPOSITIONS.index("01"), DISPOSITIONS.index("02")
AGAINST_ADVICE = DISPOSITIONS.index("07")
HOSPICE = (DISPOSITIONS.index("50"), DISPOSITIONS.index("51"))
PREGNANT, GIVES_BIRTH, AFTER_BIRTH = 1, 2, 3

UNDECIDED, COMES_BACK, STAYS_AWAY = range(3)

# Earlier stays count for the risk of readmission for so long.
LOOK_BACK_MINUTES = 365 * MINUTES_PER_DAY
# How long after a delivery a woman counts as postpartum, until the next pregnancy shows, and until
# the next delivery.
POSTPARTUM_DAYS, NEXT_PREGNANCY_DAYS, NEXT_DELIVERY_DAYS = 42, 150, 330


@dataclass
class Encounters:
    """Encounters of a cohort, one position each, in the order of patient and visit.

    Times are local minutes since 1970-01-01; `discharged` is what will have happened, also where it
    lies after the end of the data. MISSING stands for what never happens.
    """

    patient: np.ndarray  # position in People
    key: np.ndarray  # patient number and visit number in one
    department: np.ndarray
    encounter_class: np.ndarray
    is_elective: np.ndarray
    diagnosis: np.ndarray  # position in Plan.diagnoses, or NO_DIAGNOSIS
    why: np.ndarray
    through_er: np.ndarray
    arrived: np.ndarray
    seen: np.ndarray
    admitted: np.ndarray
    discharged: np.ndarray
    nights: np.ndarray
    disposition: np.ndarray  # position in DISPOSITIONS
    intensive_care: np.ndarray
    age: np.ndarray  # years at arrival
    returned_within_flag: np.ndarray  # an inpatient stay soon after another, as the EMR sees it
    has: np.ndarray  # lasting conditions at that time, shape (n, conditions)

    def __len__(self) -> int:
        """Number of encounters."""
        return len(self.key)


@dataclass
class Visits:
    """Visits of one round, before they take place; one per patient."""

    patient: np.ndarray
    key: np.ndarray
    department: np.ndarray
    encounter_class: np.ndarray
    is_elective: np.ndarray
    arrived: np.ndarray
    why: np.ndarray
    diagnosis: np.ndarray  # given, or NO_DIAGNOSIS


class History:
    """Plays the visits of a cohort."""

    def __init__(self, plan: Plan, streams: Streams, people: People) -> None:
        self.plan = plan
        self.streams = streams
        self.people = people
        n = len(people.number)
        self.visit_count = np.zeros(n, dtype=np.int64)
        self.free_from = np.full(n, -NEVER)
        self.last_inpatient_end = np.full(n, -NEVER)
        self.stay_ends = np.full((n, 3), -NEVER)
        self.delivered_on = np.full(n, -NEVER)
        self.expects_until = np.full(n, -NEVER)
        self.target_decision = np.full(n, UNDECIDED)
        strata = np.arange(len(plan.departments) + 2) + people.number[0] * 100
        self._readmission_carry = streams.uniform("readmission carry", strata)
        self.done_once = np.zeros((n, len(plan.codes)), dtype=bool)
        self.follow = Visits(
            patient=np.arange(n),
            key=np.zeros(n, dtype=np.int64),
            department=np.zeros(n, dtype=np.int64),
            encounter_class=np.zeros(n, dtype=np.int64),
            is_elective=np.zeros(n, dtype=bool),
            arrived=np.full(n, NEVER),
            why=np.zeros(n, dtype=np.int64),
            diagnosis=np.full(n, NO_DIAGNOSIS),
        )

    def play(self) -> Encounters:
        """All encounters that begin within the period."""
        self._plan_visits()
        rounds = list(self._rounds())
        columns = {
            name: np.concatenate([getattr(part, name) for part in rounds])
            for name in Encounters.__dataclass_fields__
        }
        order = np.argsort(columns["key"], kind="stable")
        return Encounters(**{name: values[order] for name, values in columns.items()})

    def _rounds(self) -> Iterator[Encounters]:
        visits = self._next_visits()
        yield self._take_place(visits)
        while len(visits.patient) > 0:
            visits = self._next_visits()
            yield self._take_place(visits)

    # --- planned visits ------------------------------------------------------------------------

    def _plan_visits(self) -> None:
        """Draw the visits that nothing but chance and season cause, sorted by time."""
        plan, streams, people = self.plan, self.streams, self.people
        settings = plan.scenario.visits
        n = len(people.number)
        burden = people.has.sum(axis=1)
        further = _poisson(
            settings.further_mean + settings.further_per_condition * burden,
            streams.even("further visits", people.number, people.home, burden),
            settings.most_further,
        )
        owner = np.repeat(np.arange(n), further + 1)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(further + 1) - further - 1, further + 1)
        key = people.number[owner] * VISITS_PER_PATIENT + place
        is_first = place == 0
        department = self._departments_of(owner, key, is_first)
        encounter_class = np.zeros(len(owner), dtype=np.int64)
        point = streams.even("class", key, department, is_first)
        for position in range(len(plan.departments)):
            here = department == position
            encounter_class[here] = choose(plan.class_mix[position], point[here])
        birth = is_first & people.is_newborn[owner]
        encounter_class[birth] = INPATIENT
        is_elective = (
            (encounter_class == INPATIENT)
            & ~birth
            & (streams.even("elective", key, department) < plan.elective_share[department])
        )
        arrived = self._arrivals(owner, key, department, encounter_class, is_elective)
        born = np.full(n, -NEVER)
        born[owner[birth]] = arrived[birth]
        people.birth_day = np.where(
            people.is_newborn, born // MINUTES_PER_DAY, people.birth_day
        ).astype(np.int64)
        arrived = np.where(arrived < born[owner], NEVER, arrived)
        order = np.lexsort((arrived, owner))
        self._column = np.zeros(n, dtype=np.int64)
        self._first_column = np.cumsum(further + 1) - further - 1
        self._last_column = np.cumsum(further + 1)
        self._planned = Visits(
            patient=owner[order],
            key=key[order],
            department=department[order],
            encounter_class=encounter_class[order],
            is_elective=is_elective[order],
            arrived=arrived[order],
            why=np.zeros(len(owner), dtype=np.int64),
            diagnosis=np.full(len(owner), NO_DIAGNOSIS),
        )
        self._next = self._first_column.copy()

    def _departments_of(
        self, owner: np.ndarray, key: np.ndarray, is_first: np.ndarray
    ) -> np.ndarray:
        """Home for the first visit and for a share of the others, else any that treats them."""
        plan, people = self.plan, self.people
        home = people.home[owner]
        age = age_in_years(people.birth_day[owner], np.full(len(owner), plan.first_day))
        weights = np.empty((len(owner), len(plan.departments)))
        for position, department in enumerate(plan.departments):
            fits = plan.treats(np.full(len(owner), position), people.sex[owner], age)
            if department.assigned_conditions:
                fits &= people.has[owner][:, plan.assigned[position]].any(axis=1)
            weights[:, position] = department.share_of_visits * fits
        other = choose_row(weights, self.streams.even("department", key, home))
        stays_home = is_first | (
            self.streams.even("same department", key, home)
            < plan.scenario.visits.same_department_share
        )
        return np.where(stays_home | (other == len(plan.departments)), home, other)

    def _arrivals(
        self,
        owner: np.ndarray,
        key: np.ndarray,
        department: np.ndarray,
        encounter_class: np.ndarray,
        is_elective: np.ndarray,
    ) -> np.ndarray:
        plan = self.plan
        pattern = np.where(is_elective | (encounter_class == OUTPATIENT), SCHEDULED, UNSCHEDULED)
        seasonal = self.people.has[owner][:, plan.is_seasonal].any(axis=1).astype(np.int64)
        # Seasons must show in few patients too: the whole of a stratum shares the days.
        point = self.streams.even(
            "arrival day", key, department, seasonal, encounter_class, pattern, block=len(key)
        )
        day = np.empty(len(key), dtype=np.int64)
        for position in range(len(plan.departments)):
            for season in (0, 1):
                for kind in (UNSCHEDULED, SCHEDULED):
                    here = (department == position) & (seasonal == season) & (pattern == kind)
                    edges = plan.day_edges[position, season, kind]
                    day[here] = np.searchsorted(edges, point[here], side="right")
        return np.asarray(
            (plan.first_day + day) * MINUTES_PER_DAY + self._clock("arrival", key, pattern)
        )

    def _clock(self, stream: str, key: np.ndarray, pattern: np.ndarray) -> np.ndarray:
        """Minute of the day of an arrival."""
        hour = np.empty(len(key), dtype=np.int64)
        point = self.streams.uniform(f"{stream} hour", key)
        for kind, weights in enumerate(self.plan.hour_weights):
            here = pattern == kind
            hour[here] = choose(weights, point[here])
        return hour * 60 + (self.streams.uniform(f"{stream} minute", key) * 60).astype(np.int64)

    # --- rounds --------------------------------------------------------------------------------

    def _next_visits(self) -> Visits:
        """The next visit of every patient who has one; what follows goes before what is planned."""
        plan, people, planned = self.plan, self.people, self._planned
        gap = plan.scenario.visits.fewest_days_between * MINUTES_PER_DAY
        ready = self.free_from + gap
        after_stay = plan.scenario.readmission.within_days * MINUTES_PER_DAY
        while True:
            more = self._next < self._last_column
            column = np.minimum(self._next, len(planned.key) - 1)
            at = np.where(more, planned.arrived[column], NEVER)
            # Who comes back soon after a stay is decided by the risk of readmission alone.
            soon = at < self.last_inpatient_end + after_stay
            by_chance = planned.encounter_class[column] == INPATIENT
            late = more & ((at < ready) | (soon & by_chance))
            if not late.any():
                break
            self._next += late
        follows = self.follow.arrived < NEVER
        arrived = np.where(follows, self.follow.arrived, at)
        alive = (arrived // MINUTES_PER_DAY) < people.death_day
        full = self.visit_count >= VISITS_PER_PATIENT - 1
        comes = np.flatnonzero((arrived < plan.end) & alive & ~full)
        follows = follows[comes]
        position = np.minimum(self._next[comes], len(planned.key) - 1)
        self._next[comes[~follows]] += 1
        self.visit_count[comes] += 1

        def values(name: str) -> np.ndarray:
            derived, drawn = getattr(self.follow, name)[comes], getattr(planned, name)[position]
            return np.asarray(np.where(follows, derived, drawn))

        visits = Visits(
            patient=comes,
            key=people.number[comes] * VISITS_PER_PATIENT + self.visit_count[comes],
            department=values("department"),
            encounter_class=values("encounter_class"),
            is_elective=values("is_elective"),
            arrived=arrived[comes],
            why=values("why"),
            diagnosis=values("diagnosis"),
        )
        # Whoever does not come now does not come at all.
        gone = np.ones(len(people.number), dtype=bool)
        gone[comes] = False
        self._next[gone] = self._last_column[gone]
        self.follow.arrived[:] = NEVER
        return visits

    def _take_place(self, visits: Visits) -> Encounters:
        people = self.people
        age = age_in_years(people.birth_day[visits.patient], visits.arrived // MINUTES_PER_DAY)
        self._diagnose(visits, age)
        # Whom no department of the scenario treats does not come.
        treated = visits.diagnosis != NO_DIAGNOSIS
        visits = Visits(**{name: values[treated] for name, values in vars(visits).items()})
        age = age[treated]
        encounters = self._times(visits, age, people.has[visits.patient])
        self._end(encounters)
        self._remember(encounters)
        self._what_follows(encounters)
        return encounters

    # --- diagnosis -----------------------------------------------------------------------------

    def _diagnose(self, visits: Visits, age: np.ndarray) -> None:
        """Choose principal diagnoses; whoever the department does not treat goes to another."""
        plan, people = self.plan, self.people
        sex = people.sex[visits.patient]
        wrong = ~plan.treats(visits.department, sex, age)
        point = self.streams.even(
            "diagnosis",
            visits.key,
            visits.department,
            visits.encounter_class,
            visits.is_elective,
            self._month(visits.arrived),
        )
        for target in (None, *plan.fallback):
            if target is not None:
                treats = plan.treats(np.full(len(sex), target), sex, age)
                moves = wrong & treats
                visits.department[moves] = target
                wrong &= ~moves
            open_ = np.flatnonzero((visits.diagnosis == NO_DIAGNOSIS) & ~wrong)
            for any_way in (False, True):
                left = open_[visits.diagnosis[open_] == NO_DIAGNOSIS]
                self._choose_diagnoses(visits, left, age, point, any_way=any_way)
            wrong |= visits.diagnosis == NO_DIAGNOSIS
            if not wrong.any():
                break
        rows = np.flatnonzero(visits.diagnosis != NO_DIAGNOSIS)
        items = visits.diagnosis[rows]
        inpatient = visits.encounter_class[rows] == INPATIENT
        visits.is_elective[rows] = plan.diagnoses.is_elective[items] & inpatient
        implied = plan.diagnoses.implies[items]
        shows = implied >= 0
        people.has[visits.patient[rows[shows]], implied[shows]] = True

    def _choose_diagnoses(
        self,
        visits: Visits,
        rows: np.ndarray,
        age: np.ndarray,
        point: np.ndarray,
        *,
        any_way: bool,
    ) -> None:
        """Draw diagnoses for some visits; `any_way` lets elective and unscheduled be exchanged."""
        plan, people, table = self.plan, self.people, self.plan.diagnoses
        group = plan.profile_of[visits.department[rows]] * len(CLASSES)
        group += visits.encounter_class[rows]
        for number in np.unique(group):
            profile, encounter_class = divmod(int(number), len(CLASSES))
            items = plan.profile_items[profile]
            items = items[table.in_class[items, encounter_class]]
            if len(items) == 0:
                continue
            here = rows[group == number]
            patient = visits.patient[here]
            has = people.has[patient]
            weight = table.weight[items] * table.sexes.T[np.ix_(people.sex[patient], items)]
            if encounter_class == INPATIENT and not any_way:
                weight *= table.is_elective[items] == visits.is_elective[here, None]
            years = age[here, None]
            weight *= (years >= table.min_age[items]) & (years <= table.max_age[items])
            born_now = people.is_newborn[patient] & (self.visit_count[patient] == 1)
            weight *= table.is_newborn[items] == born_now[:, None]
            # Few diagnoses ask for conditions, a season or a pregnancy: only their columns change.
            for column in np.flatnonzero(table.excluded_by[items].any(axis=1)):
                rivals = table.excluded_by[items[column]]
                weight[:, column] *= ~has[:, rivals].any(axis=1)
            for column in np.flatnonzero(table.needs[items].any(axis=1)):
                weight[:, column] *= has[:, table.needs[items[column]]].any(axis=1)
            for column in np.flatnonzero(table.likes[items] >= 0):
                liked = has[:, table.likes[items[column]]]
                weight[:, column] *= np.where(liked, plan.catalogue.boost, 1.0)
            self._season(weight, has, items, visits.arrived[here])
            weight *= ~self.done_once[np.ix_(patient, table.code[items])]
            if (table.pregnancy[plan.profile_items[profile]] > 0).any():
                weight *= self._pregnancy_fits(patient, visits.arrived[here], items)
            chosen = choose_row(weight, point[here])
            found = chosen < len(items)
            visits.diagnosis[here[found]] = items[chosen[found]]

    def _month(self, arrived: np.ndarray) -> np.ndarray:
        """Calendar month of an arrival, 0 to 11."""
        day = (arrived // MINUTES_PER_DAY).astype("datetime64[D]")
        return day.astype("datetime64[M]").astype(np.int64) % 12

    def _season(
        self, weight: np.ndarray, has: np.ndarray, items: np.ndarray, arrived: np.ndarray
    ) -> None:
        """In its months a seasonal condition also shows in more of those who did not know of it.

        The visits of those who knew have their season already.
        """
        plan = self.plan
        implied = plan.diagnoses.implies[items]
        seasonal = np.flatnonzero((implied >= 0) & plan.is_seasonal[implied])
        if len(seasonal) == 0:
            return
        unknown = ~has[:, plan.is_seasonal].any(axis=1)
        factor = np.array(plan.scenario.chronic_season.months)[self._month(arrived)]
        weight[:, seasonal] *= np.where(unknown, factor, 1.0)[:, None]

    def _pregnancy_fits(
        self, patient: np.ndarray, arrived: np.ndarray, items: np.ndarray
    ) -> np.ndarray:
        kind = self.plan.diagnoses.pregnancy[items]
        weeks = self.plan.diagnoses.gestation_weeks[items]
        since = (arrived - self.delivered_on[patient])[:, None] // MINUTES_PER_DAY
        expects = (arrived < self.expects_until[patient])[:, None]
        # A pregnancy of so many weeks began after the last one ended.
        pregnant = (since > np.maximum(weeks * 7 + 28, NEXT_PREGNANCY_DAYS)) & ~expects
        delivery = (since > NEXT_DELIVERY_DAYS) & ~expects
        postpartum = since <= POSTPARTUM_DAYS
        # Other diagnoses, surgery of the womb above all, wait until the child is born.
        return np.select(
            [kind == PREGNANT, kind == GIVES_BIRTH, kind == AFTER_BIRTH],
            [pregnant, delivery, postpartum],
            ~expects,
        )

    # --- course --------------------------------------------------------------------------------

    def _times(self, visits: Visits, age: np.ndarray, has: np.ndarray) -> Encounters:
        plan, streams, key = self.plan, self.streams, visits.key
        scenario = plan.scenario
        department, kind = visits.department, visits.encounter_class
        item = visits.diagnosis
        stays = (kind == INPATIENT) | (kind == OBSERVATION)
        born_now = plan.diagnoses.is_newborn[item]
        through_er = (
            stays
            & ~visits.is_elective
            & ~born_now
            & (visits.why != TRANSFER)
            & (streams.even("through ER", key, department) < plan.through_er_share[department])
        )
        er = scenario.emergency
        hour = visits.arrived % MINUTES_PER_DAY // 60
        wait = streams.skewed("wait", key, er.wait_minutes) * np.array(er.wait_by_hour)[hour]
        clinic_wait = streams.skewed("clinic wait", key, scenario.outpatient.wait_minutes)
        ward = streams.skewed("to the ward", key, scenario.stays.admission_minutes)
        boarding = streams.skewed("admission", key, er.admission_minutes)
        is_emergency = kind == EMERGENCY
        wait = np.select(
            [is_emergency | through_er, kind == OUTPATIENT], [wait, clinic_wait], ward / 2
        )
        seen = visits.arrived + np.maximum(1, wait).astype(np.int64)
        admitted = np.where(
            through_er, seen + boarding.astype(np.int64), visits.arrived + ward.astype(np.int64)
        )
        admitted = np.where(born_now, visits.arrived, np.maximum(admitted, seen))
        seen = np.where(born_now, visits.arrived, seen)
        nights = self._nights(visits, has)
        left_unseen = (
            is_emergency
            & (visits.why == PLANNED)
            & (streams.even("left unseen", key, department) < er.left_without_being_seen_share)
        )
        treated = streams.skewed("treatment", key, er.treatment_minutes)
        clinic = streams.skewed("clinic", key, scenario.outpatient.visit_minutes)
        hours = streams.skewed("observation", key, scenario.stays.observation_hours)
        patience = streams.skewed("patience", key, er.patience_minutes)
        leaves_at = choose(scenario.stays.discharge_hours, streams.uniform("leaves hour", key)) * 60
        leaves_at = leaves_at + (streams.uniform("leaves minute", key) * 60).astype(np.int64)
        last_day = admitted // MINUTES_PER_DAY + nights
        discharged = np.select(
            [left_unseen, kind == INPATIENT, kind == OBSERVATION, kind == OUTPATIENT],
            [
                visits.arrived + 15 + patience.astype(np.int64),
                last_day * MINUTES_PER_DAY + leaves_at,
                admitted + np.maximum(240, hours * 60).astype(np.int64),
                seen + np.maximum(10, clinic).astype(np.int64),
            ],
            seen + np.maximum(15, treated).astype(np.int64),
        )
        discharged = np.maximum(discharged, np.where(stays, admitted + 180, discharged))
        severity_care = plan.diagnoses.intensive_care[item]
        icu = (kind == INPATIENT) & (streams.even("intensive care", key, item) < severity_care)
        return Encounters(
            patient=visits.patient,
            key=key,
            department=department,
            encounter_class=kind,
            is_elective=visits.is_elective,
            diagnosis=np.where(left_unseen, NO_DIAGNOSIS, item),
            why=visits.why,
            through_er=through_er,
            arrived=visits.arrived,
            seen=np.where(left_unseen, MISSING, seen),
            admitted=np.where(stays, admitted, MISSING),
            discharged=discharged,
            nights=np.where(kind == INPATIENT, nights, 0),
            disposition=np.where(left_unseen, LEFT_WITHOUT_BEING_SEEN, HOME),
            intensive_care=icu,
            age=age,
            returned_within_flag=np.zeros(len(key), dtype=bool),
            has=has.copy(),
        )

    def _nights(self, visits: Visits, has: np.ndarray) -> np.ndarray:
        """Nights of an inpatient stay: department, diagnosis and comorbidity set the mean."""
        plan, key, department = self.plan, visits.key, visits.department
        mean = plan.mean_nights[department] * plan.diagnoses.stay[visits.diagnosis]
        mean = mean * (1 + has @ plan.longer_stay)
        spread = plan.nights_spread[department]
        point = self.streams.even("nights", key, department, mean)
        drawn = mean * np.exp(spread * normal_of(point) - spread**2 / 2)
        whole = np.floor(drawn + self.streams.uniform("last night", key)).astype(np.int64)
        return np.asarray(np.clip(whole, 0, plan.scenario.stays.most_nights))

    # --- end -----------------------------------------------------------------------------------

    def _end(self, e: Encounters) -> None:
        """Who dies, and where the others go."""
        plan, streams = self.plan, self.streams
        mortality = plan.scenario.mortality
        by_class = (
            by_age(mortality.inpatient),
            by_age(mortality.emergency),
            by_age(mortality.observation),
            np.zeros(OLDEST_AGE + 1),
        )
        share = np.stack(by_class)[e.encounter_class, e.age]
        was_seen = e.diagnosis >= 0
        share = share * np.where(was_seen, plan.diagnoses.severity[e.diagnosis], 0.0)
        # The other site's bed is for the living: a transferred patient arrives.
        dies = streams.even("dies", e.key, e.encounter_class, share) < np.minimum(share, 0.6)
        start = np.where(e.admitted == MISSING, np.maximum(e.seen, e.arrived), e.admitted)
        part = streams.uniform("dies when", e.key)
        last = start + np.maximum(60, part * (e.discharged - start)).astype(np.int64)
        e.discharged[:] = np.where(dies, last, e.discharged)
        e.nights[:] = np.where(
            dies & (e.encounter_class == INPATIENT),
            e.discharged // MINUTES_PER_DAY - start // MINUTES_PER_DAY,
            e.nights,
        )
        self._dispositions(e, was_seen & ~dies)
        e.disposition[dies] = DIED
        self.people.death_day[e.patient[dies]] = e.discharged[dies] // MINUTES_PER_DAY

    def _dispositions(self, e: Encounters, leaves: np.ndarray) -> None:
        plan = self.plan
        settings = plan.scenario.dispositions
        point = self.streams.even("disposition", e.key, e.department, e.encounter_class, e.age)
        by_class = {
            INPATIENT: settings.inpatient,
            EMERGENCY: settings.emergency,
            OBSERVATION: settings.observation,
        }
        for kind, bands in by_class.items():
            band_at = band_of_age(bands)[e.age]
            for position, mix in enumerate(bands.values()):
                here = leaves & (e.encounter_class == kind) & (band_at == position)
                codes = np.array([DISPOSITIONS.index(code) for code in mix])
                e.disposition[here] = codes[choose(list(mix.values()), point[here])]
        for position, department in enumerate(plan.departments):
            if department.dispositions:
                mix = department.dispositions
                here = leaves & (e.encounter_class == INPATIENT) & (e.department == position)
                codes = np.array([DISPOSITIONS.index(code) for code in mix])
                e.disposition[here] = codes[choose(list(mix.values()), point[here])]

    def _remember(self, e: Encounters) -> None:
        """Keep what later visits depend on."""
        plan, patient = self.plan, e.patient
        self.free_from[patient] = e.discharged
        inpatient = e.encounter_class == INPATIENT
        flag = plan.scenario.emr_readmission_flag
        since = e.arrived - self.last_inpatient_end[patient]
        e.returned_within_flag[:] = inpatient & (since <= flag.within_days * MINUTES_PER_DAY)
        stayed = patient[inpatient]
        self.last_inpatient_end[stayed] = e.discharged[inpatient]
        seen = e.diagnosis >= 0
        once = seen & plan.diagnoses.once[e.diagnosis]
        self.done_once[patient[once], plan.diagnoses.code[e.diagnosis[once]]] = True
        kind = np.where(seen, plan.diagnoses.pregnancy[e.diagnosis], 0)
        delivers = kind == GIVES_BIRTH
        self.delivered_on[patient[delivers]] = e.arrived[delivers]

    # --- what follows --------------------------------------------------------------------------

    def _what_follows(self, e: Encounters) -> None:
        leaves_alive = (e.disposition != DIED) & (e.disposition != LEFT_WITHOUT_BEING_SEEN)
        inpatient = leaves_alive & (e.encounter_class == INPATIENT)
        transferred = self._transfer(e, inpatient & (e.disposition == TRANSFERRED))
        hospice = np.isin(e.disposition, HOSPICE)
        returns = self._readmit(e, inpatient & ~transferred & ~hospice)
        self._return_to_emergency(
            e, (e.encounter_class == EMERGENCY) & (e.disposition == HOME) & (e.why == PLANNED)
        )
        self._deliver(e, leaves_alive)
        rows = np.flatnonzero(inpatient)
        ends = self.stay_ends[e.patient[rows]]
        self.stay_ends[e.patient[rows]] = np.column_stack([ends[:, 1:], e.discharged[rows]])
        self._die_later(e, inpatient & ~transferred & ~returns, hospice)

    def _schedule(
        self,
        e: Encounters,
        rows: np.ndarray,
        arrived: np.ndarray,
        department: np.ndarray | int,
        encounter_class: np.ndarray | int,
        is_elective: np.ndarray | bool,
        why: int,
        diagnosis: np.ndarray | int,
    ) -> None:
        patient = e.patient[rows]
        self.follow.arrived[patient] = arrived
        self.follow.department[patient] = department
        self.follow.encounter_class[patient] = encounter_class
        self.follow.is_elective[patient] = is_elective
        self.follow.why[patient] = why
        self.follow.diagnosis[patient] = diagnosis

    def _transfer(self, e: Encounters, candidates: np.ndarray) -> np.ndarray:
        """Send patients on to our other site, where it treats the illness."""
        plan, streams = self.plan, self.streams
        settings = plan.scenario.transfers
        wanted = candidates & (
            streams.even("to other site", e.key, e.department) < settings.to_other_site_share
        )
        moved = np.zeros(len(e), dtype=bool)
        for target in range(len(plan.departments)):
            other_site = plan.facility[e.department] != plan.facility[target]
            rows = np.flatnonzero(wanted & ~moved & other_site)
            if len(rows) == 0:
                continue
            item = plan.same_diagnosis[plan.profile_of[target], e.diagnosis[rows]]
            sex = self.people.sex[e.patient[rows]]
            fits = (item >= 0) & plan.treats(np.full(len(rows), target), sex, e.age[rows])
            rows, item = rows[fits], item[fits]
            hours = streams.skewed("transfer", e.key[rows], settings.hours)
            arrived = e.discharged[rows] + (hours * 60).astype(np.int64)
            self._schedule(e, rows, arrived, target, INPATIENT, False, TRANSFER, item)
            moved[rows] = True
        return moved

    def _risk(self, e: Encounters, rows: np.ndarray, in_target: np.ndarray) -> np.ndarray:
        """Chance to come back as an inpatient, by the scenario's log-odds.

        The log-odds of the target group are moved together so that their mean chance is the
        target's: the group keeps its differences, but not its level.
        """
        plan = self.plan
        settings = plan.scenario.readmission
        recent = self.stay_ends[e.patient[rows]] > (e.arrived[rows] - LOOK_BACK_MINUTES)[:, None]
        log_odds = (
            settings.base
            + plan.readmission[e.department[rows]]
            + e.has[rows] @ plan.condition_readmission
            + settings.age_65_or_more * (e.age[rows] >= 65)
            + settings.elective * e.is_elective[rows]
            + settings.each_earlier_stay * recent.sum(axis=1)
            + settings.each_doubling_of_nights * np.log2(np.maximum(e.nights[rows], 1))
            + settings.left_against_advice * (e.disposition[rows] == AGAINST_ADVICE)
        )
        if in_target.any():
            group = log_odds[in_target]
            log_odds[in_target] = group + _shift_to(group, settings.target.share_of_patients)
        return np.asarray(np.minimum(_share_of(log_odds), settings.most_likely))

    def _readmit(self, e: Encounters, candidates: np.ndarray) -> np.ndarray:
        plan, streams = self.plan, self.streams
        settings = plan.scenario.readmission
        rows = np.flatnonzero(candidates)
        # The target is one of patients: their first stay in the group decides, in a stratum of its
        # own, who comes back. Who does not has no readmission after a later stay either.
        in_target = self._in_target_group(e, rows)
        patient = e.patient[rows]
        decides = in_target & (self.target_decision[patient] == UNDECIDED)
        # Those whose return would be known before the data end are a stratum of their own too.
        target_days = settings.target.within_days
        is_known = e.discharged[rows] // MINUTES_PER_DAY + target_days <= plan.last_day
        stratum = np.where(decides, len(plan.departments) + is_known, e.department[rows])
        key, risk = e.key[rows], self._risk(e, rows, decides)
        risk = np.where(in_target & (self.target_decision[patient] == STAYS_AWAY), 0.0, risk)
        back = systematic(risk, stratum, e.discharged[rows], self._readmission_carry)
        decision = np.where(back, COMES_BACK, STAYS_AWAY)
        self.target_decision[patient[decides]] = decision[decides]
        within = np.where(in_target, target_days, settings.within_days)
        rows, key, stratum, within = rows[back], key[back], stratum[back], within[back]
        # Early or late is shared evenly too, so that the rate of a window follows from the risk.
        point = streams.even("readmitted when", key, stratum, stratum * 0)
        days = 1 + np.floor(within * point**settings.earliness).astype(np.int64)
        home = e.department[rows]
        department = self._other_department(e, rows, key, home)
        planned = streams.even("planned readmission", key, home) < settings.planned_share
        same = plan.same_diagnosis[plan.profile_of[department], e.diagnosis[rows]]
        same = np.where(
            streams.happens("same diagnosis", key, settings.same_diagnosis_share) & ~planned,
            same,
            NO_DIAGNOSIS,
        )
        day = e.discharged[rows] // MINUTES_PER_DAY + days
        weekday = (day + 3) % 7
        day = day + np.where(planned & (weekday >= 5), 7 - weekday, 0)
        pattern = np.where(planned, SCHEDULED, UNSCHEDULED)
        arrived = day * MINUTES_PER_DAY + self._clock("readmission", key, pattern)
        self._schedule(e, rows, arrived, department, INPATIENT, planned, READMISSION, same)
        result = np.zeros(len(e), dtype=bool)
        result[rows] = True
        return result

    def _in_target_group(self, e: Encounters, rows: np.ndarray) -> np.ndarray:
        """Stays of patients with the target's condition, coded so, at its ages.

        Stays that end against advice or in another hospital are left to their risks.
        """
        plan, target = self.plan, self.plan.scenario.readmission.target
        column = plan.condition_position[target.condition]
        first, last = parse_ages(target.ages)
        coded = self.people.code[e.patient[rows], column] == plan.code_of(target.code)
        for condition, with_all, _ in plan.combined:
            if condition == column:
                coded &= ~e.has[rows][:, with_all].all(axis=1)
        coded &= plan.diagnoses.implies[e.diagnosis[rows]] != column
        age = e.age[rows]
        leaves_home = ~np.isin(e.disposition[rows], (AGAINST_ADVICE, TRANSFERRED))
        return np.asarray(
            e.has[rows, column] & coded & (age >= first) & (age <= last) & leaves_home
        )

    def _other_department(
        self, e: Encounters, rows: np.ndarray, key: np.ndarray, home: np.ndarray
    ) -> np.ndarray:
        """Where a readmission goes: mostly the same department."""
        plan, streams = self.plan, self.streams
        settings = plan.scenario.readmission
        targets = np.array([plan.department_position[d] for d in settings.other_departments])
        weights = np.array(list(settings.other_departments.values()), dtype=float)
        sex, age = self.people.sex[e.patient[rows]], e.age[rows]
        fits = np.stack([plan.treats(np.full(len(rows), t), sex, age) for t in targets], axis=1)
        chosen = choose_row(weights * fits, streams.uniform("readmitted where", key))
        stays = streams.even("readmitted same", key, home) < settings.same_department_share
        other = np.append(targets, 0)[chosen]
        return np.where(stays | (chosen == len(targets)), home, other)

    def _return_to_emergency(self, e: Encounters, candidates: np.ndarray) -> None:
        plan, streams = self.plan, self.streams
        settings = plan.scenario.emergency.return_
        rows = np.flatnonzero(candidates)
        key = e.key[rows]
        back = streams.even("back in ER", key, e.department[rows]) < settings.share
        rows, key = rows[back], key[back]
        days = 1 + (
            streams.uniform("back when", key) ** settings.earliness * settings.within_days
        ).astype(int)
        admitted = streams.happens("back and admitted", key, settings.inpatient_share)
        day = e.discharged[rows] // MINUTES_PER_DAY + days
        arrived = day * MINUTES_PER_DAY + self._clock("back", key, np.full(len(key), UNSCHEDULED))
        kind = np.where(admitted, INPATIENT, EMERGENCY)
        department = e.department[rows]
        self._schedule(
            e,
            rows,
            arrived,
            department,
            kind,
            False,
            EMERGENCY_RETURN,
            NO_DIAGNOSIS,
        )

    def _deliver(self, e: Encounters, candidates: np.ndarray) -> None:
        """Prenatal care leads to a delivery at term."""
        plan, streams = self.plan, self.streams
        item = np.where(e.diagnosis >= 0, e.diagnosis, 0)
        expects = candidates & (e.diagnosis >= 0) & (plan.diagnoses.pregnancy[item] == PREGNANT)
        rows = np.flatnonzero(expects)
        clock = self._clock("delivery", e.key[rows], np.full(len(rows), UNSCHEDULED))
        profile = next(
            items
            for items in plan.profile_items
            if (plan.diagnoses.pregnancy[items] == GIVES_BIRTH).any()
        )
        items = profile[
            (plan.diagnoses.pregnancy[profile] == GIVES_BIRTH)
            & ~plan.diagnoses.is_elective[profile]
        ]
        # The delivery is of a later week than the visit, and as many weeks later.
        weeks = plan.diagnoses.gestation_weeks
        later = weeks[items] > weeks[item[rows], None]
        chosen = choose_row(
            plan.diagnoses.weight[items] * later, streams.uniform("delivers how", e.key[rows])
        )
        born = chosen < len(items)
        rows, delivery, clock = rows[born], items[chosen[born]], clock[born]
        days = 7 * (weeks[delivery] - weeks[item[rows]])
        days += (streams.uniform("term", e.key[rows]) * 7).astype(np.int64) - 3
        arrived = (e.discharged[rows] // MINUTES_PER_DAY + np.maximum(1, days)) * MINUTES_PER_DAY
        arrived += clock
        department = e.department[rows]
        self.expects_until[e.patient[rows]] = arrived
        self._schedule(
            e,
            rows,
            arrived,
            department,
            INPATIENT,
            False,
            DELIVERY,
            items[chosen],
        )

    def _die_later(self, e: Encounters, stayed: np.ndarray, hospice: np.ndarray) -> None:
        """Deaths after discharge: after hospice, and of those who do not come back."""
        streams, people = self.streams, self.people
        mortality = self.plan.scenario.mortality
        share = by_age(mortality.after_stay_share)[e.age]
        later = stayed & ~hospice & streams.happens("dies later", e.key, share)
        for mask, days in (
            (hospice, mortality.hospice_days),
            (later, mortality.after_stay_days),
        ):
            rows = np.flatnonzero(mask)
            after = _skewed_days(streams, "dies later on", e.key[rows], days)
            people.death_day[e.patient[rows]] = e.discharged[rows] // MINUTES_PER_DAY + after


def _share_of(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _shift_to(log_odds: np.ndarray, share: float) -> float:
    """What to add to log-odds so that their mean share is the one given."""
    low, high = -12.0, 12.0
    for _ in range(40):
        middle = (low + high) / 2
        if _share_of(log_odds + middle).mean() < share:
            low = middle
        else:
            high = middle
    return low


def _skewed_days(streams: Streams, stream: str, key: np.ndarray, shape: Skewed) -> np.ndarray:
    return np.maximum(1, np.round(streams.skewed(stream, key, shape))).astype(np.int64)


def _poisson(mean: np.ndarray, uniform: np.ndarray, most: int) -> np.ndarray:
    """Poisson numbers by inversion, at most `most`."""
    count = np.zeros(len(mean), dtype=np.int64)
    term = np.exp(-mean)
    total = term.copy()
    for k in range(1, most + 1):
        count += uniform >= total
        term = term * mean / k
        total += term
    return count
