"""Every field that DAX or a visual names, against the tables of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.powerbi.dax_parser import (
    Call,
    ColumnRef,
    DaxError,
    Let,
    Listed,
    Literal,
    MeasureRef,
    NameRef,
    Operation,
    TableRef,
    parse,
    walk,
)

NUMERIC = {"int64", "decimal", "double"}
# Functions of one column that add numbers up.
OF_NUMBERS = {"SUM", "AVERAGE"}
COMPARISONS = {"=", "<>", "<", "<=", ">", ">=", "IN"}
# Roles of a visual that take measures alone, and columns alone.
OF_MEASURES = {"Y", "X", "Tooltips", "Data"}
OF_COLUMNS = {"Category", "Series", "Rows", "Columns"}


@dataclass(frozen=True)
class Objects:
    """Types of columns by table and name, hidden ones, and the names of measures by table."""

    columns: Mapping[tuple[str, str], str]
    hidden: frozenset[tuple[str, str]]
    measures: frozenset[tuple[str, str]]
    hidden_measures: frozenset[tuple[str, str]]

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}


def objects_of(model: Mapping) -> Objects:
    """The fields of a model in the shape of TMSL."""
    columns = {
        (table["name"], column["name"]): column["dataType"]
        for table in model["tables"]
        for column in table["columns"]
    }
    measures = {
        (table["name"], measure["name"]): measure.get("isHidden", False)
        for table in model["tables"]
        for measure in table.get("measures", [])
    }
    return Objects(
        columns,
        frozenset(
            (table["name"], column["name"])
            for table in model["tables"]
            for column in table["columns"]
            if column.get("isHidden") or table.get("isHidden")
        ),
        frozenset(measures),
        frozenset(name for name, is_hidden in measures.items() if is_hidden),
    )


# --- DAX ------------------------------------------------------------------------------------------


def expressions_of(model: Mapping) -> Iterator[tuple[str, str]]:
    """Where each expression of a model stands, and its text."""
    for table in model["tables"]:
        for measure in table.get("measures", []):
            yield f"[{measure['name']}]", text_of(measure["expression"])
            if "formatStringDefinition" in measure:
                yield (
                    f"format of [{measure['name']}]",
                    text_of(measure["formatStringDefinition"]["expression"]),
                )
    for role in model["roles"]:
        for permission in role["tablePermissions"]:
            yield (
                f"role {role['name']} on {permission['name']}",
                text_of(permission["filterExpression"]),
            )


def text_of(expression: str | list[str]) -> str:
    """An expression of several lines is a list in TMSL."""
    return expression if isinstance(expression, str) else "\n".join(expression)


def faults_of_dax(model: Mapping) -> list[str]:
    """Fields that DAX names and the model has not, or has with another type."""
    objects = objects_of(model)
    active = {
        (r["fromTable"], r["fromColumn"], r["toTable"], r["toColumn"])
        for r in model["relationships"]
    }
    return [
        f"{where}: {fault}"
        for where, text in expressions_of(model)
        for fault in _faults_of_expression(text, objects, active)
    ]


def _faults_of_expression(text: str, objects: Objects, related: set[tuple]) -> Iterator[str]:
    try:
        tree = parse(text)
    except DaxError as error:
        yield str(error)
        return
    measures = {name for _, name in objects.measures}
    variables = {name for node in walk(tree) if isinstance(node, Let) for name, _ in node.variables}
    for node in walk(tree):
        if isinstance(node, ColumnRef) and (node.table, node.column) not in objects.columns:
            yield f"there is no column {node.table}[{node.column}]"
        elif isinstance(node, MeasureRef) and node.name not in measures:
            yield f"there is no measure [{node.name}]"
        elif isinstance(node, TableRef) and node.name not in objects.tables:
            yield f"there is no table {node.name}"
        elif isinstance(node, NameRef) and node.name not in variables | objects.tables | DATE_PARTS:
            yield f"there is no variable and no table {node.name}"
        elif isinstance(node, Call):
            yield from _faults_of_call(node, objects, related)
        elif isinstance(node, Operation) and node.operator in COMPARISONS:
            yield from _faults_of_comparison(node, objects)


DATE_PARTS = {"DAY", "MONTH", "YEAR"}


def _faults_of_call(node: Call, objects: Objects, related: set[tuple]) -> Iterator[str]:
    columns = [a for a in node.arguments if isinstance(a, ColumnRef)]
    if node.function in OF_NUMBERS:
        for column in columns:
            data_type = objects.columns.get((column.table, column.column))
            if data_type and data_type not in NUMERIC:
                yield f"{node.function} of {column.table}[{column.column}], which is {data_type}"
    if node.function == "USERELATIONSHIP":
        one, other = columns
        if (one.table, one.column, other.table, other.column) not in related:
            yield f"no relationship of {one.table}[{one.column}] to {other.table}[{other.column}]"


def _faults_of_comparison(node: Operation, objects: Objects) -> Iterator[str]:
    left, right = node.operands
    if not isinstance(left, ColumnRef):
        return
    data_type = objects.columns.get((left.table, left.column))
    values = right.values if isinstance(right, Listed) else (right,)
    for value in values:
        is_text = isinstance(value, Literal) and isinstance(value.value, str)
        is_number = isinstance(value, Literal) and not is_text
        if (is_text and data_type in NUMERIC) or (is_number and data_type == "string"):
            yield f"{left.table}[{left.column}] is {data_type}, and compared with {value.value!r}"


# --- report ---------------------------------------------------------------------------------------


def faults_of_visual(visual: Mapping, model: Mapping) -> list[str]:
    """Fields that a visual or a page names and the model has not, hides, or has of another kind."""
    objects = objects_of(model)
    faults = []
    for kind, table, name, role in _fields_of(visual):
        if kind == "Measure" and (table, name) not in objects.measures:
            faults.append(f"there is no measure {table}[{name}]")
        elif kind == "Measure" and (table, name) in objects.hidden_measures:
            faults.append(f"{table}[{name}] is hidden")
        elif kind == "Column" and (table, name) not in objects.columns:
            faults.append(f"there is no column {table}[{name}]")
        elif kind == "Column" and (table, name) in objects.hidden:
            faults.append(f"{table}[{name}] is hidden")
        if (role in OF_MEASURES and kind != "Measure") or (role in OF_COLUMNS and kind != "Column"):
            faults.append(f"{role} takes no {kind.lower()} {table}[{name}]")
    for column, literal in _filtered(visual):
        is_text = literal.startswith("'")
        data_type = objects.columns.get(column)
        if data_type and is_text != (data_type == "string"):
            faults.append(f"{column[0]}[{column[1]}] is {data_type}, and filtered by {literal}")
    for projection in _projections(visual):
        ((_, field),) = projection["field"].items()
        reference = f"{field['Expression']['SourceRef']['Entity']}.{field['Property']}"
        if projection["queryRef"] != reference:
            faults.append(f"{projection['queryRef']} stands for {reference}")
    return faults


def _projections(visual: Mapping) -> Iterator[Mapping]:
    state = visual.get("visual", {}).get("query", {}).get("queryState", {})
    for role in state.values():
        yield from role["projections"]


def _fields_of(visual: Mapping) -> Iterator[tuple[str, str, str, str | None]]:
    """Kind, table, name and role of every field; the role of what is not on an axis is None."""
    state = visual.get("visual", {}).get("query", {}).get("queryState", {})
    projected = set()
    for role, content in state.items():
        for projection in content["projections"]:
            for kind, table, name in _named(projection["field"], {}):
                projected.add((kind, table, name))
                yield kind, table, name, role
    for kind, table, name in _named(visual, {}):
        if (kind, table, name) not in projected:
            yield kind, table, name, None


def _named(node: object, sources: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Kind, table and name of every field below a node; a filter names its tables by aliases."""
    if isinstance(node, list):
        for item in node:
            yield from _named(item, sources)
    elif isinstance(node, Mapping):
        if isinstance(node.get("From"), list):
            sources = {source["Name"]: source["Entity"] for source in node["From"]}
        for kind in ("Column", "Measure"):
            field = node.get(kind)
            if isinstance(field, Mapping) and "Property" in field:
                reference = field["Expression"]["SourceRef"]
                table = reference.get("Entity") or sources.get(reference.get("Source"), "?")
                yield kind, table, field["Property"]
        for value in node.values():
            yield from _named(value, sources)


def _filtered(node: object) -> Iterator[tuple[tuple[str, str], str]]:
    """Column and literal of every value that a filter lists or compares with."""
    if isinstance(node, list):
        for item in node:
            yield from _filtered(item)
    elif isinstance(node, Mapping):
        if isinstance(node.get("From"), list) and isinstance(node.get("Where"), list):
            sources = {source["Name"]: source["Entity"] for source in node["From"]}
            for condition in node["Where"]:
                ((kind, chosen),) = condition["Condition"].items()
                is_list = kind == "In"
                columns = chosen["Expressions"] if is_list else chosen["Left"]
                values = chosen["Values"] if is_list else [[chosen["Right"]]]
                ((_, table, name),) = _named(columns, sources)
                for (value,) in values:
                    yield (table, name), value["Literal"]["Value"]
        for value in node.values():
            yield from _filtered(value)
