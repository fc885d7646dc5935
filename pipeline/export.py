"""The marts, and nothing else of the warehouse, as Parquet files."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from pipeline.project import UserError, warehouse_path


def export_marts(folder: Path) -> list[Path]:
    """Write each mart of the DuckDB warehouse to a Parquet file of its name.

    Who may not read the warehouse may not read the files either.

    Args:
        folder: where to; it is made if need be, files of the same name are replaced.

    Returns:
        The files.

    Raises:
        UserError: there is no warehouse or no mart, or the folder cannot be written.
    """
    warehouse = warehouse_path()
    if not warehouse.exists():
        raise UserError(f"There is no warehouse {warehouse}: run the build first.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts' "
                "order by table_name"
            ).fetchall()
            if not names:
                raise UserError("The warehouse holds no marts: run the build first.")
            files = []
            for (name,) in names:
                path = folder / f"{name}.parquet"
                target = str(path).replace("'", "''")
                connection.execute(f"copy marts.{name} to '{target}' (format parquet)")
                shutil.copymode(warehouse, path)
                files.append(path)
    except (OSError, duckdb.Error) as error:
        raise UserError(f"{folder} cannot be written: {str(error).splitlines()[0]}") from error
    return files
