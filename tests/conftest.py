"""Fixtures that all tests share: the project, dbt in a folder of its own, a built demo.

Nothing here touches the user's warehouse/, target/ or profiles.yml: every dbt run gets its own
target folder, log folder and profile in a temporary place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from emr.cli import macros_checksum
from tests.tsql.parser.check import MISSING, SYNTAX_ONLY

PROJECT_ROOT = Path(__file__).resolve().parent.parent
# What runs on a SQL Server runs where there is one: `make test-server`.
collect_ignore = [] if os.environ.get("EMR_TEST_SERVER") == "1" else ["server"]
# What dbt read of the project in earlier runs of this process.
DBT_READ = tempfile.TemporaryDirectory(prefix="emr-dbt-read-")
# What `python -m emr build` tells dbt, so that a run of dbt alone goes on with what it built.
VARIABLES = {"emr_source": "demo", "macros_checksum": macros_checksum(PROJECT_ROOT)}
TSQL_PARSER = PROJECT_ROOT / "tests" / "tsql" / "parser" / "check.py"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """Where EMR_FAIL_ON_SKIP=1 (CI), a skipped check is a failed one."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("EMR_FAIL_ON_SKIP") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, but EMR_FAIL_ON_SKIP=1: {reason}"


def pytest_collection_modifyitems(items: list[pytest.Item]):
    """One worker builds the demo first, the others do the files that need none meanwhile."""
    needs_demo = {item.path for item in items if "demo_build" in getattr(item, "fixturenames", ())}

    def place(item: pytest.Item) -> int:
        return 0 if item.path.name == "test_real_builds.py" else 1 + (item.path in needs_demo)

    items.sort(key=place)


@dataclass(frozen=True)
class DbtRun:
    """What one dbt call left behind."""

    returncode: int
    output: str
    target_path: Path
    warehouse: Path

    def manifest(self) -> dict:
        """The manifest that dbt wrote."""
        return json.loads((self.target_path / "manifest.json").read_text(encoding="utf-8"))


def run_dbt(
    folder: Path,
    *arguments: str,
    project: Path = PROJECT_ROOT,
    emr_source: str | None = None,
    target: str = "duckdb",
    environment: dict[str, str] | None = None,
) -> DbtRun:
    """Run dbt with target, logs, profile and warehouse inside `folder`.

    Reading the project takes dbt longer than most of what the tests ask of it, so what it read is
    kept for the next run of this process with the same variables. Dbt itself reads anew what does
    not hold any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    profiles = folder / "profiles"
    profiles.mkdir(exist_ok=True)
    shutil.copyfile(project / "profiles.yml", profiles / "profiles.yml")
    target_path = folder / "target"
    warehouse = folder / "emr.duckdb"
    command = [sys.executable, "-m", "dbt.cli.main", *arguments]
    command += ["--project-dir", str(project), "--profiles-dir", str(profiles)]
    command += ["--target", target, "--target-path", str(target_path)]
    if "--vars" not in command:
        chosen = {"emr_source": emr_source} if emr_source else {}
        command += ["--vars", json.dumps({**VARIABLES, **chosen})]
    variables = command[command.index("--vars") + 1]
    same = hashlib.sha256(f"{project} {target} {variables}".encode()).hexdigest()
    read, kept = target_path / "partial_parse.msgpack", Path(DBT_READ.name) / same
    if kept.exists() and not read.exists():
        target_path.mkdir(exist_ok=True)
        shutil.copyfile(kept, read)
    completed = subprocess.run(
        command,
        cwd=project,
        env={
            **os.environ,
            "EMR_WAREHOUSE": str(same_path(folder) / warehouse.name),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_USE_COLORS": "false",
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if read.exists():
        shutil.copyfile(read, kept)
    return DbtRun(completed.returncode, completed.stdout + completed.stderr, target_path, warehouse)


def same_path(folder: Path) -> Path:
    """A path to a folder that is the same in each run: dbt reads all anew for another warehouse."""
    link = Path(DBT_READ.name) / "here"
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(folder.resolve(), target_is_directory=True)
    except OSError:
        # Windows lets not everybody make links: dbt reads the project each time
        return folder
    return link


def fresh_clone(destination: Path) -> Path:
    """The project as a fresh clone has it: what git tracks or would track, nothing built."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (PROJECT_ROOT / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT_ROOT / name, destination / name)
    return destination


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds dbt_project.yml."""
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A temporary folder that all xdist workers of this test run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture
def dbt(tmp_path: Path) -> Callable[..., DbtRun]:
    """Dbt in a folder of this test, called as `dbt("build", emr_source="demo")`."""
    return lambda *arguments, **options: run_dbt(tmp_path / "dbt", *arguments, **options)


@pytest.fixture(scope="session")
def demo_clone(shared_folder: Path) -> Path:
    """Where the demo is built: a clone of its own, in a folder whose name has blanks."""
    return shared_folder / "demo" / "a fresh clone"


@pytest.fixture(scope="session")
def demo_build(demo_clone: Path) -> DbtRun:
    """The demo, built once per test run as a user builds it, with all of its dbt tests."""
    folder = demo_clone.parent
    with FileLock(f"{folder}.lock"):
        marker = folder / "done.json"
        if not marker.exists():
            completed = subprocess.run(
                [sys.executable, "-m", "emr", "build", "--offline"],
                cwd=fresh_clone(demo_clone),
                env={**os.environ, "COLUMNS": "200"},
                capture_output=True,
                text=True,
                check=False,
            )
            output = completed.stdout + completed.stderr
            marker.write_text(json.dumps([completed.returncode, output]), encoding="utf-8")
        returncode, output = json.loads(marker.read_text(encoding="utf-8"))
    warehouse = demo_clone / "warehouse" / "emr.duckdb"
    return DbtRun(returncode, output, demo_clone / "target", warehouse)


@pytest.fixture(scope="session")
def demo_warehouse(demo_build: DbtRun) -> Path:
    """The DuckDB file of the built demo."""
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    return demo_build.warehouse


@pytest.fixture
def demo(demo_warehouse: Path):
    """A read-only connection to the built demo."""
    with duckdb.connect(str(demo_warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def mimic_hosp() -> Path:
    """The folder of MIMIC-IV's hosp files, where the environment names one."""
    folder = os.environ.get("MIMIC_IV_HOSP")
    if not folder:
        pytest.skip("MIMIC_IV_HOSP does not name a folder of MIMIC-IV hosp/*.csv.gz files")
    return Path(folder)


@pytest.fixture(scope="session")
def microsoft_messages() -> Callable[..., list[dict]]:
    """What Microsoft's parser and model say of scripts; see tsql/parser/check.py for the shape.

    `names=False` leaves the model out: it knows definitions only, no other statements.
    """
    default = PROJECT_ROOT / ".venv-tsql" / "bin" / "python"
    python = Path(os.environ.get("EMR_TSQL_PYTHON", default))
    if not python.exists():
        pytest.skip("Microsoft's T-SQL parser is not installed: `make test` does, on Linux x86-64")

    def check(scripts: dict[str, str], names: bool = True) -> list[dict]:
        completed = subprocess.run(
            [str(python), str(TSQL_PARSER), *([] if names else [SYNTAX_ONLY])],
            input=json.dumps(scripts),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if completed.returncode == MISSING:
            pytest.skip(completed.stderr.strip())
        assert completed.returncode == 0, completed.stderr[-4000:]
        return json.loads(completed.stdout)

    return check
