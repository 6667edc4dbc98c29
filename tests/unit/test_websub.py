"""What is decided about WebSub without a network."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from shared.stages.websub import announced_link, granted_lease, is_signed, poll_at

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE = "https://paper.example/feed"
SIGNED = hmac.new(b"secret", b"body", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://hub.example/>; rel="hub"', "https://hub.example/"),
        ("<https://hub.example/>;rel=hub", "https://hub.example/"),
        ('</self>; rel="self", <https://hub.example/>; rel="hub"', "https://hub.example/"),
        ('<https://hub.example/a,b>; title="x"; REL="other HUB"', "https://hub.example/a,b"),
        ("</hub>; rel=hub", "https://paper.example/hub"),
        ('<javascript:x>; rel="hub"', None),
        ('<https://hub.example/>; rel="github"', None),
        ("<https://hub.example/>", None),
        ("<<<<", None),
        ("", None),
    ],
)
def test_a_hub_is_found_in_the_link_header(header: str, found: str | None) -> None:
    assert announced_link({"link": header}, "hub", BASE) == found


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("3600", 3600), ("0", 300), ("99999999999", 30 * 86_400), (None, 864_000), ("soon", 864_000), ("-5", 864_000)],
)
def test_a_lease_stays_within_reason(told: str | None, seconds: float) -> None:
    assert granted_lease(told) == seconds


@pytest.mark.parametrize(
    ("signature", "good"),
    [
        (f"sha256={SIGNED}", True),
        (f"SHA256={SIGNED.upper()}", True),
        (f"sha256={SIGNED[:-1]}", False),
        (f"sha512={SIGNED}", False),
        (f"md5={hmac.new(b'secret', b'body', hashlib.md5).hexdigest()}", False),
        ("sha256=é", False),
        ("", False),
        (None, False),
    ],
)
def test_a_signature_counts_only_if_it_is_right(signature: str | None, good: bool) -> None:
    assert is_signed(b"body", signature, "secret") is good


def test_a_feed_with_a_lease_is_polled_rarer_but_in_time_to_renew() -> None:
    planned, lease = NOW + timedelta(minutes=30), NOW + timedelta(days=10)

    def at(ask: timedelta, longest: float = 86_400) -> timedelta:
        return poll_at(planned, lease_until=lease, ask_at=NOW + ask, longest=longest, now=NOW) - NOW

    assert at(timedelta(days=7)) == timedelta(hours=2)
    assert at(timedelta(hours=1)) == timedelta(hours=1)
    assert at(timedelta(days=7), longest=3600) == timedelta(hours=1)


@pytest.mark.parametrize("lease", [None, NOW - timedelta(seconds=1)])
def test_a_feed_without_a_lease_is_polled_as_planned(lease: datetime | None) -> None:
    planned = NOW + timedelta(minutes=30)
    assert poll_at(planned, lease_until=lease, ask_at=NOW, longest=86_400, now=NOW) == planned
