"""Readmissions, risk and census in plain Python, from the definitions and the raw rows.

A second route: written from the published definitions with ordinary loops over one patient at a
time, sharing nothing with the SQL. Money is in oracle_money.py. Codes are labeled by hand in
oracle_codes.py; the full code lists are held against a comorbidity package in test_charlson.py.
"""

from __future__ import annotations

import datetime
from collections import defaultdict

from tests.warehouse.oracle_codes import (
    ACUTE_DIAGNOSES,
    ALWAYS_PLANNED_DIAGNOSES,
    ALWAYS_PLANNED_PROCEDURES,
    CANCER,
    CHRONIC,
    POTENTIALLY_PLANNED_PROCEDURES,
    PSYCHIATRIC,
    REHABILITATION,
    SURGERY,
    heaviest,
)
from tests.warehouse.oracle_money import claims_of, event_days, receivables_by_day

WINDOWS = (7, 30, 60, 90)
DIED = {"20", "40", "41", "42"}
TRANSFER = {"02", "05", "43", "66", "82", "85", "88", "94"}
AGAINST_ADVICE = {"07"}
HOME = {"01", "81"}
URGENT = {"emergency", "urgent", "trauma"}


def moment(field: str | None) -> datetime.datetime | None:
    """A raw time."""
    return datetime.datetime.fromisoformat(field) if field else None


def days(first: datetime.datetime, second: datetime.datetime) -> int:
    """Midnights between two times."""
    return (second.date() - first.date()).days


