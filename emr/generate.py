"""Everything in the repository that a program writes, and from what: `make generate`.

A file is written by one step. The steps read texts of the project and, where they say so, what the
last build left in target/; they need nothing beyond the Python packages.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import yaml

import contract.generate
import measures.document
import measures.tables
from emr.project import ROOT, UserError
from powerbi.marts import ArtifactError, Mart, read_marts
from powerbi.project import NAME as POWER_BI
from powerbi.project import project_files, write_project

# Path below the project -> text.
Files = dict[Path, str]
PICTURES = Path("docs/pictures")


@dataclass(frozen=True)
class Step:
    """A step of `make generate`.

    Attributes:
        name: what it writes, in words.
        files: its files, from dbt's target folder.
        owns: folders in which every file is of this step, so that a stale one is removed.
    """

    name: str
    files: Callable[[Path], Files]
    owns: tuple[Path, ...] = ()

    def stale(self, target: Path, root: Path = ROOT) -> list[Path]:
        """The files that are missing, different or left over in the project."""
        files = self.files(target)
        left_over = [
            path.relative_to(root)
            for folder in self.owns
            for path in sorted((root / folder).rglob("*"))
            # what Power BI Desktop leaves beside a project, and git does not keep
            if path.is_file() and ".pbi" not in path.parts and path.relative_to(root) not in files
        ]
        return [path for path, text in files.items() if _text(root / path) != text] + left_over

    def write(self, target: Path, root: Path = ROOT) -> list[Path]:
        """Write what is stale; returns it."""
        files = self.files(target)
        stale = self.stale(target, root)
        for path in stale:
            if path in files:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(files[path], encoding="utf-8", newline="\n")
            else:
                (root / path).unlink()
        return stale


def contract_files(_target: Path) -> Files:
    """Sources, staging, lists of rules and tables of the documentation, from contract/."""
    return contract.generate.files(ROOT)


def measure_tables(_target: Path) -> Files:
    """The tables of docs/measures.md, from measures/."""
    return measures.document.files(ROOT)


def measure_analyses(_target: Path) -> Files:
    """Measures by dimensions as dbt analyses, from measures/tables.yml."""
    return measures.tables.files()


def power_bi_files(target: Path) -> Files:
    """The Power BI project, from the measures, the pages and the last build's artifacts.

    Raises:
        UserError: there was no build, or an incomplete one.
    """
    files = project_files(*_marts_and_variables(target))
    return {Path("powerbi") / name: text for name, text in files.items()}


def write_power_bi(target: Path, folder: Path) -> int:
    """Write the Power BI project into any folder; returns the number of its files.

    Raises:
        UserError: there was no build, or an incomplete one.
    """
    return len(write_project(folder, *_marts_and_variables(target)))


def _marts_and_variables(target: Path) -> tuple[dict[str, Mart], dict[str, float]]:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    try:
        return read_marts(target), project["vars"]
    except ArtifactError as error:
        raise UserError(str(error)) from error


def report_pictures(_target: Path) -> Files:
    """The layout of the Power BI pages, drawn from the files of the report."""
    pictures: dict[str, str] = _script("draw_report").pictures()
    return {PICTURES / name: text for name, text in pictures.items()}


def model_graph(target: Path) -> Files:
    """The layers of the model graph, and one subject in full, from dbt's manifest.

    Raises:
        UserError: dbt has not read the project yet.
    """
    manifest = target / "manifest.json"
    if not manifest.exists():
        raise UserError(f"There is no {manifest.name} in {target}: run the build first.")
    picture: str = _script("model_graph").picture(json.loads(manifest.read_text(encoding="utf-8")))
    return {PICTURES / "model-graph.svg": picture}


STEPS = (
    Step("Contract: dbt sources, staging, rules, documentation", contract_files),
    Step("Tables of all measures", measure_tables),
    Step("Measures as dbt analyses", measure_analyses, (measures.tables.ANALYSES,)),
    Step(
        "Power BI project",
        power_bi_files,
        (Path(f"powerbi/{POWER_BI}.SemanticModel"), Path(f"powerbi/{POWER_BI}.Report")),
    ),
    Step("Layout of the Power BI pages", report_pictures),
    Step("Model graph", model_graph),
)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _script(name: str) -> ModuleType:
    """A script of docs/pictures, which is not a package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / PICTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
