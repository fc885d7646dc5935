"""Running dbt as a program of its own and telling its story in a few lines."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from emr.project import ROOT

# Loaded here, because a new process may not load anything between its start and dbt's.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
# dbt's log events that end a node, and what to call the node.
NODE_KINDS = {
    "LogModelResult": "models",
    "LogSeedResult": "seeds",
    "LogSnapshotResult": "snapshots",
    "LogTestResult": "tests",
    "LogUnitTestResult": "tests",
}


@dataclass
class BuildResult:
    """What became of a dbt run: nodes by kind, how many failed, and dbt's messages about them."""

    returncode: int
    nodes: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    errors: list[str] = field(default_factory=list)


def dbt_command(*arguments: str) -> list[str]:
    """The command line of dbt in this Python environment."""
    return [sys.executable, "-m", "dbt.cli.main", *arguments]


def dbt_quietly(*arguments: str, root: Path = ROOT) -> bool:
    """Run dbt without showing anything; whether it succeeded."""
    completed = subprocess.run(dbt_command(*arguments), cwd=root, capture_output=True, check=False)
    return completed.returncode == 0


def run_with_progress(arguments: list[str], console: Console, label: str) -> BuildResult:
    """Run dbt with a progress bar over its nodes and collect what failed."""
    command = dbt_command("--log-format", "json", "--no-use-colors", *arguments)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_die_with_the_parent if sys.platform == "linux" else None,
        text=True,
        encoding="utf-8",
    )
    result = BuildResult(0)
    plain_output: list[str] = []
    with Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(label, total=None)
        for event in _events(process, plain_output):
            data, name = event["data"], event["info"]["name"]
            is_error = event["info"]["level"] == "error"
            if data.get("total"):
                progress.update(task, total=data["total"])
            if name in NODE_KINDS:
                result.nodes[NODE_KINDS[name]] += 1
                result.failed += is_error
                progress.advance(task)
            elif is_error and event["info"]["msg"].strip():
                result.errors.append(without_stack_trace(event["info"]["msg"]))
    result.returncode = process.wait()
    if result.returncode and not result.errors:
        result.errors = [without_stack_trace("\n".join(plain_output))]
    return result


def without_stack_trace(message: str) -> str:
    """A dbt message without the macros it came through; of a crash only its last line."""
    text = message.strip()
    if "Traceback (most recent call last)" in text:
        return text.splitlines()[-1].strip()
    # DuckDB goes on to show the line of a file that it cannot read: it is a patient's
    text = text.partition("Original Line:")[0]
    lines = [line for line in text.splitlines() if not line.strip().startswith("> ")]
    return "\n".join(line for line in lines if line.strip())


def _die_with_the_parent() -> None:
    """Linux ends dbt when this program is killed: nobody would hold the lock of its build."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _events(process: subprocess.Popen[str], plain_output: list[str]) -> Iterator[dict]:
    """Dbt's log events; lines that are none (warnings of libraries) go to plain_output."""
    for line in process.stdout or ():
        try:
            event = json.loads(line)
            yield {"data": event["data"], "info": event["info"]}
        except (json.JSONDecodeError, KeyError, TypeError):
            plain_output.append(line.rstrip())
