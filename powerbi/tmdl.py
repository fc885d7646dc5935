"""Writing a tabular model, in the shape of its JSON (TMSL), as TMDL.

TMDL indents with tabs, puts descriptions before an object as `///`, and an expression of several
lines two levels deeper than its object. Microsoft's own reader proves the result in the tests.
"""

from __future__ import annotations

import json
import re

from powerbi.names import Json

# In TMDL a plain property stands below its object, children below properties.
CHILDREN = {
    "columns": "column",
    "measures": "measure",
    "hierarchies": "hierarchy",
    "levels": "level",
    "partitions": "partition",
    "tablePermissions": "tablePermission",
    "extendedProperties": "extendedProperty",
    "annotations": "annotation",
}
# What stands in the first line of an object and not below it.
IN_THE_FIRST_LINE = {"name", "description", "expression", "value", "source", *CHILDREN}
# A child without a name.
FORMAT = "formatStringDefinition"


def quoted(name: str) -> str:
    """A name as TMDL writes it: in quotes unless it is a plain word."""
    return name if re.fullmatch(r"\w+", name) else "'" + name.replace("'", "''") + "'"


def column_reference(table: str, column: str) -> str:
    """Table and column as TMDL joins them."""
    return f"{quoted(table)}.{quoted(column)}"


def database_tmdl(database: Json) -> dict[str, str]:
    """All files of a model's definition folder, by their path in it.

    Args:
        database: as TMSL's `create` has it: `compatibilityLevel` and `model`.
    """
    model = database["model"]
    files = {
        "database.tmdl": f"database\n\tcompatibilityLevel: {database['compatibilityLevel']}\n\n",
        "expressions.tmdl": "\n".join(
            _object("expression", expression, 0) for expression in model["expressions"]
        ),
        "relationships.tmdl": "\n".join(_relationship(r) for r in model["relationships"]),
        "model.tmdl": _model(model),
    }
    for table in model["tables"]:
        files[f"tables/{table['name']}.tmdl"] = _object("table", table, 0)
    for role in model["roles"]:
        files[f"roles/{role['name']}.tmdl"] = _object("role", role, 0)
    return files


def _model(model: Json) -> str:
    own = {
        key: value
        for key, value in model.items()
        if key not in ("tables", "relationships", "expressions", "roles")
    }
    text = _object("model", own, 0, name="Model")
    refs = [f"ref table {quoted(table['name'])}" for table in model["tables"]]
    refs += [f"ref role {quoted(role['name'])}" for role in model["roles"]]
    return text + "\n" + "\n".join(refs) + "\n\n"


def _relationship(relationship: Json) -> str:
    lines = [f"relationship {relationship['name']}"]
    if not relationship.get("isActive", True):
        lines.append("\tisActive: false")
    for end in ("from", "to"):
        reference = column_reference(relationship[f"{end}Table"], relationship[f"{end}Column"])
        lines.append(f"\t{end}Column: {reference}")
    return "\n".join(lines) + "\n"


def _object(kind: str, content: Json, level: int, name: str | None = None) -> str:
    """An object with its properties and children, a blank line after each child."""
    tabs = "\t" * level
    lines = [f"{tabs}/// {line}" for line in content.get("description", "").splitlines()]
    first = f"{tabs}{kind} {quoted(name or content['name'])}"
    source = content.get("source", {})
    if kind == "partition":
        first += f" = {source['type']}"
    expression = content.get("expression", content.get("value"))
    if isinstance(expression, dict):
        lines.append(f"{first} =")
        lines += _json(expression, level + 2)
    elif expression is not None:
        lines += _assigned(first, expression, level + 2)
    else:
        lines.append(first)
    for key, value in content.items():
        if key not in IN_THE_FIRST_LINE and key != FORMAT:
            lines += _property(key, value, level + 1)
    if kind == "partition":
        lines += _assigned(f"{tabs}\tsource", source["expression"], level + 3)
    text = "\n".join(lines) + "\n"
    if FORMAT in content:
        form = _assigned(f"{tabs}\t{FORMAT}", content[FORMAT]["expression"], level + 3)
        text += "\n" + "\n".join(form) + "\n"
    for key, child_kind in CHILDREN.items():
        for child in content.get(key, []):
            text += "\n" + _child(child_kind, child, level + 1)
    return text


def _child(kind: str, child: Json, level: int) -> str:
    tabs = "\t" * level
    if kind == "annotation":
        return f"{tabs}annotation {quoted(child['name'])} = {child['value']}\n"
    if kind == "tablePermission":
        lines = _assigned(
            f"{tabs}tablePermission {quoted(child['name'])}", child["filterExpression"], level + 2
        )
        return "\n".join(lines) + "\n"
    return _object(kind, child, level)


def _property(key: str, value: object, level: int) -> list[str]:
    tabs = "\t" * level
    if value is True:
        return [f"{tabs}{key}"]
    if value is False:
        return [f"{tabs}{key}: false"]
    if isinstance(value, dict):
        lines = [f"{tabs}{key}"]
        for inner, inner_value in value.items():
            lines += _property(inner, inner_value, level + 1)
        return [*lines, ""]
    if key in ("column", "sortByColumn"):
        value = quoted(str(value))
    elif str(value).startswith('"'):
        # what begins with a quotation mark is read as an escaped text
        value = '"' + str(value).replace('"', '""') + '"'
    return [f"{tabs}{key}: {value}"]


def _assigned(first: str, expression: str, level: int) -> list[str]:
    """`first = expression`, over several lines where it has several."""
    lines = expression.strip("\n").splitlines()
    if len(lines) == 1:
        return [f"{first} = {lines[0]}"]
    return [f"{first} =", *(("\t" * level + line).rstrip() for line in lines)]


def _json(value: Json, level: int) -> list[str]:
    return ["\t" * level + line for line in json.dumps(value, indent=2).splitlines()]
