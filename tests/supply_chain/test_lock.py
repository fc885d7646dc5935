"""The locked dependencies: complete, hashed, from the index alone, and what is installed.

All of it without the network: hospitals check their copy where there is none.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT_ROOT

LOCKS = {
    "requirements/base.txt": (),
    "requirements/sqlserver.txt": ("sqlserver",),
    "requirements/fabric.txt": ("fabric",),
    "requirements/dev.txt": ("sqlserver", "fabric", "dev"),
}
PARSER_LOCK = "tests/tsql/parser/requirements.txt"
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(name: str) -> list[str]:
    """The entries of a lock, each with its hashes on one line, comments left out."""
    text = (PROJECT_ROOT / name).read_text(encoding="utf-8")
    text = re.sub(r"\s+#.*", "", re.sub(r"\\\n\s*", "", text))
    return [line.strip() for line in text.splitlines() if line.strip()]


def pins(name: str) -> dict[str, list[Requirement]]:
    """What a lock pins, by name; a package may have one version per platform."""
    found: dict[str, list[Requirement]] = {}
    for entry in entries(name):
        requirement = Requirement(entry.split(" --hash")[0])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


@pytest.mark.parametrize("lock", [*LOCKS, PARSER_LOCK])
def test_every_entry_is_one_version_with_hashes_and_no_address(lock):
    for entry in entries(lock):
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==[^\s;]+( ; .+?)? --hash", entry), entry
        assert HASH.search(entry)
        assert "://" not in entry
        assert "@" not in entry.split(" ;")[0]
    text = (PROJECT_ROOT / lock).read_text(encoding="utf-8")
    assert "index-url" not in text
    assert "find-links" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_project_asks_for_is_locked_and_fits(lock):
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    asked = list(project["dependencies"])
    for extra in LOCKS[lock]:
        asked += project["optional-dependencies"][extra]
    locked = pins(lock)
    for text in asked:
        requirement = Requirement(text)
        for pin in locked[canonicalize_name(requirement.name)]:
            [specifier] = pin.specifier
            assert requirement.specifier.contains(specifier.version, prereleases=True), text


@pytest.mark.parametrize("lock", LOCKS)
def test_what_a_locked_package_needs_is_locked_and_fits(lock):
    """The lock is closed: pip has nothing to choose for itself."""
    locked = pins(lock)
    unmet = []
    for name in locked:
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue  # for another platform
        for text in needs:
            need = Requirement(text)
            if need.marker is not None and not need.marker.evaluate(
                {**default_environment(), "extra": ""}
            ):
                continue
            found = [p for p in locked.get(canonicalize_name(need.name), []) if applies(p)]
            if not any(
                need.specifier.contains(next(iter(p.specifier)).version, prereleases=True)
                for p in found
            ):
                unmet.append(f"{name} needs {text}")
    assert not unmet


def applies(requirement: Requirement) -> bool:
    """Whether a pin is for this platform."""
    return requirement.marker is None or requirement.marker.evaluate()


def test_what_is_installed_is_what_is_locked():
    different = {}
    for name, requirements in pins("requirements/dev.txt").items():
        for requirement in filter(applies, requirements):
            [specifier] = requirement.specifier
            if version(name) != specifier.version:
                different[name] = (version(name), specifier.version)
    assert not different


def test_smaller_locks_agree_with_the_largest():
    """Who builds and who tests has the same versions."""
    largest = pins("requirements/dev.txt")
    for lock in LOCKS:
        for name, found in pins(lock).items():
            versions = {str(pin.specifier) for pin in found}
            assert versions <= {str(pin.specifier) for pin in largest.get(name, [])}, (lock, name)
