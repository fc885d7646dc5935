"""dbt_utils comes from the hub or from the bundled stand-in, and the stand-in does its work."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt.contracts.project import PackageConfig
from dbt.task.deps import _create_sha1_hash

from emr.packages import install_packages, installed_version
from tests.conftest import run_dbt

# Arguments of accepted_range, and how many of 0, 2, 4 and null are outside.
RANGES = [
    ({"min_value": 1}, 1),
    ({"max_value": 3}, 1),
    ({"min_value": 1, "max_value": 3}, 2),
    ({"min_value": 0, "max_value": 4}, 0),
    ({"min_value": 0, "max_value": 4, "inclusive": False}, 2),
]
# Rows of two columns, and how many combinations repeat.
PAIRS = [
    ([(1, 1), (1, 2), (2, 1)], 0),
    ([(1, 1), (1, 1), (2, 1)], 1),
    ([(1, None), (1, None), (2, 1), (2, 1), (2, 1)], 2),
]


@pytest.fixture(scope="module")
def failures(tmp_path_factory, project_root: Path) -> dict[str, int]:
    """By table of a small project with the stand-in installed, what its test counts."""
    folder = tmp_path_factory.mktemp("stand-in")
    project = folder / "project"
    shutil.copytree(
        project_root / "requirements" / "dbt_utils_fallback", project / "dbt_packages" / "dbt_utils"
    )
    for name in ("packages.yml", "profiles.yml"):
        shutil.copyfile(project_root / name, project / name)
    (project / "dbt_project.yml").write_text(
        "name: small\nprofile: emr_analytics\nversion: '1.0'\nconfig-version: 2\n", encoding="utf-8"
    )
    numbers = "select 0 as n union all select 2 union all select 4 union all select null"
    tables, models = {}, []
    for i, (arguments, _) in enumerate(RANGES):
        tables[f"numbers_{i}"] = numbers
        test = {"dbt_utils.accepted_range": {"arguments": arguments}}
        models.append({"name": f"numbers_{i}", "columns": [{"name": "n", "data_tests": [test]}]})
    for i, (rows, _) in enumerate(PAIRS):
        tables[f"pairs_{i}"] = " union all ".join(
            f"select {a} as a, cast({'null' if b is None else b} as int) as b" for a, b in rows
        )
        arguments = {"combination_of_columns": ["a", "b"]}
        test = {"dbt_utils.unique_combination_of_columns": {"arguments": arguments}}
        models.append({"name": f"pairs_{i}", "data_tests": [test]})
    (project / "models").mkdir()
    for name, sql in tables.items():
        (project / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    described = yaml.safe_dump({"models": models})
    (project / "models" / "tables.yml").write_text(described, encoding="utf-8")
    run = run_dbt(folder / "run", "build", project=project)
    results = json.loads((run.target_path / "run_results.json").read_text(encoding="utf-8"))
    nodes = run.manifest()["nodes"]
    return {
        nodes[nodes[result["unique_id"]]["attached_node"]]["name"]: result["failures"]
        for result in results["results"]
        if result["unique_id"].startswith("test.")
    }


def test_the_lock_fits_packages_yml(project_root):
    packages = yaml.safe_load((project_root / "packages.yml").read_text(encoding="utf-8"))
    lock = yaml.safe_load((project_root / "package-lock.yml").read_text(encoding="utf-8"))
    assert lock["sha1_hash"] == _create_sha1_hash(PackageConfig.from_dict(packages).packages)
    assert [(p["package"], p["version"]) for p in lock["packages"]] == [
        (p["package"], p["version"]) for p in packages["packages"]
    ]


def test_without_the_hub_the_stand_in_is_used_and_says_so(tmp_path, project_root):
    shutil.copyfile(project_root / "packages.yml", tmp_path / "packages.yml")
    message = install_packages(offline=True, root=tmp_path)
    assert "bundled stand-in" in message
    assert "\n" not in message
    assert installed_version(tmp_path) == "1.4.1"
    assert "is installed" in install_packages(offline=True, root=tmp_path)


def test_an_unreachable_hub_is_no_error(tmp_path, project_root, monkeypatch):
    monkeypatch.setenv("DBT_PACKAGE_HUB_URL", "http://127.0.0.1:9/")
    shutil.copyfile(project_root / "packages.yml", tmp_path / "packages.yml")
    assert "bundled stand-in" in install_packages(root=tmp_path)


def test_another_version_is_replaced(tmp_path, project_root):
    shutil.copyfile(project_root / "packages.yml", tmp_path / "packages.yml")
    old = tmp_path / "dbt_packages" / "dbt_utils"
    old.mkdir(parents=True)
    (old / "dbt_project.yml").write_text("name: dbt_utils\nversion: 0.0.1\n", encoding="utf-8")
    install_packages(offline=True, root=tmp_path)
    assert installed_version(tmp_path) == "1.4.1"


def test_the_stand_in_has_every_macro_that_the_project_uses(project_root):
    used = set()
    for folder in ("models", "macros", "tests/dbt", "seeds", "analyses"):
        for path in (project_root / folder).rglob("*"):
            if path.suffix in (".sql", ".yml"):
                used |= set(re.findall(r"dbt_utils\.(\w+)", path.read_text(encoding="utf-8")))
    assert used
    written = {
        path.stem
        for path in (project_root / "requirements" / "dbt_utils_fallback" / "macros").glob("*.sql")
    }
    assert used == written


@pytest.mark.parametrize("number", range(len(RANGES)))
def test_accepted_range_counts_values_outside_and_lets_nulls_pass(failures, number):
    assert failures[f"numbers_{number}"] == RANGES[number][1]


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_unique_combination_counts_combinations_that_repeat(failures, number):
    assert failures[f"pairs_{number}"] == PAIRS[number][1]


def test_requirements_and_project_files_name_no_registry(project_root):
    locks = [*(project_root / "requirements").glob("*.txt")]
    files = [*locks, project_root / "pyproject.toml"]
    assert len(files) == 6
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index-url|--find-links", text), path.name
    for path in locks:
        pins = re.findall(r"^[a-z0-9][^\n]*", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert pins
        assert all("==" in pin for pin in pins)
    assert duckdb.__version__ in (project_root / "requirements/base.txt").read_text(
        encoding="utf-8"
    )
