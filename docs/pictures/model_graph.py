"""The model graph at README width: the layers with their counts, and one subject in full.

Drawn from dbt's manifest as plain SVG, so that the same project gives the same picture anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from html import escape
from textwrap import wrap

# What the picture shows in full: everything between staging and this mart.
MART = "fct_readmissions"
WIDTH = 1100
COLORS = {
    "seeds": "#f1e7d0",
    "staging": "#d5e4f2",
    "checked": "#f5d9cc",
    "intermediate": "#dfdaf0",
    "quarantine": "#f5d9cc",
    "marts": "#cfe8dc",
}
INK, LINE, PAPER = "#17212b", "#8a94a0", "#ffffff"
BOX, GAP, LINE_HEIGHT = 31, 7, 11
# What fits a line of a box.
LONGEST = 15


def picture(manifest: dict) -> str:
    """The SVG of a manifest.

    Args:
        manifest: dbt's manifest.json.
    """
    nodes = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed") and node["package_name"] == "emr_analytics"
    }
    layers, height = _layers(nodes)
    subject, bottom = _subject(nodes, height + 56)
    title = f'<text x="0" y="{height + 34}" class="h">{MART}: everything it is built from</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom}" '
        f'width="{WIDTH}" height="{bottom}" role="img" aria-label="Layers of the model graph, '
        f'and the models that {MART} is built from">\n'
        f'<rect width="{WIDTH}" height="{bottom}" fill="{PAPER}"/>\n'
        "<style>text{font-family:Inter,Helvetica,Arial,sans-serif;fill:" + INK + ";font-size:11px}"
        ".h{font-size:15px;font-weight:600}.n{font-size:22px;font-weight:600}"
        "path{fill:none;stroke:"
        + LINE
        + ";stroke-width:1}</style>\n"
        + "\n".join([*layers, title, *subject])
        + "\n</svg>\n"
    )


def layer_of(node: dict) -> str:
    """The layer that a model or seed belongs to."""
    if node["resource_type"] == "seed":
        return "seeds"
    folder = node["path"].split("/")
    if folder[:2] == ["intermediate", "checked"]:
        return "checked"
    # the measures of marts are a step on the way to the reports among them
    return "marts" if folder[0] == "measures" else folder[0]


def _layers(nodes: dict) -> tuple[list[str], int]:
    """A box for each layer with the number of its models, and arrows between them."""
    counts: dict[str, int] = defaultdict(int)
    for node in nodes.values():
        counts[layer_of(node)] += 1
    told = [
        ("staging", "staging", "typed and trimmed,\none folder a source"),
        ("checked", "checked", "each row with the rule\nthat it breaks"),
        ("intermediate", "intermediate", "one model for each\nbusiness rule"),
        ("marts", "marts", "star schema and\nfinished reports"),
    ]
    parts = ['<text x="0" y="16" class="h">Layers</text>']
    width, gap = 200, 70
    for number, (layer, name, says) in enumerate(told):
        x = 30 + number * (width + gap)
        parts += [
            f'<rect x="{x}" y="34" width="{width}" height="78" rx="6" fill="{COLORS[layer]}"/>',
            f'<text x="{x + 14}" y="64" class="n">{counts[layer]}</text>',
            f'<text x="{x + 52}" y="62" style="font-weight:600;font-size:13px">{name}</text>',
        ]
        parts += [
            f'<text x="{x + 14}" y="{84 + 14 * i}">{line}</text>'
            for i, line in enumerate(says.split("\n"))
        ]
        if number:
            parts.append(f'<path d="M{x - gap + 4} 73 H{x - 8}" marker-end="url(#arrow)"/>')
    branch = 30 + width + gap + width / 2
    parts += [
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:{LINE};stroke:none"/>'
        "</marker></defs>",
        f'<path d="M{branch} 112 V136" marker-end="url(#arrow)"/>',
        f'<text x="{branch - 88}" y="154">quarantine: the rows that broke a rule</text>',
    ]
    return parts, 170


def _subject(nodes: dict, top: float) -> tuple[list[str], int]:
    """The ancestors of a mart in columns by their distance from the source, with arrows."""
    by_name = {node["name"]: key for key, node in nodes.items()}
    parents = {
        key: [p for p in node["depends_on"].get("nodes", []) if p in nodes]
        for key, node in nodes.items()
    }

    @cache
    def depth(key: str) -> int:
        above = [depth(p) for p in parents[key] if nodes[p]["resource_type"] == "model"]
        return 1 + max(above, default=-1)

    wanted: set[str] = set()
    waiting = [by_name[MART]]
    while waiting:
        key = waiting.pop()
        if key not in wanted and nodes[key]["resource_type"] == "model":
            wanted.add(key)
            waiting += parents[key]
    read_by: dict[str, list[str]] = defaultdict(list)
    for key in wanted:
        for parent in parents[key]:
            read_by[parent].append(key)
    columns: dict[int, list[str]] = defaultdict(list)
    for key in sorted(wanted, key=lambda k: nodes[k]["name"]):
        # what reads nothing stands just before its first reader
        readers = [depth(reader) for reader in read_by[key]]
        is_source = depth(key) == 0 and readers
        columns[min(readers) - 1 if is_source else depth(key)].append(key)
    order = _ordered(columns, parents)
    step = WIDTH / len(order)
    places: dict[str, tuple[float, float]] = {}
    tallest = max(len(column) for column in order)
    for number, column in enumerate(order):
        offset = (tallest - len(column)) * (BOX + GAP) / 2
        for row, key in enumerate(column):
            places[key] = (number * step, top + offset + row * (BOX + GAP))
    arrows, boxes = [], []
    for key in sorted(wanted):
        x, y = places[key]
        for parent in sorted(set(parents[key]) & wanted):
            px, py = places[parent]
            start, end = px + step - 14, x
            bend = (end - start) / 2
            arrows.append(
                f'<path d="M{start:.0f} {py + BOX / 2:.0f} C{start + bend:.0f} {py + BOX / 2:.0f} '
                f'{end - bend:.0f} {y + BOX / 2:.0f} {end:.0f} {y + BOX / 2:.0f}" '
                'stroke-opacity="0.55"/>'
            )
        name = nodes[key]["name"]
        lines = wrap(name.removeprefix("int_").removeprefix("stg_emr__").replace("_", " "), LONGEST)
        first = y + BOX / 2 + 3.5 - LINE_HEIGHT * (len(lines) - 1) / 2
        boxes.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{step - 14:.0f}" height="{BOX}" rx="4" '
            f'fill="{COLORS[layer_of(nodes[key])]}"><title>{name}</title></rect>'
            + "".join(
                f'<text x="{x + 5:.0f}" y="{first + LINE_HEIGHT * i:.1f}" '
                f'style="font-size:10px">{escape(line)}</text>'
                for i, line in enumerate(lines)
            )
        )
    return arrows + boxes, round(top + tallest * (BOX + GAP) + 8)


def _ordered(columns: dict[int, list[str]], parents: dict[str, list[str]]) -> list[list[str]]:
    """Each column sorted by the mean row of what it reads, so that arrows cross little."""
    result: list[list[str]] = []
    rows: dict[str, float] = {}
    for number in sorted(columns):
        column = columns[number]

        def middle(key: str) -> float:
            read = [rows[p] for p in parents[key] if p in rows]
            return sum(read) / len(read) if read else 0.5

        column = sorted(column, key=lambda k: (middle(k), k))
        for row, key in enumerate(column):
            rows[key] = (row + 0.5) / len(column)
        result.append(column)
    return result
