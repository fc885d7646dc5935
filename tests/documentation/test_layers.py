"""Data flow one way: raw and reference, staging, intermediate, marts."""

from __future__ import annotations

from tests.conftest import DbtRun

# What a layer may read. History is written from intermediate models and read by later ones.
MAY_READ = {
    "staging": {"raw_demo", "reference"},
    "intermediate": {"staging", "intermediate", "reference", "history_demo"},
    "history_demo": {"intermediate"},
    "marts": {"intermediate", "reference", "marts"},
}


def test_no_layer_reads_a_later_one(demo_build: DbtRun):
    nodes = demo_build.manifest()["nodes"]
    wrong = [
        f"{node['name']} reads {nodes[parent]['name']}"
        for node in nodes.values()
        if node["resource_type"] in ("model", "snapshot")
        for parent in node["depends_on"]["nodes"]
        if nodes[parent]["schema"] not in MAY_READ[node["schema"]]
    ]
    assert not wrong


def test_a_model_lies_in_the_folder_of_its_layer(demo_build: DbtRun):
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "rpt_")}
    for node in demo_build.manifest()["nodes"].values():
        if node["resource_type"] == "model" and node["package_name"] == "emr_analytics":
            assert node["name"].startswith(prefixes[node["schema"]]), node["name"]
            assert node["original_file_path"].split("/")[1] == node["schema"], node["name"]
