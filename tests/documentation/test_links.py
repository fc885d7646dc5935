"""Links in the documentation lead somewhere."""

from __future__ import annotations

import re


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
