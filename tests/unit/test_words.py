from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stages.words import NAMES, NUMBERS, STOPS, plain, spelled, words_of


def _of_kind(text: str, kind: int) -> list[str]:
    words = words_of(text)
    return [word.strip(" .,!?\"“”'") for word, found in zip(spelled(text), words.kinds.tolist(), strict=True) if found == kind]


def _same_words(one: str, other: str) -> bool:
    return bool(words_of(one).hashes.tolist() == words_of(other).hashes.tolist())


def test_a_name_is_a_capital_inside_a_sentence() -> None:
    text = "Ships left Rotterdam on Monday. Crews waited. “Nobody told us,” said Greta Dijk!"
    assert _of_kind(text, NAMES) == ["Rotterdam", "Monday", "Greta", "Dijk"]


def test_a_capital_after_a_line_end_or_a_quotation_mark_is_no_name() -> None:
    assert _of_kind("A headline\nAnother line\n«Merci» dit-il", NAMES) == []


def test_a_german_noun_is_no_name_where_an_article_or_an_adjective_stands_before_it() -> None:
    text = "Der Minister lobte am Montag die neue Brücke in Koblenz, und die Bürger der Stadt standen bei Weber und Koch."
    assert _of_kind(text, NAMES) == ["Koblenz", "Weber", "Koch"]


def test_english_with_a_german_looking_word_keeps_its_names() -> None:
    text = "I am told that Robert Hale and Susan Pratt met in Leeds before the die was cast at Ripon."
    assert _of_kind(text, NAMES) == ["Robert", "Hale", "Susan", "Pratt", "Leeds", "Ripon"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("8.6m", "8.6"),
        ("1,250", "1250"),
        ("12:30", "12.30"),
        ("٣٢٠", "320"),
        ("४२०", "420"),
        ("１２", "12"),
        ("26C", "26"),
    ],
)
def test_numbers_count_by_their_digits(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the ship’s captain", "the ship captain"),
        ("Le café", "Le cafe\u0301"),
        ("ﬁnance ministers", "finance ministers"),
        ("وقال إن الأمر", "وقال ان الامر"),
        ("הַמֶּלֶךְ", "המלך"),
        ("US-led troops", "US led troops"),
    ],
)
def test_what_is_written_in_several_ways_is_one_word(one: str, other: str) -> None:
    assert _same_words(one, other)


def test_a_hindi_word_keeps_its_vowel_signs() -> None:
    assert len(words_of("हिन्दी में समाचार").hashes) == 3


def test_chinese_and_thai_are_read_character_by_character() -> None:
    assert words_of("东京今天下雨").singles.all()
    assert len(words_of("东京今天下雨").hashes) == 6
    assert words_of("กรุงเทพ").singles.all()


def test_runs_of_katakana_are_names() -> None:
    assert len(words_of("設計はアトリエ・ルノワールが担当").katakana) == 2
    assert len(words_of("カフェ").katakana) == 1
    assert len(words_of("テレビとノリ").katakana) == 1


def test_grammar_is_told_from_news_in_many_languages() -> None:
    for text in ("the and of", "der und das", "les et dans", "в на и", "في من على", "की में से"):
        assert len(_of_kind(text, STOPS)) == 3


def test_numbers_are_found_in_any_script() -> None:
    assert len(_of_kind("بلغت ٨٥ مليون", NUMBERS)) == 1
    assert len(_of_kind("総事業費は82億円", NUMBERS)) == 1


@given(st.text())
def test_any_text_is_read_and_each_word_spelled(text: str) -> None:
    words = words_of(text)
    assert len(spelled(text)) == len(words.hashes) == len(words.kinds) == len(words.singles)
