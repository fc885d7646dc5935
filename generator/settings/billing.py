"""What the scenario says of money: charges, insurance, claims, payments."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from generator.validation import (
    CATEGORIES,
    Category,
    Count,
    CoverageByAge,
    EncounterClass,
    Mix,
    NotNegative,
    Part,
    Positive,
    Share,
    Skewed,
    Text,
)


class ChargeRule(Part):
    """Charge lines that an encounter gets beside its procedures; amounts in dollars a line."""

    category: Text
    classes: Annotated[list[EncounterClass], Field(min_length=1)]
    departments: list[Text] | None = None
    every_days: Count = 0
    days: Annotated[int, Field(ge=1)] | None = None
    share: Share = 1.0
    surgery_only: bool = False
    icu_only: bool = False
    amount: Positive
    spread: NotNegative


class Charges(Part):
    """Charge lines."""

    per_condition: NotNegative
    per_condition_categories: list[Text]
    rules: Annotated[list[ChargeRule], Field(min_length=1)]
    procedure_spread: NotNegative


class Payer(Part):
    """An insurance plan."""

    id: Text
    name: Text
    category: Category
    share: NotNegative


class Coverage(Part):
    """Who is covered by what."""

    mix: CoverageByAge
    change_share: Share


class ClaimBehavior(Part):
    """How one category of payer treats claims."""

    allowed_share: Share
    allowed_spread: NotNegative
    denied_share: Share
    decision_days: Skewed
    patient_share: Share
    patient_pays_share: Share


class Claims(Part):
    """Claims."""

    submission_days: Skewed
    denied_in_part_share: Share
    by_category: dict[Category, ClaimBehavior]
    denial_reasons: Mix

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [category for category in CATEGORIES if category not in self.by_category]
        if missing:
            raise ValueError(f"by_category lacks {missing[0]}")
        return self


class Payments(Part):
    """Payments of payers and patients."""

    payer_days: Skewed
    patient_days: Skewed
    second_part_share: Share
    underpaid_share: Share
    underpaid_by: Share
    reversed_share: Share
    most_installments: Annotated[int, Field(ge=1, le=6)]
    installments_above: NotNegative
