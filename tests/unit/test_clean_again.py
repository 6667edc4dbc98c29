"""What is stored of an article is enough to clean it again."""

from __future__ import annotations

from shared.model import RemovedLine
from shared.stages.clean.again import clean_again, text_before
from shared.stages.clean.host_lines import NOTHING_LEARNED

PROSE = "The council of Brackwater voted on Tuesday to close the old chain bridge for repairs that will take eleven months."
MORE = "Shops along the quay fear for their trade while lorries take the long way around the lake, their owners said."


def test_cut_lines_are_back_at_their_places() -> None:
    removed = (RemovedLine("Menu", "r", 0), RemovedLine("Photo: A", "r", 2), RemovedLine("Source link", "r", 4))
    assert text_before(f"{PROSE}\n{MORE}", removed).split("\n") == ["Menu", PROSE, "Photo: A", MORE, "Source link"]


def test_a_leading_date_is_back_before_the_first_line() -> None:
    assert text_before(PROSE, (RemovedLine("date 2026-11-06", "leading-date", 0),)) == f"date 2026-11-06 {PROSE}"


def test_a_text_from_which_nothing_was_cut_is_as_it_was() -> None:
    assert text_before(f"{PROSE}\n{MORE}", ()) == f"{PROSE}\n{MORE}"


def test_cleaning_again_by_the_same_rules_changes_nothing() -> None:
    removed = (RemovedLine("Source link", "en/source-link", 2),)
    cleaned = clean_again(f"{PROSE}\n{MORE}", removed, title="A bridge closes", byline=None, host_lines=NOTHING_LEARNED)
    assert cleaned.text == f"{PROSE}\n{MORE}"


def test_a_line_that_today_s_rules_cut_goes() -> None:
    stored = f"{PROSE}\n{MORE}\nLeave a Reply"
    assert clean_again(stored, (), title=None, byline=None, host_lines=NOTHING_LEARNED).text == f"{PROSE}\n{MORE}"
