"""How commands answer: a table on a terminal, tab-separated lines in a pipe, JSON where asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

as_json = click.option("--json", "json_wanted", is_flag=True, help="Answer in JSON.")


def answer(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain, indent=2 if sys.stdout.isatty() else None))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], wide: str = "") -> None:
    """Print rows: as a table on a terminal, where the column `wide` may fold; else as tab-separated lines."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(_cell(value) for value in row))
        return
    shown = Table(title=title, title_justify="left", title_style="bold", header_style="dim", expand=False)
    for column in columns:
        is_number = bool(rows) and isinstance(rows[0][list(columns).index(column)], int | float)
        shown.add_column(column, justify="right" if is_number else "left", overflow="fold" if column == wide else "ellipsis")
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    Console().print(shown)


def facts(pairs: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    width = max(len(name) for name in pairs)
    for name, value in pairs.items():
        click.echo(f"{name:<{width}}  {_cell(value)}")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal; yields what to call for each piece that is done."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def ago(moment: datetime | None) -> str:
    """`3 min ago`, `in 4 min`, or `never`."""
    if moment is None:
        return "never"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    text = span(abs(seconds))
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def span(seconds: float) -> str:
    """A length of time in the largest unit of which it has two: `36 h`, `3 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return " ".join("".join(character if character.isprintable() else " " for character in str(value)).split())


def _plain(value: Any) -> object:  # noqa: ANN401 - json's own contract
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
