"""Extracts that several tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd

from generator import generate, load_scenario
from tests.conftest import PROJECT_ROOT

DEMO_PATIENTS = load_scenario().defaults.patients


@cache
def extract(seed: int, patients: int = DEMO_PATIENTS) -> dict[str, pd.DataFrame]:
    """The tables of one seed as frames; do not change them."""
    return {
        name: table.to_pandas() for name, table in generate(load_scenario(), patients, seed).items()
    }


def run_generator(
    out: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess:
    """Call the generator as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "generator", "--out", str(out), "--quiet", *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, **environment},
        check=check,
        capture_output=True,
        text=True,
    )
