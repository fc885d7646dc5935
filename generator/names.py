"""Pools of invented names and streets: drawn once by Faker, sampled fast."""

from __future__ import annotations

from dataclasses import dataclass

from faker import Faker


@dataclass(frozen=True)
class Pools:
    """Names and streets to sample from."""

    women: list[str]
    men: list[str]
    last: list[str]
    streets: list[str]


def draw_pools(seed: int, size: int) -> Pools:
    """Fill the pools with `size` entries each."""
    faker = Faker("en_US")
    faker.seed_instance(seed)
    return Pools(
        women=[faker.first_name_female() for _ in range(size)],
        men=[faker.first_name_male() for _ in range(size)],
        last=[faker.last_name() for _ in range(size)],
        streets=[faker.street_name() for _ in range(size)],
    )
