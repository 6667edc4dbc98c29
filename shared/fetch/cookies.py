"""Cookies for the length of one job: some sites redirect for ever without them. Nothing outlives the job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.fetch.target import Target

_MOST: Final = 50
_LONGEST: Final = 4_096


class JobCookies:
    """Name and value by host and nothing else: domain, path and age don't matter within a few redirects."""

    def __init__(self) -> None:
        self._by_origin: dict[tuple[str, str], dict[str, str]] = {}

    def take(self, target: Target, lines: Sequence[str]) -> None:
        """Remember what this answer set (the values of Set-Cookie), for this very scheme and host."""
        jar = self._by_origin.setdefault((target.scheme, target.host), {}) if lines else {}
        for line in lines:
            if len(jar) < _MOST and len(line) <= _LONGEST:
                key, _, text = line.partition(";")[0].partition("=")
                jar[key.strip()] = text.strip()

    def header(self, target: Target) -> dict[str, str]:
        """The Cookie header to send along, if any."""
        jar = self._by_origin.get((target.scheme, target.host))
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
