"""Dates as pages write them, and the day that readers see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.stages.dates import day_in_url, in_local_time, parse_date

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-06T10:15:00Z",
        "2026-01-06T10:15:00+00:00",
        "2026-01-06T10:15+0000",
        "2026-01-06 10:15:00",
        "20260106T101500Z",
        "Tue, 06 Jan 2026 10:15:00 GMT",
        " 06 Jan 2026 10:15 GMT ",
    ],
)
def test_the_usual_spellings_are_read(text: str) -> None:
    assert parse_date(text, NOW) == datetime(2026, 1, 6, 10, 15, tzinfo=UTC)


def test_an_offset_is_kept() -> None:
    assert parse_date("2026-01-06T10:15:00+05:30", NOW) == datetime(2026, 1, 6, 4, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-01-13", "2026-13-40", "9999999999999"]
)
def test_what_can_t_be_a_date_of_publication_is_none(text: str) -> None:
    assert parse_date(text, NOW) is None


def test_tomorrow_is_possible_since_the_world_is_round() -> None:
    assert parse_date("2026-01-11T09:00:00Z", NOW) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2026/01/06/harbour",
        "https://a.example/news/2026/jan/06/harbour",
        "https://a.example/2026-01-06/harbour",
        "https://a.example/20260106-harbour",
    ],
)
def test_the_day_is_read_off_an_address(url: str) -> None:
    assert day_in_url(url) == date(2026, 1, 6)


@pytest.mark.parametrize(
    "url", ["https://a.example/harbour", "https://a.example/2026/99/99/x", "https://a.example/id/20261406/x"]
)
def test_addresses_without_a_day_have_none(url: str) -> None:
    assert day_in_url(url) is None


def test_a_late_evening_in_america_stays_on_its_day() -> None:
    told = in_local_time(datetime(2026, 1, 7, 1, 50, tzinfo=UTC), [], "https://a.example/2026/01/06/harbour")
    assert (told.date(), told) == (date(2026, 1, 6), datetime(2026, 1, 7, 1, 50, tzinfo=UTC))


def test_an_early_morning_in_asia_stays_on_its_day() -> None:
    told = in_local_time(datetime(2026, 1, 5, 22, 10, tzinfo=UTC), [], "https://a.example/2026/01/06/harbour")
    assert told.date() == date(2026, 1, 6)


def test_the_page_s_own_spelling_of_the_moment_tells_the_zone() -> None:
    local = datetime(2026, 1, 6, 19, 25, tzinfo=timezone(timedelta(hours=-5)))
    assert in_local_time(datetime(2026, 1, 7, 0, 25, tzinfo=UTC), [local], "https://a.example/x").date() == date(2026, 1, 6)


def test_a_day_in_the_address_that_no_zone_explains_changes_nothing() -> None:
    found = datetime(2026, 1, 9, 12, tzinfo=UTC)
    assert in_local_time(found, [], "https://a.example/2026/01/06/harbour") is found


def test_a_date_without_a_time_is_taken_as_it_is() -> None:
    found = datetime(2026, 1, 7, tzinfo=UTC)
    assert in_local_time(found, [], "https://a.example/2026/01/06/harbour") is found
