"""Data flow one way: raw and reference, staging, checked, quarantine, intermediate, marts."""

from __future__ import annotations

import re
from functools import cache

from tests.conftest import DbtRun

# What a layer, by its folder, may read. Checked rows are the first step of the intermediate layer:
# they decide what goes on. History is written from intermediate models and read by later
# ones.
MAY_READ = {
    "staging": {"seeds", "staging"},
    "checked": {"staging", "checked", "seeds"},
    "quarantine": {"checked", "quarantine"},
    "intermediate": {"checked", "intermediate", "seeds", "snapshots"},
    "snapshots": {"intermediate"},
    "marts": {"checked", "quarantine", "intermediate", "seeds", "marts"},
}
# What the codes of a source mean: look-ups, by which nothing is counted.
UNCHECKED = {"int_comorbidity_codes", "int_diagnosis_code_groups"}
# Readers of rejected rows, beside quarantine: how many of an encounter's lines are rejected.
READ_REJECTED = {"int_encounter_versions"}
# From the demo's encounters to the readmissions, models on the longest way.
LONGEST_WAY = 10
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
    }
    for node in demo_build.manifest()["nodes"].values():
        if node["resource_type"] == "model" and node["package_name"] == "emr_analytics":
            folder = node["original_file_path"].split("/")[1]
            assert node["name"].startswith(prefixes[folder]), node["name"]
            assert node["schema"] == STORED_ELSEWHERE.get(node["name"], folder), node["name"]


def test_rejected_rows_reach_no_business_rule(demo_build: DbtRun):
    accepted = re.compile(r"ref\('int_checked_\w+'\) \}\}\s+where\s+rejected_by_rule is null")
    for node in demo_build.manifest()["nodes"].values():
        is_judged = layer_of(node) in ("checked", "quarantine") or node["name"] in READ_REJECTED
        if node["resource_type"] != "model" or is_judged:
            continue
        read = re.findall(r"ref\('int_checked_", node["raw_code"])
        assert len(accepted.findall(node["raw_code"])) == len(read), node["name"]


def test_readmissions_wait_for_little(demo_build: DbtRun):
    manifest = demo_build.manifest()
    parents = manifest["parent_map"]

    @cache
    def ancestors(node: str) -> frozenset[str]:
        return frozenset(parents[node]).union(*(ancestors(parent) for parent in parents[node]))

    @cache
    def way_from_encounters(node: str) -> int | None:
        if node == "seed.emr_analytics.encounters":
            return 0
        ways = [way_from_encounters(parent) for parent in parents.get(node, [])]
        return max((way + 1 for way in ways if way is not None), default=None)

    fact = "model.emr_analytics.fct_readmissions"
    assert way_from_encounters(fact) <= LONGEST_WAY
    late = re.compile(r"(payments|surveys|charges|vitals)$|quarantine")
    assert not [node for node in ancestors(fact) if late.search(node)]
