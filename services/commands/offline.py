"""`storyfold extract`, `clean` and `fold`: the stages over files."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from services.commands.context import settings
from services.commands.output import progress
from services.offline.extract import Extraction, clean_file
from shared.bounded import BoundedProcess
from shared.failures import Mistake
from shared.offline_fold import fold_lines
from shared.stages.reach import Window


@click.command()
@click.option("--manifest", required=True, metavar="FILE", help="JSON lines {id, path, url[, title, published]}.")
@click.option(
    "--passes", type=click.IntRange(1, 2), default=1, show_default=True, help="2: first learn host lines over all pages."
)
@click.option("--no-learn", is_flag=True, help="Neither learn nor use host lines.")
def extract(manifest: str, passes: int, *, no_learn: bool) -> None:
    """Extract articles from saved pages (.html or .html.gz), a JSON line each, in the manifest's order."""
    chosen, path = settings(), Path(manifest)
    lines = _lines(path)
    with (
        BoundedProcess(seconds=chosen.extract_seconds, memory_bytes=chosen.extract_memory * 1_000_000) as parser,
        progress("pages", len(lines) * passes) as advance,
    ):
        extraction = Extraction(chosen, parser, learn=not no_learn)
        one = extraction.one_pass(lines, path.parent)
        for record in one if passes == 1 else extraction.two_passes(lines, path.parent, advance):
            _write(record)
            advance()


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def clean(files: tuple[Path, ...]) -> None:
    """Clean texts that were extracted already, a JSON line each."""
    with progress("files", len(files)) as advance:
        for path in files:
            _write(clean_file(path))
            advance()


@click.command()
@click.argument("file", metavar="FILE.jsonl")
@click.option("--days", type=click.FloatRange(0.01, 3650), default=7.0, show_default=True, help="How far back a copy is found.")
@click.option("--window", type=click.IntRange(1000, 10_000_000), default=100_000, show_default=True, help="In how many lines.")
def fold(file: str, days: float, window: int) -> None:
    """Fold JSON lines {id, text[, url, title, published, lang]} into stories, a JSON line each, in their order; - reads stdin."""
    with _opened(file) as lines, progress("lines", None) as advance:
        for record in fold_lines(lines, window=window, days=Window(timedelta(days=days)), on_line=lambda _number: advance()):
            _write(record)


@contextmanager
def _opened(file: str) -> Iterator[Iterable[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with gzip.open(file) if file.endswith(".gz") else Path(file).open("rb") as lines:
            yield lines
    except OSError as error:
        raise Mistake(f"The file {file} can't be read: {(error.strerror or str(error)).lower()}.") from error


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    except OSError as error:
        raise Mistake(f"The manifest {path} can't be read: {(error.strerror or 'unknown error').lower()}.") from error


def _write(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
