"""Limits that the kernel holds a process to, whatever its code does: memory and CPU time. Where a system has none, none holds."""

from __future__ import annotations

import contextlib
import math
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory_bytes` is what may be mapped beyond what the process has now, `cpu_seconds` what it may yet compute."""

    memory_bytes: int
    cpu_seconds: float


def limit(limits: Limits) -> None:
    """Hold this process, and what it forks, to its limits: beyond memory an allocation fails, beyond CPU time it is killed."""
    limit_memory(limits.memory_bytes)
    limit_cpu(limits.cpu_seconds)


def limit_memory(memory_bytes: int) -> None:
    """Fail allocations beyond this; a process that is killed leaves no core file."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _lower(resource.RLIMIT_AS, _mapped_bytes() + memory_bytes)


def limit_cpu(seconds: float) -> None:
    """Kill this process once it has computed for so long from now on; the kernel counts whole seconds."""
    with contextlib.suppress(ValueError, OSError):
        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds) + 1)


def _lower(which: int, to: int) -> None:
    """The soft limit only: a child with a limit of its own may need another."""
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (to if hard == resource.RLIM_INFINITY else min(to, hard), hard))


def _mapped_bytes() -> int:
    """Address space of this process, in bytes; 0 where the system doesn't tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0
