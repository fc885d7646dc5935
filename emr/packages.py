"""The dbt package dbt_utils: from the hub where it can be reached, else the bundled stand-in."""

from __future__ import annotations

import os
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from emr.dbt import dbt_quietly
from emr.project import ROOT, UserError

PACKAGE = "dbt_utils"
FALLBACK = ROOT / "requirements" / "dbt_utils_fallback"
HUB_TIMEOUT_SECONDS = 3


def pinned_version(root: Path = ROOT) -> str:
    """The version of dbt_utils that packages.yml names."""
    packages = yaml.safe_load((root / "packages.yml").read_text(encoding="utf-8"))["packages"]
    return next(str(p["version"]) for p in packages if p["package"].endswith(f"/{PACKAGE}"))


def installed_version(root: Path = ROOT) -> str | None:
    """The version in dbt_packages, or None where there is none."""
    manifest = root / "dbt_packages" / PACKAGE / "dbt_project.yml"
    if not manifest.exists():
        return None
    return str(yaml.safe_load(manifest.read_text(encoding="utf-8"))["version"])


def hub_is_reachable() -> bool:
    """Whether the dbt hub, or the internal one that DBT_PACKAGE_HUB_URL names, answers."""
    hub = os.environ.get("DBT_PACKAGE_HUB_URL", "https://hub.getdbt.com/")
    try:
        with urllib.request.urlopen(hub, timeout=HUB_TIMEOUT_SECONDS):
            return True
    except urllib.error.HTTPError:
        return True  # it answered, if only that this page is not there
    except (OSError, ValueError):
        return False


def install_packages(offline: bool = False, root: Path = ROOT) -> str:
    """Make dbt_packages/dbt_utils present and say in one line what was done.

    Args:
        offline: do not ask the hub, use the bundled package.
        root: the project.

    Returns:
        One line for the user.

    Raises:
        UserError: where dbt_packages cannot be written.
    """
    version = pinned_version(root)
    if installed_version(root) == version:
        return f"{PACKAGE} {version} is installed"
    if not offline and hub_is_reachable() and dbt_quietly("deps", root=root):
        return f"{PACKAGE} {version} from the dbt hub"
    destination = root / "dbt_packages" / PACKAGE
    try:
        shutil.rmtree(destination, ignore_errors=True)
        shutil.copytree(FALLBACK, destination)
    except OSError as error:
        raise UserError(f"Cannot write {destination}: {error.strerror}.") from error
    return (
        f"the dbt hub is not used: {PACKAGE} is the bundled stand-in in requirements/ "
        "(docs/installing.md explains how to use an internal hub)"
    )
