"""What the scenario says of the patients: where they live, who they are, what they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.validation import Mix, NotNegative, Part, Share, SharesByAge, Text


class Area(Part):
    """A town where patients live."""

    city: Text
    state: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    area_code: Annotated[str, Field(pattern=r"^\d{3}$")]
    share: NotNegative
    zip_codes: Annotated[list[Annotated[str, Field(pattern=r"^\d{5}$")]], Field(min_length=1)]


class PeopleMix(Part):
    """Who the patients are."""

    women_share: Share
    sex_x_share: Share
    sex_unknown_share: Share
    race: Mix
    ethnicity: Mix
    name_pool: Annotated[int, Field(ge=10, le=100_000)]
    email_domains: Annotated[list[Text], Field(min_length=1)]
    no_email_share: Share
    no_phone_share: Share


class ConditionMix(Part):
    """How common a lasting condition is, by sex and age, and what it does to a stay."""

    longer_stay: NotNegative
    readmission: float
    F: SharesByAge
    M: SharesByAge
