"""Surrogate keys are the documented hash of the source key, on the engine that built them."""

from __future__ import annotations

import hashlib


def test_keys_are_the_first_63_bits_of_the_md5_of_the_source_key(demo):
    rows = demo.execute("select encounter_id, encounter_key from marts.fct_encounters").fetchall()
    for encounter_id, encounter_key in rows:
        digest = hashlib.md5(encounter_id.encode()).digest()
        assert encounter_key == int.from_bytes(digest[:8], "big") & (2**63 - 1)


def test_keys_of_several_columns_join_them_with_a_bar(demo):
    rows = demo.execute(
        "select code_system, diagnosis_code, diagnosis_key from marts.dim_diagnosis"
        " where diagnosis_key <> -1"
    ).fetchall()
    assert rows
    for code_system, diagnosis_code, diagnosis_key in rows:
        digest = hashlib.md5(f"{code_system}|{diagnosis_code}".encode()).digest()
        assert diagnosis_key == int.from_bytes(digest[:8], "big") & (2**63 - 1)
