"""Row-level security: who sees which departments."""

from __future__ import annotations

from measures.catalogue import Model
from powerbi.names import Json, is_dimension


def roles(spec: Model) -> list[Json]:
    """Two roles: readers see their departments, or all departments of their facilities."""
    readers = spec.tables["bridge_reader_department"].name
    department = spec.tables["dim_department"].name
    own = f"'{readers}'[User name] = USERPRINCIPALNAME()"
    # of the whole hospital: no department's reader sees them
    whole_hospital = [
        table.name
        for name, table in spec.tables.items()
        if not is_dimension(table)
        and "dim_department" not in table.dimensions
        and not name.startswith("bridge_")
        and name != "rpt_data_quality"
    ]
    return [
        {
            "name": name,
            "description": description,
            "modelPermission": "read",
            "tablePermissions": [
                {
                    "name": department,
                    "filterExpression": (
                        f"{department}[{column}]\n"
                        "    IN CALCULATETABLE(\n"
                        f"        VALUES('{readers}'[{column}]),\n"
                        f"        {own},\n"
                        # a filter of a role is judged row by row, and the row would filter readers
                        f"        REMOVEFILTERS({department})\n"
                        "    )"
                    ),
                },
                {"name": readers, "filterExpression": own},
                *(
                    {"name": table, "filterExpression": "FALSE()"}
                    for table in sorted(whole_hospital)
                ),
            ],
        }
        for name, description, column in (
            (
                "Own departments",
                "Readers see the departments listed for them in report_readers.",
                "Department key",
            ),
            (
                "Own facilities",
                "Readers see all departments of the facilities listed for them.",
                "Facility name",
            ),
        )
    ]
