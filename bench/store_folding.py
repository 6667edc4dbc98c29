"""What folding costs with the store: CPU and wall time an article, bytes an article, the look-up at many articles, and memory.

    python -m bench.store_folding [--articles 1000000] [--folds 1000]

It measures SQLite in a temporary folder, and PostgreSQL where one can be started.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import JSON, bindparam, text

from shared.model import Article
from shared.stages.reach import Window
from shared.store.candidates import Since, articles_sharing_keys
from shared.store.engine import Database
from shared.store.links import Claim, NewLink
from shared.store.moment import Moment
from shared.store.store import Store
from tests.support.folding import fold_all
from tests.support.postgres import NoPostgres, postgres_server

_KEYS = 24
_BATCH = 8  # folds in one job
_numbers = itertools.count()  # one for each set of articles: no two tell the same
_FIRST = 10_000_000  # number of the first article that is filled in
_LOOK_UPS = 400
_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_Numbers = np.ndarray[Any, np.dtype[np.int64]]
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
            print(f"{name}: {figure}: {value}", file=sys.stderr, flush=True)  # a long run tells how far it is
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
    small, as_they_come, large = 10_000, min(100_000, articles), articles
    claims = _to_fold(store, folds)
    # Now, while their numbers are below those of the articles that are filled in.
    batches = {size: [_to_fold(store, _BATCH) for _ in range(5)] for size in (0, small, large)}
    cpu, wall = _cost_of_folding(store, claims)
    yield f"CPU an article, {folds} folds with commits", f"{cpu:.2f} ms"
    yield "wall time an article", f"{wall:.2f} ms"
    payload = _payload_bytes(store, folds)
    yield "payload an article", f"{payload:.0f} bytes"
    yield _memory(url, batches, 0)
    _fill(store.database, 0, small)
    p95_small = _p95(store.database, small)
    yield f"look-up p95 at {small:,} articles", f"{p95_small:.2f} ms"
    yield _memory(url, batches, small)
    before = _key_bytes(store.database)
    _fill(store.database, small, as_they_come)
    keys = (_key_bytes(store.database) - before) / (as_they_come - small)
    yield "keys an article, put in as articles come", f"{keys:.0f} bytes"
    yield "payload and keys an article", f"{(payload + keys) / 1000:.2f} kB"
    _fill(store.database, as_they_come, large, sort=True)
    p95_large = _p95(store.database, large)
    yield f"look-up p95 at {large:,} articles", f"{p95_large:.2f} ms ({p95_large / p95_small:.2f} ×)"
    yield _memory(url, batches, large)
    store.close()


def _to_fold(store: Store, articles: int) -> list[Claim]:
    """New articles of 300 words of which every third is a copy."""
    claims, first = [], next(_numbers)
    random = np.random.default_rng(first)
    words: list[str] = []
    for number in range(articles):
        if number % 3 != 2:
            words = [_WORDS[int(place)] for place in random.integers(0, len(_WORDS), 300)]
        host = f"host{first}-{number}.example"
        store.links.submit([NewLink(f"https://{host}/", host)], _NOW)
        [claim] = store.links.release(_NOW, limit=1, per_host=1, lease=3600)
        article = Article(f"https://{host}/", host, str(number), None, _NOW, "en", " ".join(words).capitalize() + ".")
        stored = store.articles.record(claim, article, _NOW, lease=3600)
        assert stored.claim is not None
        claims.append(stored.claim)
    return claims


def _cost_of_folding(store: Store, claims: list[Claim]) -> tuple[float, float]:
    """Milliseconds of this process, and of the clock, to fold an article."""
    cpu, wall = time.process_time(), time.perf_counter()
    fold_all(store, claims, _NOW)
    return (time.process_time() - cpu) * 1000 / len(claims), (time.perf_counter() - wall) * 1000 / len(claims)


def _memory(url: str, batches: dict[int, list[list[Claim]]], articles: int) -> tuple[str, str]:
    """Of processes that fold a batch each and end, as work-horses do; new ones, so that what is in use here doesn't count."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        seen = list(processes.map(_memory_of_a_batch, [url] * len(batches[articles]), batches[articles]))
    return (
        f"memory (RSS) of a process that folds a batch of {_BATCH}, at {articles:,} articles",
        f"{statistics.median(seen):.1f} MB",
    )


