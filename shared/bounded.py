"""A child process that parses what strangers wrote: with a deadline and a memory limit that no parser can escape.

    parent ── function, argument ──▶ child (forked, memory limited)
           ◀── result or failure ───
    no answer in time: the child is killed, and the next call gets a new one

A parser in C can't be interrupted by a signal's handler, and lxml or feedparser have no limits of their own: 80,000 paragraphs
took 16 s, a feed of 103 kB took 317 MB. Forking makes a child ready in milliseconds with all modules loaded. It works
inside RQ's work-horse, and from an asyncio loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final, Self, TypeVar

from shared.failures import Failure, Hostile, Permanent, Transient
from shared.limits import limit_cpu, limit_memory

_Argument = TypeVar("_Argument")
_Result = TypeVar("_Result")

_CALLS_EACH: Final = 500  # a parser's leaks and caches go with its process
_KINDS: Final = {kind.__name__: kind for kind in (Transient, Permanent, Hostile)}
_FROM_OUTSIDE: Final = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT})
"""No parser does this to itself: memory ran out, or somebody stopped whatever runs here, or closed the terminal."""
_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the child sends back: a pickled value, or a failure's kind and words."""

    value: bytes = b""
    kind: str | None = None
    reason: str = ""
    detail: str = ""
    retry_after: float | None = None


class BoundedProcess:
    """One child for one call at a time, replaced after a timeout, a crash, too much memory, or many calls.

    `seconds` is wall time a call, and CPU time, too; `memory_bytes` what the child may map beyond what its parent had when it
    was forked (on systems with RLIMIT_AS that means address space). Use it as a context manager: the first child is forked on
    entering, ideally before the parent has threads. Not for use from several threads.
    """

    def __init__(self, *, seconds: float, memory_bytes: int) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._child: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._calls = 0
        self._turn = asyncio.Lock()

    def __enter__(self) -> Self:
        self._ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def run(self, function: Callable[[_Argument], _Result], argument: _Argument) -> _Result:
        """Call a module-level function in the child, without holding up the loop; calls wait for their turn.

        Argument and result are pickled. A `Failure` that the function raises is raised here; so are
        `Permanent("parse-timeout")`, `Permanent("parse-memory")`, `Permanent("parse-crash")`, also for any other exception, and
        `Transient("parse-crash")` where the child was killed from outside.
        """
        async with self._turn:
            pipe = self._send(function, argument)
            try:
                async with asyncio.timeout(self._seconds):
                    await _readable(pipe)
            except TimeoutError as error:
                raise self._timed_out() from error
            except BaseException:
                self.close()  # whoever asked is gone; the answer must not reach the next one
                raise
            return self._receive(pipe)  # type: ignore[no-any-return]

    def call(self, function: Callable[[_Argument], _Result], argument: _Argument) -> _Result:
        """As `run`, for code without a loop."""
        pipe = self._send(function, argument)
        if not pipe.poll(self._seconds):
            raise self._timed_out()
        return self._receive(pipe)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Kill the child, if there is one; the next call gets a new one."""
        child, pipe, self._child, self._pipe = self._child, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if child is not None:
            child.kill()
            child.join()
            child.close()

    def _send(self, function: Callable[[Any], Any], argument: object) -> Connection:
        if self._calls >= _CALLS_EACH or (self._child is not None and not self._child.is_alive()):
            self.close()
        self._calls += 1
        try:
            pipe = self._ready()
            pipe.send((function, argument))
        except OSError:  # the child died since the last call
            self.close()
            pipe = self._ready()
            pipe.send((function, argument))
        return pipe

    def _receive(self, pipe: Connection) -> Any:  # noqa: ANN401 - as the function's result
        try:
            answer: _Answer = pipe.recv()
        except (EOFError, OSError) as error:
            raise self._crashed() from error
        if answer.reason == "parse-memory":
            self.close()
        if answer.kind is None:
            return pickle.loads(answer.value)  # noqa: S301 - written by our own child
        raise _failure(answer)

    def _ready(self) -> Connection:
        if self._pipe is None:
            self._child, self._pipe = _fork(self._memory_bytes, self._seconds)
            self._calls = 0
        return self._pipe

    def _timed_out(self) -> Permanent:
        self.close()
        return Permanent("parse-timeout", f"Parsing took more than {self._seconds:g} s.")

    def _crashed(self) -> Failure:
        child = self._child
        if child is not None:
            child.join()
        code = child.exitcode if child is not None else None
        self.close()
        if code is not None and -code in _FROM_OUTSIDE:
            return Transient("parse-crash", f"The parsing process was ended from outside ({_signal_name(code)}).")
        return Permanent("parse-crash", f"The parsing process died ({_signal_name(code)}).")


async def run_bounded(
    function: Callable[[_Argument], _Result], argument: _Argument, *, seconds: float, memory_bytes: int
) -> _Result:
    """Call a module-level function once in a child of its own; see `BoundedProcess.run`."""
    with BoundedProcess(seconds=seconds, memory_bytes=memory_bytes) as child:
        return await child.run(function, argument)


async def _readable(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe.fileno())


def _fork(memory_bytes: int, seconds: float) -> tuple[BaseProcess, Connection]:
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    child = fork.Process(target=_serve, args=(theirs, ours, memory_bytes, seconds, os.getpid()), name="parser", daemon=True)
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads; the child uses no lock that a thread of ours could hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    theirs.close()
    return child, ours


def _serve(pipe: Connection, parents: Connection, memory_bytes: int, seconds: float, parent: int) -> None:
    """The child's life: one answer a question, until the parent hangs up."""
    parents.close()
    _forget_signals()
    _die_with(parent)
    limit_memory(memory_bytes)
    gc.freeze()  # collections needn't walk, and so copy, what the parent had
    gc.set_threshold(20_000)  # a parser's objects are no garbage yet: at the usual 700, collecting took 5 % of its time
    with contextlib.suppress(EOFError, OSError):
        while True:
            limit_cpu(seconds)  # anew for each call: whoever should kill us at the deadline may be dead
            answer = _answer(pipe)
            pipe.send(answer)
            if answer.reason == "parse-memory":
                break
    os._exit(0)  # the parent's exit handlers and buffers are not ours to run or flush


