"""docs/data-quality.md names every rule, and each table and column that a rule looks at."""

from __future__ import annotations

import re

# Rules that look at every column of a kind, which the page says in words.
GENERAL = {
    "unparseable value",
    "missing key",
    "duplicate key",
    "beyond the end of the extract",
    "impossible date",
}


def test_every_rule_is_explained(demo, project_root):
    page = (project_root / "docs" / "data-quality.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+?) \| [^|]+ \| ([^|]+) \|$", page, flags=re.MULTILINE)
    explained = {
        (rule, place, "(flag)" in flag)
        for rule, places in table
        for place, flag in re.findall(r"`(\w+\.\w+)`( \(flag\))?", places)
    }
    rules = demo.execute(
        "select rule_name, table_name || '.' || column_name, severity = 'flag' "
        "from quarantine.summary"
    ).fetchall()
    assert {rule for rule, *_ in rules} <= {rule for rule, _ in table}
    particular = {rule for rule in rules if rule[0] not in GENERAL}
    # arrival after death is always flagged, as the page says in words
    whole = {"arrival after death", "overlapping inpatient stays"}
    assert {r for r in particular if r[0] not in whole} == explained - {
        e for e in explained if e[0] in whole
    }
