"""The contract as Python objects, read from its YAML files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

FOLDER = Path(__file__).parent
# In the order in which a row's values depend on each other: parents first.
TABLE_ORDER = (
    "facilities",
    "departments",
    "providers",
    "payers",
    "patients",
    "encounters",
    "diagnoses",
    "procedures",
    "vitals",
    "charges",
    "claims",
    "payments",
    "surveys",
)
KEY_LENGTH = 50
# A type of the contract -> dbt's data type, and the macro that casts raw text to it.
FIXED_TYPES = {
    "key": (f"varchar({KEY_LENGTH})", "raw_text"),
    "date": ("date", "raw_date"),
    "time": ("timestamp", "raw_timestamp"),
    "integer": ("int", "raw_integer"),
    "decimal": ("decimal(18,2)", "raw_decimal"),
}
# Text as delivered, codes in upper case, words in lower case, with the greatest length in bytes.
TEXT_TYPES = {"text": "raw_text", "code": "raw_code", "word": "raw_word"}

Severity = Literal["quarantine", "flag", "stop"]
AppliesTo = Literal[
    "every column", "keys", "the key as a whole", "every date but updated_at", "every date"
]


class ContractError(Exception):
    """A file of the contract is not as it must be; the message names it and says why."""


class Statement(BaseModel):
    """What all parts share: unknown fields are errors, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Statement):
    """A column of a table.

    Attributes:
        type: `key`, `text(n)`, `code(n)` (upper case), `word(n)` (lower case), `date`, `time`,
            `integer` or `decimal`.
        says: what it holds.
        codes: the values that it may have; any if there are none here.
        refers_to: the table whose key it holds.
        identifies: whether it identifies a person: SQL Server masks it, quarantine shows a pattern.
        stays_in_staging: whether no later layer may hold it.
        staged_as: the columns that staging makes of it and what they hold, if it is not itself.
    """

    type: str
    says: str
    codes: tuple[str, ...] = ()
    refers_to: str | None = None
    identifies: bool = False
    stays_in_staging: bool = False
    staged_as: dict[str, str] = {}

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in FIXED_TYPES and cls._text(value) is None:
            raise ValueError(f"{value} is not a type of the contract")
        return value

    @staticmethod
    def _text(value: str) -> re.Match[str] | None:
        return re.fullmatch(rf"({'|'.join(TEXT_TYPES)})\((\d+)\)", value)

    @property
    def data_type(self) -> str:
        """The type in dbt."""
        text = self._text(self.type)
        return f"varchar({text[2]})" if text else FIXED_TYPES[self.type][0]

    def cast(self, name: str) -> str:
        """The Jinja call that reads the raw column `name` as this type."""
        text = self._text(self.type)
        if text:
            return f"{{{{ {TEXT_TYPES[text[1]]}('{name}', {text[2]}) }}}}"
        macro = FIXED_TYPES[self.type][1]
        length = f", {KEY_LENGTH}" if self.type == "key" else ""
        return f"{{{{ {macro}('{name}'{length}) }}}}"

    @property
    def is_date(self) -> bool:
        """Whether it holds a date or a time."""
        return self.type in ("date", "time")


class Rule(Statement):
    """A rule that a row can break, about one of its columns.

    Attributes:
        column: the column that is to blame.
        breaks: the kind of rule, a key of rules.yml.
        breaks_when: when exactly, in words, where the kind does not say it all.
        severity: what becomes of the row, unless quality_severity says otherwise.
        can_be_kept: whether a row that breaks it could be counted, so that `flag` is allowed.
        is_last: whether it looks at rows that have passed all other rules.
    """

    column: str
    breaks: str
    breaks_when: str | None = None
    severity: Severity = "quarantine"
    can_be_kept: bool = True
    is_last: bool = False

    @property
    def name(self) -> str:
        """How quality_severity names it, after the table and a dot."""
        return f"{self.column} {self.breaks}"


