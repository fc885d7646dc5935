"""The extract contract: which tables a hospital delivers, and by which rules a row is rejected.

`tables/*.yml` and `rules.yml` state it once. From them come dbt's sources, the staging models, the
generator's schema and the tables in the documentation (`make generate`).
"""

from contract.schema import Column, Contract, ContractError, Rule, Table, contract

__all__ = ["Column", "Contract", "ContractError", "Rule", "Table", "contract"]
