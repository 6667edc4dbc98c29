"""The health page, asked over real HTTP parts, with the real database and queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.api.server import listen
from shared.bootstrap import App, build
from shared.config import Settings
from tests.integration.test_store_stories import NOW, extract
from tests.support.api import Answer, get, serving_api
from tests.support.folding import fold


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    built = build(settings)
    built.store.prepare()
    yield built
    built.close()


def ask(app: App, path: str, accept: str = "application/json") -> Answer:
    with serving_api(app) as port:
        return get(port, path, accept)


def test_health_is_told_in_json(app: App) -> None:
    fold(app.store, extract(app.store, "https://a.example/1"), NOW)
    told = ask(app, "/health")
    assert told.status == 200
    assert json.loads(told.text) == {
        "status": "ok",
        "database": "ok",
        "queue": "ok",
        "feeds": 0,
        "feeds_failing": 0,
        "stories": 1,
        "links": {"new-story": 1},
        "waiting_jobs": {"extract": 0, "dedup": 0},
    }


def test_a_browser_gets_a_page_whose_titles_cannot_hold_markup(app: App) -> None:
    fold(app.store, extract(app.store, "https://a.example/1", title="<script>alert(1)</script>"), NOW)
    page = ask(app, "/", "text/html")
    assert "Storyfold is" in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_a_queue_that_is_away_makes_the_service_unwell(app: App) -> None:
    unwell = build(replace(app.settings, redis_url="redis://127.0.0.1:1/0"))
    told = ask(unwell, "/health")
    unwell.close()
    assert told.status == 503
    assert (json.loads(told.text)["queue"], json.loads(told.text)["database"]) == ("unreachable", "ok")


def test_a_database_that_is_away_makes_the_service_unwell(app: App) -> None:
    unwell = build(replace(app.settings, database_url="postgresql://u@127.0.0.1:1/none"))
    told = ask(unwell, "/health")
    unwell.close()
    assert told.status == 503
    assert json.loads(told.text)["database"] == "unreachable"


def test_a_port_that_is_taken_is_replaced_by_a_free_one(app: App) -> None:
    with serving_api(app) as port, listen("127.0.0.1", port) as other:
        assert other.getsockname()[1] != port
