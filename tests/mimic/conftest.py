"""Building the marts from a folder of MIMIC-IV files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT_ROOT, DbtRun, run_dbt

# Unit tests bring their own rows, whatever the source: they run on the demo.
WHOLE_BUILD = ("build", "--exclude", "resource_type:unit_test")


def attach_and_run(folder: Path, hosp: Path, *arguments: str) -> DbtRun:
    """Attach the files of `hosp` to a warehouse in `folder` and run dbt on them."""
    folder.mkdir(exist_ok=True)
    warehouse = folder / "emr.duckdb"
    attached = subprocess.run(
        [sys.executable, "-m", "emr", "attach", "--source", "mimic", "--data", str(hosp)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "EMR_WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert attached.returncode == 0, attached.stdout + attached.stderr
    return run_dbt(folder, *arguments, emr_source="mimic")
