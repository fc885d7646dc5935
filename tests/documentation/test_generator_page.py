"""docs/generator.md explains every setting of a scenario and every option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from docs.realism import compare
from generator.cli import main
from generator.faults.kinds import RULES
from generator.scenario import Scenario


def settings(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    """Names of all settings of a model and of the models in it."""
    seen.add(model)
    for name, field in model.model_fields.items():
        yield field.alias or name
        annotations = [field.annotation]
        while annotations:
            annotation = annotations.pop()
            annotations += get_args(annotation)
            if (
                isinstance(annotation, type)
                and issubclass(annotation, BaseModel)
                and annotation not in seen
            ):
                yield from settings(annotation, seen)


def test_every_setting_option_and_rule_is_explained(project_root):
    page = (project_root / "docs" / "generator.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    explained = set(re.findall(r"`([^`]+)`", prose))
    names = set(settings(Scenario, set()))
    assert len(names) > 100
    assert not names - explained
    options = {option for parameter in main.params for option in parameter.opts}
    assert not options - explained
    assert not [rule for rule in RULES if rule not in page]


def test_the_realism_report_is_that_of_the_committed_demo(project_root, tmp_path):
    compare.write(tmp_path)
    docs = project_root / "docs"
    for path in tmp_path.rglob("*.*"):
        committed = docs / path.relative_to(tmp_path)
        assert committed.read_bytes() == path.read_bytes(), path.name
    assert len(list((tmp_path / "pictures").iterdir())) == len(compare.MEASURES)
