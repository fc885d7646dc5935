"""Several dbt commands in one process, which reads the project once.

Reads a JSON list of commands from stdin, each a list of arguments and the environment that
it sets, and writes a JSON list: whether each succeeded, and what it said.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

from dbt.cli.main import dbtRunner

from tests.conftest import PROJECT_ROOT

Command = tuple[list[str], dict[str, str]]


def run_in_one_process(commands: list[Command], folder: Path) -> list[dict]:
    """Run dbt commands with target, logs and profile inside `folder`, reading the project once."""
    completed = subprocess.run(
        [sys.executable, "-m", "tests.dbt_session", str(folder)],
        cwd=PROJECT_ROOT,
        input=json.dumps(commands),
        env={**os.environ, "DBT_LOG_PATH": str(folder / "logs"), "DBT_USE_COLORS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout[-2000:] + completed.stderr[-2000:]
    return json.loads(completed.stdout)


def main(folder: str, commands: list[Command]) -> list[dict]:
    """Run the commands one after the other."""
    profile = Path(folder, "profiles.yml")
    profile.write_bytes((PROJECT_ROOT / "profiles.yml").read_bytes())
    places = ["--project-dir", str(PROJECT_ROOT), "--profiles-dir", folder]
    places += ["--target-path", str(Path(folder, "target"))]
    results, manifest = [], None
    for arguments, environment in commands:
        os.environ.update(environment)
        said = io.StringIO()
        with redirect_stdout(said):
            if manifest is None:
                variables = arguments[arguments.index("--vars") :][:2]
                manifest = dbtRunner().invoke(["parse", *places, *variables]).result
            result = dbtRunner(manifest=manifest).invoke([*arguments, *places])
        output = said.getvalue() + (str(result.exception) if result.exception else "")
        results.append({"success": result.success, "output": output})
    return results


if __name__ == "__main__":
    json.dump(main(sys.argv[1], json.load(sys.stdin)), sys.stdout)
