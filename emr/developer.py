"""`make check`: what a developer runs after each edit, in less than two minutes on two cores.

Ruff, mypy, the tests marked `fast`, dbt's parser, and the unit tests of the models that changed
since main, or of the readmission rules if none did. `make test` runs all tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from rich.console import Console

from emr.dbt import dbt_command
from emr.packages import install_packages
from emr.project import ROOT

PACKAGES = ("contract", "emr", "generator", "measures", "powerbi", "dashboard", "benchmarks")
# Scratch folder in which the checks build tables for unit tests; it holds no user data.
SCRATCH = ROOT / "target" / "check"
# Rules whose unit tests run if no model changed.
CORE = ("int_readmissions", "int_unplanned_readmissions", "int_acute_stay_encounters")
CORES = 2
# Where tests marked fast are; to look through all of them takes longer than to run these.
FAST = ("tests/contract", "tests/documentation", "tests/measures")


def main() -> int:
    """Run all checks, two at a time; returns 1 if one failed."""
    console = Console(highlight=False)
    install_packages()
    checks: dict[str, Callable[[], subprocess.CompletedProcess[str]]] = {
        "dbt: parse, unit tests of rules": _rules,
        "Types (mypy)": lambda: _python("mypy", *PACKAGES),
        "Fast tests (pytest -m fast)": lambda: _python("pytest", "-q", "-m", "fast", *FAST),
        "Style (ruff check)": lambda: _python("ruff", "check", "--quiet", "."),
        "Format (ruff format)": lambda: _python("ruff", "format", "--check", "--quiet", "."),
    }
    started = time.monotonic()
    failed = False
    with ThreadPoolExecutor(max_workers=CORES) as pool:
        running = {pool.submit(_timed, check): name for name, check in checks.items()}
        for done in as_completed(running):
            result, seconds = done.result()
            is_good = result.returncode == 0
            failed = failed or not is_good
            mark = "[green]good[/green]" if is_good else "[red]failed[/red]"
            console.print(f"{mark}  {running[done]}  [dim]{seconds:.0f} s[/dim]")
            if not is_good:
                console.print((result.stdout + result.stderr).strip(), markup=False)
    console.print(f"[dim]{time.monotonic() - started:.0f} s; make test runs everything[/dim]")
    return int(failed)


def _timed(
    check: Callable[[], subprocess.CompletedProcess[str]],
) -> tuple[subprocess.CompletedProcess[str], float]:
    started = time.monotonic()
    return check(), time.monotonic() - started


def _python(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this environment."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _rules() -> subprocess.CompletedProcess[str]:
    """Read the project and build changed models over empty tables, unit tests included.

    The unit tests of what they read run, too: a rule is often broken one model further up.
    """
    above = [f"+{name}" for name in changed_models() or CORE]
    return _dbt("build", "--empty", "--select", *above, "--exclude-resource-type", "test")


def _dbt(*arguments: str) -> subprocess.CompletedProcess[str]:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        dbt_command("--quiet", *arguments, "--profiles-dir", str(ROOT)),
        cwd=ROOT,
        env={
            **os.environ,
            "EMR_WAREHOUSE": str(SCRATCH / "emr.duckdb"),
            "DBT_TARGET_PATH": str(SCRATCH),
            "DBT_LOG_PATH": str(SCRATCH),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def changed_models() -> list[str]:
    """Models whose SQL, or a unit test beside it, differs from main; none outside of git."""
    base = _git("merge-base", "HEAD", "main") or "HEAD"
    changed = _git("diff", "--name-only", base, "--", "models").splitlines()
    changed += _git("ls-files", "--others", "--exclude-standard", "models").splitlines()
    paths = [ROOT / name for name in changed]
    names = {path.stem for path in paths if path.suffix == ".sql" and path.exists()}
    for path in paths:
        if path.name.endswith("unit_tests.yml"):
            names |= {model.stem for model in path.parent.glob("*.sql")}
    return sorted(names)


def _git(*arguments: str) -> str:
    completed = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return completed.stdout.strip() if completed.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
