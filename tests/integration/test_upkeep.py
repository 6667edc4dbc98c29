"""Commands that change what is stored: reclean, split, merge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract
from tests.support.command import storyfold
from tests.support.folding import fold
from tests.support.harbour import OTHER, TEXT

DIRTY = f"{TEXT}\nLeave a Reply\nYour email address will not be published."


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'state' / 'storyfold.db'}")
    store.prepare()
    yield store
    store.close()


def text_at(store: Store, url: str) -> str:
    found = store.articles.by_url(url)
    assert found is not None
    return found.text


def test_a_dry_run_tells_what_would_change_and_changes_nothing(tmp_path: Path, here: Store) -> None:
    fold(here, extract(here, "https://a.example/1", DIRTY), NOW)
    told = json.loads(storyfold(tmp_path, "reclean", "--dry-run", "--json").stdout)
    assert (told["articles"], told["would change"]) == (1, 1)
    assert "Leave a Reply" in told["changes"][0]["cut"]
    assert text_at(here, "https://a.example/1") == DIRTY


def test_reclean_applies_today_s_rules_and_a_second_run_finds_nothing(tmp_path: Path, here: Store) -> None:
    fold(here, extract(here, "https://a.example/1", DIRTY), NOW)
    assert json.loads(storyfold(tmp_path, "reclean", "--json").stdout)["changed"] == 1
    assert text_at(here, "https://a.example/1") == TEXT
    assert json.loads(storyfold(tmp_path, "reclean", "--json").stdout)["changed"] == 0


def test_a_recleaned_article_is_found_by_its_new_text(tmp_path: Path, here: Store) -> None:
    fold(here, extract(here, "https://a.example/1", DIRTY), NOW)
    storyfold(tmp_path, "reclean")
    joined = fold(here, extract(here, "https://b.example/copy", TEXT), NOW)
    assert joined is not None
    assert joined.outcome == "joined"


def test_only_articles_since_a_day_are_looked_at(tmp_path: Path, here: Store) -> None:
    fold(here, extract(here, "https://a.example/1", DIRTY), NOW)
    assert json.loads(storyfold(tmp_path, "reclean", "--since", "2026-11-21", "--json").stdout)["articles"] == 0


def test_split_and_merge_by_command(tmp_path: Path, here: Store) -> None:
    first = fold(here, extract(here, "https://a.example/1"), NOW)
    fold(here, extract(here, "https://b.example/copy"), NOW)
    assert first is not None
    own = json.loads(storyfold(tmp_path, "split", "https://b.example/copy?utm_source=x", "--json").stdout)["story"]
    assert own != first.story
    merged = json.loads(storyfold(tmp_path, "merge", str(own), str(first.story), "--json").stdout)
    assert merged == {"story": first.story}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["split", "https://a.example/1"], "https://a.example/1 is alone in its story; there is nothing to split."),
        (
            ["split", "https://a.example/none"],
            "There is no article at https://a.example/none",
        ),
        (["split", "nonsense"], "'nonsense' is no article's address."),
        (["merge", "1", "99"], "1 and 99 are not two stories; `storyfold stories` lists them."),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(tmp_path: Path, here: Store, words: list[str], complaint: str) -> None:
    fold(here, extract(here, "https://a.example/1", OTHER), NOW)
    done = storyfold(tmp_path, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"storyfold: {complaint}")
    assert len(done.stderr.splitlines()) == 1
