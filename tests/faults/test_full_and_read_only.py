"""A disk, a queue or a database that takes nothing more: everybody waits, says so, and goes on by itself; nothing is lost.

The settings of `test_kills.py` hold here, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.test_kills import AWAY, COUNT, LINKS, SECONDS, SEED, survive
from tests.support.kill import Faults
from tests.support.postgres import NoPostgres, may_skip, postgres_server

SOME = max(40, LINKS // 4)
TIMES = max(2, min(5, COUNT // 200))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose state lies on a disk of its own, of 64 MB and more where there are more links."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with mounted(state, 64 + LINKS // 20):
        yield tmp_path


@pytest.fixture
def postgres_on_a_small_disk() -> Iterator[str]:
    """The URL of a new database, of a server that has a disk of its own."""
    try:
        with tempfile.TemporaryDirectory(prefix="disk-") as disk, mounted(Path(disk), 200 + LINKS // 20):
            Path(disk).chmod(0o755)
            with postgres_server(Path(disk)) as url:
                yield url.format("postgres")
    except NoPostgres as error:
        if may_skip():
            pytest.skip(f"no PostgreSQL here: {error}")
        raise


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[None]:
    """A small disk in the place of this folder; skips the test where it may not be."""
    disk = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(disk, check=False, capture_output=True).returncode:
        pytest.skip("only an administrator may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def complaints(folder: Path) -> list[dict[str, object]]:
    log = [json.loads(line) for line in (folder / "run.log").read_text().splitlines() if line.startswith("{")]
    return [line for line in log if line["level"] in {"error", "critical"}]


def noisiest(folder: Path) -> int:
    """How often the process that said most said that something is away."""
    said = Counter(line["process"] for line in complaints(folder) if line["outcome"] == "unreachable")
    return max(said.values(), default=0)


def crashed(folder: Path) -> list[dict[str, object]]:
    return [line for line in complaints(folder) if line["outcome"] in {"ended", "crashed"}]


@pytest.mark.timeout(SECONDS * 4 + 300)
@pytest.mark.skipif(os.name != "posix", reason="mounts a disk")
def test_a_disk_that_is_full_is_waited_for(small_disk: Path) -> None:
    faults = Faults({"disk full": 1}, SEED, (0.3, 0.8), away=AWAY)
    assert survive(small_disk, faults, links=SOME, count=TIMES, settings={"STORYFOLD_MIN_FREE_DISK": "0"}).is_clean
    assert crashed(small_disk) == []
    assert noisiest(small_disk) > 0


@pytest.mark.timeout(SECONDS * 4 + 300)
@pytest.mark.skipif(os.name != "posix", reason="mounts a disk")
def test_a_database_server_whose_disk_is_full_is_waited_for(tmp_path: Path, postgres_on_a_small_disk: str) -> None:
    faults = Faults({"database's disk full": 1}, SEED, (0.3, 0.8), away=AWAY)
    assert survive(tmp_path, faults, links=SOME, count=TIMES, settings={"DATABASE_URL": postgres_on_a_small_disk}).is_clean
    assert crashed(tmp_path) == []
    assert noisiest(tmp_path) > 0


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_a_queue_that_is_full_is_waited_for(tmp_path: Path) -> None:
    faults = Faults({"queue full": 1}, SEED, (0.3, 0.8), away=AWAY)
    assert survive(tmp_path, faults, links=SOME, count=TIMES).is_clean
    assert crashed(tmp_path) == []
    assert noisiest(tmp_path) > 0


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_a_database_that_takes_no_changes_is_waited_for(tmp_path: Path, postgres_url: str) -> None:
    faults = Faults({"database read-only": 1}, SEED, (0.3, 0.8), away=AWAY)
    assert survive(tmp_path, faults, links=SOME, count=TIMES, settings={"DATABASE_URL": postgres_url}).is_clean
    assert crashed(tmp_path) == []
    assert noisiest(tmp_path) > 0
