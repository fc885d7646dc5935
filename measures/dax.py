"""The DAX of measures, compiled from their SQL.

Two things differ between the languages, and the compiler takes care of both. A condition inside an
aggregate (`sum(case when … then x end)`) is a filter in DAX. And blank is not null: it counts as 0
in a sum, and a count of no rows is blank, so a rate of none would be blank and not 0%.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from sqlglot import exp

from measures.catalogue import (
    DAYS,
    CatalogueError,
    Measure,
    Shift,
    Table,
    catalogue,
    semantic_model,
)
from measures.dax_text import Call, Node, Operation, written
from measures.expressions import is_reference, parsed
from measures.names import column_title
from measures.selection import DATE
from measures.small_cells import limits

SMALLEST_CELL = "Minimum cell size"
# The column of a slider's table.
SLIDER_COLUMN = "Value"
DAY = "'Date'[Calendar date]"

OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.And: "&&",
    exp.Or: "||",
}
FUNCTIONS: dict[type[exp.Expr], str] = {exp.Pow: "POWER", exp.Sqrt: "SQRT"}
OF_A_COLUMN: dict[type[exp.Expr], str] = {
    exp.Sum: "SUM",
    exp.Min: "MIN",
    exp.Max: "MAX",
    # COUNT leaves text out
    exp.Count: "COUNTA",
}


# --- names ----------------------------------------------------------------------------------------


def title(column: str, table: Table) -> str:
    """A column's name in the model."""
    return column_title(column, is_yes_no=column in table.yes_no)


def unsuppressed(name: str) -> str:
    """The name of the hidden measure that holds a count before small cells are hidden."""
    return f"{name} (unsuppressed)"


def slider_table(parameter: Measure) -> str:
    """The name of the table with a slider's values."""
    return f"{parameter.name} (values)"


def _table(mart: str) -> str:
    name = semantic_model().tables[mart].name
    # Date is also a function
    return name if re.fullmatch(r"\w+", name) and mart != DATE else f"'{name}'"


def _column(mart: str, column: str) -> str:
    return f"{_table(mart)}[{title(column, semantic_model().tables[mart])}]"


