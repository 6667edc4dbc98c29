"""One structured event a unit of work, with the same keys everywhere.

`event` names the step (poll, release, extract, fold), `outcome` how it ended; then `url`, `host`, `link`, `story`, `reason`,
and timings as `ms_…`. The line for a person reads: time, event, outcome, URL, then the rest.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from shared.config import Settings

_KEY_ORDER = ("at", "level", "process", "event", "outcome", "url", "host", "feed", "link", "article", "story")
_UNITS_OF_WORK = frozenset({"poll", "release", "extract", "fold", "lease"})
"""Events that one process only tells: a person needn't read its name beside them."""
_FOR_PROGRAMS = ("host", "link", "article")
"""Keys that a person's line leaves out: the URL says the host, and `storyfold trace` takes URLs."""
_LEVEL_COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
_OUTCOME_COLOURS = {"new-story": "\x1b[32m", "joined": "\x1b[36m", "revision": "\x1b[35m"}
_DIM, _BOLD, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[0m"


def configure(settings: Settings, process: str) -> None:
    """Send this process's log, and that of every library, to standard output. Call it once, before any work."""
    style = settings.log
    if style == "auto":
        style = "pretty" if sys.stdout.isatty() else "json"
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if style != "json" else "iso", utc=style == "json", key="at"),
        _name_process(process),
        _library_line,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(style)],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    _quieten_libraries(settings)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.stdlib.BoundLogger:
    """The logger that every part uses."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("storyfold")
    return bound


@contextmanager
def unit_of_work(**context: object) -> Iterator[None]:
    """Bind `context` to every line logged inside, and forget it afterwards."""
    with structlog.contextvars.bound_contextvars(**context):
        yield


class Stopwatch:
    """Milliseconds since it was made, for `ms_…` keys."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def ms(self) -> float:
        """Milliseconds, to a tenth."""
        return round((time.perf_counter() - self._start) * 1000, 1)


def _quieten_libraries(settings: Settings) -> None:
    """RQ tells three lines a job and one that it lost, trafilatura what it didn't find: no more than our own lines say."""
    chatty = logging.DEBUG if settings.log_level == "debug" else logging.WARNING
    for name in ("rq", "rq.worker", "rq.queue", "rq.scheduler", "alembic", "uvicorn", "asyncio", "httpcore", "hpack"):
        logging.getLogger(name).setLevel(chatty)
    logging.getLogger("rq.registry").setLevel(logging.DEBUG if settings.log_level == "debug" else logging.ERROR)
    for name in ("trafilatura", "htmldate", "readability", "courlan", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _name_process(process: str) -> Any:  # noqa: ANN401 - structlog's processors are untyped callables
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("process", process)
        return event

    return add


def _library_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Give a library's prose line our shape: event names the library, `message` holds its words."""
    record = event.get("_record")
    if record is not None and record.name != "storyfold" and not event.get("_from_structlog"):
        event["message"] = event["event"]
        event["event"] = record.name.split(".")[0]
    return event


def _in_order(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    first = {key: event[key] for key in _KEY_ORDER if event.get(key) is not None}
    rest = {key: value for key, value in event.items() if key not in first and value is not None}
    return first | rest


def _renderers(style: str) -> list[Any]:
    if style == "json":
        return [
            structlog.processors.format_exc_info,
            _in_order,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    return [structlog.processors.format_exc_info, _in_order, _Line(colours=style == "pretty")]


def _printable(text: str) -> str:
    """Show control characters as escapes: a feed could otherwise write what it likes to the terminal of whoever watches."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


class _Line:
    """Render an event as one line that a person reads at a glance."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        exception, level, at = event.pop("exception", None), event.pop("level", "info"), str(event.pop("at", ""))
        name, outcome = str(event.pop("event", "")), str(event.pop("outcome", ""))
        if name in _UNITS_OF_WORK or name == event.get("process"):
            event.pop("process", None)
        for key in _FOR_PROGRAMS:
            event.pop(key, None)
        head = " ".join(
            (
                self._paint(at, _DIM),
                self._paint(f"{name:<8}", _LEVEL_COLOURS.get(level, _BOLD)),
                self._paint(f"{outcome:<14}", self._outcome_colour(level, outcome)),
            )
        )
        tail = " ".join(self._pair(key, value) for key, value in event.items() if not key.startswith("_"))
        line = f"{head} {tail}".rstrip()
        return f"{line}\n{exception}" if exception else line

    def _pair(self, key: str, value: object) -> str:
        if key in {"url", "message"}:
            return _printable(str(value))
        if key.startswith("ms_") and isinstance(value, float):
            text = f"{value:.0f}"
        else:
            text = repr(value) if isinstance(value, str) and (" " in value or not value) else _printable(str(value))
        return self._paint(f"{key}=", _DIM) + text

    def _outcome_colour(self, level: str, outcome: str) -> str:
        return _LEVEL_COLOURS.get(level) or _OUTCOME_COLOURS.get(outcome) or ("\x1b[33m" if ":" in outcome else "")

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours and colour else text
