"""The `storyfold` command as a person runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a person's shell would have, with the state in `folder` and no setting that the tests' own shell has."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "STORYFOLD_STATE": str(folder / "state"), "STORYFOLD_API_PORT": "0"} | settings


def storyfold(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        cwd=folder,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def start(folder: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Start a command that goes on; its log is read line by line."""
    return _started(subprocess.PIPE, folder, words, settings)


def start_into(log: TextIO, folder: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Start a command that goes on; its log goes to a file."""
    return _started(log, folder, words, settings)


def _started(output: int | TextIO, folder: Path, words: Sequence[str], settings: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli", *words],
        cwd=folder,
        env=environment(folder, **settings),
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[str], wanted: str) -> list[str]:
    """Read the log up to the first line that holds `wanted`; fails where the process ends before."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            return lines
    raise AssertionError(f"{wanted!r} never came:\n" + "".join(lines[-30:]))


def stop(process: subprocess.Popen[str], with_signal: signal.Signals = signal.SIGINT) -> str:
    """Ask it to stop, wait for its end, and return the rest of its log."""
    process.send_signal(with_signal)
    rest, _ = process.communicate(timeout=60)
    return rest


def children_of(process: subprocess.Popen[str]) -> set[int]:
    """The processes that it started, itself not counted."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {process.pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process.pid}
