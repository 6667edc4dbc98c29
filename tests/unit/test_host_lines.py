"""Lines that a host repeats, learned from its other articles."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.stages.clean import HostLines, clean
from shared.stages.clean.host_lines import (
    MOST_SIGHTINGS,
    NOTHING_LEARNED,
    Sighting,
    body_sketch,
    host_lines_for,
    lines_to_learn,
    sightings_to_record,
)
from shared.stages.clean.lines import split_lines

LETTERS = [first + second for first in "abcdefghij" for second in "klmnopqr"]
TAGLINE = "Fair winds since 1887"
BODIES = (
    "The harbour reopened on Tuesday morning after the worst storm in twelve years had kept every ship at sea for three days.",
    "A bakery in the old town has won the national prize for rye bread, which its owner makes from her grandmother's recipe.",
    "Schools in the northern districts will start an hour later from March, because buses can't get through the snow in time.",
    "The museum has bought a painting of the old lighthouse that hung for sixty years in the kitchen of a retired pilot.",
    "Voters will decide in May whether the tram line is built through the market square or around it, at twice the cost.",
)


class Host:
    """What the store keeps of a host, in a list."""

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []

    def show(self, article: str, text: str) -> None:
        lines = lines_to_learn(text)
        known = [sighting for sighting in self.sightings if sighting.key in {line.key for line in lines}]
        self.sightings += sightings_to_record(lines, known, article, body_sketch(text))

    def lines_for(self, article: str, text: str) -> HostLines:
        keys = {line.key for line in lines_to_learn(text)}
        return host_lines_for([seen for seen in self.sightings if seen.key in keys], article, body_sketch(text))


def texts(*, tagline: str = TAGLINE, bodies: Sequence[str] = BODIES) -> list[str]:
    return [f"{tagline}\n{body}" for body in bodies]


def learned(article: str, text: str, others: Sequence[str]) -> bool:
    host = Host()
    for number, other in enumerate(others):
        host.show(f"other-{number}", other)
    return split_lines(text)[0] in host.lines_for(article, text)


def test_a_line_that_two_other_articles_showed_is_furniture() -> None:
    first, *others = texts()
    assert learned("first", first, others[:2])


def test_one_other_article_is_not_enough() -> None:
    first, *others = texts()
    assert not learned("first", first, others[:1])


def test_an_article_s_own_sighting_doesn_t_count() -> None:
    host, (first, second, *_) = Host(), texts()
    for article, text in (("first", first), ("first", first), ("second", second)):
        host.show(article, text)
    assert split_lines(first)[0] not in host.lines_for("first", first)


def test_near_identical_articles_count_once() -> None:
    first, second, *_ = texts()
    copy = second.replace("national prize", "national award")
    assert not learned("first", first, [second, copy, second + "\n"])


def test_copies_of_the_article_itself_are_no_other_articles() -> None:
    first, second, *_ = texts()
    copy = first.replace("three days", "four days")
    assert not learned("first", first, [copy, first, second])


def test_figures_in_a_line_may_change() -> None:
    lines = [f"{number} readers are online\n{body}" for number, body in zip((12, 480, 3071), BODIES, strict=False)]
    assert learned("first", lines[0], lines[1:])


def test_case_spaces_and_marks_of_a_line_may_change() -> None:
    shown = ["FAIR WINDS since 1887!", " fair   winds since 2026 -"]
    others = [f"{line}\n{body}" for line, body in zip(shown, BODIES[1:], strict=False)]
    assert learned("first", texts()[0], others)


def test_a_line_of_more_than_sixty_words_is_never_learned() -> None:
    long = " ".join(["wind"] * 61)
    assert [line.text for line in lines_to_learn(f"{long}\nshort line")] == ["short line"]


def test_each_line_is_learned_once_an_article() -> None:
    assert len(lines_to_learn("menu\nmenu\nMENU!\n***\n")) == 1


def test_a_line_costs_the_store_a_few_sightings_however_often_it_is_shown() -> None:
    host = Host()
    for number in range(40):
        words = " ".join(f"{LETTERS[number]}{LETTERS[index]}" for index in range(30))
        host.show(f"article-{number}", f"{TAGLINE}\n{words}.")
    tagline = lines_to_learn(TAGLINE)[0].key
    assert sum(sighting.key == tagline for sighting in host.sightings) == MOST_SIGHTINGS


def test_workers_that_record_at_once_change_nothing_for_each_other() -> None:
    """Rows are unique on host, line and article: what two workers both insert is there once, and a row too many does no harm."""
    first, *others = texts()
    lines = lines_to_learn(first)
    together = [seen for text in others for seen in sightings_to_record(lines_to_learn(text), [], text, body_sketch(text))]
    known = [seen for seen in together if seen.key == lines[0].key]
    assert len(known) > MOST_SIGHTINGS
    assert split_lines(first)[0] in host_lines_for(known, "first", body_sketch(first))


def test_keys_and_sketches_fit_into_any_database_s_integers() -> None:
    numbers = [line.key for text in texts() for line in lines_to_learn(text)] + [body_sketch(text) for text in texts()]
    assert all(-(1 << 63) <= number < 1 << 63 for number in numbers)


@pytest.mark.parametrize("text", ["", "\n \n", "one"])
def test_texts_without_a_body_have_a_sketch_too(text: str) -> None:
    assert isinstance(body_sketch(text), int)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "港は火曜日の朝に再び開かれ、最初のフェリーが入港したと港長が発表した。町の人びとが岸壁で迎えた。",
            "町の図書館は四月から日曜日も開くことになり、学生たちが歓迎している。新しい本も千冊ほど入る予定だ。",
        ),
        (BODIES[0], BODIES[1]),
    ],
)
def test_sketches_of_different_bodies_are_far_apart(one: str, other: str) -> None:
    def differing_bits(first: str, second: str) -> int:
        return ((body_sketch(first) ^ body_sketch(second)) & (1 << 64) - 1).bit_count()

    assert differing_bits(one, one + "。") <= 10
    assert differing_bits(one, other) > 14


def test_learned_lines_go_with_their_own_rule() -> None:
    first, *others = texts()
    host = Host()
    for number, other in enumerate(others):
        host.show(f"other-{number}", other)
    cleaned = clean(first, title="Harbour", host_lines=host.lines_for("first", first))
    assert (cleaned.text, [line.rule for line in cleaned.removed]) == (BODIES[0], ["host-line"])


def test_learned_lines_that_would_leave_nothing_take_nothing_and_say_so() -> None:
    text = "Three words only\nAnd a few more here"
    keys = frozenset(line.key for line in lines_to_learn(text))
    cleaned = clean(text, title="Harbour", host_lines=HostLines(keys))
    assert cleaned.text == text
    assert cleaned.notes == ("learned lines would have left fewer than 10 words: nothing taken",)


def test_of_a_new_host_nothing_is_known() -> None:
    assert split_lines(TAGLINE)[0] not in NOTHING_LEARNED
