"""Copies of the store: consistent while it is written to, refused where they would do harm, and pg_dump as the docs show it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.local import only_one
from shared.config import settings_from
from shared.store.backup import back_up, restore
from shared.store.ledger import Ledger
from shared.store.links import NewLink
from shared.store.store import Store
from tests.support.command import ROOT, storyfold
from tests.support.postgres import server_programs

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def store_at(file: Path) -> Store:
    opened = Store(f"sqlite:///{file}")
    opened.prepare()
    return opened


def submit(store: Store, *numbers: int) -> None:
    store.links.submit([NewLink(f"https://a.example/{number}", "a.example") for number in numbers], NOW)


def counted(file: Path) -> int:
    store = store_at(file)
    try:
        return store.links.unfinished()
    finally:
        store.close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A state folder with a store of three links."""
    file = tmp_path / "state" / "storyfold.db"
    store = store_at(file)
    submit(store, 1, 2, 3)
    store.close()
    return file


def test_a_copy_holds_what_was_there_and_the_store_comes_back_from_it(tmp_path: Path, here: Path) -> None:
    copy = tmp_path / "copy.db"
    assert storyfold(tmp_path, "backup", str(copy)).returncode == 0
    store = store_at(here)
    submit(store, 4)
    store.close()
    done = storyfold(tmp_path, "restore", str(copy), "--force", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"store": str(here)})
    assert counted(here) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "state"]


def test_a_copy_made_under_load_is_one_moment(tmp_path: Path, here: Path) -> None:
    over = threading.Event()
    store = store_at(here)

    def write() -> None:
        number = 100
        while not over.is_set():
            submit(store, number, number + 1)  # always two in one transaction
            number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / f"{number}.db" for number in range(5)]
        for copy in copies:
            back_up(here, copy, force=False)
    finally:
        over.set()
        writer.join()
    store.close()
    counts = [counted(copy) for copy in copies]
    assert counts == sorted(counts)
    assert all(count % 2 for count in counts)
    for copy in copies:
        opened = store_at(copy)
        assert all(finding.holds for finding in Ledger(opened.database).check())
        opened.close()


def test_nothing_is_overwritten_unasked(tmp_path: Path, here: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    done = storyfold(tmp_path, "backup", str(copy))
    assert (done.returncode, copy.read_text()) == (2, "mine")
    assert done.stderr == f"storyfold: {copy} is there already; --force overwrites it.\n"
    assert storyfold(tmp_path, "backup", str(copy), "--force").returncode == 0
    done = storyfold(tmp_path, "restore", str(copy))
    assert (done.returncode, done.stderr) == (2, f"storyfold: The store {here} is there already; --force overwrites it.\n")


def test_a_running_store_is_not_replaced(tmp_path: Path, here: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(here, copy, force=False)
    with only_one(settings_from({"STORYFOLD_STATE": str(here.parent)})):
        done = storyfold(tmp_path, "restore", str(copy), "--force")
    assert done.returncode == 2
    assert done.stderr.startswith(f"storyfold: Storyfold runs on {here.parent} already; stop it")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "There is no file {}."),
        (b"text", "{} is no copy of a store."),
        (b"", "{} is no copy of a store."),
    ],
)
def test_what_is_no_copy_is_refused(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    copy = tmp_path / "copy.db"
    if content is not None:
        copy.write_bytes(content)
    done = storyfold(tmp_path, "restore", str(copy))
    assert (done.returncode, done.stderr) == (2, f"storyfold: {complaint.format(copy)}\n")


def test_a_damaged_copy_is_refused(tmp_path: Path, here: Path) -> None:
    copy = tmp_path / "copy.db"
    size = back_up(here, copy, force=False)
    with copy.open("r+b") as opened:
        opened.seek(size // 2)
        opened.write(os.urandom(size // 4))
    done = storyfold(tmp_path, "restore", str(copy), "--force")
    assert done.returncode == 2
    assert counted(here) == 3


def test_a_copy_of_a_later_version_is_refused(tmp_path: Path, here: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(here, copy, force=False)
    with sqlite3.connect(copy) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    opened.close()
    done = storyfold(tmp_path, "restore", str(copy), "--force")
    assert (done.returncode, done.stderr) == (
        2,
        f"storyfold: {copy} was written by a later version of Storyfold; update first.\n",
    )


def test_an_older_copy_is_brought_to_today_s_tables(tmp_path: Path, here: Path) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "other" / "storyfold.db"
    back_up(here, copy, force=False)
    restore(copy, other, force=False)
    assert counted(other) == 3


def test_a_server_is_left_to_its_own_tools(tmp_path: Path) -> None:
    done = storyfold(tmp_path, "backup", "copy.db", DATABASE_URL="postgresql://u:secret@127.0.0.1:1/none")
    assert (done.returncode, "pg_dump" in done.stderr, "secret" in done.stderr) == (2, True, False)


def test_pg_dump_and_pg_restore_work_as_the_docs_show_them(tmp_path: Path, postgres_url: str) -> None:
    store = Store(postgres_url)
    submit(store, 1, 2, 3)
    shown = re.findall(r"(?:pg_dump|pg_restore) (.*?) (?:storyfold )?[<>]", (ROOT / "docs" / "reliability.md").read_text())
    dump_words, restore_words = (shown[0].split(), shown[1].split())
    programs = server_programs()
    if not (programs / "pg_dump").exists() and shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump beside the server")
    where = ["--username=storyfold", f"--host={postgres_url.partition('?host=')[2]}"]
    name = postgres_url.partition("@/")[2].partition("?")[0]
    keep = [word for word in dump_words if not word.startswith("--username")]
    dumped = subprocess.run([programs / "pg_dump", *where, *keep, name], capture_output=True, check=True)
    submit(store, 4)
    store.close()
    keep = [word for word in restore_words if not word.startswith(("--username", "--dbname"))]
    subprocess.run([programs / "pg_restore", *where, f"--dbname={name}", *keep], input=dumped.stdout, check=True)
    assert store.links.unfinished() == 3
    store.close()
