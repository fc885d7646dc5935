"""`python -m generator --patients N --seed S --out FOLDER --format csv|parquet`."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import yaml
from faker import Faker

ROOT = Path(__file__).resolve().parent
CONTRACT = ROOT.parent / "models" / "staging" / "emr" / "_emr__sources.yml"
SCENARIO = ROOT / "scenario.yaml"

Rows = dict[str, list[dict[str, Any]]]


def contract_columns() -> dict[str, list[str]]:
    """Columns of the thirteen tables, in order, from the project's sources file."""
    tables = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["sources"][0]["tables"]
    return {table["name"]: [column["name"] for column in table["columns"]] for table in tables}


class Hospital:
    """One run of a scenario: draws patients, their encounters, and what follows from them."""

    def __init__(self, scenario: dict[str, Any], seed: int) -> None:
        self.scenario = scenario
        self.random = np.random.default_rng(seed)
        self.faker = Faker("en_US")
        self.faker.seed_instance(seed)
        self.rows: Rows = defaultdict(list)
        self.first = dt.datetime.fromisoformat(scenario["period"]["first_day"])
        self.end = dt.datetime.fromisoformat(scenario["period"]["last_day"]) + dt.timedelta(days=1)
        self.departments = {d["id"]: d for d in scenario["departments"]}
        self.encounters = self.lines = 0

    def pick(self, weights: dict[str, float]) -> str:
        """One key, drawn with its relative weight."""
        values = np.array(list(weights.values()), dtype=float)
        return list(weights)[int(self.random.choice(len(values), p=values / values.sum()))]

    def happens(self, share: float) -> bool:
        """True with the given probability."""
        return bool(self.random.random() < share)

    def skewed(self, median: float, spread: float) -> float:
        """A log-normal value."""
        return float(median * np.exp(spread * self.random.normal()))

    def generate(self, patients: int) -> Rows:
        """All thirteen tables as lists of rows."""
        for table in ("facilities", "payers"):
            self.rows[table] = [dict(row) for row in self.scenario[table]]
        for number, (key, department) in enumerate(self.departments.items(), start=1):
            self.rows["departments"].append(
                {
                    "department_id": key,
                    "department_name": department["name"],
                    "service_line": department["service_line"],
                    "facility_id": department["facility"],
                    "staffed_beds": department["staffed_beds"],
                }
            )
            for position in range(3):
                self.rows["providers"].append(
                    {
                        "provider_id": f"DR{number:02}{position}",
                        "provider_name": f"Dr. {self.faker.name_nonbinary()}",
                        "specialty": department["specialty"],
                        "department_id": key,
                    }
                )
        for number in range(1, patients + 1):
            self.patient(number)
        return self.rows

    def patient(self, number: int) -> None:
        """One person and all encounters in the period."""
        key = self.pick({d: v["share"] for d, v in self.departments.items()})
        home = self.departments[key]
        low, high = home["ages"]
        age = int(self.random.integers(low, high + 1))
        birth = self.first.date() - dt.timedelta(days=age * 365 + int(self.random.integers(1, 365)))
        sex = home.get("sex") or self.pick(self.scenario["sexes"])
        area = self.scenario["areas"][int(self.random.integers(len(self.scenario["areas"])))]
        conditions = [
            code
            for code, condition in self.scenario["conditions"].items()
            if age >= 18 and self.happens(condition["share_at_65"] * min(1.3, age / 65))
        ]
        coverage = self.scenario["coverage"]["65" if age >= 65 else "18" if age >= 18 else "0"]
        category = self.pick(coverage)
        payer = next(
            p["payer_id"] for p in self.scenario["payers"] if p["payer_category"] == category
        )
        person = {
            "patient_id": f"P{number:07}",
            "first_name": self.faker.first_name(),
            "last_name": self.faker.last_name(),
            "birth_date": birth,
            "death_date": None,
            "sex": sex,
            "race": self.pick(self.scenario["races"]),
            "ethnicity": self.pick(self.scenario["ethnicities"]),
            "address_line": self.faker.street_address(),
            **area,
            "phone": f"555-01{number % 100:02}",
            "email": f"patient{number}@example.org",
            "updated_at": self.first,
        }
        self.rows["patients"].append(person)
        at = self.first + dt.timedelta(minutes=int(self.random.integers(0, 700 * 1440)))
        back = False
        while at < self.end and person["death_date"] is None:
            visit = self.encounter(person, key, conditions, payer, at, age, back)
            if visit is None:
                break
            risk = self.scenario["readmission"]["base"] + home["readmission"]
            risk += self.scenario["readmission"]["per_condition"] * len(conditions)
            back = visit["class"] == "inpatient" and self.happens(risk)
            days = self.random.integers(2, 28) if back else self.random.integers(40, 420)
            at = visit["end"] + dt.timedelta(days=int(days), minutes=int(self.random.integers(600)))
            if visit["disposition"] == "02" and self.happens(self.scenario["to_own_site_share"]):
                key, back = self.other_site(key), True
                at = visit["end"] + dt.timedelta(hours=2)
                home = self.departments[key]
            elif not back and not self.happens(self.scenario["comes_again_share"]):
                break

    def other_site(self, key: str) -> str:
        """A department of another site."""
        here = self.departments[key]["facility"]
        return next(d for d, v in self.departments.items() if v["facility"] != here)

    def encounter(
        self,
        person: dict[str, Any],
        key: str,
        conditions: list[str],
        payer: str,
        arrived: dt.datetime,
        age: int,
        back: bool,
    ) -> dict[str, Any] | None:
        """One encounter with its diagnoses, vitals, charges, claim and survey."""
        department = self.departments[key]
        self.encounters += 1
        encounter_id = f"E{self.encounters:07}"
        kind = "inpatient" if back else self.pick(department["classes"])
        stays = kind in ("inpatient", "observation")
        urgent = kind == "emergency" or (stays and not self.happens(department["elective_share"]))
        wait = self.skewed(*self.scenario["wait_minutes"]["urgent" if urgent else "planned"])
        seen = arrived + dt.timedelta(minutes=round(wait))
        admitted = seen + dt.timedelta(minutes=int(self.random.integers(20, 240)))
        if kind == "inpatient":
            nights = self.skewed(department["nights"], 0.6) + 0.25 * len(conditions)
            left = admitted + dt.timedelta(minutes=round(max(0.3, nights) * 1440))
        elif kind == "observation":
            left = admitted + dt.timedelta(minutes=round(self.skewed(1500, 0.3)))
        else:
            left = seen + dt.timedelta(minutes=round(self.skewed(90, 0.5)))
        disposition = self.pick(self.scenario["dispositions"][kind])
        if disposition == "20" and age < 40:
            disposition = "01"
        if disposition == "02" and department["facility"] != "F1":
            disposition = "01"
        lwbs = kind == "emergency" and self.happens(self.scenario["left_without_being_seen"])
        if lwbs:
            disposition, left = "LWBS", arrived + dt.timedelta(minutes=round(wait * 2) + 30)
        is_open = left >= self.end
        if disposition == "20" and not is_open:
            person["death_date"] = left.date()
        now = min(left, self.end - dt.timedelta(minutes=1))
        admission_type = "emergency" if kind == "emergency" else "urgent" if urgent else "elective"
        self.rows["encounters"].append(
            {
                "encounter_id": encounter_id,
                "patient_id": person["patient_id"],
                "department_id": key,
                "provider_id": f"DR{list(self.departments).index(key) + 1:02}"
                f"{int(self.random.integers(3))}",
                "payer_id": payer,
                "encounter_class": kind,
                "admission_type": admission_type,
                "admission_source": "Emergency Room" if urgent and stays else "Home",
                "arrived_at": arrived,
                "first_seen_at": None if lwbs or seen >= self.end else seen,
                "admitted_at": admitted if stays and admitted < self.end else None,
                "discharged_at": None if is_open else left,
                "discharge_disposition": None if is_open else disposition,
                "readmission_indicator": "Y" if back and self.happens(0.9) else "N",
                "updated_at": now,
            }
        )
        if lwbs or seen >= self.end:
            return {"class": kind, "end": left, "disposition": disposition}
        self.clinical(encounter_id, department, conditions, seen, now, age)
        days = [
            seen.date() + dt.timedelta(days=n) for n in range((now.date() - seen.date()).days + 1)
        ]
        billed = self.charges(encounter_id, department, kind, days)
        if not is_open:
            self.claim(encounter_id, payer, left.date(), billed)
            self.survey(encounter_id, department, kind, left)
        return {"class": kind, "end": left, "disposition": disposition}

    def clinical(
        self,
        encounter_id: str,
        department: dict[str, Any],
        conditions: list[str],
        seen: dt.datetime,
        now: dt.datetime,
        age: int,
    ) -> None:
        """Diagnoses, the procedure and vital signs."""
        codes = list(dict.fromkeys([self.pick(department["diagnoses"]), *conditions]))
        for sequence, code in enumerate(codes, start=1):
            self.rows["diagnoses"].append(
                {
                    "encounter_id": encounter_id,
                    "sequence": sequence,
                    "icd10_code": code,
                    "present_on_admission": "Y",
                }
            )
        self.rows["procedures"].append(
            {
                "encounter_id": encounter_id,
                "sequence": 1,
                "procedure_code": self.pick(department["procedures"]),
                "code_system": "CPT",
                "performed_at": seen,
                "provider_id": self.rows["encounters"][-1]["provider_id"],
            }
        )
        shift = {"systolic_bp": 0.0, "heart_rate": 0.0, "glucose": 0.0}
        for code in conditions:
            for name, value in self.scenario["conditions"][code].get("vitals", {}).items():
                shift[name] += value
        at = seen
        while at <= now:
            systolic = 92 + 0.45 * min(age, 70) + shift["systolic_bp"] + 9 * self.random.normal()
            rate = 130 - 3 * min(age, 18) + shift["heart_rate"] + 8 * self.random.normal()
            glucose = 95 + shift["glucose"] + 12 * self.random.normal()
            self.lines += 1
            self.rows["vitals"].append(
                {
                    "vital_id": f"V{self.lines:08}",
                    "encounter_id": encounter_id,
                    "measured_at": at,
                    "systolic_bp": round(systolic),
                    "diastolic_bp": round(systolic * 0.62),
                    "heart_rate": round(rate),
                    "glucose": round(max(glucose, 45)),
                }
            )
            at += dt.timedelta(days=2)

    def charges(
        self, encounter_id: str, department: dict[str, Any], kind: str, days: list[dt.date]
    ) -> int:
        """Charge lines per day; returns their sum in cents."""
        total = 0
        for position, day in enumerate(days):
            for category, (share, price) in self.scenario["charges"][kind].items():
                if position > 0 and category in self.scenario["charged_once"]:
                    continue
                if not self.happens(share):
                    continue
                cents = round(self.skewed(price, 0.3) * department["price_level"] * 100)
                total += cents
                self.lines += 1
                self.rows["charges"].append(
                    {
                        "charge_id": f"C{self.lines:08}",
                        "encounter_id": encounter_id,
                        "service_date": day,
                        "revenue_category": category,
                        "procedure_code": None,
                        "quantity": 1,
                        "charge_amount": cents,
                    }
                )
        return total

    def claim(self, encounter_id: str, payer: str, discharged: dt.date, billed: int) -> None:
        """The claim of an encounter and its payments; amounts in cents."""
        if billed == 0:
            return
        category = next(
            p["payer_category"] for p in self.scenario["payers"] if p["payer_id"] == payer
        )
        rule = self.scenario["claims"][category]
        submitted = discharged + dt.timedelta(days=int(self.random.integers(2, 14)))
        if submitted >= self.end.date():
            submitted = self.end.date() - dt.timedelta(days=1)
        decided = submitted + dt.timedelta(days=int(self.random.integers(10, 50)))
        row: dict[str, Any] = {
            "claim_id": f"CL{encounter_id[1:]}",
            "encounter_id": encounter_id,
            "payer_id": payer,
            "submitted_on": submitted,
            "claim_status": "pending",
            "billed_amount": billed,
        }
        self.rows["claims"].append(row)
        if decided >= self.end.date():
            return
        allowed = round(billed * min(0.9, self.skewed(rule["allowed_share"], 0.1)))
        denied = allowed if self.happens(rule["denied_share"]) else 0
        patient = round((allowed - denied) * rule["patient_share"])
        row |= {
            "adjudicated_on": decided,
            "claim_status": "denied" if denied else "paid",
            "contractual_adjustment": billed - allowed,
            "allowed_amount": allowed - denied,
            "denied_amount": denied,
            "denial_reason": self.pick(self.scenario["denial_reasons"]) if denied else None,
            "patient_responsibility": patient,
        }
        parts = {"payer": allowed - denied - patient}
        if self.happens(rule["patient_pays_share"]):
            parts["patient"] = patient
        for paid_by, amount in parts.items():
            on = decided + dt.timedelta(days=int(self.random.integers(3, 40)))
            if amount <= 0 or on >= self.end.date():
                continue
            postings = [(on, amount)]
            again = on + dt.timedelta(days=9)
            if self.happens(self.scenario["reversed_share"]) and again < self.end.date():
                postings += [(again, -amount), (again, amount)]
            for day, posted in postings:
                self.lines += 1
                self.rows["payments"].append(
                    {
                        "payment_id": f"PM{self.lines:08}",
                        "claim_id": row["claim_id"],
                        "posted_on": day,
                        "paid_by": paid_by,
                        "amount": posted,
                    }
                )

    def survey(
        self, encounter_id: str, department: dict[str, Any], kind: str, left: dt.datetime
    ) -> None:
        """The survey after an encounter, answered or not."""
        sent = left.date() + dt.timedelta(days=int(self.random.integers(2, 8)))
        if sent >= self.end.date() or not self.happens(self.scenario["survey_sent"][kind]):
            return
        row: dict[str, Any] = {
            "survey_id": f"S{encounter_id[1:]}",
            "encounter_id": encounter_id,
            "sent_on": sent,
            "mode": self.pick({"mail": 5, "phone": 2, "email": 3}),
        }
        self.rows["surveys"].append(row)
        returned = sent + dt.timedelta(days=int(self.random.integers(2, 40)))
        if returned >= self.end.date() or not self.happens(self.scenario["survey_response"]):
            return
        rating = department["rating"] + 1.7 * self.random.normal()
        row |= {"returned_on": returned, "overall_rating": int(np.clip(round(rating), 0, 10))}
        for item in ("recommend", "nurse_communication", "doctor_communication"):
            row[item] = int(np.clip(round(rating / 2.5 + 0.4 * self.random.normal()), 1, 4))
        for item in ("responsiveness", "care_coordination"):
            row[item] = int(np.clip(round(rating / 2.7 + 0.4 * self.random.normal()), 1, 4))
        row["discharge_information"] = int(self.happens(0.86))


