"""What a robots.txt says, as RFC 9309 tells to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from protego import Protego

LARGEST: Final = 512_000
"""Bytes of a robots.txt that are read; RFC 9309 §2.5 asks for 500 KiB at least."""

_KEPT: Final = 86_400.0  # RFC 9309 §2.4: no longer than a day
_KEPT_UNREACHABLE: Final = 300.0


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What a site answered when asked for its robots.txt; `status` is None where it gave no answer that counts."""

    body: bytes | None
    status: int | None


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site for one reader."""

    reachable: bool
    _rules: Protego | None
    _agent: str

    def allows(self, url: str) -> bool:
        """Whether this URL may be fetched."""
        return self.reachable and (self._rules is None or self._rules.can_fetch(url, self._agent))

    def crawl_delay(self) -> float | None:
        """The pause between two requests that the site asks for, in seconds."""
        delay = self._rules.crawl_delay(self._agent) if self._rules else None
        return delay if delay is not None and delay > 0 else None


def kept_seconds(file: RobotsFile) -> float:
    """For how long an answer holds: a day, or five minutes where the site's server failed."""
    return _KEPT_UNREACHABLE if _has_failed(file.status) else _KEPT


def read_robots(body: bytes | None, status: int | None, user_agent: str) -> Robots:
    """Read a robots.txt; `status` is None where no server answered.

    RFC 9309 §2.3.1: a file that isn't there (4xx) allows everything, a server that fails (5xx, 429, no answer) means that
    nothing may be fetched for now.
    """
    agent = product_token(user_agent)
    if status is None or _has_failed(status):
        return Robots(reachable=False, _rules=None, _agent=agent)
    if status >= 300 or not body:
        return Robots(reachable=True, _rules=None, _agent=agent)
    text = body[:LARGEST].decode("utf-8-sig", "replace").replace("\0", "")
    return Robots(reachable=True, _rules=Protego.parse(text), _agent=agent)


def is_allowed(body: bytes | None, status: int | None, user_agent: str, url: str) -> bool:
    """Whether a robots.txt lets this reader fetch a URL; see `read_robots`."""
    return read_robots(body, status, user_agent).allows(url)


def crawl_delay(body: bytes | None, status: int | None, user_agent: str) -> float | None:
    """The pause between two requests that a robots.txt asks this reader for, in seconds, or None."""
    return read_robots(body, status, user_agent).crawl_delay()


def _has_failed(status: int | None) -> bool:
    return status is None or status >= 500 or status == 429


def product_token(user_agent: str) -> str:
    """`Storyfold` of `Storyfold/0.1 (+https://…)`: what robots.txt files name (RFC 9309 §2.2.1)."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0]
