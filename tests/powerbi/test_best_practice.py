"""The model and the rules of Microsoft's best-practice analyzer, and a break of each rule."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable

import pytest

from measures.catalogue import catalogue
from measures.dax import slider_table
from tests.powerbi.best_practice import NOT_EVALUATED, RULES
from tests.powerbi.dax_parser import tokens_of
from tests.powerbi.tabular import Tabular

# What breaks a rule on purpose: the objects, and why. An exception that no longer breaks it fails.
EXCEPTIONS: dict[str, tuple[Callable[[str], bool], str]] = {
    "AVOID_FLOATING_POINT_DATA_TYPES": (
        lambda name: (
            name
            in {
                "'Inpatient stays'[Expected probability 30 days]",
                "'Control charts'[Value]",
                "'Control charts'[Center line]",
                "'Control charts'[Lower limit]",
                "'Control charts'[Upper limit]",
                "'Findings'[Value]",
                "'Findings'[Lowest expected]",
                "'Findings'[Highest expected]",
                "'Flag agreement'[Cohens kappa]",
            }
        ),
        "shares with six digits, of which a fixed decimal number holds four",
    ),
    "REMOVE_REDUNDANT_COLUMNS_IN_RELATED_TABLES": (
        lambda name: name in {"'Daily census'[Staffed beds]", "'Report readers'[Facility name]"},
        "beds of the day are not those of today; a role filters by the facility",
    ),
    "CHECK_IF_DYNAMIC_ROW_LEVEL_SECURITY_(RLS)_IS_NECESSARY": (
        lambda name: name in {"Department", "Report readers"},
        "it is: a role for each department would have to be made anew in every hospital",
    ),
    "UNNECESSARY_COLUMNS": (
        lambda name: name == "'Key figures'[No column]",
        "a table needs a column",
    ),
    "REMOVE_ROLES_WITH_NO_MEMBERS": (
        lambda name: name in {"Own departments", "Own facilities"},
        "members are assigned in the service, not in the file",
    ),
    "ENSURE_TABLES_HAVE_RELATIONSHIPS": (
        lambda name: (
            name
            in {"Key figures", "Findings", "Recommendations", "Flag agreement", "Data quality"}
            | {slider_table(m) for m in catalogue().values() if m.kind == "parameter"}
        ),
        "measures, sliders, and answers about the whole of the data",
    ),
    "DATECOLUMN_FORMATSTRING": (
        lambda name: name == "'Date'[Calendar date]",
        "2024-03-04 is read the same in every country, 03/04/2024 is not",
    ),
    "PERCENTAGE_FORMATTING": (
        lambda name: re.search(r" vs\. prior (period|year)$", name),
        "a change shows its sign",
    ),
    "INTEGER_FORMATTING": (
        lambda name: (
            name == "Minimum cell size"
            or catalogue()[name].format in {"ratio", "score", "points", "yes_no"}
            or catalogue()[name].format.startswith("change_")
        ),
        "ratios, scores, percentage points and answers are no whole numbers, changes have a sign",
    ),
    "ADD_DATA_CATEGORY_FOR_COLUMNS": (
        lambda name: name == "'Patient'[Ethnicity]",
        "the rule looks for the letters of city",
    ),
}


def test_every_rule_is_evaluated_or_said_not_to_be():
    assert len(RULES) + len(NOT_EVALUATED) == 71
    assert not RULES.keys() & NOT_EVALUATED.keys()
    assert EXCEPTIONS.keys() <= RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_the_model_keeps_to_the_rule(model, rule):
    broken = set(RULES[rule](Tabular(model)))
    if rule not in EXCEPTIONS:
        assert not broken
        return
    is_meant, _ = EXCEPTIONS[rule]
    assert broken, "no object needs the exception any longer"
    assert not {name for name in broken if not is_meant(name)}


def table(model: dict, name: str) -> dict:
    return next(t for t in model["tables"] if t["name"] == name)


def column(model: dict, table_name: str, name: str) -> dict:
    return next(c for c in table(model, table_name)["columns"] if c["name"] == name)


def measure(model: dict, name: str) -> dict:
    return next(m for m in table(model, "Key figures")["measures"] if m["name"] == name)


def relationship(model: dict) -> dict:
    return next(r for r in model["relationships"] if r["toTable"] == "Age group")


def dax(text: str) -> Callable[[dict], object]:
    return lambda m: measure(m, "Net revenue").update(expression=text)


BREAKS: dict[str, Callable[[dict], object]] = {
    "AVOID_FLOATING_POINT_DATA_TYPES": lambda m: column(m, "Claims", "Allowed amount").update(
        dataType="double"
    ),
    "ISAVAILABLEINMDX_FALSE_NONATTRIBUTE_COLUMNS": lambda m: column(
        m, "Claims", "Allowed amount"
    ).pop("isAvailableInMdx"),
    "SET_ISAVAILABLEINMDX_TO_TRUE_ON_NECESSARY_COLUMNS": lambda m: column(
        m, "Date", "Month name"
    ).update(isAvailableInMdx=False),
    "SNOWFLAKE_SCHEMA_ARCHITECTURE": lambda m: relationship(m).update(fromTable="Department"),
    "MODEL_SHOULD_HAVE_A_DATE_TABLE": lambda m: table(m, "Date").pop("dataCategory"),
    "DATE/CALENDAR_TABLES_SHOULD_BE_MARKED_AS_A_DATE_TABLE": lambda m: column(
        m, "Date", "Calendar date"
    ).pop("isKey"),
    "REMOVE_AUTO-DATE_TABLE": lambda m: table(m, "Claims").update(name="LocalDateTable_1"),
    "LIMIT_ROW_LEVEL_SECURITY_(RLS)_LOGIC": lambda m: m["roles"][0]["tablePermissions"][0].update(
        filterExpression='LEFT(Department[Department name], 2) = "ER"'
    ),
    "MODEL_USING_DIRECT_QUERY_AND_NO_AGGREGATIONS": lambda m: table(m, "Claims")["partitions"][
        0
    ].update(mode="directQuery"),
    "MINIMIZE_POWER_QUERY_TRANSFORMATIONS": lambda m: table(m, "Claims")["partitions"][0][
        "source"
    ].update(expression='Table.Distinct(Mart("fct_revenue"))'),
    "MANY-TO-MANY_RELATIONSHIPS_SHOULD_BE_SINGLE-DIRECTION": lambda m: relationship(m).update(
        toCardinality="many", crossFilteringBehavior="bothDirections"
    ),
    "CHECK_IF_BI-DIRECTIONAL_AND_MANY-TO-MANY_RELATIONSHIPS_ARE_VALID": lambda m: relationship(
        m
    ).update(crossFilteringBehavior="bothDirections"),
    "REDUCE_USAGE_OF_CALCULATED_TABLES": lambda m: table(m, "Claims")["partitions"][0][
        "source"
    ].update(type="calculated"),
    "REMOVE_REDUNDANT_COLUMNS_IN_RELATED_TABLES": lambda m: column(
        m, "Encounters", "Encounter class"
    ).update(name="Service line"),
    "DAX_COLUMNS_FULLY_QUALIFIED": dax("SUM([Allowed amount])"),
    "DAX_MEASURES_UNQUALIFIED": dax("DIVIDE('Key figures'[Payments], 2)"),
    "AVOID_DUPLICATE_MEASURES": lambda m: measure(m, "Payments").update(
        expression=measure(m, "Net revenue")["expression"]
    ),
    "USE_THE_TREATAS_FUNCTION_INSTEAD_OF_INTERSECT": dax("COUNTROWS(INTERSECT(Claims, Claims))"),
    "USE_THE_DIVIDE_FUNCTION_FOR_DIVISION": dax("[Payments] / [Patients]"),
    "AVOID_USING_THE_IFERROR_FUNCTION": dax("IFERROR([Payments], 0)"),
    "MEASURES_SHOULD_NOT_BE_DIRECT_REFERENCES_OF_OTHER_MEASURES": dax("[Payments]"),
    "FILTER_COLUMN_VALUES": dax('CALCULATE([Payments], FILTER(Payer, Payer[Insured] = "Yes"))'),
    "FILTER_MEASURE_VALUES_BY_COLUMNS": dax("CALCULATE([Payments], FILTER(Payer, [Patients] > 9))"),
    "AVOID_USING_'1-(X/Y)'_SYNTAX": dax("1 - DIVIDE([Payments], [Patients])"),
    "EVALUATEANDLOG_SHOULD_NOT_BE_USED_IN_PRODUCTION_MODELS": dax("EVALUATEANDLOG([Payments])"),
    "INACTIVE_RELATIONSHIPS_THAT_ARE_NEVER_ACTIVATED": lambda m: relationship(m).update(
        isActive=False
    ),
    "DATA_COLUMNS_MUST_HAVE_A_SOURCE_COLUMN": lambda m: column(
        m, "Claims", "Allowed amount"
    ).update(sourceColumn=""),
    "EXPRESSION_RELIANT_OBJECTS_MUST_HAVE_AN_EXPRESSION": dax(" "),
    "RELATIONSHIP_COLUMNS_SAME_DATA_TYPE": lambda m: column(m, "Payer", "Payer key").update(
        dataType="string"
    ),
    "RELATIONSHIP_COLUMNS_SHOULD_BE_OF_INTEGER_DATA_TYPE": lambda m: column(
        m, "Payer", "Payer key"
    ).update(dataType="string"),
    "UNNECESSARY_COLUMNS": lambda m: table(m, "Claims")["columns"].append(
        {**column(m, "Claims", "Allowed amount"), "name": "Nobody asks for it"}
    ),
    "UNNECESSARY_MEASURES": lambda m: measure(m, "Inpatient mortality rate").update(isHidden=True),
    "ENSURE_TABLES_HAVE_RELATIONSHIPS": lambda m: m.update(
        relationships=[r for r in m["relationships"] if r["fromTable"] != "Claims"]
    ),
    "OBJECTS_WITH_NO_DESCRIPTION": lambda m: measure(m, "Net revenue").pop("description"),
    "PARTITION_NAME_SHOULD_MATCH_TABLE_NAME_FOR_SINGLE_PARTITION_TABLES": lambda m: table(
        m, "Claims"
    )["partitions"][0].update(name="fct_revenue"),
    "SPECIAL_CHARS_IN_OBJECT_NAMES": lambda m: measure(m, "Payments").update(name="Pay\tments"),
    "AVOID_INVALID_NAME_CHARACTERS": lambda m: measure(m, "Payments").update(name="Pay\x07ments"),
    "TRIM_OBJECT_NAMES": lambda m: measure(m, "Payments").update(name=" Payments"),
    "FIRST_LETTER_OF_OBJECTS_MUST_BE_CAPITALIZED": lambda m: measure(m, "Payments").update(
        name="payments"
    ),
    "FORMAT_FLAG_COLUMNS_AS_YES/NO_VALUE_STRINGS": lambda m: column(m, "Claims", "Is denied").pop(
        "isHidden"
    ),
    "DATECOLUMN_FORMATSTRING": lambda m: column(m, "Claims", "Claim status").update(
        name="Some date", dataType="dateTime"
    ),
    "PROVIDE_FORMAT_STRING_FOR_MEASURES": lambda m: measure(m, "Payments").pop("formatString"),
    "NUMERIC_COLUMN_SUMMARIZE_BY": lambda m: column(m, "Date", "Calendar year").update(
        summarizeBy="sum"
    ),
    "PERCENTAGE_FORMATTING": lambda m: measure(m, "Denial rate").update(formatString="0%"),
    "HIDE_FOREIGN_KEYS": lambda m: column(m, "Claims", "Payer key").pop("isHidden"),
    "MARK_PRIMARY_KEYS": lambda m: column(m, "Payer", "Payer key").pop("isKey"),
    "HIDE_FACT_TABLE_COLUMNS": lambda m: column(m, "Claims", "Allowed amount").pop("isHidden"),
    "MONTH_(AS_A_STRING)_MUST_BE_SORTED": lambda m: column(m, "Date", "Month name").pop(
        "sortByColumn"
    ),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_break_of_the_rule_is_found(model, rule):
    broken = copy.deepcopy(model)
    BREAKS[rule](broken)
    new = set(RULES[rule](Tabular(broken))) - set(RULES[rule](Tabular(model)))
    assert new


def is_function(name: str) -> bool:
    """Whether DAX has a function of this name."""
    return tokens_of(f"{name.upper()}(")[0].is_word


def test_no_variable_is_called_like_a_function(model):
    """Power BI may reject `VAR Now`."""
    assert is_function("Now")
    variables = set(re.findall(r"\bVAR (\w+) =", Tabular(model).dax))
    assert len(variables) > 5
    assert not {name for name in variables if is_function(name)}
