"""Write docs/realism.md and its pictures: the demo compared with published figures.

    python -m docs.realism.compare                      the committed demo
    python -m docs.realism.compare --hosp PATH/hosp     prints MIMIC-IV next to it, writes nothing

A test holds the committed report to what this writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import matplotlib as mpl
import pandas as pd
import yaml
from matplotlib.figure import Figure

HERE = Path(__file__).parent
DOCS = HERE.parent
SEEDS = DOCS.parent / "seeds" / "emr"

Figures = dict[str, float]

HEAD = """# How realistic is the demo?

The generator's patients are invented. This page compares the demo with published figures for U.S.
hospitals, where such figures exist for the data in an extract. The demo hospital is not an average
one: it is built to show [findings](generator.md#findings), has more cancer and heart care than
most, no psychiatric unit and a small maternity unit. Large differences are explained.

`python -m docs.realism.compare` writes this page from the committed demo and
`docs/realism/published.yml`.
"""

NOTES = {
    "Age of inpatients": "Fewer newborns and deliveries than nationally: the demo's "
    "maternity unit is small.",
    "How inpatients are admitted and discharged": "More are admitted through the emergency room, "
    "because Cardiology, Neurology and General Medicine are larger here than maternity.",
    "Chronic conditions of inpatients": "Published in 2007 for all ages, including births. Coding "
    "has become more complete since, and the demo has fewer births.",
    "Adult inpatients with two or more chronic conditions": "Fewer young adults: the catalog "
    "has no schizophrenia, drug use or hepatitis, which count in the published figure.",
    "Emergency visits": "The published 72-hour figure counts any earlier visit to the same "
    "emergency room.",
}


def load(name: str) -> pd.DataFrame:
    """A table of the committed demo."""
    return pd.read_csv(SEEDS / f"{name}.csv", dtype={"discharge_disposition": str})


class Extract:
    """Inpatient stays and emergency visits in the shape that the measures need.

    Attributes:
        stays: per inpatient stay: age (years), sex, admitted, discharged, elective, through_er,
            died, codes (list of ICD-10-CM codes, the principal one first).
        visits: per emergency visit: patient, arrived, seen, left, unseen; empty where unknown.
    """

    def __init__(self, stays: pd.DataFrame, visits: pd.DataFrame) -> None:
        self.stays = stays
        self.visits = visits


def demo() -> Extract:
    """The committed demo."""
    e = load("encounters").merge(load("patients")[["patient_id", "birth_date", "sex"]])
    for column in ("arrived_at", "first_seen_at", "admitted_at", "discharged_at", "birth_date"):
        e[column] = pd.to_datetime(e[column])
    codes = load("diagnoses").sort_values("sequence").groupby("encounter_id")["icd10_code"]
    e["codes"] = e["encounter_id"].map(codes.agg(list))
    stays = e[(e["encounter_class"] == "inpatient") & e["discharged_at"].notna()]
    stays = pd.DataFrame(
        {
            "age": (stays["admitted_at"] - stays["birth_date"]).dt.days // 365.25,
            "sex": stays["sex"],
            "admitted": stays["admitted_at"],
            "discharged": stays["discharged_at"],
            "elective": stays["admission_type"] == "elective",
            "through_er": stays["admission_source"] == "Emergency Room",
            "died": stays["discharge_disposition"] == "20",
            "codes": stays["codes"],
        }
    )
    visits = e[(e["encounter_class"] == "emergency") | (e["admission_source"] == "Emergency Room")]
    visits = pd.DataFrame(
        {
            "patient": visits["patient_id"],
            "arrived": visits["arrived_at"],
            "seen": visits["first_seen_at"],
            "left": visits["admitted_at"].fillna(visits["discharged_at"]),
            "unseen": visits["discharge_disposition"] == "LWBS",
        }
    )
    return Extract(stays, visits)


def mimic(hosp: Path) -> Extract:
    """MIMIC-IV's hosp files; it has no emergency visits that did not lead to an admission."""
    admissions = pd.read_csv(hosp / "admissions.csv.gz")
    admissions = admissions[~admissions["admission_type"].str.contains("OBSERVATION")]
    e = admissions.merge(pd.read_csv(hosp / "patients.csv.gz"), on="subject_id")
    codes = pd.read_csv(hosp / "diagnoses_icd.csv.gz").query("icd_version == 10")
    codes["code"] = codes["icd_code"].str[:3] + "." + codes["icd_code"].str[3:]
    by_stay = codes.sort_values("seq_num").groupby("hadm_id")["code"].agg(list)
    admitted = pd.to_datetime(e["admittime"])
    stays = pd.DataFrame(
        {
            "age": admitted.dt.year - e["anchor_year"] + e["anchor_age"],
            "sex": e["gender"],
            "admitted": admitted,
            "discharged": pd.to_datetime(e["dischtime"]),
            "elective": e["admission_type"].isin(["ELECTIVE", "SURGICAL SAME DAY ADMISSION"]),
            "through_er": e["edregtime"].notna(),
            "died": e["hospital_expire_flag"] == 1,
            "codes": e["hadm_id"].map(by_stay),
        }
    )
    columns = ["patient", "arrived", "seen", "left", "unseen"]
    return Extract(stays, pd.DataFrame(columns=columns))


# --- measures ------------------------------------------------------------------------------------


def days_of(stays: pd.DataFrame) -> pd.Series:
    """Length of stay in days, at least one."""
    nights = stays["discharged"].dt.normalize() - stays["admitted"].dt.normalize()
    return nights.dt.days.clip(lower=1)


def length_of_stay(extract: Extract) -> Figures:
    """Shares of stays by days."""
    days = days_of(extract.stays)
    return {
        "up to 3 days": (days <= 3).mean(),
        "4 to 7 days": days.between(4, 7).mean(),
        "8 days or more": (days >= 8).mean(),
    }


def age_of_inpatients(extract: Extract) -> Figures:
    """Shares of stays by age."""
    age = extract.stays["age"]
    return {
        "under 1": (age < 1).mean(),
        "1-17": age.between(1, 17).mean(),
        "18-44": age.between(18, 44).mean(),
        "45-64": age.between(45, 64).mean(),
        "65-84": age.between(65, 84).mean(),
        "85 and over": (age >= 85).mean(),
    }


def sex_of_inpatients(extract: Extract) -> Figures:
    """Shares of stays by sex, of those where it is F or M."""
    sex = extract.stays["sex"]
    known = sex.isin(["F", "M"])
    return {"women": (sex[known] == "F").mean(), "men": (sex[known] == "M").mean()}


def day_of_admission(extract: Extract) -> Figures:
    """Shares of stays by weekday."""
    weekend = (extract.stays["admitted"].dt.day_of_week >= 5).mean()
    return {"Monday to Friday": 1 - weekend, "Saturday and Sunday": weekend}


def ways_in_and_out(extract: Extract) -> Figures:
    """Elective, through the emergency room, died."""
    stays = extract.stays
    return {
        "elective": stays["elective"].mean(),
        "through the emergency room": stays["through_er"].mean(),
        "died in the hospital": stays["died"].mean(),
    }


def emergency_census(extract: Extract) -> Figures:
    """Patients in the emergency room at each full hour, by time of day."""
    visits = extract.visits.dropna(subset=["left"])
    if visits.empty:
        return {}
    hours = []
    for arrived, left in zip(visits["arrived"], visits["left"], strict=True):
        hours += pd.date_range(arrived.ceil("h"), left, freq="h").hour.tolist()
    counts = pd.Series(hours).value_counts().reindex(range(24), fill_value=0)
    night = counts[:8].mean()
    return {
        "8 a.m. to 4 p.m.": counts[8:16].mean() / night,
        "4 p.m. to midnight": counts[16:].mean() / night,
    }


def emergency_visits(extract: Extract) -> Figures:
    """Left without being seen, back within 72 hours, median wait."""
    visits = extract.visits.sort_values(["patient", "arrived"])
    if visits.empty:
        return {}
    since = visits["arrived"] - visits.groupby("patient")["left"].shift()
    wait = (visits["seen"] - visits["arrived"]).dt.total_seconds() / 60
    return {
        "left without being seen": visits["unseen"].mean(),
        "returned within 72 hours": (since <= pd.Timedelta(hours=72)).mean(),
        "median minutes to a provider": wait.median(),
    }


CONDITIONS = {
    "hypertension": ("I10", "I11", "I12", "I13", "I15"),
    "diabetes": ("E08", "E09", "E10", "E11", "E13"),
    "chronic lung disease": ("J41", "J42", "J43", "J44", "J45", "J47"),
    "anemia": ("D50", "D51", "D52", "D53", "D63", "D64"),
    "kidney failure": ("N18", "N19"),
    "hypothyroidism": ("E03",),
    "depression": ("F32", "F33"),
    "heart failure": ("I50",),
    "obesity": ("E66",),
    "peripheral vascular disease": ("I70", "I71", "I73"),
}
# What counts as a chronic condition: those of the list of the U.S. Department of Health and Human
# Services (Goodman and others, Prev Chronic Dis 2013) that the generator knows, a group each.
CHRONIC = (
    ("I10", "I11", "I12", "I13"), ("I50", "I11.0", "I13.0"), ("I25", "I21", "I20"), ("I48",),
    ("E78",), ("I63", "I69", "Z86.73"), ("M06", "M15", "M16", "M17", "M19"), ("J45",), ("C",),
    ("N18",), ("J44",), ("F03", "G30"), ("F32", "F33"), ("E10", "E11"), ("B20",), ("M81",),
    ("F10",),
)  # fmt: skip


def comorbidities(extract: Extract) -> Figures:
    """Shares of stays with a secondary diagnosis of each group."""
    codes = extract.stays["codes"].dropna()
    return {
        name: codes.map(
            lambda of, prefixes=prefixes: any(c.startswith(prefixes) for c in of[1:])
        ).mean()
        for name, prefixes in CONDITIONS.items()
    }


def multiple_conditions(extract: Extract) -> Figures:
    """Shares of adult stays, maternity left out, with two chronic conditions or more."""
    stays = extract.stays.dropna(subset=["codes"])
    maternity = stays["codes"].map(lambda of: any(c.startswith("O") for c in of))
    stays = stays[(stays["age"] >= 18) & ~maternity]
    count = stays["codes"].map(
        lambda of: sum(any(c.startswith(group) for c in of) for group in CHRONIC)
    )
    many = count >= 2
    return {
        "18-44": many[stays["age"] <= 44].mean(),
        "45-64": many[stays["age"].between(45, 64)].mean(),
        "65 and over": many[stays["age"] >= 65].mean(),
    }


MEASURES: dict[str, Callable[[Extract], Figures]] = {
    measure.__name__: measure
    for measure in (
        length_of_stay, age_of_inpatients, sex_of_inpatients, day_of_admission, ways_in_and_out,
        emergency_census, emergency_visits, comorbidities, multiple_conditions,
    )
}  # fmt: skip


# --- report --------------------------------------------------------------------------------------


def spelled(value: float) -> str:
    """A share in percent, small ones with a decimal; a larger number as it is."""
    if value > 1:
        return f"{value:.1f}"
    return f"{100 * value:.1f}%" if value < 0.1 else f"{100 * value:.0f}%"


def draw(title: str, unit: str, published: Figures, measured: Figures, path: Path) -> None:
    """Bars side by side."""
    names = [name for name in published if published[name] <= 3]
    figure = Figure(figsize=(6.4, 0.8 + 0.42 * len(names)))
    axes = figure.subplots()
    for shift, label, values, color in (
        (-0.18, "published", published, "#8a8f98"),
        (0.18, "demo", measured, "#0b6e99"),
    ):
        places = [place + shift for place in range(len(names))]
        axes.barh(places, [values[n] for n in names], height=0.34, color=color, label=label)
        for place, name in zip(places, names, strict=True):
            axes.text(values[name], place, " " + spelled(values[name]), va="center", fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xlabel(unit, fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.margins(x=0.12)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(fontsize=7, frameon=False, loc="best")
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": "emr", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None})


def write(docs: Path) -> None:
    """Write realism.md and the pictures into a documentation folder."""
    extract = demo()
    charts = yaml.safe_load((HERE / "published.yml").read_text(encoding="utf-8"))["charts"]
    pictures = docs / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    text = [HEAD]
    for chart in charts:
        measured = MEASURES[chart["measure"]](extract)
        picture = f"realism-{chart['measure'].replace('_', '-')}.svg"
        draw(chart["title"], chart["unit"], chart["published"], measured, pictures / picture)
        text.append(f"## {chart['title']}\n")
        text.append(f"![{chart['title']}: published and demo side by side](pictures/{picture})\n")
        text.append(f"| {chart['unit']} | published | demo |\n|---|---|---|")
        for name, value in chart["published"].items():
            text.append(f"| {name} | {spelled(value)} | {spelled(measured[name])} |")
        text.append(f"\nSource: [{chart['source']}]({chart['link']}).")
        if chart["title"] in NOTES:
            text.append(NOTES[chart["title"]])
        text.append("")
    days = days_of(extract.stays)
    text.append(
        f"The demo's mean length of stay is {days.mean():.1f} days, its median "
        f"{days.median():.0f}; the national mean was 4.5 days in 2012 ([HCUP Statistical Brief "
        "180](https://hcup-us.ahrq.gov/reports/statbriefs/"
        "sb180-Hospitalizations-United-States-2012.jsp)). "
        f"Its stays have {extract.stays['codes'].map(len).mean():.1f} diagnoses on average."
    )
    (docs / "realism.md").write_text("\n".join(text) + "\n", encoding="utf-8")


@click.command()
@click.option(
    "--hosp", type=click.Path(path_type=Path, exists=True), help="MIMIC-IV's hosp folder."
)
def main(hosp: Path | None) -> None:
    """Write the report, or print MIMIC-IV next to the demo."""
    if hosp is None:
        write(DOCS)
        return
    charts = yaml.safe_load((HERE / "published.yml").read_text(encoding="utf-8"))["charts"]
    ours, theirs = demo(), mimic(hosp)
    for chart in charts:
        measure = MEASURES[chart["measure"]]
        one, two = measure(ours), measure(theirs)
        click.echo(f"{chart['title']} ({chart['unit']}): published, demo, MIMIC-IV")
        for name, value in chart["published"].items():
            other = spelled(two[name]) if name in two else "unknown"
            click.echo(f"  {name:32} {spelled(value):>8} {spelled(one[name]):>8} {other:>8}")


if __name__ == "__main__":
    main()
