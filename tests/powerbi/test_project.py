"""The committed Power BI project: as generated, and as Microsoft's own readers read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from measures.catalogue import semantic_model
from powerbi.marts import read_marts
from powerbi.model import build_database
from powerbi.project import NAME
from tests.powerbi import microsoft
from tests.powerbi.conftest import PROJECT
from tests.powerbi.fields import faults_of_dax, faults_of_visual, text_of

MODEL = Path(f"{NAME}.SemanticModel") / "definition"
REPORT = Path(f"{NAME}.Report")
SCHEMAS = "https://developer.microsoft.com/json-schemas/"
EXPRESSIONS = ("expression", "filterExpression")


@pytest.fixture(scope="module")
def reader() -> Iterator[microsoft.ModelReader]:
    """Microsoft's reader of TMDL."""
    if reason := microsoft.why_no_model_reader():
        pytest.skip(reason)
    with microsoft.ModelReader() as running:
        yield running


@pytest.fixture(scope="module")
def schemas() -> Path:
    """Microsoft's JSON schemas, which the project does not hold."""
    folder = os.environ.get("EMR_FABRIC_SCHEMAS")
    if not folder:
        pytest.skip("EMR_FABRIC_SCHEMAS names no folder of Microsoft's json-schemas")
    return Path(folder)


@pytest.fixture(scope="module")
def validator() -> None:
    """Microsoft's validator of PBIR is here."""
    if reason := microsoft.why_no_report_validator():
        pytest.skip(reason)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the committed project, to break."""
    for part in ("SemanticModel", "Report"):
        shutil.copytree(PROJECT / f"{NAME}.{part}", tmp_path / f"{NAME}.{part}")
    return tmp_path


def json_files(folder: Path) -> list[Path]:
    """The JSON files of a project."""
    endings = (".json", ".pbip", ".pbir", ".pbism")
    return sorted(p for p in folder.rglob("*") if p.suffix in endings or p.name == ".platform")


def faults_by_schema(folder: Path, schemas: Path) -> list[str]:
    """What the JSON files of a project's folder break of the schema that each names."""

    def retrieve(uri: str) -> Resource:
        text = (schemas / uri.removeprefix(SCHEMAS)).read_text(encoding="utf-8-sig")
        return Resource(contents=json.loads(text), specification=DRAFT7)

    registry = Registry(retrieve=retrieve)
    faults = []
    for path in json_files(folder):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            faults.append(f"{path.name}: {error}")
            continue
        uri = content.get("$schema", "")
        if uri.startswith(SCHEMAS):
            schema = Draft7Validator({"$ref": uri}, registry=registry)
            faults += [f"{path}: {error.message}" for error in schema.iter_errors(content)]
    return faults


