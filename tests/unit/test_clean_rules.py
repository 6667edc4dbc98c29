"""The rule files: readable, each rule with an example that it takes, and no spelling that takes what people write."""

from __future__ import annotations

import pytest

from shared.stages.clean import clean
from shared.stages.clean.lines import Line, fold
from shared.stages.clean.rulebook import Rulebook, index_rules, rulebook
from shared.stages.clean.rules import Kind, Rule, Where, read_date_words, read_rules, rule_languages

EVERYWHERE = frozenset(Where)

ARTICLE = (
    "The harbour reopened on Tuesday morning after the worst storm in twelve years had kept every ship at sea for three days.",
    "Two ferries were the first to come in, and the harbour master said that the channel had been measured twice in the night.",
)


def book(*rules: Rule) -> Rulebook:
    return index_rules(list(rules), frozenset())


def rule(*lines: str, kind: Kind = Kind.LINE, at_most: int = 40, prose: bool = False, where: Where = Where.ANYWHERE) -> Rule:
    return Rule("test/rule", kind, where, at_most, prose, tuple(fold(line) for line in lines), (), lines[0])


def takes(spelling: str, text: str, *, prose: bool = False) -> bool:
    return bool(book(rule(spelling, prose=prose)).rules_for(Line(text, 0)))


def test_there_are_rules_for_forty_languages() -> None:
    assert len([language for language in rule_languages() if language != "universal"]) >= 40


def takes_its_example(each: Rule) -> bool:
    own, example = index_rules([each], frozenset()), Line(each.example, 0)
    return bool(own.rules_for(example) or own.pattern_for(example, EVERYWHERE))


@pytest.mark.parametrize("language", rule_languages())
def test_every_rule_takes_its_own_example(language: str) -> None:
    assert [(each.name, each.example) for each in read_rules(language) if not takes_its_example(each)] == []


@pytest.mark.parametrize("language", rule_languages())
def test_names_of_rules_are_unique_in_their_file(language: str) -> None:
    names = [each.name for each in read_rules(language)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", rule_languages())
def test_no_spelling_takes_every_line(language: str) -> None:
    assert [line for each in read_rules(language) for line in each.lines if not line.replace("*", "").strip()] == []


@pytest.mark.parametrize("language", [language for language in rule_languages() if language != "universal"])
def test_each_language_knows_how_its_dates_are_written(language: str) -> None:
    assert len(read_date_words(language)) >= 12


def test_a_spelling_without_a_star_is_the_whole_line() -> None:
    assert takes("source link", "Source link:")
    assert not takes("source link", "The source link is broken")


def test_a_star_at_the_end_stands_for_the_rest() -> None:
    assert takes("more from *", "More from The Harbour Post")
    assert takes("more from *", "More from")


def test_a_space_before_the_star_asks_for_the_end_of_the_word() -> None:
    assert not takes("more from *", "More fromage")
    assert takes("cookie*", "Cookies")


def test_a_star_at_the_beginning_stands_for_what_comes_before() -> None:
    assert takes("* contributed to this report", "Jane Doe contributed to this report.")


def test_stars_inside_stand_for_anything_in_between() -> None:
    assert takes("get *in your inbox", "Get the day's news in your inbox")
    assert not takes("get *in your inbox", "In your inbox: get the day's news")


def test_stars_on_both_sides_find_a_piece_inside() -> None:
    assert takes("* (archive photo)*", "A view of the harbour (archive photo) by Jane Doe")
    assert takes("*资料图*", "清晨的港口（资料图）")


@pytest.mark.parametrize("line", ["SKIP TO CONTENT", "» Skip to content", "Skip  to\u00a0content …", "[Skip to content]"])
def test_case_spaces_and_marks_at_the_edges_don_t_matter(line: str) -> None:
    assert takes("skip to content", line)


@pytest.mark.parametrize(
    ("spelling", "line"),
    [
        ("suivez l'actualité *", "Suivez l’actualité du port"),
        ("нашли ошибку*", "Нашли ошибку?"),
        ("поделиться статьей", "Поделиться статьёй"),
        ("ilgili haberler", "İlgili Haberler"),
        ("اقرأ ايضا", "إقرأ أيضاً"),
    ],
)
def test_letters_that_people_use_for_one_another_are_one(spelling: str, line: str) -> None:
    assert takes(spelling, line)


def test_a_rule_takes_running_text_only_where_it_says_so() -> None:
    prose = "Subscribe to our newsletter and read every morning what the harbour master has to say about the day's ships."
    assert not takes("subscribe to *", prose)
    assert takes("subscribe to *", prose, prose=True)


def test_what_somebody_says_aloud_is_never_a_call() -> None:
    quoted = "“Subscribe to our cause, all of you who live from the sea and can't leave it,” she told the crews at the quay."
    assert not takes("subscribe to *", quoted, prose=True)


def test_a_single_word_takes_running_text_only_beside_a_word_of_a_call() -> None:
    sentence = "Unlock the lower gates first, the harbour master said, and then wait until the water on both sides is level."
    assert not takes("unlock *", sentence, prose=True)
    assert takes("unlock *", sentence.replace("lower gates", "newsletter"), prose=True)


@pytest.mark.parametrize(
    "line",
    [
        "Source link",
        "Skip to content",
        "Nach oben",
        "Lire aussi : Le port rouvre",
        "Te puede interesar: El puerto reabre",
        "Leggi anche: Il porto riapre",
        "Читайте также: Порт открыт",
        "関連記事",
        "相关阅读",
        "관련기사",
        "اقرأ أيضاً: الميناء",
        "यह भी पढ़ें: बंदरगाह",
        "Läs också: Hamnen öppen",
        "Lue myös: Satama auki",
        "Czytaj też: Port otwarty",
        "Διαβάστε επίσης: Το λιμάνι",
        "İlgili haberler",
        "קראו גם: הנמל",
        "อ่านข่าว: ท่าเรือ",
        "Xem thêm: Cảng mở cửa",
        "Baca juga: Pelabuhan",
    ],
)
def test_furniture_of_many_languages_goes_from_the_end_of_an_article(line: str) -> None:
    assert clean("\n".join((*ARTICLE, line)), title="Harbour").text == "\n".join(ARTICLE)


def test_rules_are_found_without_trying_each() -> None:
    candidates = list(rulebook()._candidates("two ferries were the first to come in, the harbour master said"))
    assert len(candidates) < 400
