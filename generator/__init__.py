"""A synthetic EMR: a hospital described by a scenario, as the tables of the extract contract.

>>> from generator import generate, load_scenario
>>> tables = generate(load_scenario(), patients=1000, seed=7)
>>> tables["encounters"].to_pandas()
"""

from generator.run import generate
from generator.scenario import load_scenario
from generator.validation import ScenarioError

__all__ = ["ScenarioError", "generate", "load_scenario"]
