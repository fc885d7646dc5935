"""The files of the Power BI project, and writing them so that nothing stale stays behind."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from powerbi.marts import Mart
from powerbi.model import build_database
from powerbi.names import Json, tag
from powerbi.report import report_files
from powerbi.tmdl import database_tmdl

NAME = "EMR Analytics"
SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "reference"
SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def project_files(marts: Mapping[str, Mart], variables: Mapping[str, float]) -> dict[str, str]:
    """All files of the project by their path in its folder.

    Args:
        marts: by name, as dbt's artifacts have them.
        variables: of dbt_project.yml.
    """
    model, report = f"{NAME}.SemanticModel", f"{NAME}.Report"
    files = {
        f"{NAME}.pbip": _json(
            {
                "$schema": f"{SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
                "version": "1.0",
                "artifacts": [{"report": {"path": report}}],
                "settings": {"enableAutoRecovery": True},
            }
        ),
        f"{model}/.platform": _platform("SemanticModel"),
        f"{model}/definition.pbism": _json(
            {
                "$schema": f"{SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
                "version": "4.2",
                "settings": {},
            }
        ),
    }
    database = build_database(marts, variables)
    for path, text in database_tmdl(database).items():
        files[f"{model}/definition/{path}"] = text
    files[f"{report}/.platform"] = _platform("Report")
    seeds = {name: _seed(name) for name in ("finding_departments", "finding_months")}
    for path, content in report_files(seeds, variables).items():
        files[f"{report}/{path}"] = _json(content)
    return files


def _seed(name: str) -> list[dict[str, str]]:
    path = SEEDS / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_project(
    folder: Path, marts: Mapping[str, Mart], variables: Mapping[str, float]
) -> list[Path]:
    """Write the project into a folder, in place of what is there; returns its files."""
    files = project_files(marts, variables)
    for part in ("SemanticModel", "Report"):
        shutil.rmtree(folder / f"{NAME}.{part}", ignore_errors=True)
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def _platform(kind: str) -> str:
    return _json(
        {
            "$schema": f"{SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
            "metadata": {"type": kind, "displayName": NAME},
            "config": {"version": "2.0", "logicalId": tag("item", kind)},
        }
    )


def _json(content: Json) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
