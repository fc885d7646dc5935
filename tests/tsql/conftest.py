"""The project compiled once per target and source."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import run_dbt
from tests.tsql.compiled import Compiled

# The demo differs from an extract in the schema of the raw tables alone: once is enough.
COMPILED = [
    *(("sqlserver", source) for source in ("demo", "extract", "mimic")),
    *(("fabric", source) for source in ("extract", "mimic")),
]


@pytest.fixture(scope="session")
def compile_for(shared_folder: Path) -> Callable[[str, str], Compiled]:
    """The project, compiled once for a target and a source, without a server."""

    @functools.cache
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


@pytest.fixture(scope="session", params=COMPILED, ids="-".join)
def compiled(request, compile_for) -> Compiled:
    """The project, compiled for a target and a source."""
    return compile_for(*request.param)
