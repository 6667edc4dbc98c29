"""The bounded process: what a parser may cost, and that nothing it does reaches the parent."""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import os
import select
import signal
import time
from collections.abc import Iterator

import pytest

from shared.bounded import BoundedProcess, run_bounded
from shared.failures import Failure, Hostile, Permanent, Transient

MEMORY = 300_000_000


@pytest.fixture
def bounded() -> Iterator[BoundedProcess]:
    with BoundedProcess(seconds=1, memory_bytes=MEMORY) as child:
        yield child


def double(number: int) -> int:
    return number * 2


def process_id(_: object) -> int:
    return os.getpid()


def loop_forever(_: object) -> None:
    while True:
        pass


def loop_in_c(_: object) -> int:
    return sum(range(10**13))


def allocate(count: int) -> int:
    return len(bytearray(count))


def segfault(_: object) -> None:
    faulthandler.disable()
    ctypes.string_at(0)


def kill_itself(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_sent(number: int) -> None:
    os.kill(os.getpid(), number)


def exit_quietly(_: object) -> None:
    os._exit(0)


def raise_transient(pause: float) -> None:
    raise Transient("busy", "Come again.", pause)


def raise_hostile(_: object) -> None:
    raise Hostile("trap", "It was one.")


def raise_bug(_: object) -> None:
    raise ValueError("a bug in a parser")


def recurse(depth: int) -> int:
    return recurse(depth + 1)


def unpicklable(_: object) -> object:
    return lambda: None


def large(count: int) -> bytes:
    return b"x" * count


def ends(bounded: BoundedProcess, function: object, argument: object = None) -> Failure:
    with pytest.raises(Failure) as caught:
        bounded.call(function, argument)  # type: ignore[arg-type]
    return caught.value


def test_a_result_comes_back(bounded: BoundedProcess) -> None:
    assert bounded.call(double, 21) == 42


def test_calls_share_one_child(bounded: BoundedProcess) -> None:
    assert bounded.call(process_id, None) == bounded.call(process_id, None) != os.getpid()


def test_large_arguments_and_results_pass(bounded: BoundedProcess) -> None:
    assert len(bounded.call(large, 20_000_000)) == 20_000_000
    assert bounded.call(len, b"x" * 20_000_000) == 20_000_000


@pytest.mark.parametrize("function", [loop_forever, loop_in_c])
def test_a_call_without_end_is_killed_at_its_deadline(function: object) -> None:
    with BoundedProcess(seconds=0.3, memory_bytes=MEMORY) as bounded:
        begun = time.monotonic()
        failure = ends(bounded, function)
        assert isinstance(failure, Permanent)
        assert failure.reason == "parse-timeout"
        assert time.monotonic() - begun < 5  # on a busy machine, too
        assert bounded.call(double, 1) == 2


def test_a_call_that_takes_too_much_memory_is_refused_and_the_next_one_served(bounded: BoundedProcess) -> None:
    failure = ends(bounded, allocate, 400_000_000)
    assert (type(failure), failure.reason) == (Permanent, "parse-memory")
    assert bounded.call(allocate, 100_000_000) == 100_000_000


@pytest.mark.parametrize(
    ("function", "kind"),
    [(segfault, Permanent), (exit_quietly, Permanent), (kill_itself, Transient)],
)
def test_a_child_that_dies_takes_only_its_own_call(bounded: BoundedProcess, function: object, kind: type[Failure]) -> None:
    failure = ends(bounded, function)
    assert (type(failure), failure.reason) == (kind, "parse-crash")
    assert bounded.call(double, 4) == 8


def test_failures_keep_their_kind_and_words(bounded: BoundedProcess) -> None:
    transient = ends(bounded, raise_transient, 7.0)
    assert isinstance(transient, Transient)
    assert (transient.reason, transient.detail, transient.retry_after) == ("busy", "Come again.", 7.0)
    hostile = ends(bounded, raise_hostile)
    assert (type(hostile), hostile.reason, hostile.detail) == (Hostile, "trap", "It was one.")


@pytest.mark.parametrize(
    ("function", "words"),
    [(raise_bug, "ValueError: a bug in a parser"), (recurse, "RecursionError"), (unpicklable, "pickle")],
)
def test_any_other_exception_is_the_inputs_fault(bounded: BoundedProcess, function: object, words: str) -> None:
    failure = ends(bounded, function, 0)
    assert (type(failure), failure.reason) == (Permanent, "parse-crash")
    assert words in failure.detail
    assert bounded.call(double, 4) == 8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_child_that_somebody_stopped_amid_a_call_is_no_fault_of_its_page(bounded: BoundedProcess, number: int) -> None:
    failure = ends(bounded, is_sent, number)
    assert (type(failure), failure.reason) == (Transient, "parse-crash")
    assert bounded.call(double, 4) == 8


def test_a_child_killed_between_calls_is_replaced(bounded: BoundedProcess) -> None:
    child = bounded.call(process_id, None)
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert bounded.call(double, 3) == 6


def test_a_child_is_replaced_after_many_calls(bounded: BoundedProcess) -> None:
    first = bounded.call(process_id, None)
    for number in range(500):
        bounded.call(double, number)
    assert bounded.call(process_id, None) != first


def test_awaited_calls_wait_for_their_turn_and_leave_the_loop_free() -> None:
    async def scenario() -> tuple[list[int], int]:
        with BoundedProcess(seconds=5, memory_bytes=MEMORY) as bounded:
            ticks = asyncio.create_task(_count_ticks())
            answers = await asyncio.gather(*(bounded.run(double, number) for number in range(50)))
            await bounded.run(_busy, 0.2)
            ticks.cancel()
            return answers, _ticked[0]

    answers, ticked = asyncio.run(scenario())
    assert answers == [number * 2 for number in range(50)]
    assert ticked > 5


def test_an_awaited_call_without_end_is_killed_while_others_are_served() -> None:
    async def scenario() -> list[object]:
        with BoundedProcess(seconds=0.3, memory_bytes=MEMORY) as bounded:
            calls = (bounded.run(loop_forever, None), bounded.run(double, 2))
            return list(await asyncio.gather(*calls, return_exceptions=True))

    failure, answer = asyncio.run(scenario())
    assert isinstance(failure, Permanent)
    assert failure.reason == "parse-timeout"
    assert answer == 4


def test_the_answer_to_a_cancelled_call_reaches_nobody_else() -> None:
    async def scenario() -> int:
        with BoundedProcess(seconds=5, memory_bytes=MEMORY) as bounded:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await bounded.run(_busy, 0.3)
            return await bounded.run(double, 8)

    assert asyncio.run(scenario()) == 16


def test_one_call_can_have_a_child_of_its_own() -> None:
    assert asyncio.run(run_bounded(double, 5, seconds=2, memory_bytes=MEMORY)) == 10


def test_the_child_dies_with_its_parent() -> None:
    """A work-horse that is killed must not leave a parser running."""
    listen, tell = os.pipe()
    parent = os.fork()
    if parent == 0:
        BoundedProcess(seconds=60, memory_bytes=MEMORY).call(_tell_and_loop, tell)
        os._exit(0)
    os.close(tell)
    assert os.read(listen, 1) == b"!"
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert select.select([listen], [], [], 5)[0], "the child still holds its end of the pipe"
    assert os.read(listen, 1) == b""
    os.close(listen)


def test_a_signal_to_the_child_stays_there() -> None:
    """An asyncio parent's wake-up descriptor is shared after a fork; the child must not write to it."""

    async def scenario() -> bool:
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        with BoundedProcess(seconds=5, memory_bytes=MEMORY) as bounded:
            with pytest.raises(Failure):
                await bounded.run(_terminate_itself, None)
            await bounded.run(double, 1)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        return told.is_set()

    assert asyncio.run(scenario()) is False


_ticked = [0]


async def _count_ticks() -> None:
    while True:
        _ticked[0] += 1
        await asyncio.sleep(0.01)


def _busy(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _terminate_itself(_: object) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()


def _tell_and_loop(descriptor: int) -> None:
    os.write(descriptor, b"!")
    while True:
        pass