def _answer(pipe: Connection) -> _Answer:
    try:
        function, argument = pipe.recv()
        return _Answer(value=pickle.dumps(function(argument), protocol=pickle.HIGHEST_PROTOCOL))
    except (EOFError, OSError):
        raise
    except MemoryError:
        return _Answer(kind="Permanent", reason="parse-memory", detail="Parsing took more memory than is allowed.")
    except Failure as failure:
        return _Answer(
            kind=next((name for name, kind in _KINDS.items() if isinstance(failure, kind)), "Permanent"),
            reason=failure.reason,
            detail=failure.detail,
            retry_after=getattr(failure, "retry_after", None),
        )
    except Exception as error:  # noqa: BLE001 - whatever a parser raises is about its input
        return _Answer(kind="Permanent", reason="parse-crash", detail=f"{type(error).__name__}: {str(error)[:300]}")


def _failure(answer: _Answer) -> Failure:
    if answer.kind == "Transient":
        return Transient(answer.reason, answer.detail, answer.retry_after)
    return _KINDS[answer.kind or "Permanent"](answer.reason, answer.detail)


def _forget_signals() -> None:
    """The parent's handlers would wake its loop through a file descriptor that the child shares."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides


def _die_with(parent: int) -> None:
    """Don't go on parsing for a parent that was killed."""
    if sys.platform == "linux":
        _prctl()(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


@functools.cache
def _prctl() -> Callable[[int, int], int]:
    return ctypes.CDLL(None, use_errno=True).prctl


def _signal_name(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
