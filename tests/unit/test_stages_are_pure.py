"""Stages decide, wrappers act: no stage imports anything that touches the world."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = sorted((ROOT / "shared" / "stages").rglob("*.py"))
_TOUCHING_THE_WORLD = (
    "aiohttp asyncio http httpcore httpx multiprocessing os pebble psycopg random redis requests rq select services shutil "
    "signal socket sqlalchemy sqlite3 ssl subprocess tempfile threading time uvicorn workers"
)
WORLDLY = frozenset(_TOUCHING_THE_WORLD.split())
OURS = ("shared.bootstrap", "shared.bounded", "shared.config", "shared.fetch", "shared.log", "shared.queue", "shared.store")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def calls(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("path", STAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_stage_imports_nothing_that_touches_the_world(path: Path) -> None:
    worldly = {name for name in imports(path) if name.split(".")[0] in WORLDLY or name.startswith(OURS)}
    assert worldly == set()


@pytest.mark.parametrize("path", STAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_stage_asks_no_clock_and_opens_no_file(path: Path) -> None:
    assert calls(path) & {"open", "datetime.now", "datetime.utcnow", "date.today", "datetime.datetime.now"} == set()


def test_there_are_stages_to_look_at() -> None:
    assert len(STAGES) > 10


@pytest.mark.parametrize(
    ("library", "home"), [("sqlalchemy", "shared/store"), ("rq", "shared/queue.py"), ("httpcore", "shared/fetch")]
)
def test_each_connection_to_the_world_has_one_home(library: str, home: str) -> None:
    files = [path for folder in ("services", "workers", "shared") for path in (ROOT / folder).rglob("*.py")]
    users = {str(path.relative_to(ROOT)) for path in files if any(name.split(".")[0] == library for name in imports(path))}
    assert users
    assert {user for user in users if not user.startswith(home)} == set()


@pytest.mark.parametrize("module", ["services.cli", "workers.extract", "workers.dedup", "shared.bootstrap"])
def test_importing_connects_to_nothing(module: str) -> None:
    refuse = "import socket; socket.socket.connect = lambda *a: (_ for _ in ()).throw(AssertionError('connected'));"
    subprocess.run([sys.executable, "-c", f"{refuse} import {module}"], check=True, cwd=ROOT, timeout=60)
