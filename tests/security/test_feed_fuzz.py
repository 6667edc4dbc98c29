"""However a feed is damaged: it is read or refused within 5 s and 256 MB, and nothing is connected to or opened meanwhile."""

from __future__ import annotations

import os
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.fetcher.reading import parse_feed
from shared import stages
from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
from tests.support.feed_bodies import HEAVY, NO_FEEDS, READABLE, URL
from tests.support.feed_fuzzer import mutants

NUMBER = int(os.environ.get("STORYFOLD_FUZZED_FEEDS", "400"))
"""How many; `make fuzz-feeds` tries 5,000."""
SEED = int(os.environ.get("STORYFOLD_FUZZ_SEED", "5"))
SECONDS, MEMORY = 5, 256_000_000
_OUTWARD = frozenset(
    {"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.fork"}
)
_LIBRARIES = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {sys.base_prefix}
_OWN_FILES = (*_LIBRARIES, str(Path(stages.__file__).parent), "/usr/share/zoneinfo")
_reached: list[str] = []
_watching: list[bool] = []


def own(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


BODIES = [own(body) for body in (READABLE | NO_FEEDS).values()]


@pytest.fixture(scope="module")
def child() -> Iterator[BoundedProcess]:
    with BoundedProcess(seconds=SECONDS, memory_bytes=MEMORY) as running:
        yield running


def read_watched(body: bytes) -> tuple[str, list[str]]:
    """In the child: how reading ended, and what it reached for outside. A library's own files may be loaded."""
    if not _watching:
        _watching.append(True)
        sys.addaudithook(_watch)
    _reached.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ending = f"{len(parse_feed((body, URL, None)).found) > 0}"
        except Permanent as failure:
            ending = failure.reason
    return ending, list(_reached)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _OUTWARD or (event == "open" and not str(arguments[0]).startswith(_OWN_FILES)):
        _reached.append(f"{event} {str(arguments)[:200]}")


def ending(child: BoundedProcess, body: bytes) -> tuple[str, list[str]]:
    try:
        return child.call(read_watched, body)
    except Failure as failure:
        return failure.reason, []


def test_damaged_feeds_are_read_or_refused_and_reach_for_nothing(child: BoundedProcess) -> None:
    endings: Counter[str] = Counter()
    for number, body in enumerate(mutants(BODIES, number=NUMBER, seed=SEED)):
        how, reached = ending(child, body)
        assert reached == [], f"mutant {number} of seed {SEED}"
        assert how in {"True", "False", "not-a-feed", "feed-bomb"}, f"mutant {number} of seed {SEED}: {body[:300]!r}"
        endings[how] += 1
    assert endings["True"] > NUMBER / 5  # else they were damaged too badly to show anything


@pytest.mark.parametrize("name", [*READABLE, *NO_FEEDS, *HEAVY])
def test_our_own_feeds_are_read_or_refused_in_the_same_bounds(name: str, child: BoundedProcess) -> None:
    how, reached = ending(child, own((READABLE | NO_FEEDS | HEAVY)[name]))
    assert (how in {"True", "False", "not-a-feed", "feed-bomb"}, reached) == (True, [])


def test_what_reaches_out_is_seen(child: BoundedProcess) -> None:
    """Else the tests above would show nothing."""
    assert child.call(_reach_out, b"") != []


def _reach_out(body: bytes) -> list[str]:
    import socket

    read_watched(body)
    with pytest.raises(OSError), socket.socket() as opened:
        opened.connect(("127.0.0.1", 9))
    return list(_reached)


def test_there_are_over_a_hundred_feeds_of_our_own() -> None:
    assert len(READABLE) + len(NO_FEEDS) + len(HEAVY) >= 100
