"""The screen of `storyfold run`: the log of all processes, and on a terminal a line below it that tells how far things are."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from shared.bootstrap import App
from shared.config import Settings
from shared.store.store import StoreUnreachable

_REFRESH = 0.5  # seconds


class Screen:
    """Where the log goes: as it is into a pipe, above a line of progress on a terminal."""

    def __init__(self, settings: Settings) -> None:
        self._terminal = sys.stdout.isatty() and settings.log != "json"
        style = {"auto": "pretty" if self._terminal else "json"}.get(settings.log, settings.log)
        self.settings = replace(settings, log=style)
        self._live: Live | None = None
        self._over = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if self._terminal:
            self._live = Live(Text(""), console=Console(soft_wrap=True), refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._live is not None:
            self._live.stop()

    def tell(self, line: str) -> None:
        """Show one line of a process's log."""
        if self._live is not None:
            self._live.console.print(Text.from_ansi(line), soft_wrap=True)
            return
        with self._lock:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def follow(self, app: App) -> None:
        """Keep the line of progress up to date until the screen is left."""
        if self._live is not None:
            threading.Thread(target=self._follow, args=(app,), daemon=True).start()

    def _follow(self, app: App) -> None:
        while self._live is not None and not self._over.wait(_REFRESH):
            try:
                self._live.update(_progress(app))
            except StoreUnreachable:
                self._live.update(Text("the database can't be reached", style="red"))


def _progress(app: App) -> Text:
    counts = app.store.links.counts()
    waiting = sum(counts.get(state, 0) for state in ("due", "released", "extracted"))
    links = sum(counts.values())
    done = links - waiting
    bar = "━" * round(24 * done / links) if links else ""
    return Text.assemble(
        (bar, "green"),
        ("━" * (24 - len(bar)), "dim"),
        f" {done} of {links} links done · {app.store.stories.count()} stories · Ctrl-C stops",
    )
