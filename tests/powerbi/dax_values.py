"""Values of DAX: as SQL, compared, and in arithmetic, where blank is a value too."""

from __future__ import annotations

import datetime

from tests.powerbi.dax_parser import DaxError


def sql(value: object) -> str:
    """A value as SQL."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, datetime.date):
        return f"date '{value:%Y-%m-%d}'"
    return repr(value)


def compare(operator: str, left: object, right: object) -> bool:
    """A comparison, in which blank is 0."""
    if left is None and not isinstance(right, str):
        left = 0
    if right is None and not isinstance(left, str):
        right = 0
    if isinstance(left, datetime.date) != isinstance(right, datetime.date):
        left, right = (0 if isinstance(x, datetime.date) else x for x in (left, right))
    return {
        "=": lambda: left == right,
        "<>": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[operator]()


def arithmetic(operator: str, left: object, right: object) -> object:
    """Arithmetic, in which blank is 0 in sums and takes products with it; days add to dates."""
    if left is None and right is None:
        return None
    if operator in "+-":
        if isinstance(left, datetime.date) and right is not None and not hasattr(right, "day"):
            days = datetime.timedelta(days=int(right))
            return left + days if operator == "+" else left - days
        left, right = left or 0, right or 0
        return left + right if operator == "+" else left - right
    if operator == "*":
        return None if left is None or right is None else left * right
    if operator == "/":
        return None if left is None else left / right
    raise DaxError(f"operator {operator} is not understood")
