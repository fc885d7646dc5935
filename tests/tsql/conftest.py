"""The project compiled once per target and source, and Microsoft's parser where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import PROJECT_ROOT, run_dbt
from tests.tsql.compiled import Compiled
from tests.tsql.parser.check import MISSING

TARGETS = ("sqlserver", "fabric")
SOURCES = ("demo", "extract", "mimic")
PARSER = Path(__file__).parent / "parser" / "check.py"


@pytest.fixture(scope="session")
def compile_for(shared_folder: Path) -> Callable[[str, str], Compiled]:
    """The project, compiled once for a target and a source, without a server."""

    def compile_once(target: str, source: str) -> Compiled:
        folder = shared_folder / f"compiled-{target}-{source}"
        with FileLock(f"{folder}.lock"):
            if not (folder / "done").exists():
                options = ("--no-populate-cache", "--no-introspect")
                run = run_dbt(folder, "compile", *options, target=target, emr_source=source)
                assert run.returncode == 0, run.output[-4000:]
                (folder / "done").touch()
        return Compiled(target, folder / "target")

    return compile_once


@pytest.fixture(scope="session", params=[(t, s) for t in TARGETS for s in SOURCES], ids="-".join)
def compiled(request, compile_for) -> Compiled:
    """The project, compiled for each target and source."""
    return compile_for(*request.param)


@pytest.fixture(scope="session")
def microsoft_messages() -> Callable[[dict[str, str]], list[dict]]:
    """What Microsoft's parser and model say of scripts; see parser/check.py for the shape."""
    default = PROJECT_ROOT / ".venv-tsql" / "bin" / "python"
    python = Path(os.environ.get("EMR_TSQL_PYTHON", default))
    if not python.exists():
        pytest.skip("Microsoft's T-SQL parser is not installed: `make test` does, on Linux x86-64")

    def check(scripts: dict[str, str]) -> list[dict]:
        completed = subprocess.run(
            [str(python), str(PARSER)],
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