class RuleKind(Statement):
    """A kind of rule: what it says, and to which columns of every table it applies."""

    says: str
    applies_to: AppliesTo | None = None
    can_be_kept: bool = True


class Table(Statement):
    """A table of the contract.

    Attributes:
        table: its name.
        says: its grain, in a sentence.
        key: the columns that identify a row.
        columns: by name, in order.
        particular_rules: the rules of this table alone, in the order in which they count.
        has_own_staging: whether its staging model is written by hand.
    """

    table: str
    says: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    particular_rules: tuple[Rule, ...] = Field(alias="rules")
    has_own_staging: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Table:
        for name in (*self.key, *(rule.column for rule in self.particular_rules)):
            if name not in self.columns:
                raise ValueError(f"{self.table} has no column {name}")
        names = [rule.name for rule in self.particular_rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{self.table} states the rule {name} twice")
        return self

    @property
    def staged_columns(self) -> dict[str, tuple[str, str]]:
        """Its columns after staging: name -> data type, and what the column holds."""
        return {
            name: (details.data_type, says)
            for column, details in self.columns.items()
            for name, says in (details.staged_as or {column: details.says}).items()
        }


class Contract(Statement):
    """All tables and kinds of rules."""

    tables: dict[str, Table]
    kinds: dict[str, RuleKind]

    def rules(self, table: Table) -> list[Rule]:
        """All rules of a table, in the order in which they count: a row breaks the first.

        General rules on single values come before the particular ones, on dates and keys after.
        """
        last = [rule for rule in table.particular_rules if rule.is_last]
        return [
            *self._general(table, "every column"),
            *self._general(table, "keys"),
            *(rule for rule in table.particular_rules if not rule.is_last),
            *self._dates(table),
            *self._general(table, "the key as a whole"),
            *last,
        ]

    def _general(self, table: Table, applies_to: AppliesTo) -> list[Rule]:
        columns = {
            "every column": tuple(table.columns),
            "keys": table.key,
            "the key as a whole": table.key[-1:],
        }[applies_to]
        return [
            Rule(column=column, breaks=name, can_be_kept=kind.can_be_kept)
            for name, kind in self.kinds.items()
            if kind.applies_to == applies_to
            for column in columns
        ]

    def _dates(self, table: Table) -> list[Rule]:
        """The rules on dates, column by column."""
        return [
            Rule(column=column, breaks=name, can_be_kept=kind.can_be_kept)
            for column, details in table.columns.items()
            if details.is_date
            for name, kind in self.kinds.items()
            if kind.applies_to == "every date"
            or (kind.applies_to == "every date but updated_at" and column != "updated_at")
        ]


@cache
def contract(folder: Path = FOLDER) -> Contract:
    """The contract as its files state it.

    Args:
        folder: that holds `rules.yml` and `tables/`.

    Raises:
        ContractError: a file is missing, or is not as it must be.
    """
    tables = {}
    for name in TABLE_ORDER:
        path = folder / "tables" / f"{name}.yml"
        try:
            tables[name] = Table.model_validate(_read(path))
        except (ValidationError, OSError) as error:
            raise ContractError(f"{path.name}: {error}") from error
        if tables[name].table != name:
            raise ContractError(f"{path.name} describes {tables[name].table}")
    try:
        found = Contract(tables=tables, kinds=_read(folder / "rules.yml"))
    except (ValidationError, OSError) as error:
        raise ContractError(f"rules.yml: {error}") from error
    for table in tables.values():
        for rule in table.particular_rules:
            if rule.breaks not in found.kinds:
                raise ContractError(f"{table.table}.yml: rules.yml has no rule {rule.breaks}")
        for name, column in table.columns.items():
            if column.refers_to is not None and column.refers_to not in tables:
                raise ContractError(f"{table.table}.yml: {name} refers to no table")
    return found


def _read(path: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
