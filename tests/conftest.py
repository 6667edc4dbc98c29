"""Real servers for the tests: both databases and a queue, each started once a run."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from services.embedded_queue import EmbeddedQueue
from shared.config import Settings, settings_from
from shared.queue import JobQueue, QueueUnreachable
from shared.store.store import Store
from tests.support.postgres import NoPostgres, may_skip, postgres_server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the fault programme counted, a line each; with `-s` it was printed at once."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    told = [line for report in reports for line in report.capstdout.splitlines() if line.startswith("ledger: ")]
    if told:
        terminalreporter.section("the ledger of the fault programme, quick form")
        terminalreporter.write_line("\n".join(told))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server, with {} for the database; the database `template` has today's tables."""
    try:
        with postgres_server() as url:
            _create(url, "template_storyfold", "template1")
            store = Store(url.format("template_storyfold"))
            store.prepare()
            store.close()
            yield url
    except NoPostgres as error:
        if may_skip():
            pytest.skip(f"no PostgreSQL here: {error}")
        raise


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new SQLite database."""
    return f"sqlite:///{tmp_path / 'storyfold.db'}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A new PostgreSQL database with today's tables."""
    name = f"test_{uuid.uuid4().hex}"
    _create(postgres, name, "template_storyfold")
    yield postgres.format(name)
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database, of each kind in turn."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store with today's tables, on each database in turn."""
    opened = Store(database_url)
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def queue_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real queue server."""
    embedded = EmbeddedQueue(tmp_path_factory.mktemp("q"))
    with subprocess.Popen(embedded.command(), stdout=subprocess.DEVNULL) as server:
        _wait_for(embedded.url)
        yield embedded.url
        server.terminate()
        server.wait(10)
    embedded.clean_up()


@pytest.fixture
def queue(queue_url: str) -> Iterator[JobQueue]:
    """An empty queue on the real server."""
    opened = JobQueue(queue_url)
    opened.connection.flushall()
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, queue_url: str) -> Settings:
    """Settings that lead to the real servers, on each database in turn."""
    return settings_from({"STORYFOLD_STATE": str(tmp_path), "DATABASE_URL": database_url, "REDIS_URL": queue_url})


def _create(url: str, name: str, template: str) -> None:
    with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())


def _wait_for(url: str) -> None:
    queue = JobQueue(url)
    deadline = time.monotonic() + 10
    while True:
        try:
            queue.ping()
        except QueueUnreachable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            queue.close()
            return
