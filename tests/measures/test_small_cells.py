"""Small cells in the measures: one to ten people, stays or answers show nowhere."""

from __future__ import annotations

import pytest

NAMES = [
    "Encounters",
    "ED arrivals",
    "Left without being seen (LWBS)",
    "LWBS rate",
    "Encounters with a recorded wait",
    "Mean door-to-provider time",
]


def encounters(count: int, left: int, waits: int) -> list[dict]:
    return [
        {
            "patient_key": i,
            "is_emergency_arrival": 1,
            "is_left_without_being_seen": int(i < left),
            "wait_minutes": 20 if i < waits else None,
        }
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "left", "waits", "shown"),
    [
        (11, 0, 11, [11, 11, 0, 0, 11, 20]),
        (10, 0, 10, [None, None, 0, None, None, None]),
        # the part, or the rest, is small
        (30, 10, 0, [30, 30, None, None, 0, None]),
        (30, 11, 10, [30, 30, 11, 11 / 30, None, None]),
        (30, 19, 11, [30, 30, 19, 19 / 30, 11, 20]),
        (30, 20, 12, [30, 30, 20, None, 12, 20]),
        (30, 29, 0, [30, 30, 29, None, 0, None]),
        (30, 30, 0, [30, 30, 30, 1, 0, None]),
        (1, 1, 1, [None, None, None, None, None, None]),
        (0, 0, 0, [0, 0, 0, None, 0, None]),
    ],
)
def test_counts_and_what_rests_on_them(ask, count, left, waits, shown):
    found = ask({"fct_encounters": encounters(count, left, waits)}, NAMES, smallest_cell=11)
    values = [found[name] or (0 if found[name] == 0 else None) for name in NAMES]
    # a sum over no rows is empty, as in Power BI
    expected = [None if count == 0 and value == 0 else value for value in shown]
    assert [None if count == 0 and v == 0 else v for v in values] == pytest.approx(expected)


def test_measures_compute_with_small_counts_that_they_do_not_show(ask):
    """Six of 40 who left are a third of the others' waits: the mean of all is right."""
    found = ask(
        {"fct_encounters": encounters(40, 0, 35)},
        ["Net revenue per encounter", "Mean door-to-provider time", "Encounters"],
        smallest_cell=11,
    )
    assert found == {
        "Net revenue per encounter": None,
        "Mean door-to-provider time": 20,
        "Encounters": 40,
    }


@pytest.mark.parametrize(("planned", "is_shown"), [(0, True), (1, False), (10, False), (11, True)])
def test_the_unplanned_do_not_give_the_planned_away(ask, planned, is_shown):
    stays = [
        {
            "patient_key": i,
            "is_index_admission_30_days": 1,
            "is_readmitted_30_days": int(i < 40),
            "is_readmitted_unplanned_30_days": int(planned <= i < 40),
        }
        for i in range(100)
    ]
    found = ask(
        {"fct_readmissions": stays},
        [
            "30-day readmissions",
            "30-day unplanned readmissions",
            "30-day unplanned readmission rate",
        ],
        smallest_cell=11,
    )
    unplanned = 40 - planned
    expected = [40, unplanned, unplanned / 100] if is_shown else [40, None, None]
    assert list(found.values()) == pytest.approx(expected)
