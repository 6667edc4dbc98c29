"""On the labelled pages the figures never fall below what was promised. The whole table is `python -m bench.extraction`."""

from __future__ import annotations

import pytest

from bench.extraction import CORPORA, labelled_pages, measure, ours_once, ours_twice, ours_uncut

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the labelled pages are not here: set STORYFOLD_CORPORA to the folder that holds corpora/"
)


@pytest.mark.parametrize(("name", "f1"), [("aeb", 0.975), ("fe", 0.966)])
def test_articles_come_out_as_well_as_promised(name: str, f1: float) -> None:
    assert measure(ours_twice, list(labelled_pages(name)), {}, repeats=1).f1 >= f1


def test_cutting_costs_hardly_any_recall() -> None:
    pages = list(labelled_pages("fe"))
    uncut, cut = (measure(extract, pages, {}, repeats=1).recall for extract in (ours_uncut, ours_once))
    assert uncut - cut <= 0.003
