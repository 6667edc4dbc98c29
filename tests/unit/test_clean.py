"""Cleaning as a whole: headline, leading date, order of the steps, and what is kept of a cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import RemovedLine
from shared.stages.clean import HostLines, clean
from shared.stages.clean.host_lines import lines_to_learn
from shared.stages.clean.lines import Line, count_words, split_lines

LEAD = "The harbour reopened on Tuesday morning after the worst storm in twelve years had kept every ship at sea for three days."
FERRIES = "Two ferries were the first to come in, and the harbour master said that the channel had been measured twice at night."
TITLE = "Harbour reopens after the storm"


def text_of(*lines: str, title: str | None = TITLE) -> str:
    return clean("\n".join(lines), title=title).text


def test_the_headline_repeated_on_top_goes() -> None:
    assert text_of("Harbour Reopens After the Storm!", LEAD, FERRIES) == f"{LEAD}\n{FERRIES}"


def test_a_headline_below_a_label_goes_too() -> None:
    assert text_of("Northwick", TITLE, LEAD) == f"Northwick\n{LEAD}"


def test_a_longer_form_of_the_headline_goes() -> None:
    assert text_of("After the storm: harbour reopens", LEAD) == LEAD


def test_a_first_sentence_that_uses_the_title_s_words_stays() -> None:
    sentence = "The harbour reopens after the storm with two ferries, a grain carrier and a great many gulls above them."
    assert text_of(sentence, FERRIES) == f"{sentence}\n{FERRIES}"


def test_a_heading_that_shares_half_of_the_title_stays() -> None:
    assert text_of("The storm", LEAD) == f"The storm\n{LEAD}"


def test_a_text_without_a_title_tells_its_own() -> None:
    cleaned = clean(f"{TITLE} — RT World News\n{LEAD}\n{FERRIES}")
    assert (cleaned.title, cleaned.text) == (TITLE, f"{LEAD}\n{FERRIES}")


def test_furniture_above_the_headline_is_no_title() -> None:
    assert clean(f"Skip to content\n\n{TITLE}\n\n{LEAD}\n{FERRIES}").title == TITLE


@pytest.mark.parametrize("first", [LEAD, "Storm", "Quiet"])
def test_a_first_line_that_is_no_headline_is_no_title(first: str) -> None:
    assert clean(f"{first}\n{FERRIES}").title is None


@pytest.mark.parametrize(
    ("prefix", "piece"),
    [
        ("date 2024-01-06 ", "date 2024-01-06"),
        ("2024-01-06 ", "2024-01-06"),
        ("Published: 2024-01-06T10:15:00Z ", "Published: 2024-01-06T10:15:00Z"),
    ],
)
def test_a_leading_date_becomes_the_date(prefix: str, piece: str) -> None:
    cleaned = clean(f" {prefix}{LEAD}\n{FERRIES}")
    assert cleaned.published == datetime(2024, 1, 6, tzinfo=UTC)
    assert cleaned.removed[0] == RemovedLine(piece, "leading-date", 0)
    assert cleaned.text == f"{LEAD}\n{FERRIES}"


@pytest.mark.parametrize("start", ["2024-13-40 was no day. ", "2024 was a year. ", "date unknown "])
def test_what_is_no_date_stays_in_front(start: str) -> None:
    assert clean(f"{start}{LEAD}\n{FERRIES}").text.startswith(start)


def test_cut_lines_are_kept_with_rule_and_place() -> None:
    raw = f"{TITLE}\n\nBy Jane Doe\n{LEAD}\n\n{FERRIES}\nSource link"
    assert clean(raw, title=TITLE).removed == (
        RemovedLine(TITLE, "headline", 0),
        RemovedLine("By Jane Doe", "en/byline", 2),
        RemovedLine("Source link", "en/source-link", 6),
    )


def test_a_marker_that_the_host_repeats_still_ends_the_article() -> None:
    tail = ("More from The Post", "Bakery wins prize", "Museum buys painting")
    learned = HostLines(frozenset(line.key for line in lines_to_learn(tail[0])))
    cleaned = clean("\n".join((LEAD, FERRIES, *tail)), title=TITLE, host_lines=learned)
    assert (cleaned.text, [line.rule for line in cleaned.removed]) == (
        f"{LEAD}\n{FERRIES}",
        ["host-line", "en/more-from", "en/more-from"],
    )


def test_paragraphs_come_out_parted_by_single_newlines() -> None:
    assert text_of(f"  {LEAD}  ", "", "\t", FERRIES) == f"{LEAD}\n{FERRIES}"


@pytest.mark.parametrize("text", ["", "\n\n", "***", "\x00\ud800"])
def test_a_text_without_words_is_cleaned_to_nothing(text: str) -> None:
    assert clean(text).text in {"", text}


def test_cleaning_twice_changes_nothing_more() -> None:
    once = text_of(TITLE, "By Jane Doe", LEAD, "Read also: Bakery wins prize", FERRIES, "Source link", "Leave a Reply")
    assert clean(once, title=TITLE).text == once


@given(st.text(max_size=400), st.one_of(st.none(), st.text(max_size=60)))
def test_nothing_is_lost_but_what_is_told(text: str, title: str | None) -> None:
    cleaned = clean(text, title=title)
    kept = [line for line in cleaned.text.split("\n") if line]
    told = [line.text for line in cleaned.removed if line.rule != "leading-date"]
    whole = [line.text for line in split_lines(text)]
    assert len(kept) + len(told) == len(whole) or cleaned.published is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [("two words", 2), ("港口重新开放", 3), ("ท่าเรือเปิดอีกครั้ง", 4), ("항구가 다시 열렸다", 3), ("mixed 港口 words", 3), ("", 0)],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "is_prose"),
    [
        (LEAD, True),
        ("A short sentence.", False),
        (TITLE, False),
        (" ".join(["word"] * 25), True),
        ("港口在星期二早晨重新开放，第一批渡轮已经驶入港内。", True),
    ],
)
def test_running_text_is_told_from_headlines(text: str, is_prose: bool) -> None:
    assert Line(text, 0).is_prose is is_prose


def test_a_headline_that_the_page_words_otherwise_than_the_feed_goes_too() -> None:
    cleaned = clean(f"Ferries back in Northwick\n{LEAD}", title=TITLE, other_titles=("Ferries back in Northwick",))
    assert (cleaned.text, cleaned.title) == (LEAD, TITLE)


def test_a_date_on_a_line_of_its_own_becomes_the_date() -> None:
    cleaned = clean(f"By Jane Doe | 6 January 2026\n{LEAD}\n{FERRIES}", title=TITLE)
    assert (cleaned.published, cleaned.byline) == (datetime(2026, 1, 6, tzinfo=UTC), "Jane Doe")


def test_the_page_s_own_description_is_not_the_host_s() -> None:
    """Other pages of the host show it as their teaser of this article."""
    learned = HostLines(frozenset(line.key for line in lines_to_learn(LEAD)))
    text = f"{LEAD}\n{FERRIES}"
    assert clean(text, title=TITLE, host_lines=learned).text == FERRIES
    assert clean(text, title=TITLE, host_lines=learned, description=LEAD).text == text
