"""No secret in a file of the project, and none in what a build leaves behind or says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT_ROOT, run_dbt

MARKER = "Zqx-Pa55word-Zqx"
SERVER = {
    # nobody listens on this port
    "EMR_SQL_SERVER": "127.0.0.1",
    "EMR_SQL_PORT": "9",
    "EMR_SQL_DATABASE": "emr_analytics",
    "EMR_SQL_USER": "emr_nightly",
    "DBT_ENV_SECRET_EMR_SQL_PASSWORD": MARKER,
}
# A word for a secret that gets a value of its own, not one from the environment or a variable.
ASSIGNED = re.compile(
    r"""(?ix) \b (password|passwd|pwd|secret|token|api_?key) \b ["']? \s* [:=] \s*
    ["']? (?! \$|\{|%|env|none|null|os\.|'\$|"\$ ) [^\s"',;)]{6,}"""
)
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}")
# Made for a container that lives as long as a test.
KNOWN = {"sqlserver/compose.yaml", ".github/workflows/ci.yml"}


def project_files() -> list[Path]:
    """What git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [PROJECT_ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_of_the_project_holds_a_secret():
    found = []
    for path in project_files():
        name = path.relative_to(PROJECT_ROOT).as_posix()
        if path.suffix in (".csv", ".svg", ".lock") or name.startswith(("requirements", "tests/")):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {match[0]}" for match in KEY.finditer(text)]
        if name in KNOWN:
            continue
        # in prose a colon assigns nothing
        for match in ASSIGNED.finditer(text):
            if path.suffix != ".md" or "=" in match[0]:
                found.append(f"{name}: {match[0]}")
    assert not found


def test_a_secret_in_a_file_would_be_found():
    assert ASSIGNED.search("password: hunter2hunter2")
    assert ASSIGNED.search("DBT_ENV_SECRET_X_PASSWORD='hunter2hunter2'") is None
    assert ASSIGNED.search("pwd=hunter2hunter2")
    assert KEY.search("-----BEGIN RSA PRIVATE KEY-----")
    assert not ASSIGNED.search("password: \"{{ env_var('DBT_ENV_SECRET_EMR_SQL_PASSWORD') }}\"")


def test_a_password_is_in_nothing_that_dbt_leaves_or_says(tmp_path):
    for arguments in (
        ("compile", "--no-populate-cache", "--no-introspect", "--select", "dim_payer"),
        ("debug",),
    ):
        run = run_dbt(tmp_path, *arguments, target="sqlserver", environment=SERVER)
        assert MARKER not in run.output
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"dbt.log", "manifest.json"} <= {path.name for path in files}
    for path in files:
        assert MARKER.encode() not in path.read_bytes(), path


def test_a_password_is_in_nothing_that_the_pipeline_says(tmp_path):
    completed = subprocess.run(
        [
            *(sys.executable, "-m", "emr", "load", "--source", "extract"),
            *("--data", str(PROJECT_ROOT / "seeds" / "emr")),
        ],
        cwd=PROJECT_ROOT,
        env={**os.environ, **SERVER, "DBT_PROFILES_DIR": str(profiles(tmp_path))},
        capture_output=True,
        text=True,
        check=False,
    )
    said = completed.stdout + completed.stderr
    assert completed.returncode == 2, said
    assert "Cannot connect to the database" in said
    assert MARKER not in said
    assert "Traceback" not in said


def profiles(folder: Path) -> Path:
    """A folder with the example profile."""
    example = (PROJECT_ROOT / "profiles.yml").read_text(encoding="utf-8")
    (folder / "profiles.yml").write_text(example, encoding="utf-8")
    return folder
