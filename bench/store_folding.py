"""What folding costs with the store: CPU and wall time an article, bytes an article, and the look-up at many articles.

    python -m bench.store_folding [--articles 1000000] [--database URL ...]

Without --database it measures SQLite in a temporary folder, and PostgreSQL where one can be started.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, text

from shared.model import Article
from shared.store.candidates import Since, articles_sharing_keys
from shared.store.engine import Database
from shared.store.links import NewLink
from shared.store.schema import fold_keys
from shared.store.store import Store
from tests.support.folding import fold
from tests.support.postgres import NoPostgres, postgres_server

_KEYS = 28
_LOOK_UPS = 400
_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_WORDS = ["".join(chr(97 + int(n)) for n in np.random.default_rng(seed).integers(0, 26, 7)) for seed in range(4000)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=1_000_000, help="articles in the large index (default: a million)")
    options.add_argument("--folds", type=int, default=1000, help="articles folded for the cost of one")
    chosen = options.parse_args()
    table = Table(
        title=f"Folding with the store, {platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}"
    )
    for column in ("database", "figure", "value"):
        table.add_column(column, justify="left" if column != "value" else "right")
    for name, url in _databases():
        for figure, value in _measure(url, chosen.folds, chosen.articles):
            table.add_row(name, figure, value)
    Console(width=110).print(table)


def _databases() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{Path(folder) / 'bench.db'}"
    with contextlib.suppress(NoPostgres), postgres_server() as url:
        with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield "PostgreSQL", url.format("bench")


def _measure(url: str, folds: int, articles: int) -> Iterator[tuple[str, str]]:
    store = Store(url)
    store.prepare()
    cpu, wall = _cost_of_folding(store, folds)
    yield f"CPU an article, {folds} folds with commits", f"{cpu:.2f} ms"
    yield "wall time an article", f"{wall:.2f} ms"
    yield "payload an article", f"{_payload_bytes(store):.0f} bytes"
    small, large = 10_000, articles
    _fill(store.database, 0, small)
    p95_small = _p95(store.database, small)
    yield f"look-up p95 at {small:,} articles", f"{p95_small:.2f} ms"
    _fill(store.database, small, large)
    p95_large = _p95(store.database, large)
    yield f"look-up p95 at {large:,} articles", f"{p95_large:.2f} ms ({p95_large / p95_small:.2f} ×)"
    yield "keys an article", f"{_key_bytes(store.database, url, large):.0f} bytes"
    store.close()


def _cost_of_folding(store: Store, folds: int) -> tuple[float, float]:
    """Milliseconds of this process, and of the clock, to fold articles of 300 words of which every third is a copy."""
    claims = []
    random = np.random.default_rng(7)
    words: list[str] = []
    for number in range(folds):
        if number % 3 != 2:
            words = [_WORDS[int(place)] for place in random.integers(0, len(_WORDS), 300)]
        url = f"https://host{number}.example/{number}"
        store.links.submit([NewLink(url, f"host{number}.example")], _NOW)
        [claim] = store.links.release(_NOW, limit=1, per_host=1, lease=3600)
        article = Article(url, f"host{number}.example", str(number), None, _NOW, "en", " ".join(words).capitalize() + ".")
        stored = store.articles.record(claim, article, _NOW, lease=3600)
        assert stored.claim is not None
        claims.append(stored.claim)
    cpu, wall = time.process_time(), time.perf_counter()
    for claim in claims:
        fold(store, claim, _NOW)
    return (time.process_time() - cpu) * 1000 / folds, (time.perf_counter() - wall) * 1000 / folds


def _payload_bytes(store: Store) -> float:
    with store.database.reading() as connection:
        return float(connection.execute(text("SELECT avg(length(payload)) FROM signatures")).scalar_one())


def _keys_of(article: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """As a fingerprint's keys: mostly its own, some that many articles have."""
    random = np.random.default_rng(article)
    own = random.integers(-(2**31), 2**31, _KEYS - 3)
    common = random.integers(0, 5000, 3) * 7919
    return np.concatenate([own, common])


def _fill(database: Database, first: int, last: int) -> None:
    """Put articles into the index, in the order of the keys, which is the quickest."""
    seen = int(_NOW.timestamp()) - 6 * 86_400
    ids = np.repeat(np.arange(first, last), _KEYS) + 10_000_000
    keys = np.concatenate([_keys_of(article) for article in range(first, last)])
    order = np.argsort(keys, kind="stable")
    rows = np.unique(np.column_stack([keys[order], ids[order]]), axis=0)
    if database.is_sqlite:
        _fill_sqlite(database, rows, seen)
    else:
        _fill_postgresql(database, rows, seen)


def _fill_sqlite(database: Database, rows: np.ndarray[tuple[int, int], np.dtype[np.int64]], seen: int) -> None:
    for start in range(0, len(rows), 500_000):
        values = [
            {"key": int(k), "seen_at": seen + int(a) % 500_000, "article_id": int(a)} for k, a in rows[start : start + 500_000]
        ]
        with database.writing() as connection:
            connection.execute(insert(fold_keys), values)


def _fill_postgresql(database: Database, rows: np.ndarray[tuple[int, int], np.dtype[np.int64]], seen: int) -> None:
    with database.writing() as connection:
        raw = connection.connection.cursor()
        with raw.copy("COPY fold_keys (key, seen_at, article_id) FROM STDIN") as copy:
            for key, article in rows:
                copy.write_row((int(key), seen + int(article) % 500_000, int(article)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE fold_keys"))


def _p95(database: Database, articles: int) -> float:
    random = np.random.default_rng(3)
    since = Since(_NOW - timedelta(days=7), _NOW - timedelta(days=14), _NOW - timedelta(days=400))
    chosen = [_keys_of(int(each)) + 2**31 for each in random.integers(0, articles, _LOOK_UPS)]
    times = [_timed(lambda keys: _look_up(database, keys, since), keys) for keys in chosen]
    return statistics.quantiles(times[_LOOK_UPS // 4 :], n=20)[-1]


def _look_up(database: Database, keys: list[int], since: Since) -> None:
    with database.reading() as connection:
        articles_sharing_keys(connection, 0, keys, since)


def _timed(action: Callable[[list[int]], None], keys: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    wanted = [int(key) for key in keys]
    start = time.perf_counter()
    action(wanted)
    return (time.perf_counter() - start) * 1000


def _key_bytes(database: Database, url: str, articles: int) -> float:
    """Bytes that the index takes an article, by the database's own account."""
    if database.is_sqlite:
        return Path(url.removeprefix("sqlite:///")).stat().st_size / articles
    with database.reading() as connection:
        total = connection.execute(text("SELECT pg_total_relation_size('fold_keys')")).scalar_one()
    return float(total) / articles


if __name__ == "__main__":
    main()
