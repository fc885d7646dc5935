"""What the README shows is what a reader gets."""

from __future__ import annotations

import io
import json
import re
from collections import Counter

from rich.console import Console

from measures.catalogue import catalogue
from pipeline.summary import show_summary


def test_the_output_in_the_readme_is_the_output_of_the_demo(
    demo_warehouse, project_root, monkeypatch
):
    monkeypatch.setenv("EMR_WAREHOUSE", str(demo_warehouse))
    console = Console(file=io.StringIO(), width=96, highlight=False, soft_wrap=True)
    show_summary(console)
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    missing = [line for line in console.file.getvalue().splitlines() if line not in readme]
    assert not missing, "run make build and copy its output into the README"


def test_the_build_in_the_readme_has_as_many_models_and_tests(demo_build, project_root):
    results = json.loads((demo_build.target_path / "run_results.json").read_text(encoding="utf-8"))
    kinds = Counter(result["unique_id"].split(".")[0] for result in results["results"])
    built = (
        f"{kinds['model']} models, {kinds['seed']} seeds, {kinds['snapshot']} snapshots, "
        f"{kinds['test'] + kinds['unit_test']} tests: all good"
    )
    assert built in (project_root / "README.md").read_text(encoding="utf-8")


def test_the_readme_counts_the_measures(project_root):
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    assert f"{len(catalogue())} measures are defined once" in readme


def test_every_link_in_the_documentation_leads_somewhere(project_root):
    broken = []
    for page in [*project_root.glob("*.md"), *(project_root / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        }
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if link.startswith("#"):
                found = link[1:] in headings
            else:
                found = link.startswith("http") or (page.parent / link.split("#")[0]).exists()
            if not found:
                broken.append(f"{page.name}: {link}")
    assert not broken
