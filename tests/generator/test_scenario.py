"""Scenario files: wrong ones are one sentence, and changing a number changes the data as stated."""

from __future__ import annotations

import copy
from pathlib import Path

import pandas as pd
import pytest
import yaml

from generator import ScenarioError, generate, load_scenario
from generator.scenario import DEMO
from tests.generator.conftest import extract, run_generator
from tests.generator.findings import encounters_of, measure

CONTENT = yaml.safe_load(DEMO.read_text(encoding="utf-8"))


def department(content: dict, name: str) -> dict:
    """A department of a scenario by name."""
    return next(d for d in content["departments"] if d["name"] == name)


def write(folder: Path, content: object) -> Path:
    """A scenario file."""
    path = folder / "mine.yaml"
    path.write_text(
        content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False),
        encoding="utf-8",
    )
    return path


def changed(change) -> dict:
    """The demo's scenario with one change."""
    content = copy.deepcopy(CONTENT)
    change(content)
    return content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: [", ["mine.yaml", "not valid YAML", "line"]),
        ("", ["holds no settings"]),
        (changed(lambda c: c.pop("visits")), ["visits", "missing"]),
        (changed(lambda c: c.update(color="red")), ["color", "no such setting"]),
        (
            changed(lambda c: department(c, "ER").update(elective_share=1.5)),
            ["departments.0.elective_share", "less than or equal to 1", "1.5"],
        ),
        (
            changed(lambda c: department(c, "ER").update(facility="F9")),
            ["F9 is not defined"],
        ),
        (
            changed(lambda c: c["period"].update(last_day="2022-01-01")),
            ["last_day must be after first_day"],
        ),
        (
            changed(lambda c: c["claims"]["by_category"].pop("Medicaid")),
            ["by_category lacks Medicaid"],
        ),
        (
            changed(lambda c: department(c, "ER").update(months=[1, 2])),
            ["months", "12"],
        ),
        (
            changed(lambda c: c["surveys"]["response"].pop("18-34")),
            ["age bands must follow each other without gaps"],
        ),
        (
            changed(lambda c: c["readmission"]["target"].update(condition="hiccups")),
            ["readmission.target.condition", "hiccups is not defined"],
        ),
        (
            changed(lambda c: department(c, "Neurology").update(clinical_profile="Magic")),
            ["clinical_profile of D06: Magic is not defined"],
        ),
    ],
)
def test_a_wrong_scenario_is_one_sentence(tmp_path, content, words):
    with pytest.raises(ScenarioError) as raised:
        load_scenario(write(tmp_path, content))
    message = str(raised.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_the_command_line_says_it_in_one_line_with_code_2(tmp_path):
    path = write(tmp_path, "name: [")
    completed = run_generator(tmp_path / "out", "--scenario", str(path), check=False)
    assert completed.returncode == 2
    assert completed.stderr.startswith("Error: scenario mine.yaml is not valid YAML")
    assert not (tmp_path / "out").exists()
    absent = run_generator(tmp_path / "out", "--scenario", str(tmp_path / "no.yaml"), check=False)
    assert absent.returncode == 2
    assert "no.yaml" in absent.stderr
    assert "Traceback" not in absent.stderr


def figures(tmp_path: Path, change, patients: int = 4000) -> tuple[dict, dict]:
    """Tables and figures of the demo with one change, seed 1."""
    scenario = load_scenario(write(tmp_path, changed(change)))
    tables = {n: t.to_pandas() for n, t in generate(scenario, patients, 1).items()}
    return tables, measure(tables)


@pytest.fixture(scope="module")
def base() -> dict[str, float]:
    """The figures of the unchanged demo, seed 1."""
    return measure(extract(1))


def test_payer_mix(tmp_path, base):
    def change(content):
        for mix in content["coverage"]["mix"].values():
            mix["Uninsured"] *= 2

    _, new = figures(tmp_path, change)
    assert new["F6 uninsured"] > base["F6 uninsured"] * 1.5


def test_denied_share(tmp_path, base):
    def change(content):
        for rule in content["claims"]["by_category"].values():
            rule["denied_share"] /= 2

    _, new = figures(tmp_path, change)
    assert new["denial rate"] == pytest.approx(base["denial rate"] / 2, rel=0.08)


def test_length_of_stay(tmp_path, base):
    def change(content):
        for item in content["departments"]:
            item["length_of_stay"]["mean_nights"] *= 1.5

    _, new = figures(tmp_path, change)
    assert 1.3 < new["length of stay days"] / base["length of stay days"] < 1.6
    assert new["inpatient charge"] > base["inpatient charge"] * 1.05


def test_target_of_readmission(tmp_path, base):
    _, new = figures(tmp_path, lambda c: c["readmission"]["target"].update(share_of_patients=0.15))
    assert new["F1 share"] < base["F1 share"] - 0.12


def test_department_readmission_and_rating(tmp_path, base):
    def change(content):
        department(content, "Surgery").update(readmission=1.5, rating=6.0)

    _, new = figures(tmp_path, change)
    assert new["F7 margin"] < 0 < base["F7 margin"]
    assert new["F8 margin"] < 0 < base["F8 margin"]


def test_shift_of_satisfaction(tmp_path):
    def change(content):
        content["surveys"]["shifts"] = [{"department": "D02", "from": "2024-08-01", "change": -1.0}]

    _, new = figures(tmp_path, change)
    assert abs(new["F5 Orthopedics"]) < 0.04
    assert new["F5 largest other"] > 0.07


def test_seasons_and_prevalence(tmp_path, base):
    def change(content):
        content["chronic_season"]["months"] = [1.0] * 12
        for sex in ("F", "M"):
            bands = content["conditions"]["copd"][sex]
            content["conditions"]["copd"][sex] = dict.fromkeys(bands, 0.0)

    tables, new = figures(tmp_path, change)
    assert new["F4 summer over rest"] < base["F4 summer over rest"] - 0.2
    codes = tables["diagnoses"]
    before = extract(1)["diagnoses"]
    assert (codes["icd10_code"] == "J44.9").mean() < (before["icd10_code"] == "J44.9").mean() / 2


def test_emergency_waits_and_leaving(tmp_path):
    def change(content):
        content["emergency"]["wait_minutes"]["median"] *= 2
        content["emergency"]["left_without_being_seen_share"] = 0.10

    tables, _ = figures(tmp_path, change)

    def waits(of: dict[str, pd.DataFrame]) -> tuple[float, float]:
        e = encounters_of(of).query("encounter_class == 'emergency'")
        wait = (e["first_seen_at"] - e["arrived_at"]).dt.total_seconds() / 60
        return wait.median(), (e["discharge_disposition"] == "LWBS").mean()

    new, before = waits(tables), waits(extract(1))
    assert new[0] == pytest.approx(2 * before[0], rel=0.1)
    assert new[1] == pytest.approx(0.10, abs=0.02)
    assert before[1] < 0.04


def test_period_beds_and_price(tmp_path):
    def change(content):
        content["period"] = {"first_day": "2019-03-01", "last_day": "2019-12-31"}
        content["surveys"]["shifts"] = []
        for item in content["departments"]:
            item["beds_per_1000"] *= 2
            item["price_level"] *= 3

    scenario = load_scenario(write(tmp_path, changed(change)))
    tables = {n: t.to_pandas() for n, t in generate(scenario, 2000, 1).items()}
    arrived = tables["encounters"]["arrived_at"]
    assert arrived.min() >= pd.Timestamp("2019-03-01")
    assert arrived.max() < pd.Timestamp("2020-01-01")
    before = extract(1, 2000)
    more_beds = tables["departments"]["staffed_beds"].sum()
    assert more_beds > before["departments"]["staffed_beds"].sum() * 1.5
    per_line = tables["charges"]["charge_amount"].astype(float).mean()
    assert per_line > 2 * before["charges"]["charge_amount"].astype(float).mean()
