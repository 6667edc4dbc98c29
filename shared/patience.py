"""Waiting for what is away: says so once, tries ever more rarely, and says when it is back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TypeVar

from shared import log

_T = TypeVar("_T")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0  # seconds


def until_reachable(what: str, action: Callable[[], _T], away: type[Exception], *, at_most: float = math.inf) -> _T:
    """Run `action` until it doesn't raise `away`; returns what it returns. Anything else that it raises goes through.

    So does `away`, after `at_most` seconds.
    """
    pause, deadline = _FIRST_PAUSE, time.monotonic() + at_most
    while True:
        try:
            result = action()
        except away as error:
            if time.monotonic() > deadline:
                raise
            if pause == _FIRST_PAUSE:
                log.logger().error(what, outcome="unreachable", message=f"{first_line(error)}; trying again until it is back")
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
        else:
            if pause > _FIRST_PAUSE:
                log.logger().info(what, outcome="back")
            return result


def first_line(error: Exception) -> str:
    """What an error says, without the statement and the link to a manual that some libraries add."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
