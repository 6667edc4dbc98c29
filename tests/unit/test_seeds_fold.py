"""Five articles on one affair, as extracted: three tell one text, two tell it independently."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.folder import Folder
from tests.support.labelled import labelled

_FOLDER = labelled("seeds")
pytestmark = pytest.mark.skipif(
    _FOLDER is None, reason="The seeds are not at hand: STORYFOLD_CORPORA names the folder they are in."
)


def _expected() -> dict[str, Any]:
    assert _FOLDER is not None
    told: dict[str, Any] = json.loads((_FOLDER / "expected.json").read_text("utf-8"))
    return told


def _raw(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}


def _cleaned(folder: Path) -> dict[str, str]:
    """Without the lines that cleaning removes."""
    expected = _expected()
    gone = {name: {*expected["must_go"].get(name, ()), *expected["host_lines"].get(name, ())} for name in _raw(folder)}
    return {
        name: "\n".join(line for line in text.splitlines() if line.strip() not in gone[name])
        for name, text in _raw(folder).items()
    }


def _stories(texts: dict[str, str], order: tuple[str, ...]) -> tuple[dict[frozenset[str], str], set[frozenset[str]]]:
    """Members → canonical of each story, and which stories were found to be related, by their first members."""
    dates = {name: known.get("published") for name, known in _expected()["metadata"].items()}
    folder, links = Folder(), set()
    for number, name in enumerate(order):
        day = dates.get(name)
        decision = folder.add(texts[name], published=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None)
        links |= {(number, story) for story, _ in decision.related}
    ends = list(folder.stories())
    members: dict[int, set[str]] = {}
    for name, (first, _) in zip(order, ends, strict=True):
        members.setdefault(first, set()).add(name)
    stories = {frozenset(names): order[ends[first][1]] for first, names in members.items()}
    related = {frozenset(order[ends[each][0]] for each in link) for link in links}
    return stories, related


@pytest.mark.parametrize("read", [_raw, _cleaned])
def test_the_seeds_fold_rightly_in_each_of_their_120_orders(read: Any) -> None:
    assert _FOLDER is not None
    texts = read(_FOLDER)
    expected = {frozenset(story["members"]): story["canonical"] for story in _expected()["stories"]}
    for order in itertools.permutations(texts):
        assert _stories(texts, order)[0] == expected, order


@pytest.mark.parametrize("read", [_raw, _cleaned])
def test_independent_reports_on_the_affair_are_related_in_each_order(read: Any) -> None:
    assert _FOLDER is not None
    texts = read(_FOLDER)
    (pair,) = _expected()["related"]
    copies = next(frozenset(story["members"]) for story in _expected()["stories"] if pair[0] in story["members"])
    for order in itertools.permutations(texts):
        first = min(copies, key=order.index)
        assert frozenset({first, pair[1]}) in _stories(texts, order)[1], order
