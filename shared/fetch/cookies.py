"""Cookies for the length of one job: some sites redirect for ever without them. Nothing outlives the job."""

from __future__ import annotations

from typing import Final

from shared.fetch.target import Target

_MOST: Final = 50
_LONGEST: Final = 4_096


class JobCookies:
    """Name and value by host and nothing else: domain, path and age don't matter within a few redirects."""

    def __init__(self) -> None:
        self._by_origin: dict[tuple[str, str], dict[str, str]] = {}

    def take(self, target: Target, headers: list[tuple[bytes, bytes]]) -> None:
        """Remember what this answer set, for this very scheme and host."""
        jar = self._by_origin.setdefault((target.scheme, target.host), {})
        for name, value in headers:
            if name.lower() == b"set-cookie" and len(jar) < _MOST and len(value) <= _LONGEST:
                key, _, text = value.partition(b";")[0].decode("latin-1").partition("=")
                jar[key.strip()] = text.strip()

    def header(self, target: Target) -> dict[str, str]:
        """The Cookie header to send along, if any."""
        jar = self._by_origin.get((target.scheme, target.host))
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
