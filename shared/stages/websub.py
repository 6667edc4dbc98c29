"""WebSub (W3C, 2018) as far as it can be decided without the network: links, requests, leases and signatures."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.stages.entry_from_feed import web_address

CALLBACK: Final = "/websub"
"""Path on our API below which each subscription has its own address."""
_LINK: Final = re.compile(r"<([^<>]{1,2000})>([^<>]*)")
_RELATION: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_METHODS: Final = ("sha1", "sha256", "sha384", "sha512")  # §6.1.1; older hubs know only the first
_ASKED_LEASE: Final = 10 * 86_400
_SHORTEST_LEASE, _LONGEST_LEASE = 300.0, 30 * 86_400.0
_RARER: Final = 4


def announced_link(headers: Mapping[str, str], relation: str, base: str) -> str | None:
    """The address that an HTTP Link header names for `hub` or `self`; the standard asks to look there first."""
    for url, parameters in _LINK.findall(headers.get("link", "")):
        told = _RELATION.search(parameters)
        if told is not None and relation in (told[1] or told[2] or "").lower().split():
            return web_address(url, base)
    return None


def subscribe_form(topic: str, callback: str, secret: str) -> dict[str, str]:
    """What is posted to a hub to be told of a topic."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.secret": secret,
        "hub.lease_seconds": str(_ASKED_LEASE),
    }


def granted_lease(told: str | None) -> float:
    """Seconds that the hub grants, from five minutes to thirty days; what we asked for where it doesn't say."""
    seconds = float(told) if told and told.isascii() and told.isdigit() and len(told) < 12 else float(_ASKED_LEASE)
    return min(max(seconds, _SHORTEST_LEASE), _LONGEST_LEASE)


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether `X-Hub-Signature` (`sha256=` and hex digits) is the body's HMAC under the secret."""
    method, _, digest = (signature or "").strip().partition("=")
    if method.lower() not in _METHODS or not digest.isascii():
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(expected, digest.lower())


def poll_at(planned: datetime, *, lease_until: datetime | None, ask_at: datetime, longest: float, now: datetime) -> datetime:
    """When to poll a feed that a hub tells us of: four times rarer, but in time to renew, and never sooner than planned.

    Without a lease it is polled as planned.
    """
    if lease_until is None or lease_until <= now:
        return planned
    rarer = now + min((planned - now) * _RARER, timedelta(seconds=max(longest, (planned - now).total_seconds())))
    return min(rarer, max(ask_at, planned))
