"""The period before a selection, and what is compared with it."""

from __future__ import annotations

from datetime import date

import pytest

from measures.selection import Selection
from tests.measures.conftest import days
from tests.measures.marts_by_hand import ER, JANUARY, MARTS, encounter


@pytest.mark.parametrize(
    ("first", "last", "before", "year_before"),
    [
        # whole months: as many months
        ((2024, 3, 1), (2024, 3, 31), ((2024, 2, 1), (2024, 2, 29)), ((2023, 3, 1), (2023, 3, 31))),
        ((2024, 1, 1), (2024, 12, 31), ((2023, 1, 1), (2023, 12, 31)), None),
        ((2024, 2, 1), (2024, 2, 29), ((2024, 1, 1), (2024, 1, 31)), ((2023, 2, 1), (2023, 2, 28))),
        ((2025, 2, 1), (2025, 2, 28), ((2025, 1, 1), (2025, 1, 31)), ((2024, 2, 1), (2024, 2, 29))),
        # other periods: as many days
        ((2024, 3, 2), (2024, 3, 31), ((2024, 2, 1), (2024, 3, 1)), ((2023, 3, 2), (2023, 3, 31))),
        ((2024, 3, 5), (2024, 3, 5), ((2024, 3, 4), (2024, 3, 4)), ((2023, 3, 5), (2023, 3, 5))),
        ((2024, 2, 29), (2024, 2, 29), ((2024, 2, 28),) * 2, ((2023, 2, 28), (2023, 2, 28))),
    ],
)
def test_the_period_before(first, last, before, year_before):
    selection = Selection(date(*first), date(*last))
    assert selection.before("previous_period") == tuple(date(*day) for day in before)
    expected = tuple(date(*day) for day in year_before or before)
    assert selection.before("previous_year") == expected


def test_a_choice_of_months_has_no_period_before():
    some = Selection(date(2024, 1, 1), date(2024, 12, 31), {"dim_date.month_number": [2, 3]})
    assert some.before("previous_period") is None
    assert Selection().before("previous_year") is None


def test_a_change_is_empty_where_the_data_do_not_cover_the_period_before(ask):
    names = ["Encounters vs. prior period", "Overall rating vs. prior period"]
    assert ask(MARTS, names, JANUARY) == dict.fromkeys(names)


def test_a_period_that_the_data_cover_in_part_is_not_compared(ask):
    """Ten days against thirty would look like a fall."""
    marts = {**MARTS, "fct_encounters": [encounter(i, ER, 20240110) for i in range(4)]}
    census = [{"date_key": day["date_key"]} for day in days(date(2024, 1, 1), date(2024, 1, 20))]
    marts["fct_daily_census"] = census
    names = ["Encounters vs. prior period", "Encounters, prior period"]
    running = Selection(date(2024, 1, 11), date(2024, 1, 21))
    assert ask(marts, names, running) == dict.fromkeys(names)
    ended = Selection(date(2024, 1, 11), date(2024, 1, 20))
    assert ask(marts, names, ended) == dict(zip(names, (-1, 4), strict=True))


def test_changes_are_shares_of_counts_and_differences_of_shares(ask):
    marts = {
        **MARTS,
        "fct_encounters": [
            *(encounter(i, ER, 20240110, is_left_without_being_seen=i % 2) for i in range(4)),
            *(encounter(i, ER, 20240115) for i in range(4)),
        ],
    }
    second_half = Selection(date(2024, 1, 15), date(2024, 1, 16))
    found = ask(
        marts,
        [
            "Encounters vs. prior period",
            "Encounters, prior period",
            "LWBS rate vs. prior period",
        ],
        Selection(date(2024, 1, 13), date(2024, 1, 18)),
    )
    # 7 to 12 January before
    assert list(found.values()) == [0, 4, -50]
    assert ask(marts, ["Encounters, prior period"], second_half) == {"Encounters, prior period": 0}