MONEY = {
    "charge_amount", "billed_amount", "contractual_adjustment", "allowed_amount", "denied_amount",
    "patient_responsibility", "amount",
}  # fmt: skip


def generate(scenario: dict[str, Any], patients: int, seed: int) -> dict[str, pd.DataFrame]:
    """The thirteen tables of the extract contract.

    Args:
        scenario: the content of scenario.yaml.
        patients: number of persons, at least 1.
        seed: any integer from 0; the same arguments give the same tables.

    Returns:
        A frame per table with the contract's columns in order; money as exact Decimal.
    """
    rows = Hospital(scenario, seed).generate(patients)
    frames = {}
    for table, columns in contract_columns().items():
        frame = pd.DataFrame(rows[table], columns=columns, dtype=object)
        for column in MONEY & set(columns):
            frame[column] = [
                None if cents is None or pd.isna(cents) else Decimal(int(cents)).scaleb(-2)
                for cents in frame[column]
            ]
        frames[table] = frame
    return frames


def text(value: object) -> str:
    """A value as it stands in a CSV file; nothing for what is missing."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table beside its place and then put it there, so that no half file remains."""
    beside = path.with_name(f".{path.name}.part")
    if path.suffix == ".parquet":
        frame.map(text).replace("", None).to_parquet(beside, index=False)
    else:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(frame.columns)
            writer.writerows([text(v) for v in row] for row in frame.itertuples(index=False))
    beside.replace(path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--patients", type=click.IntRange(min=1), default=3000, help="Number of persons.")
@click.option("--seed", type=click.IntRange(min=0), default=2024, help="Same seed, same files.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="extract")
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv")
def main(patients: int, seed: int, out: Path, form: str) -> None:
    """Write a synthetic EMR extract: thirteen tables in the extract contract's shape."""
    scenario = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for table, frame in generate(scenario, patients, seed).items():
            write(frame, out / f"{table}.{form}")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error


if __name__ == "__main__":
    main(prog_name="python -m generator")
