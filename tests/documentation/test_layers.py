"""Data flow one way: raw, staging, checked, intermediate, facts, measures, reports."""

from __future__ import annotations

from tests.conftest import DbtRun

# What a layer, by its folder, may read. Checked rows are the first step of the intermediate layer:
# they decide what goes on. History is written from intermediate models and read by later
# ones.
MAY_READ = {
    "staging": {"seeds", "staging"},
    "checked": {"staging", "checked", "seeds"},
    "quarantine": {"checked", "quarantine", "seeds"},
    "intermediate": {"checked", "intermediate", "seeds", "snapshots"},
    "snapshots": {"intermediate"},
    "marts": {"checked", "quarantine", "intermediate", "seeds", "marts", "measures"},
    # figures of the marts, from which findings and recommendations are made
    "measures": {"marts", "seeds"},
}
# What the codes of a source mean: look-ups, by which nothing is counted.
UNCHECKED = {"int_delivered_diagnosis_codes"}
# A few models are stored behind the door of another layer.
STORED_ELSEWHERE = {"int_checked_patients": "staging", "int_checked_providers": "staging"}


def layer_of(node: dict) -> str:
    """The layer that a node's file lies in."""
    folders = node["original_file_path"].split("/")
    if folders[0] != "models":
        return folders[0]
    return "checked" if folders[2] == "checked" else folders[1]


def test_no_layer_reads_a_later_one(demo_build: DbtRun):
    nodes = demo_build.manifest()["nodes"]
    wrong = [
        f"{node['name']} reads {nodes[parent]['name']}"
        for node in nodes.values()
        if node["resource_type"] in ("model", "snapshot") and node["name"] not in UNCHECKED
        for parent in node["depends_on"]["nodes"]
        if layer_of(nodes[parent]) not in MAY_READ[layer_of(node)]
    ]
    assert not wrong


def test_a_model_lies_in_the_folder_of_its_layer(demo_build: DbtRun):
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "quarantine": ("quarantine_",),
        "marts": ("bridge_", "dim_", "fct_", "rpt_"),
        "measures": ("measures_",),
    }
    for node in demo_build.manifest()["nodes"].values():
        if node["resource_type"] == "model" and node["package_name"] == "emr_analytics":
            folder = node["original_file_path"].split("/")[1]
            assert node["name"].startswith(prefixes[folder]), node["name"]
            schema = "intermediate" if folder == "measures" else folder
            assert node["schema"] == STORED_ELSEWHERE.get(node["name"], schema), node["name"]
