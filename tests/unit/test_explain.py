from __future__ import annotations

import pytest

from shared.stages.explain import explain
from shared.stages.words import normal
from tests.support.reports import BY_LANGUAGE

ENGLISH = BY_LANGUAGE["English"]


def test_copies_agree_on_facts_and_share_long_passages() -> None:
    told = explain(ENGLISH.report, ENGLISH.edited)
    assert told.verdict.same
    assert {"Skarvik", "Nordlys", "214", "17", "Bergen", "2019"} <= set(told.agreed)
    assert (told.only_first, told.only_second) == ((), ())
    assert "a gash nine metres long below the waterline, and tugs held the" in told.passages


def test_pages_of_a_template_show_their_conflicting_facts() -> None:
    told = explain(*ENGLISH.pages)
    assert not told.verdict.same
    assert told.only_first[:3] == ("Ashford", "Monday", "Mill")
    assert told.only_second[:3] == ("Thirsk", "Wednesday", "Abbey")


def test_the_longest_passage_comes_first() -> None:
    lengths = [len(passage.split()) for passage in explain(*ENGLISH.pages).passages]
    assert lengths == sorted(lengths, reverse=True)
    assert len(lengths) == 3


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_passages_stand_in_the_first_text_as_it_writes_them(language: str) -> None:
    """Save full-width punctuation and vowels that can be written in two ways: these are shown in their normal form."""
    reports = BY_LANGUAGE[language]
    told = explain(reports.report, reports.edited)
    assert told.passages
    assert all(passage in normal(" ".join(reports.report.split())) for passage in told.passages)


def test_japanese_names_in_katakana_are_facts() -> None:
    japanese = BY_LANGUAGE["Japanese"]
    assert "ルノワール" in explain(japanese.report, japanese.edited).agreed


def test_texts_with_nothing_in_common_have_nothing_to_show() -> None:
    told = explain("", ENGLISH.report)
    assert (told.agreed, told.only_first, told.passages) == ((), (), ())
    assert "Nordlys" in told.only_second


def test_a_text_that_repeats_itself_is_explained_in_good_time() -> None:
    assert explain("all work and no play " * 2000, "all work and no play " * 1500).passages
