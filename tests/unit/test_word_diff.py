"""What changed between two revisions, word by word."""

from __future__ import annotations

from shared.stages.word_diff import Change, word_diff

OLD = "The council voted to spend 19 million crowns on the school roofs of the town."


def test_a_corrected_figure_stands_between_its_neighbours() -> None:
    [change] = word_diff(OLD, OLD.replace("19", "17"))
    assert change == Change("council voted to spend", "19", "17", "million crowns on the")


def test_added_and_cut_words_have_an_empty_other_side() -> None:
    [added] = word_diff(OLD, OLD + " Correction added.")
    assert (added.gone, added.come, added.after) == ("", "Correction added.", "")
    [cut] = word_diff(OLD, OLD.replace("school ", ""))
    assert (cut.gone, cut.come) == ("school", "")


def test_equal_texts_have_no_changes_and_white_space_is_none() -> None:
    assert word_diff(OLD, OLD.replace(" ", "\n")) == ()


def test_the_changes_make_the_new_text_of_the_old_one() -> None:
    new = OLD.replace("voted to spend", "will spend").replace("town", "city")
    assert [(change.gone, change.come) for change in word_diff(OLD, new)] == [("voted to", "will"), ("town.", "city.")]