def age(born: datetime.date, on: datetime.date) -> int:
    """Completed years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def six_months_before(day: datetime.date) -> datetime.date:
    """The same day six months earlier, or the last day of that month."""
    month, year = day.month - 6, day.year
    if month < 1:
        month, year = month + 12, year - 1
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError


class Oracle:
    """What the marts must hold for an extract.

    Attributes:
        encounters: by encounter id, Charlson index, waits and returns.
        stays: by the id of a stay's first encounter, everything of fct_readmissions.
        claims: by claim id, what is owed and for how long.
        census: by (department id, day), arrivals, admissions, discharges, midnight census.
        receivables: by day, what is owed in all.
    """

    def __init__(self, tables: dict[str, list[dict[str, str | None]]]) -> None:
        self.site = {d["department_id"]: d["facility_id"] for d in tables["departments"]}
        self.born = {
            p["patient_id"]: datetime.date.fromisoformat(p["birth_date"])
            for p in tables["patients"]
        }
        self.codes: dict[str, list[str]] = defaultdict(list)
        for row in sorted(tables["diagnoses"], key=lambda r: int(r["sequence"])):
            self.codes[row["encounter_id"]].append(row["icd10_code"].replace(".", ""))
        self.procedures: dict[str, list[str]] = defaultdict(list)
        for row in tables["procedures"]:
            self.procedures[row["encounter_id"]].append(row["procedure_code"])
        self.patients: dict[str, list[dict]] = defaultdict(list)
        for row in tables["encounters"]:
            self.patients[row["patient_id"]].append(self._encounter(row))
        everything = [e for found in self.patients.values() for e in found]
        self.first_arrival = min(e["arrived"] for e in everything)
        self.last_arrival = max(e["arrived"] for e in everything)
        self.encounters: dict[str, dict] = {}
        self.stays: dict[str, dict] = {}
        for found in self.patients.values():
            self._patient(sorted(found, key=lambda e: (e["arrived"], e["id"])))
        self._expected()
        self.census = self._census(everything)
        first, last = event_days(tables, everything)
        self.claims = claims_of(tables, everything, last)
        self.receivables = receivables_by_day(tables, first, last)

    def _encounter(self, row: dict) -> dict:
        arrived = moment(row["arrived_at"])
        stays = row["encounter_class"] in ("inpatient", "observation")
        disposition = row["discharge_disposition"] or None
        if disposition and len(disposition) == 1:
            disposition = "0" + disposition
        source = (row["admission_source"] or "").upper()
        return {
            "id": row["encounter_id"],
            "patient": row["patient_id"],
            "class": row["encounter_class"],
            "type": row["admission_type"] or None,
            "department": row["department_id"],
            "facility": self.site.get(row["department_id"]),
            "disposition": disposition,
            "arrived": arrived,
            "admitted": moment(row["admitted_at"]) or (arrived if stays else None),
            "left_emergency": moment(row["emergency_departed_at"]),
            "discharged": moment(row["discharged_at"]),
            "age": age(self.born[row["patient_id"]], arrived.date()),
            "flag": {"Y": 1, "N": 0}.get(row["readmission_indicator"]),
            "is_emergency": row["encounter_class"] == "emergency"
            or row["emergency_departed_at"] is not None
            or source == "EMERGENCY ROOM",
        }

    # --- one patient ---------------------------------------------------------------------------

    def _patient(self, encounters: list[dict]) -> None:
        for this in encounters:
            known = set(self.codes[this["id"]])
            for other in encounters:
                if (
                    other["arrived"] < this["arrived"]
                    and days(other["arrived"], this["arrived"]) <= 365
                ):
                    known |= set(self.codes[other["id"]])
            this["known"] = known
            boarding = None
            if this["left_emergency"] and this["admitted"]:
                boarding = (this["left_emergency"] - this["admitted"]).total_seconds() / 60
            self.encounters[this["id"]] = {
                "charlson_index": heaviest(known, 0, 1),
                "boarding_minutes": boarding if boarding is not None and boarding >= 0 else None,
                "is_emergency_arrival": int(this["is_emergency"]),
                **self._return(this, encounters),
            }
        self._stays(encounters)

    def _return(self, this: dict, encounters: list[dict]) -> dict:
        result = {"is_emergency_return_72_hours": None, "is_emergency_return_30_days": None}
        if (
            this["class"] != "emergency"
            or this["disposition"] not in HOME
            or this["discharged"] is None
        ):
            return result
        back = [
            e["arrived"]
            for e in encounters
            if e["class"] in ("emergency", "inpatient") and e["arrived"] > this["discharged"]
        ]
        follow_up = days(this["discharged"], self.last_arrival)
        if follow_up >= 3:
            limit = this["discharged"] + datetime.timedelta(hours=72)
            result["is_emergency_return_72_hours"] = int(any(b <= limit for b in back))
        if follow_up >= 30:
            result["is_emergency_return_30_days"] = int(
                any(days(this["discharged"], b) <= 30 for b in back)
            )
        return result

    def _stitched(self, encounters: list[dict]) -> list[list[dict]]:
        stays: list[list[dict]] = []
        latest: dict | None = None
        inpatient = [e for e in encounters if e["class"] == "inpatient" and e["discharged"]]
        for this in sorted(inpatient, key=lambda e: (e["admitted"], e["discharged"], e["id"])):
            joins = False
            if latest is not None:
                gap = days(latest["discharged"], this["admitted"])
                sites = (latest["facility"], this["facility"])
                elsewhere = None not in sites and sites[0] != sites[1]
                same_site = None not in sites and sites[0] == sites[1]
                categories = [
                    c[0][:3] if (c := self.codes[e["id"]]) else None for e in (latest, this)
                ]
                same_reason = None not in categories and categories[0] == categories[1]
                joins = (
                    this["admitted"] < latest["discharged"]
                    or (gap <= 1 and (latest["disposition"] in TRANSFER or elsewhere))
                    or (gap == 0 and same_site and same_reason)
                )
            if joins:
                stays[-1].append(this)
            else:
                stays.append([this])
            order = ("discharged", "admitted", "id")
            if latest is None or [this[o] for o in order] > [latest[o] for o in order]:
                latest = this
        return stays

    def _stays(self, encounters: list[dict]) -> None:
        stays = self._stitched(encounters)
        judged = [self._judge(stay, encounters) for stay in stays]
        for position, stay in enumerate(judged):
            following = judged[position + 1] if position + 1 < len(judged) else None
            gap = days(stay["discharged"], following["admitted"]) if following else None
            found = {}
            for window in WINDOWS:
                reason = stay["disposition_reason"]
                if reason is None and days(stay["discharged"], self.last_arrival) < window:
                    reason = "Follow-up incomplete"
                back = gap is not None and gap <= window
                unplanned = back and not following["is_planned"]
                in_hwr = reason is None and stay["hwr_exclusion_reason"] is None
                found |= {
                    f"index_exclusion_reason_{window}_days": reason,
                    f"is_index_admission_{window}_days": int(reason is None),
                    f"is_readmitted_{window}_days": None if reason else int(back),
                    f"is_readmitted_unplanned_{window}_days": None if reason else int(unplanned),
                    f"is_hwr_index_admission_{window}_days": int(in_hwr),
                    f"is_hwr_readmitted_{window}_days": int(unplanned) if in_hwr else None,
                }
            stay |= found
            stay["is_readmission_30_days"] = stay.get("is_readmission_30_days", 0)
            if following is not None:
                following["is_readmission_30_days"] = int(found["is_readmitted_30_days"] == 1)
            self.stays[stay.pop("id")] = stay

    def _judge(self, stay: list[dict], encounters: list[dict]) -> dict:
        first = stay[0]
        last = max(stay, key=lambda e: (e["discharged"], e["admitted"], e["id"]))
        principal = self.codes[last["id"]][0] if self.codes[last["id"]] else None
        procedures = {p for e in stay for p in self.procedures[e["id"]]}
        coded = {c for e in stay for c in self.codes[e["id"]]}
        known = coded | first["known"]
        planned = None
        if procedures & ALWAYS_PLANNED_PROCEDURES:
            planned = "Always planned procedure"
        elif principal in ALWAYS_PLANNED_DIAGNOSES:
            planned = "Always planned diagnosis"
        elif (
            procedures & POTENTIALLY_PLANNED_PROCEDURES
            and first["type"] == "elective"
            and principal not in ACUTE_DIAGNOSES
        ):
            planned = "Potentially planned procedure"
        if first["age"] < 18:
            hwr = "Under age"
        elif principal in PSYCHIATRIC:
            hwr = "Psychiatric"
        elif principal in REHABILITATION:
            hwr = "Rehabilitation"
        elif principal in CANCER and not procedures & SURGERY:
            hwr = "Medical treatment of cancer"
        else:
            hwr = None
        reason = None
        if last["disposition"] in DIED:
            reason = "Died"
        elif last["disposition"] in AGAINST_ADVICE:
            reason = "Left against medical advice"
        elif last["disposition"] in TRANSFER:
            reason = "Transferred to another acute hospital"
        nights = days(first["admitted"], last["discharged"])
        charlson = heaviest(known, 0, 1)
        return {
            "id": first["id"],
            "admitted": first["admitted"],
            "discharged": last["discharged"],
            "department": last["department"],
            "age": first["age"],
            "is_urgent": first["type"] in URGENT,
            "disposition_reason": reason,
            "encounter_count": len(stay),
            "is_flagged_readmission": first["flag"],
            "length_of_stay_days": max(1, nights),
            "is_planned": int(planned is not None),
            "planned_reason": planned,
            "hwr_exclusion_reason": hwr,
            "has_type_2_diabetes": int("E119" in coded),
            "has_chronic_condition": int(bool(coded & CHRONIC)),
            "charlson_index": charlson,
            "charlson_band": ("0", "1-2", "1-2", "3-4", "3-4", "5+")[min(charlson, 5)],
            **self._lace(first, nights, known, encounters),
        }

    def _lace(self, first: dict, nights: int, known: set[str], encounters: list[dict]) -> dict:
        length = nights if nights < 4 else 4 if nights < 7 else 5 if nights < 14 else 7
        acuity = 3 if first["type"] in URGENT else 0
        burden = heaviest(known, 2, 3)
        comorbidity = 5 if burden >= 4 else burden
        start = six_months_before(first["admitted"].date())
        visits = [
            e
            for e in encounters
            if e["is_emergency"]
            and e["arrived"] < first["arrived"]
            and e["arrived"].date() >= start
        ]
        attended = [e for e in encounters if e["class"] in ("emergency", "inpatient")]
        place = attended.index(first)
        before = attended[place - 1] if place else None
        if (
            before in visits
            and before["class"] == "emergency"
            and before["disposition"] == "09"
            and before["discharged"]
            and 0 <= days(before["discharged"], first["arrived"]) <= 1
        ):
            visits.remove(before)
        emergency = min(4, len(visits))
        total = length + acuity + comorbidity + emergency
        return {
            "lace_length_of_stay_points": length,
            "lace_acuity_points": acuity,
            "lace_comorbidity_points": comorbidity,
            "lace_emergency_visit_points": emergency,
            "lace_index": total,
            "lace_band": "Low" if total < 5 else "Moderate" if total < 10 else "High",
        }

    # --- all patients --------------------------------------------------------------------------

    def _expected(self) -> None:
        def group(years: int) -> str:
            return "Child" if years < 18 else "Adult" if years < 65 else "Senior"

        index = [s for s in self.stays.values() if s["is_index_admission_30_days"]]
        outcomes: dict[tuple, list[int]] = defaultdict(list)
        for stay in index:
            cell = (group(stay["age"]), stay["charlson_band"], stay["is_urgent"])
            for size in range(4):
                outcomes[cell[:size]].append(stay["is_readmitted_30_days"])
        for stay in self.stays.values():
            stay["expected_probability_30_days"] = None
        for stay in index:
            cell = (group(stay["age"]), stay["charlson_band"], stay["is_urgent"])
            enough = [s for s in (3, 2, 1, 0) if s == 0 or len(outcomes[cell[:s]]) >= 20]
            cases = outcomes[cell[: enough[0]]]
            stay["expected_probability_30_days"] = sum(cases) / len(cases)

    def _census(self, everything: list[dict]) -> dict[tuple, dict]:
        first, last = self.first_arrival.date(), self.last_arrival.date()
        calendar = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
        census = {}
        by_department = defaultdict(list)
        for e in everything:
            by_department[e["department"]].append(e)
        for department, found in by_department.items():
            beds = [e for e in found if e["class"] == "inpatient"]
            for day in calendar:
                census[department, day] = {
                    "arrivals": sum(e["arrived"].date() == day for e in found),
                    "admissions": sum(max(e["admitted"].date(), first) == day for e in beds),
                    "discharges": sum(
                        e["discharged"] is not None and e["discharged"].date() == day for e in beds
                    ),
                    "midnight_census": sum(
                        e["admitted"].date() <= day
                        and (e["discharged"] is None or day < e["discharged"].date())
                        for e in beds
                    ),
                }
        return census
