"""`python -m powerbi` writes the Power BI project anew from dbt's artifacts and the measures."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from powerbi.marts import ArtifactError, read_marts
from powerbi.project import write_project

ROOT = Path(__file__).resolve().parent.parent


@click.command()
@click.option(
    "--target-path",
    type=click.Path(path_type=Path),
    default=ROOT / "target",
    help="Folder of dbt's manifest.json and catalog.json.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=ROOT / "powerbi",
    help="Folder of the Power BI project.",
)
def main(target_path: Path, out: Path) -> None:
    """Write the Power BI project: the semantic model as TMDL, the report as PBIR."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    try:
        marts = read_marts(target_path)
        files = write_project(out, marts, project["vars"])
    except ArtifactError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(files)} files in {out}")


if __name__ == "__main__":
    main()
