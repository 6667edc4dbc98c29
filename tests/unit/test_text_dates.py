"""Days that lines of a text name, in any of the rules' languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.stages.clean.rules import months
from shared.stages.clean.text_dates import date_in, leading_date


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-06",
        "Updated 2026-01-06 10:15",
        "06.01.2026, 10:15 Uhr",
        "January 6, 2026",
        "6 Jan 2026 at 10:15",
        "Tuesday, 6th January 2026",
        "Jan. 06, 2026 10:15 a.m.",
        "Veröffentlicht am 6. Januar 2026, 10:15 Uhr",
        "Publié le 6 janvier 2026 à 10h15",
        "Publicado el 6 de enero de 2026",
        "Опубликовано 6 января 2026, 10:15",
        "Opublikowano: 6 stycznia 2026",
        "2026年1月6日 10时15分",
        "입력 2026.01.06 10:15",
        "6 Ocak 2026",
        "نشر في 6 يناير 2026",
        "פורסם: 6 בינואר 2026".replace("בינואר", "ינואר"),
        "Diterbitkan: 6 Januari 2026",
    ],
)
def test_a_day_is_read_in_figures_and_in_words(line: str) -> None:
    assert date_in(line) == datetime(2026, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["", "6 January", "2026", "01/02/2026 or so", "31 February 2026", "99.99.2026", "2 hours ago", "in May 2026"]
)
def test_what_names_no_sure_day_names_none(line: str) -> None:
    assert date_in(line) is None


def test_a_month_s_name_that_is_another_month_elsewhere_is_unsure() -> None:
    assert "listopada" not in months()


def test_only_a_day_before_the_first_word_leads_a_text() -> None:
    assert leading_date("date 2024-01-06 Baghdad accused") == ("date 2024-01-06", datetime(2024, 1, 6, tzinfo=UTC))
    assert leading_date("Baghdad accused 2024-01-06") is None
    assert leading_date("2024-01-06") is None
