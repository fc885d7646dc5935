"""The marts, and nothing else of the warehouse, as Parquet files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from emr.project import UserError, warehouse_path

KINDS_OF_MARTS = ("bridge_", "dim_", "fct_", "rpt_")


def export_marts(folder: Path) -> list[Path]:
    """Write each mart of the DuckDB warehouse to a Parquet file of its name.

    Who may not read the warehouse may not read the files either. The files come when all are
    written; marts of an earlier export that are no more go.

    Args:
        folder: where to; it is made if need be, other files in it stay.

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
        with (
            tempfile.TemporaryDirectory(prefix=".marts-", dir=folder) as writing,
            duckdb.connect(str(warehouse), read_only=True) as connection,
        ):
            names = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts' "
                "order by table_name"
            ).fetchall()
            if not names:
                raise UserError("The warehouse holds no marts: run the build first.")
            written = []
            for (name,) in names:
                path = Path(writing) / f"{name}.parquet"
                target = str(path).replace("'", "''")
                connection.execute(f"copy marts.{name} to '{target}' (format parquet)")
                shutil.copymode(warehouse, path)
                written.append(path)
            files = [path.replace(folder / path.name) for path in written]
            for path in set(folder.glob("*.parquet")) - set(files):
                if path.name.startswith(KINDS_OF_MARTS):
                    path.unlink()
    except (OSError, duckdb.Error) as error:
        raise UserError(f"{folder} cannot be written: {str(error).splitlines()[0]}") from error
    return files
