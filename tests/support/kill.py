"""Finds the processes of a run by what they are, and kills them at moments that a seed chooses."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a run: `role` is fetcher, extract, dedup, api, queue, work-horse or parser."""

    pid: int
    role: str
    parent: int


def processes_of(run: int) -> list[Process]:
    """Every process below the supervisor with this id."""
    every = {int(folder.name): parent_of(int(folder.name)) for folder in Path("/proc").glob("[0-9]*")}
    below = {run}
    while more := {pid for pid, parent in every.items() if parent in below} - below:
        below |= more
    parents = {pid: every[pid] for pid in sorted(below - {run})}
    words = {pid: _words(pid) for pid in parents}
    return [Process(pid, _role(pid, run, parents, words), parent) for pid, parent in parents.items()]


def kill(pid: int, with_signal: signal.Signals = signal.SIGKILL) -> bool:
    """Send a signal; False where the process is gone already. Its number may be a thread's of ours by now: `os.kill` kills us."""
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        signal.pidfd_send_signal(process, with_signal)
    except ProcessLookupError:
        return False
    finally:
        os.close(process)
    return True


@dataclass
class Faults:
    """What happens to a run, and how often it did: `weights` tells how likely each kind is."""

    weights: Mapping[str, int]
    seed: int
    pause: tuple[float, float]
    away: float = 3.0
    """Seconds that a database stays away."""
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._first = self._chance.sample(list(self.weights), len(self.weights))

    def next_pause(self) -> float:
        """Seconds until the next fault."""
        return self._chance.uniform(*self.pause)

    def next_kind(self) -> str:
        """The next fault: each kind once, then as likely as its weight says."""
        if self._first:
            return self._first.pop()
        return self._chance.choices(list(self.weights), list(self.weights.values()))[0]

    def choose(self, among: Sequence[str]) -> str:
        """One of these."""
        return self._chance.choice(among)

    def count(self, kind: str) -> None:
        """One more of these."""
        self.done[kind] = self.done.get(kind, 0) + 1

    def kill_one(self, run: int, role: str, with_signal: signal.Signals = signal.SIGKILL) -> bool:
        """Kill one process with this role, if there is one; work-horses live for moments, so they are waited for."""
        deadline = time.monotonic() + 1.0
        while time.monotonic() < deadline:
            found = [each.pid for each in processes_of(run) if each.role == role]
            if found:
                return kill(self._chance.choice(found), with_signal)
            time.sleep(0.01)
        return False


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Whether `condition` came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def _role(pid: int, run: int, parents: Mapping[int, int], words: Mapping[int, list[str]]) -> str:
    if parents[pid] == run:
        return words[pid][-1] if "serve" in words[pid] else "queue"
    if parents.get(parents[pid]) == run and words[parents[pid]][-1:] in (["extract"], ["dedup"]):
        return "work-horse"
    return "parser"


def parent_of(pid: int) -> int:
    """The process that waits for this one; 0 where it is gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _words(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").strip("\0").split("\0")
    return []
