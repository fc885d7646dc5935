"""A hospital's source system that changes from night to night and says when it changed what."""

from __future__ import annotations

import datetime
import random

from tests.tsql.test_same_answers import Tables
from tests.warehouse.histories import extract, history

LINES = ("diagnoses", "procedures", "claims", "vitals", "charges", "surveys")
# after everything that happens: nothing lies beyond the end of the extract
FIRST_UPDATE = datetime.datetime(2035, 1, 1)


class Hospital:
    """Random patients whose records arrive, are corrected and are deleted.

    Args:
        seed: of all that happens.
        patients: how many there are at first.

    Attributes:
        tables: the extract as it stands now.
    """

    def __init__(self, seed: int, patients: int) -> None:
        self.random = random.Random(seed)
        self.clock = 0
        self.patients = patients
        self.tables: Tables = extract(self.random.choice, patients)
        for table in LINES:
            self.tables.setdefault(table, [])
        self.tables["charges"] = [self._charge(e, 0) for e in self.tables["encounters"]]
        self.tables["vitals"] = [
            {
                "vital_id": f"V{e['encounter_id']}",
                "encounter_id": e["encounter_id"],
                "measured_at": e["arrived_at"],
                "heart_rate": "72",
            }
            for e in self.tables["encounters"]
        ]
        self.tables["surveys"] = [
            {"survey_id": f"S{e['encounter_id']}", "encounter_id": e["encounter_id"],
             "sent_on": e["arrived_at"][:10], "returned_on": e["arrived_at"][:10],
             "overall_rating": "9"}
            for e in self.tables["encounters"]
        ]  # fmt: skip
        for row in (*self.tables["patients"], *self.tables["encounters"]):
            self.stamp(row)

    def stamp(self, row: dict) -> None:
        self.clock += 1
        row["updated_at"] = str(FIRST_UPDATE + datetime.timedelta(seconds=self.clock))

    def _charge(self, encounter: dict, number: int) -> dict:
        return {
            "charge_id": f"{encounter['encounter_id']}-{number}",
            "encounter_id": encounter["encounter_id"],
            "service_date": encounter["arrived_at"][:10],
            "revenue_category": self.random.choice(("Room", "Laboratory")),
            "procedure_code": self.random.choice(("27447", "71046", None)),
            "quantity": "1",
            "charge_amount": f"{self.random.randrange(1, 5000)}.00",
        }

    def night(self) -> None:
        """A few things happen."""
        happenings = (
            self.new_patient,
            self.late_encounter,
            self.correct_encounter,
            self.correct_patient,
            self.correct_lines,
            self.delete_encounter,
            self.delete_lines,
            self.delete_patient,
            self.late_charge_without_a_stamp,
            self.delete_the_latest,
            self.months_pass,
            self.beds_change,
            self.department_is_missing,
            self.payer_is_missing,
        )
        for happens in self.random.choices(happenings, k=self.random.randint(1, 12)):
            happens()

    def new_patient(self) -> None:
        """Someone new, with a whole history, some of it long ago."""
        before = len(self.tables["encounters"])
        history(self.random.choice, self.patients, self.tables)
        self.patients += 1
        self.stamp(self.tables["patients"][-1])
        for row in self.tables["encounters"][before:]:
            self.stamp(row)
            self.tables["charges"].append(self._charge(row, 0))

    def late_encounter(self) -> None:
        """A visit of long ago arrives only now; its stamp may be older than what is known."""
        like = self._any("encounters")
        late = {**like, "encounter_id": f"{like['encounter_id']}-L{self.clock}"}
        self.stamp(late)
        if self.random.random() < 0.5:
            late["updated_at"] = "2020-01-01 00:00:00"
        self.tables["encounters"].append(late)
        self.tables["charges"].append(self._charge(late, 0))

    def correct_encounter(self) -> None:
        """The source corrects a visit."""
        row = self._any("encounters")
        column, values = self.random.choice(
            (
                ("department_id", ("D1", "D2", None)),
                ("encounter_class", ("inpatient", "emergency")),
                ("discharge_disposition", ("01", "20", "02")),
                ("payer_id", ("P1", "P2", "P3")),
                ("discharged_at", (None, row["arrived_at"])),
                ("patient_id", (self._any("patients")["patient_id"], None)),
            )
        )
        row[column] = self.random.choice(values)
        self.stamp(row)

    def correct_patient(self) -> None:
        """Another birth date gives another age at every visit."""
        row = self._any("patients")
        row["birth_date"] = self.random.choice(("1930-01-01", "1960-06-30", "2015-12-31"))
        self.stamp(row)

    def correct_lines(self) -> None:
        """Something that belongs to a visit changes, and the source says so at the visit."""
        encounter = self._any("encounters")
        own = [
            (table, row)
            for table in LINES
            for row in self.tables[table]
            if row["encounter_id"] == encounter["encounter_id"]
        ]
        if own:
            table, row = self.random.choice(own)
            changed = {
                "diagnoses": {"icd10_code": self.random.choice(("E11.9", "C78.7", "I10"))},
                "procedures": {"procedure_code": "50360"},
                "claims": {"payer_id": "P2"},
                "vitals": {"heart_rate": "120"},
                "charges": {"charge_amount": "7.00"},
                "surveys": {"overall_rating": "3"},
            }
            row.update(changed[table])
        self.stamp(encounter)

    def delete_encounter(self) -> None:
        """A visit was a mistake: it goes with all that belongs to it, without a trace."""
        self._remove({self._any("encounters")["encounter_id"]})

    def delete_lines(self) -> None:
        """All charges and diagnoses of a visit go."""
        encounter = self._any("encounters")
        for table in ("charges", "diagnoses"):
            self.tables[table] = [
                row
                for row in self.tables[table]
                if row["encounter_id"] != encounter["encounter_id"]
            ]
        self.stamp(encounter)

    def delete_patient(self) -> None:
        """A person goes with all visits."""
        patient = self._any("patients")
        self.tables["patients"].remove(patient)
        self._remove(
            {
                row["encounter_id"]
                for row in self.tables["encounters"]
                if row["patient_id"] == patient["patient_id"]
            }
        )

    def late_charge_without_a_stamp(self) -> None:
        """A charge comes late, within the look-back, and nobody says so."""
        latest = max(row["arrived_at"] for row in self.tables["encounters"])
        since = str(datetime.datetime.fromisoformat(latest) - datetime.timedelta(days=100))
        recent = [row for row in self.tables["encounters"] if row["arrived_at"] > since]
        self.tables["charges"].append(self._charge(self.random.choice(recent), self.clock))
        self.clock += 1

    def delete_the_latest(self) -> None:
        """The data end earlier than the night before: follow-up that was complete is not."""
        by_arrival = sorted(self.tables["encounters"], key=lambda row: row["arrived_at"])
        self._remove({row["encounter_id"] for row in by_arrival[-self.random.randint(1, 5) :]})

    def beds_change(self) -> None:
        """A department counts its beds anew; the engine knows no nights before."""
        self._any("departments")["staffed_beds"] = str(self.random.randint(1, 30))

    def department_is_missing(self) -> None:
        """A department is not in tonight's extract, or it is again."""
        known = {row["department_id"] for row in self.tables["departments"]}
        if "D3" in known:
            self.tables["departments"] = [
                row for row in self.tables["departments"] if row["department_id"] != "D3"
            ]
        else:
            self.tables["departments"].append(
                {"department_id": "D3", "department_name": "D3", "facility_id": "F2",
                 "staffed_beds": "5"}
            )  # fmt: skip

    def payer_is_missing(self) -> None:
        """A plan is not in tonight's extract, so that its claims are rejected, or it is again."""
        known = {row["payer_id"] for row in self.tables["payers"]}
        if "P2" in known:
            self.tables["payers"] = [
                row for row in self.tables["payers"] if row["payer_id"] != "P2"
            ]
        else:
            self.tables["payers"].append(
                {"payer_id": "P2", "payer_name": "P2", "payer_category": "Medicare"}
            )

    def months_pass(self) -> None:
        """The next visit is half a year after the last; no night was run in between."""
        latest = max(self.tables["encounters"], key=lambda row: row["arrived_at"])
        arrived = datetime.datetime.fromisoformat(latest["arrived_at"])
        patient_id = self._any("patients")["patient_id"]
        visit = {
            **latest,
            "patient_id": patient_id,
            "encounter_id": f"{patient_id}-M{self.clock}",
            "encounter_class": "emergency",
            "arrived_at": str(arrived + datetime.timedelta(days=200)),
            "discharged_at": str(arrived + datetime.timedelta(days=200, hours=3)),
            "admitted_at": None,
            "emergency_departed_at": None,
        }
        self.stamp(visit)
        self.tables["encounters"].append(visit)

    def _any(self, table: str) -> dict:
        return self.random.choice(self.tables[table])

    def _remove(self, encounter_ids: set[str]) -> None:
        gone = {
            row["claim_id"] for row in self.tables["claims"] if row["encounter_id"] in encounter_ids
        }
        for table in ("encounters", *LINES):
            self.tables[table] = [
                row for row in self.tables[table] if row["encounter_id"] not in encounter_ids
            ]
        self.tables["payments"] = [
            row for row in self.tables["payments"] if row["claim_id"] not in gone
        ]
