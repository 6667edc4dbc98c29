"""How many feeds a second one core polls, next to a loop of bare HTTP client and feedparser over the same server.

    python -m bench.feeds [--polls 3000]

Counted is the CPU time of the polling process and its children, without what is done once a process; rounds alternate, and the
median of each side counts. "reading" is what a loop of client and parser does too: fetch, parse, canonicalise, schedule, though
with deadlines, limits and the address guard. "whole" is a poll as the fetcher does it: claimed, recorded and committed in
SQLite, and logged; next to it stands the bare loop with the least that a script would store. "closed": each poll over a new
connection, as with feeds on hosts of their own; "tls" over https besides, as most polls are. Needs the openssl command.
"""

from __future__ import annotations

import argparse
import os
import platform
import ssl
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.feed_pollers import Bare, BareAndStored, Reading, Requests, Way, Whole
from bench.feed_server import start_server
from tests.support.certificate import make_certificate

_ROUNDS: Final = 5
_WAYS: Final[dict[str, type[Way]]] = {
    "storyfold, reading": Reading,
    "http.client + feedparser": Bare,
    "requests + feedparser": Requests,
    "storyfold, whole": Whole,
    "http.client + feedparser + SQLite": BareAndStored,
}
_WAYS_OVER_TLS: Final = {name: _WAYS[name] for name in ("storyfold, reading", "http.client + feedparser")}
_COMPARED: Final = {"storyfold, whole": "http.client + feedparser + SQLite"}


def main() -> None:
    """Run the rounds and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--polls", type=int, default=3_000, help="polls a round of 304; a tenth of them a round of 200")
    polls = arguments.parse_args().polls
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = make_certificate(Path(folder), "127.0.0.1")
        told, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(certificate))
        told.load_cert_chain(certificate, key)
        plain, secure = f"http://127.0.0.1:{start_server()}", f"https://127.0.0.1:{start_server(told)}"
    print(f"{platform.machine()}, CPython {platform.python_version()}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}")
    print(f"{'answer':<16}{'polled by':<36}{'feeds/CPU-s':>12}{'ms CPU each':>13}{'rate / bare':>13}")
    for answer in ("304-kept", "304-closed", "304-closed tls", "200-kept", "200-closed tls"):
        unchanged, path = answer.startswith("304"), answer.partition(" ")[0]
        base = f"{secure if answer.endswith('tls') else plain}/{path}"
        known = _WAYS_OVER_TLS if answer.endswith("tls") else _WAYS
        ways: dict[str, Way] = {name: way(base, unchanged=unchanged, trust=trust) for name, way in known.items()}
        costs = _rounds(ways, polls if unchanged else polls // 10)
        for name, cost in costs.items():
            bare = costs[_COMPARED.get(name, "http.client + feedparser")]
            print(f"{answer:<16}{name:<36}{1 / cost:>12,.0f}{cost * 1000:>13.3f}{bare / cost:>13.2f}")


def _rounds(ways: dict[str, Way], polls: int) -> dict[str, float]:
    """CPU seconds a poll, the median of the rounds."""
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, poll in ways.items():
            costs[name].append(poll(polls) / polls)
    return {name: statistics.median(each) for name, each in costs.items()}


if __name__ == "__main__":
    main()
