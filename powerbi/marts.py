"""The marts as dbt's artifacts describe them: columns, types, descriptions, relationships."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ArtifactError(Exception):
    """Dbt's artifacts are missing, or do not agree; the message says what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a mart: its type as declared, such as `decimal(18,2)`, and its description."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """A mart: its columns by name, and which of them refer to another mart's column."""

    name: str
    description: str
    columns: dict[str, Column]
    refers_to: dict[str, tuple[str, str]]


def read_marts(target: Path) -> dict[str, Mart]:
    """The marts by name, from `manifest.json` and `catalog.json` of a dbt target folder.

    Raises:
        ArtifactError: an artifact is missing, or other columns are built than documented.
    """
    manifest, catalog = (_read(target / name) for name in ("manifest.json", "catalog.json"))
    references = _references(manifest)
    marts = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or not node["path"].startswith("marts"):
            continue
        built = catalog["nodes"].get(node["unique_id"])
        if built is None:
            raise ArtifactError(f"{node['name']} is not in the catalog: run the build first.")
        documented = {name.lower() for name in node["columns"]}
        in_database = {name.lower() for name in built["columns"]}
        if documented != in_database:
            raise ArtifactError(
                f"{node['name']} is built with other columns than documented "
                f"({', '.join(sorted(documented ^ in_database))}): run the build again."
            )
        marts[node["name"]] = Mart(
            node["name"],
            _one_line(node["description"]),
            {
                name: Column(name, column["data_type"].lower(), _one_line(column["description"]))
                for name, column in node["columns"].items()
            },
            references.get(node["unique_id"], {}),
        )
    return marts


def _references(manifest: dict[str, Any]) -> dict[str, dict[str, tuple[str, str]]]:
    """By node and column, the mart and the column that a relationship test compares it with."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if node["resource_type"] == "test" and metadata.get("name") == "relationships":
            arguments = metadata["kwargs"]
            to = re.fullmatch(r"\s*ref\(['\"](\w+)['\"]\)\s*", arguments["to"])
            if to and node.get("attached_node"):
                found.setdefault(node["attached_node"], {})[node["column_name"]] = (
                    to[1],
                    arguments["field"],
                )
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtifactError(f"There is no {path}: run `make build` first.") from error
    return content


def _one_line(text: str) -> str:
    """A description as one paragraph of plain text."""
    return re.sub(r"\s+", " ", text.replace("`", "")).strip()
