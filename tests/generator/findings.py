"""The findings and the plausibility of an extract, computed from its raw tables with pandas alone.

A second route: nothing here reads the marts or the generator's scenario. Definitions are those of
the documentation of the marts (acute stays, index admissions, allowed amount, ...).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]

DIABETES = ("E08", "E09", "E10", "E11", "E12", "E13")
HEART = ("I20", "I21", "I22", "I23", "I24", "I25", "I50")
PEAK_MONTHS = {2, 3, 6, 7}
PEAK_DEPARTMENTS = ("Cardiology", "Oncology", "Pediatrics")


def encounters_of(tables: Tables) -> pd.DataFrame:
    """Encounters with department, age, payer category, and their money."""
    e = tables["encounters"].merge(
        tables["departments"][["department_id", "department_name", "facility_id"]],
        on="department_id",
    )
    e = e.merge(tables["patients"][["patient_id", "birth_date", "sex"]], on="patient_id")
    e = e.merge(tables["payers"][["payer_id", "payer_category"]], on="payer_id")
    for column in ("arrived_at", "first_seen_at", "admitted_at", "discharged_at"):
        e[column] = pd.to_datetime(e[column])
    born = pd.to_datetime(e["birth_date"])
    had_birthday = (e["arrived_at"].dt.month > born.dt.month) | (
        (e["arrived_at"].dt.month == born.dt.month) & (e["arrived_at"].dt.day >= born.dt.day)
    )
    e["age"] = e["arrived_at"].dt.year - born.dt.year - ~had_birthday
    claims = tables["claims"].astype({"allowed_amount": float, "billed_amount": float})
    e["allowed"] = e["encounter_id"].map(claims.groupby("encounter_id")["allowed_amount"].sum())
    charged = tables["charges"].astype({"charge_amount": float})
    e["charged"] = e["encounter_id"].map(charged.groupby("encounter_id")["charge_amount"].sum())
    return e


def acute_stays(tables: Tables, e: pd.DataFrame) -> pd.DataFrame:
    """Inpatient encounters stitched to stays, with their outcome.

    Columns: patient_id, department_name (of the last encounter), admitted, discharged (dates), age,
    has_e119, is_index (per window) and readmitted (per window).
    """
    inpatient = e[(e["encounter_class"] == "inpatient") & e["discharged_at"].notna()].copy()
    codes = tables["diagnoses"]
    with_code = set(codes.loc[codes["icd10_code"] == "E11.9", "encounter_id"])
    principal = codes[codes["sequence"] == 1].set_index("encounter_id")["icd10_code"].str[:3]
    inpatient["has_e119"] = inpatient["encounter_id"].isin(with_code)
    inpatient["principal"] = inpatient["encounter_id"].map(principal)
    inpatient = inpatient.sort_values(["patient_id", "admitted_at", "discharged_at"])
    stays: list[dict] = []
    for row in inpatient.itertuples():
        last = stays[-1] if stays and stays[-1]["patient_id"] == row.patient_id else None
        if last is not None:
            gap = (row.admitted_at.normalize() - last["end"].normalize()).days
            joins = (
                row.admitted_at < last["end"]
                or (
                    gap <= 1
                    and (last["disposition"] == "02" or last["facility"] != row.facility_id)
                )
                or (
                    gap == 0
                    and last["facility"] == row.facility_id
                    and last["principal"] == row.principal
                )
            )
        else:
            joins = False
        if joins:
            last["has_e119"] |= row.has_e119
            if row.discharged_at >= last["end"]:
                last.update(_leg(row))
        else:
            stays.append(
                {
                    "patient_id": row.patient_id,
                    "start": row.admitted_at,
                    "age": row.age,
                    "admission_type": row.admission_type,
                    "has_e119": row.has_e119,
                    "encounter_id": row.encounter_id,
                }
                | _leg(row)
            )
    frame = pd.DataFrame(stays)
    frame["admitted"] = frame["start"].dt.normalize()
    frame["discharged"] = frame["end"].dt.normalize()
    following = frame.groupby("patient_id")["admitted"].shift(-1)
    gap = (following - frame["discharged"]).dt.days
    data_end = e["arrived_at"].max().normalize()
    for window in (30, 60):
        followed = frame["discharged"] + pd.Timedelta(days=window) <= data_end
        frame[f"is_index_{window}"] = followed & ~frame["disposition"].isin(["20", "07", "02"])
        frame[f"readmitted_{window}"] = gap.between(0, window)
    return frame


def _leg(row: object) -> dict:
    return {
        "end": row.discharged_at,
        "disposition": row.discharge_disposition,
        "facility": row.facility_id,
        "department_name": row.department_name,
        "principal": row.principal,
    }


def per_day(dates: pd.Series) -> pd.Series:
    """Events per day by calendar month, 1 to 12."""
    days = pd.date_range("2023-01-01", "2024-12-31").month.value_counts()
    return (dates.dt.month.value_counts() / days).sort_index()


def measure(tables: Tables) -> dict[str, float]:
    """Every figure of the findings and the plausibility list."""
    e = encounters_of(tables)
    stays = acute_stays(tables, e)
    figures: dict[str, float] = {}
    _readmissions(stays, figures)
    _revenue(e, figures)
    _seasons(tables, e, figures)
    _satisfaction(tables, e, stays, figures)
    _coverage(e, figures)
    _plausibility(tables, e, stays, figures)
    return figures


def _readmissions(stays: pd.DataFrame, figures: dict[str, float]) -> None:
    adults = stays[stays["is_index_60"] & stays["has_e119"] & stays["age"].between(18, 64)]
    figures["F1 diabetic adults"] = adults["patient_id"].nunique()
    figures["F1 share"] = adults.groupby("patient_id")["readmitted_60"].max().mean()
    index = stays[stays["is_index_30"]]
    rates = index.groupby("department_name")["readmitted_30"].mean().sort_values()
    figures["F7 margin"] = (
        min(rates["ER"], rates["Oncology"]) - rates.drop(["ER", "Oncology"]).max()
    )
    figures["readmission rate"] = index["readmitted_30"].mean()


def _revenue(e: pd.DataFrame, figures: dict[str, float]) -> None:
    for name, low, high in (("Adults", 18, 64), ("Seniors", 65, 200)):
        group = e[e["age"].between(low, high)].groupby("department_name")
        per_patient = group["allowed"].sum() / group["patient_id"].nunique()
        others = per_patient.drop(["ER", "Orthopedics"])
        leaders = per_patient[["ER", "Orthopedics"]]
        figures[f"F2 {name} margin"] = leaders.min() / others.max()


def _seasons(tables: Tables, e: pd.DataFrame, figures: dict[str, float]) -> None:
    daily = per_day(e.loc[e["department_name"].isin(PEAK_DEPARTMENTS), "arrived_at"])
    peak = daily[daily.index.isin(PEAK_MONTHS)]
    others = daily[~daily.index.isin(PEAK_MONTHS)]
    figures["F3 lowest peak over highest other"] = peak.min() / others.max()
    figures["F3 lowest peak over mean other"] = peak.min() / others.mean()
    codes = tables["diagnoses"]
    chronic = codes.loc[codes["icd10_code"].str[:3].isin(DIABETES + HEART), "encounter_id"]
    daily = per_day(e.loc[e["encounter_id"].isin(set(chronic)), "arrived_at"])
    days = pd.date_range("2023-01-01", "2024-12-31").month.value_counts().sort_index()
    summer = daily.index.isin([6, 7, 8])
    counts = daily * days
    figures["F4 summer over rest"] = (counts[summer].sum() / days[summer].sum()) / (
        counts[~summer].sum() / days[~summer].sum()
    )
    figures["F4 least rise"] = min(daily[m + 1] / daily[m] for m in (5, 6, 7))


def _satisfaction(
    tables: Tables, e: pd.DataFrame, stays: pd.DataFrame, figures: dict[str, float]
) -> None:
    surveys = tables["surveys"].merge(
        e[["encounter_id", "department_name", "discharged_at"]], on="encounter_id"
    )
    surveys["overall_rating"] = surveys["overall_rating"].astype(float)
    answered = surveys[surveys["overall_rating"].notna()]
    after = answered["discharged_at"] >= "2024-08-01"
    change = (
        answered[after].groupby("department_name")["overall_rating"].mean()
        / answered[~after].groupby("department_name")["overall_rating"].mean()
        - 1
    )
    figures["F5 Orthopedics"] = change["Orthopedics"]
    figures["F5 largest other"] = change.drop("Orthopedics").abs().max()
    monthly = answered[answered["department_name"] == "Orthopedics"].groupby(
        answered["discharged_at"].dt.to_period("M")
    )["overall_rating"]
    figures["F5 months to signal"] = months_to_signal(monthly.mean(), pd.Period("2024-08", "M"))
    ratings = answered.groupby("department_name")["overall_rating"].mean()
    figures["F8 margin"] = (
        ratings.drop(["ER", "Oncology"]).min() - ratings[["ER", "Oncology"]].max()
    )
    index = stays[stays["is_index_30"]]
    rates = index.groupby("department_name")["readmitted_30"].mean()
    figures["F9 rank correlation"] = rates.rank().corr(ratings.reindex(rates.index).rank())
    figures["response rate"] = surveys["returned_on"].notna().mean()


def months_to_signal(monthly: pd.Series, shift: pd.Period) -> float:
    """Months from `shift` until a point below the XmR limits of the first 12; infinite if none."""
    first_year = monthly.iloc[:12]
    lower_limit = first_year.mean() - 2.66 * first_year.diff().abs().mean()
    signals = monthly[(monthly < lower_limit) & (monthly.index >= shift)]
    return float((signals.index[0] - shift).n + 1) if len(signals) else float("inf")


def _coverage(e: pd.DataFrame, figures: dict[str, float]) -> None:
    latest = e.sort_values(["arrived_at", "encounter_id"]).groupby("patient_id").last()
    figures["F6 uninsured"] = (latest["payer_category"] == "Uninsured").mean()
    figures["F6 private"] = (latest["payer_category"] == "Private").mean()


def _plausibility(
    tables: Tables, e: pd.DataFrame, stays: pd.DataFrame, figures: dict[str, float]
) -> None:
    nights = (stays["discharged"] - stays["admitted"]).dt.days.clip(lower=1)
    figures["length of stay days"] = nights.mean()
    er = e[e["department_name"] == "ER"]
    figures["ER admits"] = (er["encounter_class"] == "inpatient").mean()
    claims = tables["claims"]
    decided = claims[claims["claim_status"] != "pending"]
    figures["denial rate"] = (decided["denied_amount"].astype(float) > 0).mean()
    inpatient = e[e["encounter_class"] == "inpatient"]
    figures["inpatient charge"] = inpatient["charged"].mean()
    decided_inpatient = inpatient[inpatient["allowed"] > 0]
    figures["inpatient allowed"] = decided_inpatient["allowed"].mean()
    lines = tables["charges"].groupby("encounter_id").size()
    figures["charge lines per stay"] = inpatient["encounter_id"].map(lines).mean()
    vitals = tables["vitals"].merge(e[["encounter_id", "age"]], on="encounter_id")
    vitals = vitals[vitals["age"] >= 18]
    codes = tables["diagnoses"]
    by_code = {
        "I10": set(codes.loc[codes["icd10_code"].str.startswith("I1"), "encounter_id"]),
        "E1": set(codes.loc[codes["icd10_code"].str.startswith(("E10", "E11")), "encounter_id"]),
    }
    high = vitals["encounter_id"].isin(by_code["I10"])
    figures["hypertensives mmHg above"] = (
        vitals.loc[high, "systolic_bp"].mean() - vitals.loc[~high, "systolic_bp"].mean()
    )
    sweet = vitals["encounter_id"].isin(by_code["E1"])
    glucose = vitals["glucose"].astype(float)
    figures["diabetics mg/dL above"] = glucose[sweet].mean() - glucose[~sweet].mean()
    diagnoses = codes.groupby("encounter_id").size()
    count = stays["encounter_id"].map(diagnoses)
    many = count >= count.median() + 1
    figures["comorbid stay ratio"] = nights[many].mean() / nights[~many].mean()
    charged = stays["encounter_id"].map(e.set_index("encounter_id")["charged"])
    figures["comorbid charge ratio"] = charged[many].mean() / charged[~many].mean()
    figures["LACE c-statistic"] = lace_c_statistic(tables, e, stays)


# LACE's comorbidity points by code prefix (van Walraven et al. 2010, Quan's codes).
LACE_POINTS = (
    (("I21", "I22", "I25.2"), 1),
    (("I60", "I61", "I62", "I63", "I64", "I69", "G45", "G46"), 1),
    (("I70", "I71", "I73"), 1),
    (("E10.9", "E11.9", "E10.65", "E11.65"), 1),
    (("I50", "I11.0", "I13.0"), 2),
    (("E10.2", "E10.4", "E11.2", "E11.4"), 2),
    (("J41", "J42", "J43", "J44", "J45", "J47"), 2),
    (("K73", "K74", "K70.3", "N18", "I12", "I13"), 2),
    (("C0", "C1", "C2", "C3", "C4", "C5", "C6", "C70", "C81", "C82", "C83", "C9"), 2),
    (("F00", "F01", "F02", "F03", "G30"), 3),
    (("M05", "M06", "M32", "M33", "M34"), 3),
    (("B20", "B21", "B22", "B24"), 4),
    (("K72", "I85"), 4),
    (("C77", "C78", "C79", "C80"), 6),
)


def lace_c_statistic(tables: Tables, e: pd.DataFrame, stays: pd.DataFrame) -> float:
    """How well LACE separates readmitted index admissions from others (area under the curve)."""
    days = (stays["discharged"] - stays["admitted"]).dt.days
    length = np.select([days < 1, days < 4, days < 7, days < 14], [0, days, 4, 5], default=7)
    acute = stays["admission_type"].isin(["emergency", "urgent", "trauma"]) * 3
    codes = tables["diagnoses"].groupby("encounter_id")["icd10_code"].agg(list)

    def comorbidity(of: list[str]) -> int:
        total = sum(
            points for prefixes, points in LACE_POINTS if any(c.startswith(prefixes) for c in of)
        )
        return 5 if total >= 4 else total

    burden = stays["encounter_id"].map(codes).map(comorbidity)
    emergency = e[e["encounter_class"] == "emergency"].groupby("patient_id")["arrived_at"].agg(list)
    visits = np.array(
        [
            sum(
                0 < (row.start - at).total_seconds() <= 183 * 86400
                for at in emergency.get(row.patient_id, [])
            )
            for row in stays.itertuples()
        ]
    )
    score = pd.Series(length + acute + burden + np.minimum(visits, 4))
    index = stays["is_index_30"] & (stays["age"] >= 18)
    yes = score[index & stays["readmitted_30"]]
    ranks = score[index].rank()
    n_yes, n = len(yes), int(index.sum())
    return (ranks[yes.index].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * (n - n_yes))
