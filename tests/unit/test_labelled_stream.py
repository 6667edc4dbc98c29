"""The labelled articles as one stream: what folding promises, held to by a test."""

from __future__ import annotations

import random
from functools import cache

import pytest

from bench.folding import Article, Score, articles, score, this_project, with_hosts
from tests.support.labelled import labelled

_FILE = labelled("folding", "dev.jsonl.gz")
pytestmark = pytest.mark.skipif(
    _FILE is None, reason="The labelled articles are not at hand: STORYFOLD_CORPORA names their folder."
)


@cache
def _articles() -> list[Article]:
    assert _FILE is not None
    return articles(_FILE)


def _folded(given: list[Article]) -> Score:
    return score(given, this_project(given)[0])


def test_copies_fold_and_nothing_else_does() -> None:
    told = _folded(_articles())
    assert told.f1 >= 0.999
    assert told.precision >= 0.9999
    assert told.templates <= 1


def test_no_pages_of_one_template_fold_where_hosts_are_known() -> None:
    told = _folded(with_hosts(_articles()))
    assert told.templates == 0
    assert told.f1 >= 0.999


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_hardly_matters(seed: int) -> None:
    shuffled = _articles().copy()
    random.Random(seed).shuffle(shuffled)
    assert _folded(shuffled).f1 >= 0.998


def test_a_site_that_writes_without_capitals_is_folded_almost_as_well() -> None:
    lower = [Article(each.text.lower(), each.story, each.kind) for each in _articles()]
    told = _folded(lower)
    assert told.f1 >= 0.995
    assert told.templates <= 2
