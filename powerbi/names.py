"""Names and identities of what the model and the report are made of."""

from __future__ import annotations

import uuid
from typing import Any

from measures.catalogue import Table

# What is written as JSON, or as TMDL in the shape of it.
Json = dict[str, Any]
# Power BI rejects a table named Measures.
MEASURES = "Key figures"
# Identities that stay the same from one run to the next.
NAMESPACE = uuid.UUID("1b0a3f0e-5d0c-4c55-9a53-0c8d3fb1f7b6")


def tag(*path: str) -> str:
    """The lineage tag of an object: an identity made of its names in the marts."""
    return str(uuid.uuid5(NAMESPACE, "/".join(path)))


def is_dimension(table: Table) -> bool:
    """Whether facts are joined to a table."""
    return table.key is not None