def _text(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


# --- measures -------------------------------------------------------------------------------------


def value_dax(measure: Measure) -> str:
    """The DAX of a measure's number, small or not.

    Raises:
        CatalogueError: its SQL has something that is not translated.
    """
    if measure.dax is not None:
        return measure.dax.strip()
    if measure.shift is not None:
        if measure.change_of is None:
            return _before(measure)
        return _change(measure)
    value = _Compiler(measure).compiled()
    if measure.latest is None:
        return written(value)
    column = _column(str(measure.of), measure.latest)
    # in the filter itself, each row would be its own latest one
    only_latest = Call("KEEPFILTERS", (Operation(column, "=", "Latest"),))
    calculated = written(Call("CALCULATE", (value, only_latest)), indent=4)
    return f"VAR Latest = MAX({column})\nRETURN\n    {calculated}"


def shown_dax(measure: Measure, variables: Mapping[str, float]) -> str:
    """The DAX of a measure as pages show it: blank where it would show a small cell.

    Args:
        measure: any.
        variables: of dbt_project.yml, which hold the defaults of sliders.
    """
    if measure.kind == "parameter" and measure.variable:
        column = f"'{slider_table(measure)}'[{SLIDER_COLUMN}]"
        return f"SELECTEDVALUE({column}, {float(variables[measure.variable])})"
    lines, conditions = [], []
    for limit in limits(measure):
        number = f"[{unsuppressed(limit.of)}]"
        # its whole and its part are variables before it
        number = "Whole - Part" if limit.less else number
        lines.append(f"VAR {limit.role} = {number}")
        is_large = f"{limit.role} >= [{SMALLEST_CELL}]"
        conditions.append(f"({limit.role} = 0 || {is_large})" if limit.shows_none else is_large)
    value = "Number" if measure.kind == "count" else value_dax(measure)
    if not conditions:
        return value
    indented = "\n".join(f"        {line}" for line in value.splitlines())
    condition = "\n            && ".join(conditions)
    return "\n".join([*lines, "RETURN", "    IF(", f"        {condition},", indented, "    )"])


def _before(measure: Measure) -> str:
    """A measure in an earlier period: `Selection.before` of measures/query.py in DAX."""
    (of,) = parsed(measure.sql).expressions
    first_day, day_after = {
        "previous_period": (
            "IF(IsWholeMonths, EDATE(FirstDay, -Months), FirstDay - Days)",
            "FirstDay",
        ),
        "previous_year": ("EDATE(FirstDay, -12)", "EDATE(DayAfter, -12)"),
    }[_shift(measure)]
    months = (
        "VAR IsWholeMonths = DAY(FirstDay) = 1 && DAY(DayAfter) = 1\n"
        "VAR Months = DATEDIFF(FirstDay, DayAfter, MONTH)\n"
        if measure.shift == "previous_period"
        else ""
    )
    return (
        # a choice without a day is read as one of a day that the data do not have
        f"VAR FirstDay = COALESCE(MIN({DAY}), DATE(2000, 1, 1))\n"
        f"VAR DayAfter = COALESCE(MAX({DAY}), FirstDay) + 1\n"
        "VAR Days = DATEDIFF(FirstDay, DayAfter, DAY)\n"
        f"{months}"
        f"VAR FirstDayBefore = {first_day}\n"
        f"VAR DayAfterBefore = {day_after}\n"
        "VAR DaysCovered =\n"
        "    CALCULATE(\n"
        f"        [{DAYS}],\n"
        f"        DATESBETWEEN({DAY}, FirstDayBefore, DayAfterBefore - 1)\n"
        "    )\n"
        "RETURN\n"
        "    IF(\n"
        # a choice of single months has no period before it, one that has not ended is not compared
        "        COUNTROWS('Date') = Days\n"
        f"            && [{DAYS}] = Days\n"
        "            && DaysCovered = DATEDIFF(FirstDayBefore, DayAfterBefore, DAY),\n"
        "        CALCULATE(\n"
        f"            [{of.name}],\n"
        f"            DATESBETWEEN({DAY}, FirstDayBefore, DayAfterBefore - 1)\n"
        "        )\n"
        "    )"
    )


def _shift(measure: Measure) -> Shift:
    if measure.shift is None:
        raise CatalogueError(f"{measure.name} is not of an earlier period")
    return measure.shift


def _change(measure: Measure) -> str:
    """A change: blank unless both values are known, as null is in SQL."""
    earlier = next(
        other.name
        for other in catalogue().values()
        if other.shift == measure.shift and other.sql == f"{other.shift}([{measure.change_of}])"
    )
    variables = {str(measure.change_of): "CurrentValue", earlier: "EarlierValue"}
    is_known = "NOT ISBLANK(CurrentValue) && NOT ISBLANK(EarlierValue)"
    change = Call("IF", (is_known, _Compiler(measure, variables).compiled()))
    return (
        f"VAR CurrentValue = [{measure.change_of}]\n"
        f"VAR EarlierValue = [{earlier}]\n"
        "RETURN\n"
        f"    {written(change, indent=4)}"
    )


# --- expressions ----------------------------------------------------------------------------------


class _Compiler:
    """Translates the SQL of one measure; names of measures may stand for variables."""

    def __init__(self, measure: Measure, variables: Mapping[str, str] | None = None):
        self.measure = measure
        self.variables = variables or {}

    def compiled(self) -> Node:
        """The whole expression."""
        return self.expression(parsed(self.measure.sql))

    def expression(self, node: exp.Expr) -> Node:
        """A scalar expression."""
        if is_reference(node):
            return self._reference(node.name)
        if isinstance(node, exp.Literal):
            return _text(node.name) if node.is_string else node.name
        if isinstance(node, exp.Paren):
            return Call("", (self.expression(node.this),))
        if isinstance(node, (exp.Count, exp.Sum, exp.Min, exp.Max)):
            return self._aggregate(node)
        if isinstance(node, exp.Anonymous):
            return self._function(node)
        if isinstance(node, exp.Case):
            return self._case(node)
        if isinstance(node, exp.Nullif):
            value = self.expression(node.this)
            return Call("IF", (Operation(value, "<>", self.expression(node.expression)), value))
        if type(node) in FUNCTIONS:
            arguments = (self.expression(part) for part in node.args.values() if part)
            return Call(FUNCTIONS[type(node)], tuple(arguments))
        if isinstance(node, exp.Div) and not isinstance(node.this, exp.Literal):
            above = node.this.unnest()
            return Call("DIVIDE", (self.expression(above), self.expression(node.expression)))
        if type(node) in OPERATORS:
            left, right = self.expression(node.this), self.expression(node.expression)
            return Operation(left, OPERATORS[type(node)], right)
        raise self._unknown(node)

    def _reference(self, name: str) -> Node:
        """Another measure: of a count the number before small cells are hidden."""
        if name in self.variables:
            return self.variables[name]
        if name not in catalogue():
            raise CatalogueError(f"{self.measure.name} names {name}, which is not a measure")
        return f"[{unsuppressed(name) if catalogue()[name].kind == 'count' else name}]"

    def _function(self, node: exp.Anonymous) -> Node:
        name = node.name.lower()
        if name == "divide":
            above, below = node.expressions
            numerator = self.expression(above)
            if is_reference(above) and _is_blank_of_none(above.name):
                numerator = Operation(numerator, "+", "0")
            return Call("DIVIDE", (numerator, self.expression(below)))
        if name == "mean":
            (of,) = node.expressions
            return self._over("AVERAGE", of)
        if name == "every":
            removed = []
            inner: exp.Expr = node
            while isinstance(inner, exp.Anonymous) and inner.name.lower() == "every":
                taken_away, inner = inner.expressions
                removed.append(Call("REMOVEFILTERS", (self._dimension(taken_away),)))
            return Call("CALCULATE", (self.expression(inner), *removed))
        raise self._unknown(node)

    def _dimension(self, node: exp.Column) -> str:
        return _column(node.table, node.name) if node.table else _table(node.name)

    def _case(self, node: exp.Case) -> Node:
        """`case` as IF, each further `when` in the last one's else."""
        otherwise = node.args.get("default")
        result = self.expression(otherwise) if otherwise else None
        for branch in reversed(node.args["ifs"]):
            arguments = (self.expression(branch.this), self.expression(branch.args["true"]))
            result = Call("IF", arguments if result is None else (*arguments, result))
        if result is None:
            raise self._unknown(node)
        return result

    # --- aggregates -------------------------------------------------------------------------------

    def _aggregate(self, node: exp.Expr) -> Node:
        of = node.this
        if isinstance(of, exp.Distinct):
            (of,) = of.expressions
            return self._over("DISTINCTCOUNT", of)
        return self._over(OF_A_COLUMN[type(node)], of)

    def _over(self, function: str, of: exp.Expr) -> Node:
        """An aggregate: the conditions of its `case` are filters, another date a relationship."""
        mart = self._mart()
        filters: list[Node] = []
        if isinstance(of, exp.Case):
            (branch,) = of.args["ifs"]
            if of.args.get("default"):
                raise self._unknown(of)
            filters += [Call("KEEPFILTERS", (self._filter(c),)) for c in _all_of(branch.this)]
            of = branch.args["true"]
        if isinstance(of, (exp.Star, exp.Literal)):
            aggregate = Call("COUNTROWS", (_table(mart),))
        elif isinstance(of, exp.Column):
            aggregate = Call(function, (_column(of.table or mart, of.name),))
        else:
            raise self._unknown(of)
        date = self.measure.date
        if date is not None and date != semantic_model().tables[mart].date:
            dates = semantic_model().tables[DATE]
            key = _column(DATE, str(dates.key))
            filters.append(Call("USERELATIONSHIP", (_column(mart, date), key)))
        return Call("CALCULATE", (aggregate, *filters)) if filters else aggregate

    def _filter(self, node: exp.Expr) -> Node:
        """A condition on a column of the mart, or of a dimension."""
        if isinstance(node, exp.Not) and isinstance(node.this, exp.Is):
            return f"NOT ISBLANK({self._filtered(node.this.this)})"
        if isinstance(node, exp.Is):
            return f"ISBLANK({self._filtered(node.this)})"
        if isinstance(node, exp.In):
            values = ", ".join(str(self.expression(value)) for value in node.expressions)
            return Operation(self._filtered(node.this), "IN", f"{{{values}}}")
        if type(node) not in OPERATORS or not isinstance(node.this, exp.Column):
            raise self._unknown(node)
        column = node.this
        table = semantic_model().tables[column.table or self._mart()]
        value = self.expression(node.expression)
        if column.name in table.yes_no:
            value = {"0": '"No"', "1": '"Yes"'}[str(value)]
        return Operation(self._filtered(column), OPERATORS[type(node)], value)

    def _filtered(self, column: exp.Column) -> str:
        return _column(column.table or self._mart(), column.name)

    def _mart(self) -> str:
        if self.measure.of is None:
            raise CatalogueError(f"{self.measure.name} aggregates, but is of no mart")
        return self.measure.of

    def _unknown(self, node: exp.Expr) -> CatalogueError:
        return CatalogueError(
            f"{self.measure.name}: `{node.sql()}` is not translated to DAX: write it another way, "
            "or give the measure its own dax, with a dax_reason"
        )


@cache
def _is_blank_of_none(name: str) -> bool:
    """Whether a measure counts rows by a condition: 0 in SQL, but blank in DAX, if there are none.

    A sum of flags is 0 in both.
    """
    tree = parsed(catalogue()[name].sql)
    return isinstance(tree, exp.Count) and tree.find(exp.Case) is not None


def _all_of(condition: exp.Expr) -> list[exp.Expr]:
    """The conditions that `and` joins."""
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
