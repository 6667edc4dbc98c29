"""The Retry-After header."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.stages.retry_after import retry_after

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("1.5", 1),
        ("0", 0),
        ("99999999", 99_999_999),
        ("Wed, 04 Mar 2026 12:02:00 GMT", 120),
        ("Wed, 04 Mar 2026 13:02:00 +0100", 120),
        ("Wednesday, 04-Mar-26 12:02:00 GMT", 120),
        ("Wed Mar  4 12:02:00 2026", 120),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("1" * 30, None),
        ("Wed, 99 Mar 2026 12:02:00 GMT", None),
        (None, None),
    ],
)
def test_both_forms_are_read_and_nonsense_is_not(value: str | None, pause: float | None) -> None:
    assert retry_after(value, now=NOW) == pause
