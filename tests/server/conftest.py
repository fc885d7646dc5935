"""A connection to the SQL Server that the environment names (docs/sql-server.md).

These tests write into its schemas raw, raw_demo and so on: give them a database of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emr.server import Server, connect
from tests.conftest import PROJECT_ROOT


@pytest.fixture(scope="session", autouse=True)
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example profile, so that the environment alone says where the server is."""
    folder = tmp_path_factory.mktemp("profiles")
    text = (PROJECT_ROOT / "profiles.yml").read_text(encoding="utf-8")
    (folder / "profiles.yml").write_text(text, encoding="utf-8")
    os.environ["DBT_PROFILES_DIR"] = str(folder)
    yield
    del os.environ["DBT_PROFILES_DIR"]


@pytest.fixture
def server() -> Iterator[Server]:
    """A connection of the test's own."""
    connection = connect()
    yield connection
    connection.close()


@pytest.fixture
def pipeline() -> Callable[..., subprocess.Popen]:
    """Start `python -m emr …` as a program of its own."""

    def start(*arguments: str | Path) -> subprocess.Popen:
        command = [sys.executable, "-m", "emr", *map(str, arguments)]
        return subprocess.Popen(
            command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return start