def normalized(value: object) -> object:
    """A model without what Microsoft writes another way: lines as lists, the kind of M, order."""
    if isinstance(value, dict):
        return {
            key: text_of(inner) if key in EXPRESSIONS else normalized(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        items = [normalized(item) for item in value]
        if all(isinstance(item, dict) and "name" in item for item in items):
            # a level stands where it is written
            assert all(item.pop("ordinal", place) == place for place, item in enumerate(items))
            return {item["name"]: item for item in items}
        return items
    return value


def faults_of_fields(project: Path, model: dict) -> list[str]:
    """Fields that the visuals and pages of a project name and its model has not."""
    return [
        f"{path.parent.name}: {fault}"
        for name in ("visual.json", "page.json")
        for path in sorted((project / REPORT).rglob(name))
        for fault in faults_of_visual(json.loads(path.read_text(encoding="utf-8")), model)
    ]


def test_microsoft_reads_the_model_as_it_is_meant(reader, marts, variables):
    read = normalized(reader.read(PROJECT / MODEL)["model"])
    meant = normalized(build_database(marts, variables)["model"])
    for expression in read["expressions"].values():
        # the kind of an expression is M unless it says another
        assert expression.pop("kind") == "m"
    for table in read["tables"].values():
        for partition in table["partitions"].values():
            partition["source"]["expression"] = text_of(partition["source"]["expression"])
    assert read == meant


@pytest.mark.usefixtures("validator")
def test_microsoft_finds_no_fault_in_the_report(schemas):
    assert not microsoft.report_diagnostics(PROJECT / REPORT, schemas)


@pytest.mark.usefixtures("validator")
def test_microsoft_finds_no_fault_in_the_report_without_schemas():
    assert not microsoft.report_diagnostics(PROJECT / REPORT, None)


def test_every_file_is_as_its_schema_says(schemas):
    assert len(json_files(PROJECT)) > 80
    assert not faults_by_schema(PROJECT, schemas)


def test_every_field_exists_with_the_right_type(model):
    assert not faults_of_dax(model)
    assert not faults_of_fields(PROJECT, model)


def test_no_table_has_a_name_that_power_bi_keeps_for_itself(model):
    reserved = {"measures", "measure", "goal", "calculations"}
    assert not reserved & {table["name"].lower() for table in model["tables"]}


def test_git_does_not_keep_the_data_that_power_bi_desktop_imports(project_root):
    cache = PROJECT / f"{NAME}.SemanticModel" / ".pbi" / "cache.abf"
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", str(cache)], cwd=project_root, check=False
    )
    assert ignored.returncode == 0


def test_every_column_of_the_model_is_in_its_mart(artifacts, model):
    """Under its own name: the mart that the table's query reads."""
    marts = read_marts(artifacts)
    read = set()
    for table in model["tables"]:
        (partition,) = table["partitions"]
        mart = re.search(r'Mart\("(\w+)"\)', partition["source"]["expression"])
        if mart:
            read.add(mart[1])
            columns = {column["sourceColumn"] for column in table["columns"]}
            assert columns <= set(marts[mart[1]].columns)
    assert read == set(semantic_model().tables)


# --- deliberate mistakes --------------------------------------------------------------------------


def replace_once(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


TABLES = MODEL / "tables"
VISUALS = REPORT / "definition" / "pages" / "readmissions" / "visuals"
RATE = VISUALS / "30-day-readmission-rate-by-department" / "visual.json"

MISTAKES = {
    # the model, which Microsoft's reader rejects
    "a property that there is not": (
        TABLES / "Claims.tmdl",
        "\t\tsummarizeBy: none",
        "\t\tsumarizeBy: none",
    ),
    "a type that there is not": (
        TABLES / "Claims.tmdl",
        "\t\tdataType: int64",
        "\t\tdataType: bigint",
    ),
    "spaces for tabs": (TABLES / "Claims.tmdl", "\t\tdataType: int64", "    dataType: int64"),
    "a name without quotes": (TABLES / "Date.tmdl", "column 'Month name'", "column Month name"),
    "a sort column that there is not": (
        TABLES / "Date.tmdl",
        "sortByColumn: 'Month number'",
        "sortByColumn: 'Number of month'",
    ),
    "a level of no column": (
        TABLES / "Date.tmdl",
        "\t\t\tcolumn: 'Calendar year'",
        "\t\t\tcolumn: 'Year of the calendar'",
    ),
    "a relationship to no column": (
        MODEL / "relationships.tmdl",
        "toColumn: 'Age group'.'Age group key'",
        "toColumn: 'Age group'.'Age key'",
    ),
    "two columns of one name": (
        TABLES / "Date.tmdl",
        "column 'Month number'",
        "column 'Month name'",
    ),
    # DAX, which Microsoft's reader does not read
    "a column in DAX that there is not": (
        TABLES / "Key figures.tmdl",
        "SUM(Claims[Allowed amount])",
        "SUM(Claims[Alowed amount])",
    ),
    "a measure in DAX that there is not": (
        TABLES / "Key figures.tmdl",
        "[Encounters (unsuppressed)]",
        "[Encounter (unsuppressed)]",
    ),
    "a sum of text": (
        TABLES / "Key figures.tmdl",
        "SUM(Claims[Allowed amount])",
        "SUM(Claims[Claim status])",
    ),
    "a flag compared with text": (
        TABLES / "Key figures.tmdl",
        "'Inpatient stays'[Is readmitted 60 days] = 1",
        "'Inpatient stays'[Is readmitted 60 days] = \"Yes\"",
    ),
    "a bracket too few": (
        TABLES / "Key figures.tmdl",
        "SUM(Claims[Billed amount])",
        "SUM(Claims[Billed amount]",
    ),
    "a function that there is not": (
        TABLES / "Key figures.tmdl",
        "SUM(Claims[Billed amount])",
        "TOTAL(Claims[Billed amount])",
    ),
    "a role on a column that there is not": (
        MODEL / "roles" / "Own departments.tmdl",
        "Department[Department key]",
        "Department[Department]",
    ),
    # the report
    "broken JSON": (RATE, '"visualType"', "visualType"),
    "a visual of no kind": (RATE, '"visualType": "clusteredBarChart"', '"visualType": "barz"'),
    "a field that there is not": (
        RATE,
        '"Property": "30-day readmission rate"',
        '"Property": "31-day readmission rate"',
    ),
    "a hidden column": (
        VISUALS / "30-day-readmission-rate-by-lace-band" / "visual.json",
        '"Property": "LACE band"',
        '"Property": "LACE band sort"',
    ),
    "a column in place of a measure": (RATE, '"Measure": {', '"Column": {'),
    "a role that the visual has not": (RATE, '"Category": {', '"Categories": {'),
    "a missing position": (RATE, '"position": {', '"place": {'),
    "a filter by another type": (
        REPORT
        / "definition"
        / "pages"
        / "recommendations"
        / "visuals"
        / "r2-peak-month-occupancy-and-wait-times-by-departme"
        / "visual.json",
        '"Value": "2L"',
        '"Value": "\'February\'"',
    ),
}


@pytest.mark.usefixtures("validator")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(copy, reader, mistake):
    path, old, new = MISTAKES[mistake]
    replace_once(copy / path, old, new)
    assert faults_of(copy, reader)


@pytest.mark.usefixtures("validator")
def test_a_copy_without_a_mistake_is_not_rejected(copy, reader):
    assert not faults_of(copy, reader)


def test_a_missing_relationship_is_caught(copy, reader, marts, variables):
    path = copy / MODEL / "relationships.tmdl"
    first, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
    assert first.startswith("relationship ")
    path.write_text(rest, encoding="utf-8", newline="\n")
    read = reader.read(copy / MODEL)["model"]["relationships"]
    assert len(read) == len(build_database(marts, variables)["model"]["relationships"]) - 1


def faults_of(project: Path, reader: microsoft.ModelReader) -> list[str]:
    """What the checks that need no other file say of a project."""
    try:
        model = reader.read(project / MODEL)["model"]
    except microsoft.RejectedError as error:
        return [str(error)]
    faults = faults_of_dax(model) + microsoft.report_diagnostics(project / REPORT, None)
    return faults or faults_of_fields(project, model)
