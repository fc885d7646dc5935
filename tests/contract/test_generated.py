"""What `make generate` writes is what is committed; this test alone says when it is stale."""

from __future__ import annotations

import pytest

from emr.generate import STEPS
from tests.conftest import DbtRun

WITHOUT_A_BUILD = STEPS[:4]
OF_A_BUILD = STEPS[4:]


@pytest.mark.fast
@pytest.mark.parametrize("step", WITHOUT_A_BUILD, ids=lambda step: step.name)
def test_what_needs_no_build_is_fresh(step, tmp_path):
    assert not step.stale(tmp_path), "run make generate"


@pytest.mark.parametrize("step", OF_A_BUILD, ids=lambda step: step.name)
def test_what_a_build_gives_is_fresh(step, demo_build: DbtRun):
    assert demo_build.returncode == 0, demo_build.output[-4000:]
    assert not step.stale(demo_build.target_path), "run make generate"


def test_a_stale_and_a_left_over_file_are_found(tmp_path):
    step = STEPS[0]
    step.write(tmp_path, tmp_path)
    assert not step.stale(tmp_path, tmp_path)
    path = next(iter(step.files(tmp_path)))
    (tmp_path / path).write_text("changed", encoding="utf-8")
    assert step.stale(tmp_path, tmp_path) == [path]