def _memory_of_a_batch(url: str, claims: list[Claim]) -> float:
    store = Store(url)
    fold_all(store, claims, _NOW)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _payload_bytes(store: Store, folds: int) -> float:
    """With the row and its indexes on PostgreSQL, which tells; SQLite tells the payload's own."""
    size = "avg(length(payload))" if store.database.is_sqlite else f"pg_total_relation_size('signatures') / {folds}.0"
    with store.database.reading() as connection:
        return float(connection.execute(text(f"SELECT {size} FROM signatures LIMIT 1")).scalar_one())


def _keys_of(articles: _Numbers) -> _Numbers:
    """As fingerprints' keys, a row an article, in order: mostly its own, the last three of 5,000 that many articles have."""
    places = articles.astype(np.uint64)[:, None] * np.uint64(_KEYS) + np.arange(_KEYS, dtype=np.uint64)
    mixed: Any = (places + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (mixed >> np.uint64(32)).astype(np.int64)
    keys[:, -3:] = keys[:, -3:] % 5000 * 7919
    return np.sort(keys, axis=1)


def _postings(first: int, last: int, *, sort: bool) -> _Numbers:
    """Key and article, in the order in which articles come or in that of the keys."""
    numbers = np.arange(first, last)
    keys = _keys_of(numbers) - 2**31
    once = np.ones(keys.shape, np.bool_)
    once[:, 1:] = keys[:, 1:] != keys[:, :-1]
    rows = np.column_stack([keys[once], np.repeat(numbers + _FIRST, _KEYS)[once.ravel()]])
    return rows[np.argsort(rows[:, 0], kind="stable")] if sort else rows


def _fill(database: Database, first: int, last: int, *, sort: bool = False) -> None:
    """Put articles into the index as they come, or in the order of the keys, which is much quicker and packs the index closer."""
    _fill_articles(database, first, last)
    put = _put_sqlite if database.is_sqlite else _put_postgresql
    for start in range(first, last, 200_000):
        put(database, _postings(start, min(last, start + 200_000), sort=sort).tolist())
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _fill_articles(database: Database, first: int, last: int) -> None:
    """The articles themselves, without text: look-ups ask them where a window begins. All came within the last six days."""
    series = f"WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last} - 1)"
    insertion = text(f"""
        INSERT INTO articles (id, url, host, revision, folded_revision, text, text_hash, words, removed, extracted_at, seen_at)
        {series} SELECT n + {_FIRST}, 'https://filled.example/' || n, '', 1, 1, '', '', 0, :removed, :seen, :seen FROM series
    """).bindparams(bindparam("seen", type_=Moment), bindparam("removed", type_=JSON))
    with database.writing() as connection:
        connection.execute(insertion, {"removed": [], "seen": _NOW - timedelta(days=6) + timedelta(seconds=last / 10)})


def _put_sqlite(database: Database, rows: list[list[int]]) -> None:
    with database.writing() as connection:
        connection.connection.cursor().executemany("INSERT INTO fold_keys (key, article_id) VALUES (?, ?)", rows)


def _put_postgresql(database: Database, rows: list[list[int]]) -> None:
    copying = "COPY fold_keys (key, article_id) FROM STDIN"
    with database.writing() as connection, connection.connection.cursor().copy(copying) as copy:
        for start in range(0, len(rows), 10_000):
            copy.write("".join(f"{key}\t{article}\n" for key, article in rows[start : start + 10_000]))


def _p95(database: Database, articles: int) -> float:
    """Of the best of five rounds: what else this machine does can only add to it."""
    return min(_p95_once(database, articles, seed) for seed in range(5))


def _p95_once(database: Database, articles: int, seed: int) -> float:
    random = np.random.default_rng(seed)
    since = Since.looking_back(_NOW, Window())
    chosen = _keys_of(random.integers(0, articles, _LOOK_UPS)).tolist()
    times = [_timed(lambda keys: _look_up(database, keys, since), keys) for keys in chosen]
    return statistics.quantiles(times[_LOOK_UPS // 4 :], n=20)[-1]


def _look_up(database: Database, keys: list[int], since: Since) -> None:
    with database.reading() as connection:
        articles_sharing_keys(connection, 0, keys, since)


def _timed(action: Callable[[list[int]], None], keys: list[int]) -> float:
    start = time.perf_counter()
    action(keys)
    return (time.perf_counter() - start) * 1000


def _key_bytes(database: Database) -> float:
    """Bytes that the index takes, by the database's own account: on SQLite of the whole file, to which nothing else is added."""
    size = "page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with database.reading() as connection:
        query = f"SELECT {size}" if database.is_sqlite else "SELECT pg_total_relation_size('fold_keys')"
        return float(connection.execute(text(query)).scalar_one())


if __name__ == "__main__":
    main()
