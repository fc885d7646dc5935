"""dim_date against Python's own calendar and the package holidays."""

from __future__ import annotations

import datetime

import holidays
import pandas as pd

FEDERAL_HOLIDAYS = {
    "New Year's Day": "New Year's Day",
    "Martin Luther King Jr. Day": "Martin Luther King Jr. Day",
    "Washington's Birthday": "Washington's Birthday",
    "Memorial Day": "Memorial Day",
    "Juneteenth National Independence Day": "Juneteenth",
    "Independence Day": "Independence Day",
    "Labor Day": "Labor Day",
    "Columbus Day": "Columbus Day",
    "Veterans Day": "Veterans Day",
    "Thanksgiving Day": "Thanksgiving Day",
    "Christmas Day": "Christmas Day",
}


def expected_row(day: datetime.date, federal: holidays.HolidayBase) -> tuple:
    """What the calendar must say of a day, from the standard library."""
    iso = day.isocalendar()
    holiday = FEDERAL_HOLIDAYS.get(federal.get(day)) if day in federal else None
    fiscal_month = (day.month - 10) % 12 + 1
    return (
        day.year * 10000 + day.month * 100 + day.day,
        day,
        day.year,
        (day.month + 2) // 3,
        f"{day.year}-Q{(day.month + 2) // 3}",
        day.month,
        day.strftime("%B"),
        day.strftime("%b"),
        day.strftime("%b %Y"),
        day.year * 100 + day.month,
        day.day,
        iso.year,
        iso.week,
        iso.weekday,
        day.strftime("%A"),
        int(iso.weekday >= 6),
        day.year + (day.month >= 10),
        (fiscal_month + 2) // 3,
        fiscal_month,
        int(day.month in (6, 7, 8)),
        int(holiday is not None),
        holiday,
    )


def test_every_day_of_the_calendar_agrees_with_python(demo):
    columns = """
        date_key, calendar_date, calendar_year, quarter_number, quarter_name, month_number,
        month_name, month_short_name, year_month_name, year_month_sort, day_of_month, iso_year,
        iso_week_number, weekday_number, weekday_name, is_weekend, fiscal_year,
        fiscal_quarter_number, fiscal_month_number, is_summer, is_us_federal_holiday,
        us_federal_holiday_name
    """
    rows = demo.execute(f"select {columns} from marts.dim_date order by date_key").fetchall()
    first, last = rows[0][1], rows[-1][1]
    federal = holidays.UnitedStates(years=range(first.year, last.year + 1), observed=False)
    days = pd.date_range(first, last).date
    assert rows == [expected_row(day, federal) for day in days]


def test_calendar_has_whole_years_around_every_date_key(demo):
    first, last = demo.execute(
        "select min(calendar_date), max(calendar_date) from marts.dim_date"
    ).fetchone()
    assert (first.month, first.day) == (1, 1)
    assert (last.month, last.day) == (12, 31)
    arrivals = demo.execute(
        "select min(arrived_at), max(arrived_at) from marts.fct_encounters"
    ).fetchone()
    assert first.year <= arrivals[0].year
    assert last.year >= arrivals[1].year
