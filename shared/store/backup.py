"""Copies of the embedded store through SQLite's online backup: one consistent moment, while everything goes on working.

A copy is one file without a log beside it. It is written under another name first, so that a file of the wanted name is
always whole.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from shared.failures import Mistake
from shared.store.migrate import HEAD

_WAIT = 30.0  # seconds that a writer is waited for


def embedded_file(url: str) -> Path:
    """The file of an embedded store. Raises `Mistake` where the store is a server."""
    if not url.startswith("sqlite"):
        raise Mistake("The store is a PostgreSQL server; copy it with pg_dump, as docs/reliability.md shows.")
    return Path(make_url(url).database or "")


def back_up(store: Path, copy: Path, *, force: bool) -> int:
    """Write the store as of this moment into `copy`; returns its size in bytes. Raises `Mistake`."""
    if not store.exists():
        raise Mistake(f"There is no store at {store} yet; `storyfold run` makes one.")
    if copy.exists() and not force:
        raise Mistake(f"{copy} is there already; --force overwrites it.")
    part = copy.with_name(copy.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with _opened(store) as source, _opened(part) as target:
            # In one step: it reads one snapshot, which holds nobody up; in several, every commit would begin it anew.
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        _sync(part)
        part.replace(copy)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise Mistake(f"The copy {copy} can't be written: {error}.") from error
    return copy.stat().st_size


def restore(copy: Path, store: Path, *, force: bool) -> None:
    """Put the copy in the store's place. Raises `Mistake`, and changes nothing, where that isn't safe."""
    _check(copy)
    if not force and _holds_something(store):
        raise Mistake(f"The store {store} is there already; --force overwrites it.")
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with _opened(copy) as source, _opened(store) as target:
            target.execute("PRAGMA journal_mode=WAL")
            source.backup(target)  # a transaction: who kills it here finds the store as it was
    except (sqlite3.Error, OSError) as error:
        raise Mistake(f"The store {store} can't be overwritten: {error}.") from error


def _check(copy: Path) -> None:
    """It is whole, it is ours, and it isn't of a later version. Raises `Mistake`."""
    if not copy.is_file():
        raise Mistake(f"There is no file {copy}.")
    try:
        with _opened(copy) as opened:
            whole = [row[0] for row in opened.execute("PRAGMA quick_check(1)")] == ["ok"]
            version = str(opened.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise Mistake(f"{copy} is no copy of a store.") from error
    if not whole:
        raise Mistake(f"{copy} is damaged; take another copy.")
    if version > HEAD:
        raise Mistake(f"{copy} was written by a later version of Storyfold; update first.")


def _holds_something(store: Path) -> bool:
    return store.exists() and store.stat().st_size > 0


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=_WAIT, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _sync(file: Path) -> None:
    """Until it is on the disk: a copy that a power cut could take isn't one."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
