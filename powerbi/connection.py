"""Where the model reads the marts: parameters that a reader sets, and one function."""

from __future__ import annotations

from powerbi.names import Json, tag


def connections() -> list[Json]:
    """The parameters that a reader sets, and the one function that reads a mart."""
    parameters = {
        "Connection": (
            "SQL Server",
            "Source of the marts.",
            ', List={"SQL Server", "Parquet files"}, DefaultValue="SQL Server"',
        ),
        "ServerName": (
            "localhost",
            "SQL Server that holds the marts, or a Fabric SQL endpoint.",
            "",
        ),
        "DatabaseName": ("emr_analytics", "Database that holds the marts.", ""),
        "SchemaName": ("marts", "Schema of the marts.", ""),
        "ParquetFolder": (
            r"C:\emr-analytics\warehouse\emr-marts",
            "Folder of the Parquet files that `make build` writes.",
            "",
        ),
    }
    expressions = [
        {
            "name": name,
            "description": description,
            "expression": (
                f'"{value}" meta [IsParameterQuery=true, Type="Text", '
                f"IsParameterQueryRequired=true{more}]"
            ),
            "lineageTag": tag("expression", name),
            "annotations": [{"name": "PBI_ResultType", "value": "Text"}],
        }
        for name, (value, description, more) in parameters.items()
    ]
    function = {
        "name": "Mart",
        "description": "A mart by its name, from where Connection says.",
        "expression": (
            "(name as text) as table =>\n"
            '    if Connection = "Parquet files" then\n'
            # one folder is one source: the service rejects a path that an argument is part of
            "        Parquet.Document(\n"
            "            Table.SelectRows(Folder.Files(ParquetFolder),"
            ' each [Name] = name & ".parquet"){0}[Content]\n'
            "        )\n"
            "    else\n"
            "        Sql.Database(ServerName, DatabaseName)"
            "{[Schema = SchemaName, Item = name]}[Data]"
        ),
        "lineageTag": tag("expression", "Mart"),
        "annotations": [{"name": "PBI_ResultType", "value": "Function"}],
    }
    return [*expressions, function]
