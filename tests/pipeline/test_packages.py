"""dbt_utils comes from the hub or from the bundled stand-in, and the stand-in does its work."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt.contracts.project import PackageConfig
from dbt.task.deps import _create_sha1_hash

from pipeline.packages import install_packages, installed_version
from tests.conftest import run_dbt


@pytest.fixture
def small_project(tmp_path: Path, project_root: Path) -> Path:
    """A project with one table, the profile of ours, and the stand-in installed."""
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    for name in ("packages.yml", "profiles.example.yml"):
        shutil.copyfile(project_root / name, project / name)
    (project / "dbt_project.yml").write_text(
        "name: small\nprofile: emr_analytics\nversion: '1.0'\nconfig-version: 2\n", encoding="utf-8"
    )
    shutil.copytree(project_root / "dbt_utils_fallback", project / "dbt_packages" / "dbt_utils")
    return project


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
    assert "dbt_utils_fallback" in message
    assert "\n" not in message
    assert installed_version(tmp_path) == "1.4.1"
    assert "is there" in install_packages(offline=True, root=tmp_path)


def test_an_unreachable_hub_is_no_error(tmp_path, project_root, monkeypatch):
    monkeypatch.setenv("DBT_PACKAGE_HUB_URL", "http://127.0.0.1:9/")
    shutil.copyfile(project_root / "packages.yml", tmp_path / "packages.yml")
    assert "dbt_utils_fallback" in install_packages(root=tmp_path)


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
    written = {path.stem for path in (project_root / "dbt_utils_fallback" / "macros").glob("*.sql")}
    assert used == written


@pytest.mark.parametrize(
    ("arguments", "failures"),
    [
        ("min_value: 1", 1),
        ("max_value: 3", 1),
        ("min_value: 1\n                max_value: 3", 2),
        ("min_value: 0\n                max_value: 4", 0),
        ("min_value: 0\n                max_value: 4\n                inclusive: false", 2),
    ],
)
def test_accepted_range_counts_values_outside_and_lets_nulls_pass(
    small_project, tmp_path, arguments, failures
):
    (small_project / "models" / "numbers.sql").write_text(
        "select 0 as n union all select 2 union all select 4 union all select null",
        encoding="utf-8",
    )
    (small_project / "models" / "numbers.yml").write_text(
        "models:\n  - name: numbers\n    columns:\n      - name: n\n        data_tests:\n"
        "          - dbt_utils.accepted_range:\n              arguments:\n"
        f"                {arguments}\n",
        encoding="utf-8",
    )
    run = run_dbt(tmp_path / "run", "build", project=small_project)
    assert (run.returncode == 0) == (failures == 0), run.output
    if failures:
        assert f"Got {failures} result" in run.output


@pytest.mark.parametrize(
    ("rows", "failures"),
    [
        ([(1, 1), (1, 2), (2, 1)], 0),
        ([(1, 1), (1, 1), (2, 1)], 1),
        ([(1, None), (1, None), (2, 1), (2, 1), (2, 1)], 2),
    ],
)
def test_unique_combination_counts_combinations_that_repeat(
    small_project, tmp_path, rows, failures
):
    selects = [f"select {a} as a, cast({'null' if b is None else b} as int) as b" for a, b in rows]
    (small_project / "models" / "pairs.sql").write_text(
        " union all ".join(selects), encoding="utf-8"
    )
    (small_project / "models" / "pairs.yml").write_text(
        "models:\n  - name: pairs\n    data_tests:\n"
        "      - dbt_utils.unique_combination_of_columns:\n          arguments:\n"
        "            combination_of_columns: [a, b]\n",
        encoding="utf-8",
    )
    run = run_dbt(tmp_path / "run", "build", project=small_project)
    assert (run.returncode == 0) == (failures == 0), run.output
    if failures:
        assert f"Got {failures} result" in run.output


def test_requirements_and_project_files_name_no_registry(project_root):
    files = [*project_root.glob("requirements*.txt"), project_root / "pyproject.toml"]
    assert len(files) == 6
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--index-url|--find-links", text), path.name
    for path in project_root.glob("requirements*.txt"):
        pins = re.findall(r"^[a-z0-9][^\n]*", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert pins
        assert all("==" in pin for pin in pins)
    assert duckdb.__version__ in (project_root / "requirements.txt").read_text(encoding="utf-8")
