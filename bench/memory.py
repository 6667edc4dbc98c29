"""Does any process grow? The whole pipeline at full rate for hours, its memory sampled by process, slopes by a robust fit.

    python -m bench.memory [--minutes 120] [--warm-up 20] [--folder FOLDER]
    python -m bench.memory --read FOLDER     the table of what was sampled so far

`storyfold run` with default settings, but for short pauses between polls, reads a newsroom without an end: whenever little
waits, more is published, so it is never idle. What counts is the resident memory of each process (RSS), the median of each
minute after the warm-up, and the median of the slopes between all pairs of minutes (Theil-Sen), which a few odd samples
don't move. Work-horses and parsers live for moments: their figures tell whether what they inherit grows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from shared.store.ledger import Ledger
from shared.store.store import Store
from tests.support.command import environment
from tests.support.endless import EndlessNewsroom
from tests.support.generator_server import serving_newsroom
from tests.support.kill import Process, processes_of

EVERY = 5.0  # seconds between two samples
BACKLOG = 1_500  # links that should wait: more than go out before the next look
ALLOWED = 1.0  # MB an hour
UNFINISHED = {"due", "released", "extracted"}


class Sample(NamedTuple):
    """One process at one moment: `at` in seconds since the start, memory in MB."""

    at: float
    role: str
    pid: int
    rss: float
    pss: float


def main() -> None:
    """Run, or read what a run wrote, and print the table; exit code 1 where a process grew."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--minutes", type=float, default=120, help="length of the run")
    arguments.add_argument("--warm-up", type=float, default=20, help="minutes that don't count")
    arguments.add_argument("--folder", type=Path, help="where state, log and samples go")
    arguments.add_argument("--read", type=Path, help="print the table of an earlier run or one under way")
    given = arguments.parse_args()
    if given.read:
        sys.exit(tell(read(given.read / "samples.jsonl"), given.warm_up))
    folder = given.folder or Path(tempfile.mkdtemp(prefix="storyfold-memory-"))
    folder.mkdir(exist_ok=True)
    print(f"{platform.machine()}, CPython {platform.python_version()}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}")
    run(folder, given.minutes)
    sys.exit(tell(read(folder / "samples.jsonl"), given.warm_up))


def run(folder: Path, minutes: float) -> None:
    """Keep the pipeline busy and sample it; then count what came out."""
    newsroom, began = EndlessNewsroom(seed=20261125), time.monotonic()
    with serving_newsroom(newsroom), _running(folder, newsroom) as process:
        store = Store(f"sqlite:///{folder / 'state' / 'storyfold.db'}")
        store.prepare()
        with (folder / "samples.jsonl").open("a") as samples:
            while (at := time.monotonic() - began) < minutes * 60:
                assert process.poll() is None, "the run ended by itself; its log tells why"
                _publish(newsroom, store)
                for each in _sample(process.pid, at):
                    samples.write(json.dumps(each) + "\n")
                samples.flush()
                time.sleep(EVERY)
        _tell_work(store, newsroom, time.monotonic() - began)
        store.close()


def _publish(newsroom: EndlessNewsroom, store: Store) -> None:
    """More, where little waits and the feeds were read: what rolls out of a feed unread would be lost, as in the world."""
    counts = store.links.counts()
    known, waiting = sum(counts.values()), sum(number for state, number in counts.items() if state in UNFINISHED)
    if waiting < BACKLOG and newsroom.published - known < BACKLOG:
        newsroom.published += BACKLOG


def _tell_work(store: Store, newsroom: EndlessNewsroom, seconds: float) -> None:
    counts = store.links.counts()
    ended = sum(number for state, number in counts.items() if state not in UNFINISHED)
    print(f"{ended:,} links ended in {seconds / 60:.0f} minutes, {ended / seconds:.1f} a second; {sum(counts.values()):,} known")
    print(f"published {newsroom.published:,}; rules of the ledger broken: ", end="")
    print(sum(not finding.holds for finding in Ledger(store.database).check()))


@contextlib.contextmanager
def _running(folder: Path, newsroom: EndlessNewsroom) -> Iterator[subprocess.Popen[str]]:
    settings = {
        "FEEDS": " ".join(newsroom.feed_urls()),
        "STORYFOLD_ALLOW_ADDRESSES": f"127.0.0.1:{newsroom.port}",
        "STORYFOLD_POLL_SHORTEST": "20",
        "STORYFOLD_POLL_LONGEST": "40",
        "STORYFOLD_LOG": "json",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "run"],
        cwd=folder,
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    threading.Thread(target=_keep_complaints, args=(process, folder / "complaints.log"), daemon=True).start()
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def _keep_complaints(process: subprocess.Popen[str], file: Path) -> None:
    """The log of a run at full rate is a gigabyte; warnings and errors are what is read again."""
    assert process.stdout is not None
    with file.open("a") as kept:
        for line in process.stdout:
            if '"level": "info"' not in line and '"level":"info"' not in line:
                kept.write(line)
                kept.flush()


def _sample(run_pid: int, at: float) -> Iterator[Sample]:
    processes = processes_of(run_pid)
    roles = {each.pid: each.role for each in processes}
    for each in [Process(run_pid, "run", 0), *processes]:
        with contextlib.suppress(OSError, KeyError):
            memory = dict(_memory(each.pid))
            name = f"{each.role} of {roles[each.parent]}" if each.parent in roles else each.role
            yield Sample(round(at, 1), name, each.pid, memory["Rss"], memory["Pss"])


def _memory(pid: int) -> Iterator[tuple[str, float]]:
    """Resident memory in MB, whole and with shared pages shared out."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in {"Rss", "Pss"}:
            yield name, int(value.split()[0]) / 1024


def read(file: Path) -> list[Sample]:
    """The samples of a run."""
    return [Sample(*json.loads(line)) for line in file.read_text().splitlines()]


def tell(samples: Sequence[Sample], warm_up: float) -> int:
    """Print a line for each role; 1 where one grew by more than is allowed."""
    minutes = max(each.at for each in samples) / 60
    print(f"{minutes:.0f} minutes, the first {warm_up:g} left out; memory in MB, slopes in MB an hour")
    print(f"{'process':<26}{'RSS first':>10}{'last':>8}{'most':>8}{'slope':>8}{'PSS last':>10}{'slope':>8}")
    grown = 0
    for role in sorted({each.role for each in samples}):
        own = [each for each in samples if each.role == role and each.at > warm_up * 60]
        rss, pss = by_minute((each.at, each.rss) for each in own), by_minute((each.at, each.pss) for each in own)
        if len(rss) < 3:
            continue
        grown += slope(rss) > ALLOWED
        levels = f"{rss[0][1]:>10.1f}{rss[-1][1]:>8.1f}{max(each.rss for each in own):>8.1f}{slope(rss):>+8.2f}"
        print(f"{role:<26}{levels}{pss[-1][1]:>10.1f}{slope(pss):>+8.2f}")
    print(f"grew by more than {ALLOWED:g} MB an hour: {grown}")
    return 1 if grown else 0


def by_minute(samples: Iterator[tuple[float, float]]) -> list[tuple[float, float]]:
    """The median of each minute, with the minute's number."""
    minutes: dict[int, list[float]] = {}
    for at, value in samples:
        minutes.setdefault(int(at // 60), []).append(value)
    return [(float(minute), statistics.median(values)) for minute, values in sorted(minutes.items())]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Growth an hour: the median of the slopes between all pairs of points, whose first number is a minute."""
    return 60 * statistics.median((later[1] - sooner[1]) / (later[0] - sooner[0]) for sooner, later in combinations(points, 2))


if __name__ == "__main__":
    main()
